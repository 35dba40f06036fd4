#pragma once

#include <string>
#include <vector>

#include "tests/mutation/library_cases.hpp"
#include "tests/mutation/unit_cases.hpp"

namespace snapsim::mutation {

/// How a mutant was found out, from best to worst.
enum class Fate {
  violated,     ///< an invariant was violated that should hold
  held,         ///< an invariant held that the scenario lists as violated
  crashed,      ///< the program broke off: an assertion, an unforeseen exception, no end within the time
  expectation,  ///< the scenario's `expect` did not come
  unit_test,    ///< a test of tests/nova fails
  outside,      ///< all that was asked for came, but somebody outside sees another run than is recorded
  survived,     ///< traces differ, and nobody outside sees it
  unseen,       ///< the run comes to it, and not one trace differs
  unreached,    ///< no run of the library comes to it
};
constexpr int fate_count = 9;
std::string_view to_string(Fate fate);

struct MutantResult {
  Fate fate = Fate::unreached;
  std::string by;     ///< the invariant, what was expected, or how it crashed
  std::string where;  ///< the first case that shows it
};

/// Runs the cases that come to the mutant, and where none of them fails the unit tests that come to it, in a process of
/// their own, until an invariant finds it out.
MutantResult run_mutant(int number, const std::vector<LibraryCase>& cases, const std::vector<UnitCase>& unit_tests);

}  // namespace snapsim::mutation
