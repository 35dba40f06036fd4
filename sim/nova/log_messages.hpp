#pragma once

#include <cstdint>
#include <string_view>

namespace snapsim {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// Every line that the flow logs, in the order of a snapshot. The text stands in `log_message_info`, so that the flow
/// writes two numbers and sim/report makes the sentence.
enum class LogMessage : std::uint8_t {
  // nova-api
  api_calling_method,
  api_fetching_instance,
  api_http_exception,
  api_unexpected_exception,
  api_request_done,
  api_image_deleted_before_start,
  api_image_clean_up_failed,
  api_calling_delete,
  api_delete_done,
  api_instance_disappeared,
  api_going_to_stop,
  api_going_to_start,
  api_going_to_terminate,
  api_going_to_soft_delete,
  api_already_deleting,
  // nova.compute.manager
  checking_state,
  instance_snapshotting,
  snapshotting_non_running,
  instance_not_found_at_start,
  instance_being_deleted,
  instance_disappeared,
  image_not_found_during_snapshot,
  image_not_found_during_clean_up,
  image_clean_up_error,
  took_seconds,
  cleaning_up_image,
  delete_image_error,
  task_possibly_preempted,
  reverted_task_state,
  revert_task_state_failed,
  exception_during_message_handling,
  ignoring_duplicate_message,
  // life cycle and power state
  emitting_event,
  removed_pending_event,
  vm_lifecycle_event,
  synchronizing_power_state,
  pending_task_skip,
  power_state_differs,
  shutdown_by_itself,
  paused_unexpectedly,
  suspended_unexpectedly,
  unexpectedly_not_found,
  guest_brought_back,
  not_stopped,
  paused_shutdown_by_itself,
  starting_compute_node,
  clearing_transitional_state,
  sync_interval_negative,
  // power operations, deletions and start-up
  not_deleted,
  clearing_task_state_of_running,
  clearing_task_state_and_unpausing,
  setting_rebuild_to_error,
  retrying_stop,
  retrying_start,
  triggering_reboot,
  restarting_deletion,
  failed_to_complete_deletion,
  setting_vm_state_to_error,
  destroyed_while_setting_to_error,
  already_powered_off,
  pausing_instance,
  unpausing_instance,
  resuming_instance,
  rebooting_instance,
  rebooting_non_running,
  reboot_failed_but_running,
  cannot_reboot,
  disappeared_during_reboot,
  terminating_instance,
  took_seconds_to_destroy,
  disappeared_during_terminate,
  // nova.virt.libvirt.driver
  beginning_live_snapshot,
  beginning_cold_snapshot,
  quiescing_not_available,
  quiescing_required,
  block_job_progress,
  skipping_quiescing,
  supports_direct_io,
  snapshot_extracted,
  disappeared_while_snapshotting,
  error_launching_domain,
  tmpdir_not_removed,
  upload_complete,
  already_shut_down,
  shut_down_successfully,
  failed_to_shut_down,
  instance_shut_down_successfully,
  may_have_been_rebooted,
  soft_rebooted_successfully,
  failed_to_soft_reboot,
  rebooted_successfully,
  instance_destroyed,
  deleting_instance_files,
  deletion_of_files_complete,
  // nova.image.glance
  error_contacting_glance,
  done_trying_glance,
  // glance-api
  glance_image_gone_after_upload,
  glance_upload_failed,
  glance_storage_full,
  // nova.compute.manager: backup, rebuild, rescue, shelve
  found_backups,
  rotating_out,
  rotation_deletes,
  rotation_image_not_found,
  rotation_delete_failed,
  rebuilding_instance,
  deleted_while_rebuilding,
  bringing_to_original_state,
  rescuing,
  rescue_failed,
  unrescuing,
  shelving,
  shelve_offloading,
  unshelving,
  unshelve_image_missing,
  failed_to_spawn,
  shelved_snapshot_not_deleted,
  error_deleting_shelved_snapshot,
  failed_to_spawn_correctly,
  // nova.virt.libvirt.driver: guests come and go
  spawned,
  // nova.compute.api: a local delete, and the deletion of a shelved instance
  api_host_is_down,
  api_deleting_offloaded,
  api_deleting_shelved_snapshot,
  api_shelved_snapshot_not_deleted,
  api_error_deleting_shelved_snapshot,
  // nova.compute.manager: periodic tasks
  reaping_deleted_instance,
  periodic_cleanup_failed,
  reclaiming_deleted_instance,
  periodic_reclaim_failed,
  periodic_offload_failed,
};
inline constexpr int log_message_count = static_cast<int>(LogMessage::periodic_offload_failed) + 1;

/// How a log line looks. Placeholders in `text`, filled from a TraceRecord's a and b:
///   {a} {b}            the number                     {seconds a}     microseconds as seconds with two decimals
///   {task a} {vm a}    a state's wire value           {power a}       a power state's number
///   {image a}          an image's id                  {uuid}          the instance's uuid
///   {lifecycle a}      a LifecycleEvent's name        {failure a}     a Failure, in its exception's words
///   {method a}         a glanceclient method          {action a}      an Action, as the API names it ("createImage")
///   {states b}         InstanceStates: "current vm_state: active, current task_state: ..."
///   {quiesce a}        a QuiesceRefusal, in Nova's words
///   {host a}           a compute host's name
struct LogMessageInfo {
  std::string_view logger;
  LogLevel level{};
  std::string_view text;
  std::string_view function;  ///< of DEBUG lines: funcName and, after a space, the path and line that oslo.log appends
};
const LogMessageInfo& log_message_info(LogMessage message);

}  // namespace snapsim
