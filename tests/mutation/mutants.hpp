#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tests/mutation/statements.hpp"

namespace snapsim::mutation {

/// One change to the flow.
struct Mutant {
  int number = 0;    ///< from 1
  std::string kind;  ///< the operator that made it
  std::string file;
  int line = 0;
  std::string change;  ///< what it does to which piece of the source
};

/// What is put around a piece of the source, or instead of it.
struct Edit {
  std::size_t begin = 0;  ///< offsets into the text
  std::size_t end = 0;
  std::string before;
  std::string after;
  bool replaces = false;  ///< what stood there goes; nothing else may be put around a part of it
};

/// The mutants of a source, and the edits that put them, each behind its switch, into its text.
struct MutatedSource {
  std::vector<Mutant> mutants;
  std::vector<Edit> edits;
};

/// The enumerations whose values are mutated: the names of their values, in order.
using Enumerations = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Adds those that the source defines with `enum class`.
void read_enumerations(const Source& source, Enumerations& enumerations);

/// All mutants of the source that the operators make, numbered from `first_number`.
MutatedSource mutate(const Source& source, const Enumerations& enumerations, int first_number);

/// The text with the edits made. Edits are nested or apart; of two for the same piece the earlier is the outer one.
std::string edited(const std::string& text, std::vector<Edit> edits);

}  // namespace snapsim::mutation
