#include "sim/report/run_states.hpp"

#include <algorithm>
#include <string_view>

namespace snapsim {
namespace {

using StateKind = StateTrack::Kind;

/// What libvirt says of a guest when the run begins.
PowerState power_at_start(VmState vm_state) {
  switch (vm_state) {
    case VmState::paused:
      return PowerState::paused;
    case VmState::suspended:
    case VmState::stopped:
      return PowerState::shutdown;
    default:
      return PowerState::running;
  }
}

std::string wire_text(std::string_view value) {
  return std::string(value);
}

}  // namespace

std::string_view to_string(StateTrack::Kind kind) {
  switch (kind) {
    case StateKind::vm_state:
      return "vm_state";
    case StateKind::task_state:
      return "task_state";
    case StateKind::power_state:
      return "power_state";
    case StateKind::guest:
      return "guest";
    case StateKind::image_status:
      return "status";
  }
  return "state";
}

const StateChange* StateHistory::at(std::optional<std::size_t> position) const {
  const StateChange* last = nullptr;
  for (const StateChange& change : changes) {
    if (change.position && (!position || *change.position > *position)) break;
    last = &change;
  }
  return last;
}

std::optional<std::pair<StateTrack, std::string>> state_written(const TraceRecord& record) {
  const auto written = [&record](StateKind kind, std::string_view value) {
    return std::pair{StateTrack{kind, record.subject}, wire_text(value)};
  };
  switch (record.kind) {
    case TraceKind::vm_state_written:
      return written(StateKind::vm_state, to_string(static_cast<VmState>(record.code)));
    case TraceKind::task_state_written:
      return written(StateKind::task_state, to_string(static_cast<TaskState>(record.code)));
    case TraceKind::power_state_written:
      return written(StateKind::power_state, to_string(static_cast<PowerState>(record.code)));
    case TraceKind::guest_changed:
      return written(StateKind::guest, record.a == 1 ? "saved" : to_string(static_cast<PowerState>(record.code)));
    case TraceKind::image_status:
      return written(StateKind::image_status, to_string(static_cast<ImageStatus>(record.code)));
    default:
      return std::nullopt;
  }
}

std::vector<StateHistory> state_histories(const RunRecord& record) {
  std::vector<StateHistory> histories;
  for (std::uint32_t i = 0; i < record.scenario.instances.size(); ++i) {
    const VmState vm_state = record.scenario.instances[i].vm_state;
    const std::string power = wire_text(to_string(power_at_start(vm_state)));
    histories.push_back({{StateKind::vm_state, i}, {{std::nullopt, wire_text(to_string(vm_state))}}});
    histories.push_back({{StateKind::task_state, i}, {{std::nullopt, wire_text(to_string(TaskState::none))}}});
    histories.push_back({{StateKind::power_state, i}, {{std::nullopt, power}}});
    histories.push_back({{StateKind::guest, i}, {{std::nullopt, vm_state == VmState::suspended ? "saved" : power}}});
  }
  for (std::size_t position = 0; position < record.trace.size(); ++position) {
    auto change = state_written(record.trace[position]);
    if (!change) continue;
    auto history = std::ranges::find(histories, change->first, &StateHistory::track);
    if (history == histories.end()) {
      histories.push_back({change->first, {}});
      history = histories.end() - 1;
    }
    // What is written again without a change is no step of its own.
    if (!history->changes.empty() && history->changes.back().value == change->second) continue;
    history->changes.push_back({position, std::move(change->second)});
  }
  return histories;
}

const StateHistory* find_history(const std::vector<StateHistory>& histories, const StateTrack& track) {
  const auto found = std::ranges::find(histories, track, &StateHistory::track);
  return found == histories.end() ? nullptr : &*found;
}

}  // namespace snapsim
