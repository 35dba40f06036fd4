#include "sim/scenario/problem.hpp"

#include <fmt/format.h>

namespace snapsim {

std::string to_string(const Problem& problem) {
  std::string result =
      fmt::format("{}:{}:{}: {}: {}", printable(problem.file), problem.line, problem.column,
                  problem.pointer.empty() ? "/" : printable(problem.pointer), printable(problem.message));
  if (!problem.suggestion.empty()) {
    result += fmt::format("; did you mean \"{}\"?", printable(problem.suggestion));
  }
  return result;
}

}  // namespace snapsim
