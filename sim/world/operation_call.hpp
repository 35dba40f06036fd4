#pragma once

#include <cstdint>

#include "sim/check/trace.hpp"
#include "sim/nova/journal.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// One operation of the flow, by whom and for whom.
struct OperationCall {
  Operation operation{};
  Component component{};  ///< who does it
  HostId host;            ///< none where it is no compute host's
  RequestContext context;
  InstanceUuid instance;
  std::int64_t image = -1;
};

}  // namespace snapsim
