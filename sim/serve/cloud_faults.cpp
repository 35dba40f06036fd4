#include <variant>

#include "sim/serve/cloud.hpp"

// Faults that are planned while the cloud is served. In a scenario all counts are from the start of the run; who plans
// a fault now counts from now.

namespace snapsim {
namespace {

template <class State>
bool tells_of(const TraceRecord& record, TraceKind kind, State state) {
  return record.kind == kind && record.code == static_cast<std::uint8_t>(state);
}

bool tells_of_reached(const TraceRecord& record, const WhenInstance& when) {
  if (record.subject != when.instance) return false;
  if (const auto* const task = std::get_if<TaskState>(&when.state)) {
    return tells_of(record, TraceKind::task_state_written, *task);
  }
  if (const auto* const vm = std::get_if<VmState>(&when.state)) {
    return tells_of(record, TraceKind::vm_state_written, *vm);
  }
  return tells_of(record, TraceKind::power_state_written, std::get<PowerState>(when.state));
}

bool tells_of_operation(const TraceRecord& record, const AtOperation& at) {
  const TraceKind kind =
      at.phase == AtOperation::Phase::after ? TraceKind::operation_ended : TraceKind::operation_begun;
  if (!tells_of(record, kind, at.operation)) return false;
  return !at.instance || *at.instance == record.subject;
}

}  // namespace

/// How often the moment has come since the start of the session.
int Cloud::count_of(const Moment& moment) const {
  int count = 0;
  for (const TraceRecord& record : world_->recorder().trace()) {
    if (const auto* const when = std::get_if<WhenInstance>(&moment)) {
      count += tells_of_reached(record, *when);
    } else if (const auto* const at = std::get_if<AtOperation>(&moment)) {
      count += tells_of_operation(record, *at);
    } else if (const auto* const image = std::get_if<WhenImage>(&moment)) {
      if (!tells_of(record, TraceKind::image_status, image->status)) continue;
      count += world_->image_name(record.subject) == image->image;
    }
  }
  return count;
}

/// Makes of counts from now counts from the start. Gives how often the moment has come until now.
int Cloud::shift_counts(FaultSpec& fault) const {
  const FaultPoint& point = fault_points()[fault.point];
  if (point.operation && fault.nth != FaultSpec::every) {
    fault.nth += world_->faults().passes(*point.operation, fault.instance);
  }
  if (!fault.moment) return 0;
  const int seen = count_of(*fault.moment);
  if (auto* const when = std::get_if<WhenInstance>(&*fault.moment)) when->nth += seen;
  if (auto* const image = std::get_if<WhenImage>(&*fault.moment)) image->nth += seen;
  if (auto* const at = std::get_if<AtOperation>(&*fault.moment)) at->nth += seen;
  return seen;
}

std::uint32_t Cloud::add_fault(FaultSpec fault) {
  return look([this, &fault](const Inside&) {
    check_room(scenario_->faults.size(), "faults");
    const Instant now = free_instant();
    const int seen = shift_counts(fault);
    const bool is_event = fault_points()[fault.point].is_event();
    if (is_event && (!fault.moment || std::holds_alternative<AtTime>(*fault.moment))) {
      fault.moment = AtTime{now.time_since_epoch().count()};
    }
    scenario_->faults.push_back(std::move(fault));
    world_->take_in_fault(seen);
    return static_cast<std::uint32_t>(scenario_->faults.size() - 1);
  });
}

void Cloud::switch_off_fault(std::uint32_t fault) {
  look([fault](const Inside& inside) { inside.world.switch_off_fault(fault); });
}

}  // namespace snapsim
