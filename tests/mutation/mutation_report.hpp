#pragma once

#include <string>
#include <vector>

#include "tests/mutation/contained_run.hpp"
#include "tests/mutation/mutant_table.hpp"

namespace snapsim::mutation {

struct MutantOutcome {
  MutantInfo mutant;
  MutantResult result;
};

/// Kinds of which only logs or times tell: they are counted apart.
bool is_counted_apart(std::string_view kind);

/// The table that the command prints: by operator, by what found the mutants out, and the sums.
std::string report_text(const std::vector<MutantOutcome>& outcomes);

/// One line for each mutant: number, operator, file:line, fate, by what, in which case, the change.
std::string list_text(const std::vector<MutantOutcome>& outcomes);

}  // namespace snapsim::mutation
