#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace snapsim {

/// How many characters must be put in, taken out, replaced or swapped with their neighbour to make one text of the
/// other. Upper and lower case count as the same. More than `limit`: some number above it.
std::size_t edit_distance(std::string_view left, std::string_view right, std::size_t limit);

/// The candidate that `wanted` is probably a misspelling of, the first among equals; empty when none comes near.
std::string nearest_name(std::string_view wanted, const std::vector<std::string>& candidates);

/// `; did you mean "NEAREST"?`, to be put behind what is wrong; nothing where `nearest` is empty.
std::string did_you_mean(std::string_view nearest);

}  // namespace snapsim
