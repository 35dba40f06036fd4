#include "sim/world/dealings.hpp"

#include "sim/world/scenario.hpp"

namespace snapsim {
namespace {

bool is_of_the_queue(Operation operation) {
  return operation == Operation::queue_cast || operation == Operation::queue_deliver;
}

bool is_of_libvirt(Operation operation) {
  return operation >= Operation::hypervisor_suspend && operation <= Operation::guest_agent_thaw;
}

}  // namespace

void Dealings::brought_about(Component who) {
  ++guest;
  api += who == Component::nova_api;
  // What the hypervisor does to a guest it tells nova-compute; host_disk is nova-compute's work.
  compute += who == Component::nova_compute || who == Component::hypervisor || who == Component::host_disk;
}

void Dealings::recorded(const TraceRecord& record) {
  const auto operation = static_cast<Operation>(record.code);  // where the record is of one
  switch (record.kind) {
    case TraceKind::http:
    case TraceKind::log:
    case TraceKind::notification:
    case TraceKind::choice:
      return;  // nobody in the run reads them
    case TraceKind::operation_begun:
      glance += is_of_glance(operation);
      queue += is_of_the_queue(operation);
      libvirt += is_of_libvirt(operation);
      compute += operation == Operation::queue_deliver;
      return;
    case TraceKind::operation_ended:
      glance += is_of_glance(operation);
      queue += is_of_the_queue(operation);
      libvirt += is_of_libvirt(operation);
      if (!reads_only(operation)) brought_about(record.component);
      return;
    case TraceKind::guest_changed:
      ++libvirt;
      brought_about(record.component);
      return;
    case TraceKind::image_status:
      ++glance;
      brought_about(record.component);
      return;
    case TraceKind::message_cast:
    case TraceKind::message_delivered:
    case TraceKind::message_lost:
      ++queue;
      ++compute;
      brought_about(record.component);
      return;
    case TraceKind::request_sent:
    case TraceKind::request_answered:
      ++api;
      brought_about(record.component);
      return;
    case TraceKind::process_died:
    case TraceKind::process_started:
      with_everybody();
      return;
    default:
      brought_about(record.component);
  }
}

void Dealings::with_everybody() {
  *this = {api + 1, compute + 1, glance + 1, queue + 1, libvirt + 1, guest + 1, everybody + 1};
}

void Dealings::consumer_came() {
  ++queue;
  ++compute;
  ++guest;
}

}  // namespace snapsim
