#pragma once

#include "sim/cli/options.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// Goes through the scenario's run step by step, as the commands on standard input say: forwards and backwards in the
/// recorded trace, and off into another run where something else could happen. The run is done on model disks and
/// writes nothing but what the command `save` asks for. Ends with the input, or with q.
Exit step_through(const Scenario& scenario);

}  // namespace snapsim
