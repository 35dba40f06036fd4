#pragma once

#include <string>

#include "sim/world/scenario.hpp"

namespace snapsim {

/// While this lives, an assertion that fails in its thread ends the program with Exit::defect, after it has told how to
/// get there again. One at a time in a thread.
class DefectReport {
 public:
  /// `scenario` outlives this.
  explicit DefectReport(const Scenario& scenario);
  DefectReport(const DefectReport&) = delete;
  DefectReport& operator=(const DefectReport&) = delete;
  ~DefectReport();
};

/// The command that does the scenario's run again, before it is known what the run draws from its seed.
std::string command_to_run_again(const Scenario& scenario);

}  // namespace snapsim
