#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// Where two runs part, in words. Every text is fit to print.
struct RunDifference {
  std::size_t steps_in_common = 0;            ///< from the start
  std::vector<std::string> last_in_common;    ///< the last of them, oldest first; a few at most
  std::optional<std::string> first_of_one;    ///< the first step that is not in both; none: that run has ended
  std::optional<std::string> first_of_other;  ///< at least one of the two is there
  std::string cause;                          ///< a sentence without its end
  std::vector<std::string> ends;  ///< what they end in, where that differs: "vm-1 vm_state: active, stopped"
};

/// The first difference of the two runs and what it comes from. Steps are compared as they are told, with names, so
/// that runs of two scenarios can be compared; nothing where all steps are the same.
std::optional<RunDifference> difference_between(const RunRecord& one, const RunRecord& other);

}  // namespace snapsim
