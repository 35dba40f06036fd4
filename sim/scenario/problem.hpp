#pragma once

#include <cstdint>
#include <string>

#include "sim/spelling/printable.hpp"

namespace snapsim {

/// What is wrong with a scenario file, and where. Lines and columns count from 1, columns in code points. A problem of
/// the file as a whole (it is missing, it is too large) stands at 1:1.
struct Problem {
  std::string file;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::string pointer;     ///< JSON pointer (RFC 6901) of the value; empty: the whole file
  std::string message;     ///< without a full stop
  std::string suggestion;  ///< what was probably meant; empty: nothing comes near

  bool operator==(const Problem&) const = default;
};

/// `FILE:LINE:COL: /json/pointer: what is wrong; did you mean "..."?`, one line, safe to print: it holds neither
/// control characters nor invalid UTF-8, whatever the file held.
std::string to_string(const Problem& problem);

}  // namespace snapsim
