#pragma once

#include <set>
#include <string>
#include <vector>

namespace snapsim::mutation {

/// A test case of tests/nova: the flow against doubles.
struct UnitCase {
  std::string name;
  std::set<int> reached;  ///< the mutants that it comes to
};

/// All of them. Throws where one fails without any mutant.
std::vector<UnitCase> unit_cases();

/// Whether the test passes under the active mutant.
bool passes(const UnitCase& test);

}  // namespace snapsim::mutation
