#pragma once

#include <span>

#include "sim/check/trace.hpp"
#include "sim/world/result.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// Puts into words what the result of a run holds as numbers: the messages of refusals, as nova-api words them, and the
/// newest fault of each instance.
void add_texts(const Scenario& scenario, std::span<const TraceRecord> trace, RunResult& result);

}  // namespace snapsim
