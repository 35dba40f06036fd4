#include "sim/check/trace.hpp"

#include <array>

namespace snapsim {
namespace {

constexpr std::array<std::string_view, rpc_method_count> method_names{
    "snapshot_instance",       "backup_instance",      "rebuild_instance", "rescue_instance", "unrescue_instance",
    "terminate_instance",      "soft_delete_instance", "stop_instance",    "start_instance",  "pause_instance",
    "unpause_instance",        "suspend_instance",     "resume_instance",  "reboot_instance", "shelve_instance",
    "shelve_offload_instance", "unshelve_instance",
};

constexpr std::array<std::string_view, notification_count> notification_names{
    "instance.snapshot.start",
    "instance.snapshot.end",
    "instance.update",
    "compute.exception",
    "instance.rebuild.start",
    "instance.rebuild.end",
    "instance.rebuild.error",
    "instance.rescue.start",
    "instance.rescue.end",
    "instance.unrescue.start",
    "instance.unrescue.end",
    "instance.delete.start",
    "instance.delete.end",
    "instance.shutdown.start",
    "instance.shutdown.end",
    "instance.soft_delete.start",
    "instance.soft_delete.end",
    "instance.power_off.start",
    "instance.power_off.end",
    "instance.power_on.start",
    "instance.power_on.end",
    "instance.pause.start",
    "instance.pause.end",
    "instance.unpause.start",
    "instance.unpause.end",
    "instance.suspend.start",
    "instance.suspend.end",
    "instance.resume.start",
    "instance.resume.end",
    "instance.reboot.start",
    "instance.reboot.end",
    "instance.reboot.error",
    "instance.shelve.start",
    "instance.shelve.end",
    "instance.shelve_offload.start",
    "instance.shelve_offload.end",
    "instance.unshelve.start",
    "instance.unshelve.end",
};

}  // namespace

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
  const auto index = static_cast<std::size_t>(method);
  return index < method_names.size() ? method_names[index] : "unknown";
}

std::string_view to_string(Notification notification) {
  const auto index = static_cast<std::size_t>(notification);
  return index < notification_names.size() ? notification_names[index] : "unknown";
}

}  // namespace snapsim
