#pragma once

#include <string>

#include <boost/system/result.hpp>

#include "sim/scenario/problem.hpp"

namespace snapsim {

/// Bytes of the largest file that is read.
inline constexpr std::size_t text_file_bytes_max = std::size_t{8} * 1024 * 1024;

using TextOrProblem = boost::system::result<std::string, Problem>;

/// What the regular file at `path` holds; "-" is the standard input. Directories, devices and pipes are refused, and so
/// is a file above text_file_bytes_max before it is read.
TextOrProblem read_text_file(const std::string& path);

}  // namespace snapsim
