#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "sim/report/judgement.hpp"
#include "sim/world/run.hpp"

namespace snapsim::mutation {

/// A run that is judged, and what it is without any mutant.
struct LibraryCase {
  Scenario scenario;
  std::string name;       ///< "cold_snapshot.json", "cold_snapshot.json under hardened", the same with a mishap
  std::set<int> reached;  ///< the mutants that its run comes to: under any other it is the same run
  bool is_judged = true;  ///< false: only how it looks from outside counts
  std::uint64_t fingerprint_high = 0;
  std::uint64_t fingerprint_low = 0;
  std::uint64_t life = 0;  ///< what is seen of it from outside: testing::Life
};

/// Every scenario of the library as it is written, and under policy hardened where that is another. Throws where one of
/// them is not consistent without a mutant.
std::vector<LibraryCase> library_cases();

/// Stories with a single mishap, those whose lives are recorded: under policy hardened no invariant may be violated;
/// where one is even without a mutant, and under policy nova, they are not judged.
std::vector<LibraryCase> mishap_cases();

/// What the run of a case under the active mutant says of it. The first of these that is not empty counts.
struct CaseVerdict {
  std::string violated;     ///< an invariant that the scenario does not list
  std::string held;         ///< an invariant that the scenario lists, and that was not violated
  std::string expectation;  ///< what came otherwise than the scenario's `expect` says
  bool life_differs = false;
  bool trace_differs = false;
};
CaseVerdict run_case(const LibraryCase& one);

}  // namespace snapsim::mutation
