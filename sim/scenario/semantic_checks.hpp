#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "sim/scenario/schema.hpp"

namespace snapsim {

/// What is wrong with a scenario beyond its shape: names that do not exist or stand twice, keys that stand twice,
/// control characters, sizes that contradict each other. `root` may be of any shape; what has the wrong one is passed
/// over. `invariant_names` are the names that `violates` may hold; none: all are taken.
std::vector<Finding> semantic_findings(const JsonNode& root, std::span<const std::string_view> invariant_names);

}  // namespace snapsim
