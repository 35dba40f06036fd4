#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace snapsim {

/// The line, from 1, on which the value stands that the keys lead to, from the top of the scenario file at `path`. An
/// item of a list is named by its text. Where only some of the keys are there, the line of the last of those; 1 where
/// none is, or the file cannot be read (any more, or a second time: the standard input).
std::uint32_t line_of(const std::string& path, std::span<const std::string> keys);

}  // namespace snapsim
