#pragma once

#include <span>

#include "sim/check/trace.hpp"
#include "sim/world/result.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// All that is known of one finished run: the input of every report. Owns nothing; what it refers to must outlive it.
struct RunRecord {
  const Scenario& scenario;
  const RunResult& result;
  std::span<const TraceRecord> trace;
};

}  // namespace snapsim
