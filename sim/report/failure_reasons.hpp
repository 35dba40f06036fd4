#pragma once

#include <string>
#include <vector>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// Something for which a run fails.
struct FailureReason {
  std::string text;                ///< one line, safe to print
  std::vector<std::string> place;  ///< as in ExpectationFailure; of a violation nothing
};

/// All of them: first the violations that the scenario does not list, then the expectations that were not met. None
/// where the run is as the scenario expects.
std::vector<FailureReason> failure_reasons(const RunRecord& record);

}  // namespace snapsim
