#include "sim/check/invariant.hpp"

namespace snapsim {

void Checker::observe(const TraceRecord& record) {
  if (!always_) return;
  // Most records concern no invariant: they are let pass before the table is walked.
  switch (record.kind) {
    case TraceKind::request_sent:
    case TraceKind::vm_state_written:
    case TraceKind::task_state_written:
    case TraceKind::image_status:
    case TraceKind::task_begun:
    case TraceKind::task_ended:
    case TraceKind::process_died:
      break;
    default:
      return;
  }
  for (const Invariant& invariant : invariants()) {
    if (invariant.observe) invariant.observe(record, state_, violations_);
  }
  state_.update(record);
}

void AlwaysState::update(const TraceRecord& record) {
  switch (record.kind) {
    case TraceKind::request_sent:
      at(requests_, static_cast<std::uint32_t>(record.a)).action = static_cast<Action>(record.code);
      break;
    case TraceKind::vm_state_written:
      at(instances_, record.subject).vm_state = static_cast<VmState>(record.code);
      break;
    case TraceKind::task_state_written:
      at(instances_, record.subject).was_deleting |= static_cast<TaskState>(record.code) == TaskState::deleting;
      break;
    case TraceKind::task_begun: {
      OfInstance& instance = at(instances_, record.subject);
      if (!deletes_instance(static_cast<RpcMethod>(record.code))) ++instance.tasks;
      instance.host = record.host;
      if (record.request != TraceRecord::none) ++at(requests_, record.request).tasks_begun;
      break;
    }
    case TraceKind::task_ended:
      if (!deletes_instance(static_cast<RpcMethod>(record.code))) --at(instances_, record.subject).tasks;
      break;
    case TraceKind::process_died:
      if (record.component != Component::nova_compute) break;
      for (OfInstance& instance : instances_) {
        if (instance.host == record.host) instance.tasks = 0;
      }
      break;
    default:
      break;
  }
}

void Checker::check_at_rest(const WorldView& world) {
  for (const Invariant& invariant : invariants()) {
    if (invariant.check) invariant.check(world, violations_);
  }
}

}  // namespace snapsim
