#include "sim/report/run_states.hpp"

#include <algorithm>
#include <string_view>

#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

using StateKind = StateTrack::Kind;

std::string wire_text(std::string_view value) {
  return std::string(value);
}

/// Which domains libvirt still knows: one that is off and not defined is gone.
class DomainBook {
 public:
  explicit DomainBook(const Scenario& scenario) : scenario_(scenario) {
    for (const InstanceSpec& instance : scenario.instances) {
      domains_.push_back({true, guest_at_start(instance.vm_state) == PowerState::shutdown, false, false});
    }
  }

  /// What the record makes of its guest, where no record says that itself: "absent", or "shutdown" when it is back.
  std::optional<std::string> read(const TraceRecord& record) {
    if (record.subject >= domains_.size()) return std::nullopt;
    Domain& domain = domains_[record.subject];
    const bool was_gone = domain.is_gone();
    note(record, domain);
    if (domain.is_gone()) return "absent";
    if (was_gone && domain.is_off) return "shutdown";
    return std::nullopt;
  }

 private:
  struct Domain {
    bool is_defined = true;
    bool is_off = false;
    bool has_effect_anyway = false;  ///< what is about to fail takes its effect
    bool vanishes = false;           ///< its change that comes next is its end

    bool is_gone() const { return !is_defined && is_off; }
  };

  void note(const TraceRecord& record, Domain& domain) const {
    switch (record.kind) {
      case TraceKind::guest_changed:
        // A domain that was gone and changes has been made anew, unless this is how it goes.
        if (domain.is_gone() && !domain.vanishes) domain.is_defined = true;
        domain.vanishes = false;
        domain.is_off = record.code == static_cast<std::uint8_t>(PowerState::shutdown);
        break;
      case TraceKind::operation_ended: {
        const bool has_effect = record.b == 0 || domain.has_effect_anyway;
        const auto operation = static_cast<Operation>(record.code);
        if (has_effect && operation == Operation::hypervisor_undefine) domain.is_defined = false;
        if (has_effect && operation == Operation::hypervisor_define) domain.is_defined = true;
        domain.has_effect_anyway = false;
        break;
      }
      case TraceKind::fault: {
        if (fault_points()[record.code].outcome == Outcome::vanishes) {
          domain.is_defined = false;
          domain.vanishes = true;
        }
        const auto index = static_cast<std::size_t>(record.b);
        domain.has_effect_anyway = index < scenario_.faults.size() && scenario_.faults[index].after_effect;
        break;
      }
      default:
        break;
    }
  }

  const Scenario& scenario_;
  std::vector<Domain> domains_;
};

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
    const std::string power = wire_text(to_string(guest_at_start(vm_state)));
    histories.push_back({{StateKind::vm_state, i}, {{std::nullopt, wire_text(to_string(vm_state))}}});
    histories.push_back({{StateKind::task_state, i}, {{std::nullopt, wire_text(to_string(TaskState::none))}}});
    histories.push_back({{StateKind::power_state, i}, {{std::nullopt, power}}});
    histories.push_back({{StateKind::guest, i}, {{std::nullopt, vm_state == VmState::suspended ? "saved" : power}}});
  }
  const auto becomes = [&histories](std::size_t position, const StateTrack& track, std::string value) {
    auto history = std::ranges::find(histories, track, &StateHistory::track);
    if (history == histories.end()) {
      histories.push_back({track, {}});
      history = histories.end() - 1;
    }
    // What is written again without a change is no step of its own.
    if (!history->changes.empty() && history->changes.back().value == value) return;
    history->changes.push_back({position, std::move(value)});
  };
  DomainBook domains(record.scenario);
  for (std::size_t position = 0; position < record.trace.size(); ++position) {
    const TraceRecord& step = record.trace[position];
    if (auto change = state_written(step)) becomes(position, change->first, std::move(change->second));
    if (auto guest = domains.read(step)) becomes(position, {StateKind::guest, step.subject}, std::move(*guest));
  }
  return histories;
}

const StateHistory* find_history(const std::vector<StateHistory>& histories, const StateTrack& track) {
  const auto found = std::ranges::find(histories, track, &StateHistory::track);
  return found == histories.end() ? nullptr : &*found;
}

}  // namespace snapsim
