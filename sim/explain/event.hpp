#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/explain/log_line.hpp"

namespace snapsim {

/// Whose log a line stands in.
enum class Side : std::uint8_t { unknown, nova_api, nova_compute, glance_api };
inline constexpr int side_count = 4;
std::string_view to_string(Side side);

/// Lines that tell something of a snapshot. The names are those of sim/nova/log_messages.hpp where the flow logs them.
enum class EventKind : std::uint8_t {
  // nova-api
  api_create_image,
  api_create_backup,
  api_other_action,
  api_delete,
  api_action_answered,
  api_delete_answered,
  api_http_exception,
  api_unexpected_exception,
  api_instance_disappeared,
  api_image_deleted_before_start,
  api_image_clean_up_failed,
  api_going_to_stop,
  api_going_to_start,
  api_going_to_terminate,
  api_going_to_soft_delete,
  api_host_is_down,
  // nova-compute, of the snapshot
  instance_snapshotting,
  snapshotting_non_running,
  instance_not_found_at_start,
  instance_being_deleted,
  beginning_live_snapshot,
  beginning_cold_snapshot,
  quiescing_not_available,
  quiescing_required,
  skipping_quiescing,
  block_job_progress,
  delta_begun,
  delta_ended,
  convert_begun,
  convert_ended,
  snapshot_extracted,
  disappeared_while_snapshotting,
  error_launching_domain,
  tmpdir_not_removed,
  upload_complete,
  took_seconds,
  instance_disappeared,
  image_not_found_during_snapshot,
  image_not_found_during_clean_up,
  image_clean_up_error,
  cleaning_up_image,
  delete_image_error,
  task_possibly_preempted,
  reverted_task_state,
  revert_task_state_failed,
  exception_during_message_handling,
  ignoring_duplicate_message,
  error_contacting_glance,
  found_backups,
  rotating_out,
  rotation_deletes,
  rotation_image_not_found,
  rotation_delete_failed,
  // nova-compute, around it
  vm_lifecycle,
  pending_task_skip,
  power_state_differs,
  shutdown_by_itself,
  paused_unexpectedly,
  unexpectedly_not_found,
  starting_compute_node,
  clearing_transitional_state,
  restarting_deletion,
  rebooting_after_restart,
  terminating_instance,
  took_seconds_to_destroy,
  instance_destroyed,
  already_powered_off,
  already_shut_down,
  shut_down_successfully,
  failed_to_shut_down,
  pausing,
  unpausing,
  resuming,
  rebooting,
  setting_vm_state_to_error,
  broker_unreachable,
  process_replaced,
  // glance-api
  glance_create,
  glance_show,
  glance_update,
  glance_upload,
  glance_delete,
  glance_list,
  glance_schema,
  glance_wrote,
  glance_upload_failed,
  glance_storage_full,
  glance_image_gone_after_upload,
};
inline constexpr int event_kind_count = static_cast<int>(EventKind::glance_image_gone_after_upload) + 1;

/// What a kind of line is worth to a comparison, and how it is told.
struct EventInfo {
  EventKind kind{};
  Side side{};
  double weight = 1;          ///< what it costs that a run has it and the logs have not, or the other way round
  bool is_snapshots = false;  ///< only a snapshot or backup makes Nova write it
  std::string_view step;      ///< the step, in the words of Nova's functions; empty: not told
};
const EventInfo& event_info(EventKind kind);
/// Whether glance-api writes such lines.
inline bool is_of_glance(EventKind kind) {
  return event_info(kind).side == Side::glance_api;
}
/// The first status of HTTP that says no.
inline constexpr std::int64_t first_failure_status = 400;
/// Whether it is the line that a service or a web server writes for each answer to an HTTP request.
bool is_http_answer(EventKind kind);

/// What a line says. The texts point into the line or into static memory.
struct ReadEvent {
  EventKind kind{};
  std::int64_t number = 0;    ///< a status, an exit code, or a count; 0 where it has none
  std::string_view detail;    ///< an exception's class, a task state, a method; empty: none
  std::string_view instance;  ///< uuid in the text, empty: none
  std::string_view image;     ///< id in the text, empty: none
  std::string_view text;      ///< an exception's own words, an image's name, or a folder that is named; empty: none
  bool is_images_v1 = false;  ///< of version 1 of the Images API, in which an update carries the image's data
};

/// Reads what the line says; false: nothing of interest.
bool read_event(const LogLine& line, ReadEvent& event);

/// The operations of which a frame of a traceback tells, as bits of Operation (sim/world/scenario.hpp); 0: none.
std::uint32_t operations_in_frame(std::string_view text);

/// "Exit code: -9" or "Stderr: ..." of a command that failed, as a traceback holds it: the exit code, or 28 with
/// `is_errno` for a full disk. False: another line.
bool read_command_failure(std::string_view message, std::int64_t& exit_code, bool& is_full);

}  // namespace snapsim
