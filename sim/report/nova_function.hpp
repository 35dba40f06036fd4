#pragma once

#include <string>

#include "sim/check/trace.hpp"

namespace snapsim {

/// The function of Nova (26.2), Glance or oslo.messaging that the step stands for, as "PATH, NAME()". Empty for what no
/// code of theirs does: a planned fault, a choice of the simulator.
std::string nova_function(const TraceRecord& record);

}  // namespace snapsim
