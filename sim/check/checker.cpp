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
    case TraceKind::event_started:
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

void AlwaysState::note_request(const TraceRecord& sent) {
  OfRequest& request = at(requests_, static_cast<std::uint32_t>(sent.a));
  request.action = static_cast<Action>(sent.code);
  request.instance = sent.subject;
  const bool is_of_deletion = request.action == Action::delete_ || request.action == Action::force_delete;
  if (sent.subject != TraceRecord::none && (is_of_deletion || request.action == Action::unshelve)) {
    at(instances_, sent.subject).leaves_shelf = true;
  }
}

void AlwaysState::update(const TraceRecord& record) {
  switch (record.kind) {
    case TraceKind::request_sent:
      note_request(record);
      break;
    case TraceKind::image_status:
      if (record.a < 0) at(images_, record.subject).request = record.request;
      break;
    case TraceKind::vm_state_written:
      at(instances_, record.subject).vm_state = static_cast<VmState>(record.code);
      break;
    case TraceKind::task_state_written: {
      OfInstance& instance = at(instances_, record.subject);
      instance.was_deleting |= static_cast<TaskState>(record.code) == TaskState::deleting;
      const bool is_its_own_end = static_cast<TaskState>(record.code) == TaskState::none && instance.tasks > 0 &&
                                  instance.worker == record.request;
      if (!is_its_own_end) break;
      --instance.tasks;
      instance.has_let_go = true;
      break;
    }
    case TraceKind::task_begun: {
      OfInstance& instance = at(instances_, record.subject);
      if (!deletes_instance(static_cast<RpcMethod>(record.code))) {
        ++instance.tasks;
        instance.worker = record.request;
        instance.method = static_cast<RpcMethod>(record.code);
        instance.has_let_go = false;
      }
      instance.host = record.host;
      if (record.request != TraceRecord::none) at(requests_, record.request).has_begun = true;
      break;
    }
    case TraceKind::event_started: {
      if (record.request == TraceRecord::none) break;
      OfRequest& request = at(requests_, record.request);
      if (request.has_begun) ++request.effects;
      request.has_begun = false;
      break;
    }
    case TraceKind::task_ended: {
      if (deletes_instance(static_cast<RpcMethod>(record.code))) break;
      OfInstance& instance = at(instances_, record.subject);
      const bool let_go_before = instance.has_let_go && instance.worker == record.request;
      if (!let_go_before && instance.tasks > 0) --instance.tasks;
      break;
    }
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
