#pragma once

#include <vector>

#include "sim/scenario/schema.hpp"

namespace snapsim {

/// What of a sound scenario this version cannot run yet. The list is here and nowhere else.
std::vector<Finding> findings_of_what_does_not_run_yet(const JsonNode& root);

}  // namespace snapsim
