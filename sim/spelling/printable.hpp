#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace snapsim {

/// The text as one line that a terminal can show: control characters, invisible direction marks and bytes that are not
/// UTF-8 are escaped. Longer than `characters_max`, it is cut and ends in "...".
std::string printable(std::string_view text, std::size_t characters_max = 4096);

/// The text in double quotes, printable and of bearable length.
std::string quoted(std::string_view text);

}  // namespace snapsim
