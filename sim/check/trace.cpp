#include "sim/check/trace.hpp"

namespace snapsim {

std::string_view to_string(Component component) {
  switch (component) {
    case Component::client:
      return "client";
    case Component::nova_api:
      return "nova-api";
    case Component::database:
      return "database";
    case Component::queue:
      return "queue";
    case Component::nova_compute:
      return "nova-compute";
    case Component::hypervisor:
      return "hypervisor";
    case Component::glance:
      return "glance";
    case Component::host_disk:
      return "host-disk";
    case Component::engine:
      return "engine";
  }
  return "unknown";
}

std::string_view to_string(TraceKind kind) {
  switch (kind) {
    case TraceKind::request_sent:
      return "request_sent";
    case TraceKind::request_answered:
      return "request_answered";
    case TraceKind::operation_begun:
      return "operation_begun";
    case TraceKind::operation_ended:
      return "operation_ended";
    case TraceKind::vm_state_written:
      return "vm_state_written";
    case TraceKind::task_state_written:
      return "task_state_written";
    case TraceKind::task_state_refused:
      return "task_state_refused";
    case TraceKind::power_state_written:
      return "power_state_written";
    case TraceKind::guest_changed:
      return "guest_changed";
    case TraceKind::image_status:
      return "image_status";
    case TraceKind::http:
      return "http";
    case TraceKind::message_cast:
      return "message_cast";
    case TraceKind::message_delivered:
      return "message_delivered";
    case TraceKind::log:
      return "log";
    case TraceKind::notification:
      return "notification";
    case TraceKind::action_started:
      return "action_started";
    case TraceKind::event_started:
      return "event_started";
    case TraceKind::event_finished:
      return "event_finished";
    case TraceKind::fault_recorded:
      return "fault_recorded";
    case TraceKind::file_made:
      return "file_made";
    case TraceKind::file_removed:
      return "file_removed";
    case TraceKind::command:
      return "command";
    case TraceKind::task_begun:
      return "task_begun";
    case TraceKind::task_ended:
      return "task_ended";
    case TraceKind::message_lost:
      return "message_lost";
    case TraceKind::fault:
      return "fault";
    case TraceKind::process_died:
      return "process_died";
    case TraceKind::process_started:
      return "process_started";
    case TraceKind::choice:
      return "choice";
  }
  return "unknown";
}

std::string_view to_string(RpcMethod method) {
  switch (method) {
    case RpcMethod::snapshot_instance:
      return "snapshot_instance";
    case RpcMethod::backup_instance:
      return "backup_instance";
    case RpcMethod::rebuild_instance:
      return "rebuild_instance";
    case RpcMethod::rescue_instance:
      return "rescue_instance";
    case RpcMethod::unrescue_instance:
      return "unrescue_instance";
    case RpcMethod::stop_instance:
      return "stop_instance";
    case RpcMethod::shelve_instance:
      return "shelve_instance";
    case RpcMethod::unshelve_instance:
      return "unshelve_instance";
  }
  return "unknown";
}

std::string_view to_string(Notification notification) {
  switch (notification) {
    case Notification::snapshot_start:
      return "instance.snapshot.start";
    case Notification::snapshot_end:
      return "instance.snapshot.end";
    case Notification::instance_update:
      return "instance.update";
    case Notification::exception:
      return "compute.exception";
    case Notification::power_off_start:
      return "instance.power_off.start";
    case Notification::power_off_end:
      return "instance.power_off.end";
    case Notification::rebuild_start:
      return "instance.rebuild.start";
    case Notification::rebuild_end:
      return "instance.rebuild.end";
    case Notification::rebuild_error:
      return "instance.rebuild.error";
    case Notification::rescue_start:
      return "instance.rescue.start";
    case Notification::rescue_end:
      return "instance.rescue.end";
    case Notification::unrescue_start:
      return "instance.unrescue.start";
    case Notification::unrescue_end:
      return "instance.unrescue.end";
    case Notification::shelve_start:
      return "instance.shelve.start";
    case Notification::shelve_end:
      return "instance.shelve.end";
    case Notification::shelve_offload_start:
      return "instance.shelve_offload.start";
    case Notification::shelve_offload_end:
      return "instance.shelve_offload.end";
    case Notification::unshelve_start:
      return "instance.unshelve.start";
    case Notification::unshelve_end:
      return "instance.unshelve.end";
  }
  return "unknown";
}

}  // namespace snapsim
