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
  terminate_instance,
  soft_delete_instance,
  stop_instance,
  start_instance,
  pause_instance,
  unpause_instance,
  suspend_instance,
  resume_instance,
  reboot_instance,
  shelve_instance,
  shelve_offload_instance,
  unshelve_instance,
};
inline constexpr int rpc_method_count = static_cast<int>(RpcMethod::unshelve_instance) + 1;

/// Whether the method deletes the instance. Nova lets a deletion begin whatever else works on the instance.
constexpr bool deletes_instance(RpcMethod method) {
  return method == RpcMethod::terminate_instance || method == RpcMethod::soft_delete_instance;
}

/// The body of a reboot request: with the guest's help, or as if its power was cut.
enum class RebootType : std::uint8_t { soft, hard };

/// Versioned notifications (nova/notifications).
enum class Notification : std::uint8_t {
  snapshot_start,
  snapshot_end,
  instance_update,
  exception,
  rebuild_start,
  rebuild_end,
  rebuild_error,
  rescue_start,
  rescue_end,
  unrescue_start,
  unrescue_end,
  delete_start,
  delete_end,
  shutdown_start,
  shutdown_end,
  soft_delete_start,
  soft_delete_end,
  power_off_start,
  power_off_end,
  power_on_start,
  power_on_end,
  pause_start,
  pause_end,
  unpause_start,
  unpause_end,
  suspend_start,
  suspend_end,
  resume_start,
  resume_end,
  reboot_start,
  reboot_end,
  reboot_error,
  shelve_start,
  shelve_end,
  shelve_offload_start,
  shelve_offload_end,
  unshelve_start,
  unshelve_end,
};
inline constexpr int notification_count = static_cast<int>(Notification::unshelve_end) + 1;

}  // namespace snapsim
