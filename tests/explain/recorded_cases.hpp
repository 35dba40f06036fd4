#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace snapsim::test {

/// One fault that was brought about in a real cloud: its logs are logs/<name>.log.gz, those of nova-api, nova-compute
/// and glance-api behind one another, without DEBUG lines of no interest.
struct RecordedCase {
  std::string name;
  std::string cause;  ///< as scenario files name it; "nothing"
  int api_status = 0;
  std::string task_states;  ///< short, joined by " > "
  std::string states;       ///< "vm_state / task_state / power_state" at the end
  std::string guest;        ///< "running (restored)"
  std::string image_status;
  std::string image_statuses;     ///< joined by ", "
  std::int64_t image_bytes = -1;  ///< -1: none
  std::string event;
  bool has_fault = false;
  std::size_t files = 0;  ///< left in snapshots_directory
};
const std::vector<RecordedCase>& recorded_cases();

/// The texts one after another, `between` them.
std::string joined(const std::vector<std::string>& texts, const std::string& between);
/// A sequence of task_states as RecordedCase has it.
std::string short_states(const std::vector<std::string>& states);
/// Whether the cause that was found, "" or "nothing" or one or several words, is the recorded one or names it.
bool names_cause(const std::string& found, const std::string& recorded);

}  // namespace snapsim::test
