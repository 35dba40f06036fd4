#include "sim/report/nova_function.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "sim/nova/log_messages.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {
namespace {

std::string_view controller_of(Action action) {
  switch (action) {
    case Action::create_image:
      return "nova/api/openstack/compute/servers.py, ServersController._action_create_image()";
    case Action::create_backup:
      return "nova/api/openstack/compute/create_backup.py, CreateBackupController._create_backup()";
    case Action::rebuild:
      return "nova/api/openstack/compute/servers.py, ServersController._action_rebuild()";
    case Action::rescue:
    case Action::unrescue:
      return "nova/api/openstack/compute/rescue.py, RescueController";
    case Action::delete_:
      return "nova/api/openstack/compute/servers.py, ServersController.delete()";
    case Action::force_delete:
      return "nova/api/openstack/compute/deferred_delete.py, DeferredDeleteController._force_delete()";
    case Action::stop:
      return "nova/api/openstack/compute/servers.py, ServersController._stop_server()";
    case Action::start:
      return "nova/api/openstack/compute/servers.py, ServersController._start_server()";
    case Action::pause:
    case Action::unpause:
      return "nova/api/openstack/compute/pause_server.py, PauseServerController";
    case Action::suspend:
    case Action::resume:
      return "nova/api/openstack/compute/suspend_server.py, SuspendServerController";
    case Action::reboot:
      return "nova/api/openstack/compute/servers.py, ServersController._action_reboot()";
    case Action::reset_state:
      return "nova/api/openstack/compute/admin_actions.py, AdminActionsController._reset_state()";
    case Action::delete_image:
      return "glance/api/v2/images.py, ImagesController.delete()";
    case Action::shelve:
    case Action::unshelve:
      return "nova/api/openstack/compute/shelve.py, ShelveController";
    case Action::crash:
    case Action::restart:
      return "";
  }
  return "";
}

std::string_view function_of(Operation operation) {
  switch (operation) {
    case Operation::glance_create:
      return "nova/image/glance.py, GlanceImageServiceV2.create()";
    case Operation::glance_get:
      return "nova/image/glance.py, GlanceImageServiceV2.show()";
    case Operation::glance_update:
      return "nova/image/glance.py, GlanceImageServiceV2._update_v2()";
    case Operation::glance_delete:
      return "nova/image/glance.py, GlanceImageServiceV2.delete()";
    case Operation::glance_list:
      return "nova/image/glance.py, GlanceImageServiceV2.detail()";
    case Operation::glance_upload:
      return "nova/image/glance.py, GlanceImageServiceV2._upload_data()";
    case Operation::queue_cast:
      return "nova/compute/rpcapi.py, ComputeAPI";
    case Operation::queue_deliver:
      return "oslo_messaging/rpc/server.py, RPCServer._process_incoming()";
    case Operation::db_save:
      return "nova/objects/instance.py, Instance.save()";
    case Operation::hypervisor_suspend:
      return "nova/virt/libvirt/guest.py, Guest.save_memory_state()";
    case Operation::hypervisor_resume:
      return "nova/virt/libvirt/guest.py, Guest.launch()";
    case Operation::hypervisor_pause:
      return "nova/virt/libvirt/guest.py, Guest.pause()";
    case Operation::hypervisor_unpause:
      return "nova/virt/libvirt/guest.py, Guest.resume()";
    case Operation::hypervisor_shutdown:
      return "nova/virt/libvirt/guest.py, Guest.shutdown()";
    case Operation::hypervisor_destroy:
      return "nova/virt/libvirt/guest.py, Guest.poweroff()";
    case Operation::hypervisor_undefine:
      return "nova/virt/libvirt/guest.py, Guest.delete_configuration()";
    case Operation::hypervisor_define:
      return "nova/virt/libvirt/host.py, Host.write_instance_config()";
    case Operation::hypervisor_block_copy:
      return "nova/virt/libvirt/guest.py, BlockDevice.rebase()";
    case Operation::hypervisor_block_job_abort:
      return "nova/virt/libvirt/guest.py, BlockDevice.abort_job()";
    case Operation::guest_agent_freeze:
      return "nova/virt/libvirt/guest.py, Guest.freeze_filesystems()";
    case Operation::guest_agent_thaw:
      return "nova/virt/libvirt/guest.py, Guest.thaw_filesystems()";
    case Operation::disk_mkdtemp:
    case Operation::disk_cleanup:
      return "nova/utils.py, tempdir()";
    case Operation::disk_create_delta:
      return "nova/virt/libvirt/utils.py, create_image()";
    case Operation::disk_extract:
      return "nova/virt/images.py, convert_image()";
    case Operation::disk_delete_instance_files:
      return "nova/virt/libvirt/driver.py, LibvirtDriver.delete_instance_files()";
  }
  return "";
}

std::string_view function_of(GlanceCall call) {
  switch (call) {
    case GlanceCall::create:
      return "glance/api/v2/images.py, ImagesController.create()";
    case GlanceCall::show:
      return "glance/api/v2/images.py, ImagesController.show()";
    case GlanceCall::download:
      return "glance/api/v2/image_data.py, ImageDataController.download()";
    case GlanceCall::list:
      return "glance/api/v2/images.py, ImagesController.index()";
    case GlanceCall::schema:
      return "glance/api/v2/schemas.py, Controller.image()";
    case GlanceCall::update:
      return "glance/api/v2/images.py, ImagesController.update()";
    case GlanceCall::upload:
      return "glance/api/v2/image_data.py, ImageDataController.upload()";
    case GlanceCall::remove:
      return "glance/api/v2/images.py, ImagesController.delete()";
  }
  return "";
}

/// Who writes a task state: the driver the states of the copy, the API the claims, the manager the rest.
std::string_view writer_of(const TraceRecord& record) {
  if (record.component == Component::nova_api || record.host == TraceRecord::none) return "nova/compute/api.py, API";
  switch (static_cast<TaskState>(record.code)) {
    case TaskState::image_pending_upload:
    case TaskState::image_uploading:
      return "nova/virt/libvirt/driver.py, LibvirtDriver.snapshot()";
    case TaskState::image_snapshot:
      return "nova/compute/manager.py, ComputeManager.snapshot_instance()";
    default:
      return "nova/compute/manager.py, ComputeManager";
  }
}

std::string log_function(const TraceRecord& record) {
  const LogMessageInfo& info = log_message_info(static_cast<LogMessage>(record.code));
  const std::size_t space = info.function.find(' ');
  if (space != std::string_view::npos) {
    return fmt::format("{}, {}()", info.function.substr(space + 1), info.function.substr(0, space));
  }
  std::string path(info.logger);
  std::ranges::replace(path, '.', '/');
  return path + ".py";
}

}  // namespace

std::string nova_function(const TraceRecord& record) {
  const auto method = to_string(static_cast<RpcMethod>(record.code));
  switch (record.kind) {
    case TraceKind::request_sent:
    case TraceKind::request_answered:
      return std::string(controller_of(static_cast<Action>(record.code)));
    case TraceKind::operation_begun:
    case TraceKind::operation_ended:
      return std::string(function_of(static_cast<Operation>(record.code)));
    case TraceKind::http:
      return std::string(function_of(static_cast<GlanceCall>(record.code)));
    case TraceKind::task_state_written:
    case TraceKind::task_state_refused:
      return fmt::format("{}, by Instance.save()", writer_of(record));
    case TraceKind::vm_state_written:
    case TraceKind::power_state_written:
      return "nova/objects/instance.py, Instance.save()";
    case TraceKind::message_cast:
      return fmt::format("nova/compute/rpcapi.py, ComputeAPI.{}()", method);
    case TraceKind::message_delivered:
    case TraceKind::task_begun:
    case TraceKind::task_ended:
      return fmt::format("nova/compute/manager.py, ComputeManager.{}()", method);
    case TraceKind::log:
      return log_function(record);
    case TraceKind::notification:
      return "nova/compute/utils.py, notify_about_instance_action()";
    case TraceKind::action_started:
      return "nova/compute/api.py, API._record_action_start()";
    case TraceKind::event_started:
    case TraceKind::event_finished:
      return "nova/compute/utils.py, EventReporter";
    case TraceKind::fault_recorded:
      return "nova/compute/utils.py, add_instance_fault_from_exc()";
    case TraceKind::image_status:
      return "glance/domain/__init__.py, Image.status";
    case TraceKind::command:
      return "oslo_concurrency/processutils.py, execute()";
    case TraceKind::guest_changed:
      return "nova/virt/libvirt/host.py, Host._event_lifecycle_callback()";
    case TraceKind::file_made:
    case TraceKind::file_removed:
      return "nova/virt/libvirt/driver.py, LibvirtDriver.snapshot()";
    case TraceKind::message_lost:
    case TraceKind::fault:
    case TraceKind::process_died:
    case TraceKind::process_started:
    case TraceKind::choice:
      break;
  }
  return {};
}

}  // namespace snapsim
