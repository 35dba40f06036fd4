#pragma once

#include <string>

#include "sim/world/scenario.hpp"

namespace snapsim {

/// The scenario as a file that reads back equal, but for Scenario::path. Every option is written out, defaults too, so
/// that the file keeps its meaning if a default ever changes. Ends in a line end.
std::string write_scenario(const Scenario& scenario);

}  // namespace snapsim
