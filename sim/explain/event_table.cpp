#include <array>

#include "sim/explain/event.hpp"

namespace snapsim {
namespace {

using enum EventKind;
constexpr Side api = Side::nova_api;
constexpr Side compute = Side::nova_compute;
constexpr Side glance = Side::glance_api;

// In the order of the enumeration. Lines that come or go with a moment's timing weigh little, lines that only a certain
// fault brings about weigh much.
constexpr std::array<EventInfo, event_kind_count> infos{{
    {api_create_image, api, 1, true, "ServersController._action_create_image: the request is taken up"},
    {api_create_backup, api, 1, true, "CreateBackupController._create_backup: the request is taken up"},
    {api_other_action, api, 0.3, false, "another request for the instance"},
    {api_delete, api, 1, false, "ServersController.delete: the server is to be deleted"},
    {api_action_answered, api, 1, false, "nova-api answers"},
    {api_delete_answered, api, 0.5, false, "nova-api answers the DELETE"},
    {api_http_exception, api, 0.3, false, "the request is refused"},
    {api_unexpected_exception, api, 2, false, "an exception that ServersController does not expect"},
    {api_instance_disappeared, api, 2, true, "API.snapshot: the instance is gone"},
    {api_image_deleted_before_start, api, 2, true, "API.snapshot deletes the image that it made"},
    {api_image_clean_up_failed, api, 2, true, "API.snapshot cannot delete the image that it made"},
    {api_going_to_stop, api, 1, false, "API.force_stop"},
    {api_going_to_start, api, 1, false, "API.start"},
    {api_going_to_terminate, api, 0.5, false, "API.delete"},
    {api_going_to_soft_delete, api, 1, false, "API.soft_delete"},
    {api_host_is_down, api, 2, false, "API._local_delete: the host is down"},
    {instance_snapshotting, compute, 1, true, "ComputeManager._snapshot_instance begins"},
    {snapshotting_non_running, compute, 1, true, "the guest is not running"},
    {instance_not_found_at_start, compute, 2, true, "ComputeManager.snapshot_instance: the instance is gone"},
    {instance_being_deleted, compute, 2, true, "ComputeManager.snapshot_instance: the instance is being deleted"},
    {beginning_live_snapshot, compute, 1.5, true, "LibvirtDriver.snapshot: live"},
    {beginning_cold_snapshot, compute, 1.5, true, "LibvirtDriver.snapshot: cold, _suspend_guest_for_snapshot is done"},
    {quiescing_not_available, compute, 0.5, true, "_live_snapshot: the guest cannot be quiesced"},
    {quiescing_required, compute, 2, true, "_live_snapshot: the guest must be quiesced and cannot be"},
    {skipping_quiescing, compute, 0.7, true, "_live_snapshot: not quiesced"},
    {block_job_progress, compute, 0.4, true, "_live_snapshot: the copy of the disk goes on"},
    {delta_begun, compute, 0.5, true, "_live_snapshot: qemu-img create of the delta begins"},
    {delta_ended, compute, 0.7, true, "_live_snapshot: qemu-img create of the delta has ended"},
    {convert_begun, compute, 1, true, "snapshot_extract: qemu-img convert begins"},
    {convert_ended, compute, 1, true, "snapshot_extract: qemu-img convert has ended"},
    {snapshot_extracted, compute, 1.5, true, "the disk is extracted"},
    {disappeared_while_snapshotting, compute, 2, true, "libvirt knows the domain no more"},
    {error_launching_domain, compute, 3, false, "_resume_guest_after_snapshot: the guest cannot be launched"},
    {tmpdir_not_removed, compute, 3, true, "the temporary directory cannot be removed"},
    {upload_complete, compute, 1.5, true, "the image is uploaded"},
    {took_seconds, compute, 1.5, true, "LibvirtDriver.snapshot returns"},
    {instance_disappeared, compute, 2, true, "_snapshot_instance: the instance disappeared"},
    {image_not_found_during_snapshot, compute, 2.5, true, "_snapshot_instance: the image is gone"},
    {image_not_found_during_clean_up, compute, 2, true, "_snapshot_instance: nothing to clean up"},
    {image_clean_up_error, compute, 2, true, "_snapshot_instance: the clean-up fails"},
    {cleaning_up_image, compute, 1, true, "delete_image_on_error deletes the image"},
    {delete_image_error, compute, 2.5, true, "delete_image_on_error cannot delete the image"},
    {task_possibly_preempted, compute, 2.5, false, "reverts_task_state leaves the state alone"},
    {reverted_task_state, compute, 2, false, "reverts_task_state sets task_state to None"},
    {revert_task_state_failed, compute, 2.5, false, "reverts_task_state fails"},
    {exception_during_message_handling, compute, 2, false, "the method ends with an exception"},
    {ignoring_duplicate_message, compute, 2, false, "a copy of the message is dropped"},
    {error_contacting_glance, compute, 1.5, false, "GlanceClientWrapper.call: Glance fails"},
    {found_backups, compute, 0.7, true, "_rotate_backups"},
    {rotating_out, compute, 0.7, true, "_rotate_backups: there are too many"},
    {rotation_deletes, compute, 0.7, true, "_rotate_backups deletes an image"},
    {rotation_image_not_found, compute, 2, true, "_rotate_backups: the image is gone"},
    {rotation_delete_failed, compute, 2, true, "_rotate_backups: the image cannot be deleted"},
    {vm_lifecycle, compute, 0.15, false, "the guest, as libvirt tells"},
    {pending_task_skip, compute, 0.03, false, ""},
    {power_state_differs, compute, 0.7, false, "_sync_instance_power_state: the guest is in another state"},
    {shutdown_by_itself, compute, 2, false, "_sync_instance_power_state calls the stop API"},
    {paused_unexpectedly, compute, 1, false, "_sync_instance_power_state: the guest is paused"},
    {unexpectedly_not_found, compute, 2, false, "_sync_instance_power_state: the guest is not there"},
    {starting_compute_node, compute, 1.5, false, "nova-compute starts"},
    {clearing_transitional_state, compute, 2, false, "_init_instance sets task_state to None"},
    {restarting_deletion, compute, 2, false, "_init_instance goes on with the deletion"},
    {rebooting_after_restart, compute, 1, false, "init_host brings the guest back"},
    {terminating_instance, compute, 1.5, false, "ComputeManager.terminate_instance"},
    {took_seconds_to_destroy, compute, 0.5, false, "the guest is destroyed"},
    {instance_destroyed, compute, 0.3, false, "LibvirtDriver._destroy"},
    {already_powered_off, compute, 0.5, false, "ComputeManager.stop_instance: the guest is off already"},
    {already_shut_down, compute, 0.2, false, "LibvirtDriver.power_off: the guest is off already"},
    {shut_down_successfully, compute, 0.5, false, "LibvirtDriver.power_off: the guest has shut down"},
    {failed_to_shut_down, compute, 0.5, false, "LibvirtDriver.power_off: the guest does not shut down"},
    {pausing, compute, 1, false, "ComputeManager.pause_instance"},
    {unpausing, compute, 1, false, "ComputeManager.unpause_instance"},
    {resuming, compute, 1, false, "ComputeManager.resume_instance"},
    {rebooting, compute, 1, false, "ComputeManager.reboot_instance"},
    {setting_vm_state_to_error, compute, 1, false, "vm_state becomes error"},
    {broker_unreachable, api, 2, false, "the broker does not answer"},
    {process_replaced, glance, 1, false, "a new process of the service takes the place of the old one"},
    {glance_create, glance, 1, false, "POST /v2/images"},
    {glance_show, glance, 0.4, false, "GET the image"},
    {glance_update, glance, 0.8, false, "PATCH the image's metadata"},
    {glance_upload, glance, 1.2, false, "PUT the image's data"},
    {glance_delete, glance, 1.2, false, "DELETE the image"},
    {glance_list, glance, 0.3, false, "GET the list of images"},
    {glance_schema, glance, 0, false, ""},
    {glance_wrote, glance, 0.7, false, "the store has written the image"},
    {glance_upload_failed, glance, 1, false, "the upload fails"},
    {glance_storage_full, glance, 3, false, "the store is full"},
    {glance_image_gone_after_upload, glance, 2.5, false, "the image was deleted during the upload"},
}};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < infos.size(); ++i) {
    if (static_cast<std::size_t>(infos[i].kind) != i) return false;
  }
  return true;
}
static_assert(is_in_order());

}  // namespace

std::string_view to_string(Side side) {
  switch (side) {
    case Side::unknown:
      return "unknown";
    case Side::nova_api:
      return "nova-api";
    case Side::nova_compute:
      return "nova-compute";
    case Side::glance_api:
      return "glance-api";
  }
  return "unknown";
}

bool is_http_answer(EventKind kind) {
  return kind == api_action_answered || kind == api_delete_answered || (kind >= glance_create && kind <= glance_schema);
}

const EventInfo& event_info(EventKind kind) {
  return infos[static_cast<std::size_t>(kind)];
}

}  // namespace snapsim
