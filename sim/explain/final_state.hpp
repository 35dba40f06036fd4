#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// What a snapshot ends in, in Nova's own words. An empty optional: nothing is known of it.
struct FinalState {
  int api_status = 0;  ///< nova-api's answer, 0: none
  /// task_state after each write that changed vm_state, task_state or power_state, as a trigger in the database would
  /// record it; "None" included. That the row of a deleted instance is removed is one write more.
  std::vector<std::string> task_states;
  std::string vm_state;
  std::string task_state;   ///< "None" where there is none
  std::string power_state;  ///< as the database has it: "RUNNING"
  std::string guest;        ///< as the hypervisor has it: "running", "paused", "shut off", "absent"
  std::string
      guest_reason;  ///< as libvirt has it: "booted", "restored", "user" (paused), "saved", "destroyed"; or empty
  std::string image_status;                 ///< "absent" where Glance has no such image
  std::vector<std::string> image_statuses;  ///< that it had, each once, in the order in which they came
  std::optional<std::int64_t> image_bytes;
  std::string event;       ///< of the action createImage: "Success", "Error", "unfinished", "no event recorded" or "no
                           ///< action recorded"
  bool has_fault = false;  ///< a row in instance_faults
  bool is_transient = false;  ///< the domain has no definition any more
  bool has_block_job = false;
  std::vector<std::string> files;  ///< left in snapshots_directory, "tmp0/" and "tmp0/delta"
};

/// One part of it, as texts are compared by it.
struct StatePart {
  std::string_view name;  ///< as the JSON report has it: "image_status"
  std::string value;
};
/// All of it, part by part, always the same parts in the same order.
std::vector<StatePart> parts_of(const FinalState& state);

/// What the first request of the run ends in.
FinalState final_state_of(const RunRecord& record);

}  // namespace snapsim
