#pragma once

#include <span>
#include <string_view>

namespace snapsim::mutation {

/// A mutant that is in the program. What each means stands at Mutant.
struct MutantInfo {
  int number;
  std::string_view kind;
  std::string_view file;
  int line;
  std::string_view change;
};

/// All of them, in the order of their numbers. [Written by the generator.]
std::span<const MutantInfo> mutant_table();

}  // namespace snapsim::mutation
