#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <string>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// What a JUnit report says of one scenario: its run, or why there is none.
struct JunitCase {
  std::string path;              ///< of the scenario file; the test case is named after it
  std::optional<RunRecord> run;  ///< none: it failed outside of the simulation, or was not begun
  std::string outside_failure;   ///< in words; empty where there is a run, or it was not begun
  /// Real time that the run took; none: not told, so that the report depends on nothing but the run.
  std::optional<std::int64_t> wall_us;
};

/// Writes the report in the XML of JUnit that CI services read: one test case a scenario, in one test suite. A run that
/// is not as its scenario expects is a failure, with the reasons as its message and the whole story as its text; one
/// that failed outside is an error, and one that was not begun is skipped. Well-formed whatever the names hold.
void write_junit(std::span<const JunitCase> cases, std::ostream& out);

}  // namespace snapsim
