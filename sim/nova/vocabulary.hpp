#pragma once

#include <cstdint>

namespace snapsim {

/// What a user's or operator's request asks for. The names are the scenario file's; Nova's API calls create_image
/// "createImage" and so on.
enum class Action : std::uint8_t {
  create_image,
  create_backup,
  rebuild,
  rescue,
  unrescue,
  delete_,
  force_delete,
  stop,
  start,
  pause,
  unpause,
  suspend,
  resume,
  reboot,
  reset_state,
  delete_image,
  shelve,
  unshelve,
  crash,
  restart,
};

/// Methods of nova.compute.manager.ComputeManager that arrive by RPC.
enum class RpcMethod : std::uint8_t {
  snapshot_instance,
  backup_instance,
  rebuild_instance,
  rescue_instance,
  unrescue_instance,
  stop_instance,
  shelve_instance,
  unshelve_instance,
};

/// Versioned notifications (nova/notifications).
enum class Notification : std::uint8_t {
  snapshot_start,
  snapshot_end,
  instance_update,
  exception,
  power_off_start,
  power_off_end,
  rebuild_start,
  rebuild_end,
  rebuild_error,
  rescue_start,
  rescue_end,
  unrescue_start,
  unrescue_end,
  shelve_start,
  shelve_end,
  shelve_offload_start,
  shelve_offload_end,
  unshelve_start,
  unshelve_end,
};

}  // namespace snapsim
