#pragma once

#include <cstddef>

#include "sim/explore/plan_run.hpp"

namespace snapsim {

class World;

/// What a run of World::run() ended in, but for its places. The scenario's faults from number `own_faults` on are those
/// of a plan.
PlanRun outcome_of_run(World& world, std::size_t own_faults);

}  // namespace snapsim
