#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sim/check/trace.hpp"
#include "sim/explore/plan.hpp"
#include "sim/world/result.hpp"

namespace snapsim {

/// The places at which the step at `position` of a finished run could go another way: of an operation that begins, of
/// one that has had its effect, of a choice between threads. None for most steps.
std::vector<Place> places_of_step(std::span<const TraceRecord> trace, std::size_t position);

/// Everything that could happen instead at that step, one of each kind of answer.
std::vector<Departure> branches_at(std::span<const TraceRecord> trace, std::size_t position);

/// The scenario with that departure added: its run is the same up to the step. `result` is that of the run in which the
/// departure was found.
Scenario branched(const Scenario& scenario, const RunResult& result, const Departure& departure);

}  // namespace snapsim
