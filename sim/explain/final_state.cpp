#include "sim/explain/final_state.hpp"

#include <algorithm>

#include "sim/nova/states.hpp"

namespace snapsim {
namespace {

constexpr std::uint32_t first_request = 0;
constexpr std::uint32_t first_instance = 0;

std::string task_state_name(TaskState state) {
  return state == TaskState::none ? "None" : std::string(to_string(state));
}

std::string upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return result;
}

/// How the guest came to be what it is.
std::string reason_of(const RunRecord& record, const std::string& guest) {
  if (guest == "saved") return "saved";
  bool is_restored = false;
  for (const TraceRecord& step : record.trace) {
    if (step.kind != TraceKind::operation_ended || step.subject != first_instance || step.b != 0) continue;
    const auto operation = static_cast<Operation>(step.code);
    if (operation == Operation::hypervisor_resume) is_restored = true;
  }
  if (guest == "shutdown") return "destroyed";
  if (guest == "paused") return "user";
  if (guest == "running") return is_restored ? "restored" : "booted";
  return "";
}

/// What a trigger on the instance's row would have recorded.
std::vector<std::string> recorded_task_states(const RunRecord& record) {
  std::vector<std::string> states;
  std::string current = "None";
  std::int64_t written_us = -1;
  bool is_deleted = false;
  for (const TraceRecord& step : record.trace) {
    if (step.subject != first_instance) continue;
    const bool is_task = step.kind == TraceKind::task_state_written;
    const bool is_vm = step.kind == TraceKind::vm_state_written;
    if (!is_task && !is_vm && step.kind != TraceKind::power_state_written) continue;
    if (std::int64_t{step.code} == step.a) continue;
    if (is_task) current = task_state_name(static_cast<TaskState>(step.code));
    if (is_vm) is_deleted |= static_cast<VmState>(step.code) == VmState::deleted;
    // One statement writes several columns: they are one change.
    if (step.virtual_us == written_us && !states.empty()) {
      states.back() = current;
    } else {
      states.push_back(current);
    }
    written_us = step.virtual_us;
  }
  if (is_deleted) states.push_back(current);
  return states;
}

/// The power state in Nova's spelling.
std::string power_state_name(PowerState state) {
  const std::string name = upper(to_string(state));
  return name == "PENDING" ? "NOSTATE" : name;
}

void read_events(const RunRecord& record, FinalState& state) {
  bool has_action = false;
  bool has_event = false;
  for (const TraceRecord& step : record.trace) {
    if (step.request != first_request) continue;
    if (step.kind == TraceKind::action_started) has_action = true;
    if (step.kind == TraceKind::event_started) {
      has_event = true;
      state.event = "unfinished";
    }
    if (step.kind == TraceKind::event_finished) state.event = step.a == 1 ? "Success" : "Error";
    if (step.kind == TraceKind::fault_recorded) state.has_fault = true;
  }
  if (!has_event) state.event = has_action ? "no event recorded" : "no action recorded";
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : " > ") + text;
  return all.empty() ? "none" : all;
}

}  // namespace

std::vector<StatePart> parts_of(const FinalState& state) {
  const std::string reason = state.guest_reason.empty() ? "" : " (" + state.guest_reason + ")";
  return {{"api_status", state.api_status == 0 ? "none" : std::to_string(state.api_status)},
          {"task_states", joined(state.task_states)},
          {"vm_state", state.vm_state},
          {"task_state", state.task_state},
          {"power_state", state.power_state},
          {"guest", state.guest + reason},
          {"image_status", state.image_status},
          {"image_statuses", joined(state.image_statuses)},
          {"image_bytes", state.image_bytes ? std::to_string(*state.image_bytes) : "unknown"},
          {"event", state.event},
          {"fault", state.has_fault ? "yes" : "no"},
          {"temporary_files", std::to_string(state.files.size())}};
}

FinalState final_state_of(const RunRecord& record) {
  FinalState state;
  for (const RequestResult& reply : record.result.requests) {
    if (reply.index == first_request) state.api_status = reply.status;
  }
  if (!record.result.instances.empty()) {
    const InstanceResult& one = record.result.instances[first_instance];
    state.task_states = recorded_task_states(record);
    state.vm_state = to_string(one.vm_state);
    state.task_state = task_state_name(one.task_state);
    state.power_state = power_state_name(one.power_state);
    state.guest_reason = reason_of(record, one.guest);
    state.guest = one.guest == "saved" || one.guest == "shutdown" ? "shut off" : one.guest;
  }
  const std::string image = record.scenario.requests.empty() ? "" : record.scenario.requests[first_request].name;
  state.image_status = "absent";
  for (const ImageResult& one : record.result.images) {
    if (one.name != image) continue;
    state.image_status = one.status;
    state.image_bytes = one.size;
    for (const ImageStatus status : one.statuses) {
      if (std::ranges::find(state.image_statuses, to_string(status)) == state.image_statuses.end()) {
        state.image_statuses.emplace_back(to_string(status));
      }
    }
    break;
  }
  read_events(record, state);
  for (const std::string& file : record.result.leftover_files) {
    const std::size_t at = file.find("snapshots/");
    if (at != std::string::npos) state.files.push_back(file.substr(at + 10));
  }
  for (const ViolationResult& violation : record.result.violations) {
    state.is_transient |= violation.invariant == "domain_defined";
    state.has_block_job |= violation.invariant == "no_block_job";
  }
  return state;
}

}  // namespace snapsim
