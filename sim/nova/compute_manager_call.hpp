#pragma once

#include <string>

#include "sim/nova/compute_manager.hpp"

namespace snapsim {

/// The arguments of a method that runs, and what its decorators and body share. It stands in the manager's list, so
/// that every coroutine of the call may hold a reference to it.
struct ComputeManager::Call final : TaskStateUpdater {
  Call(ComputeManager& owner, const RpcMessage& message)
      : manager(owner),
        method(message.method),
        context(message.context),
        instance(message.instance, message.row),
        image_id(message.image),
        backup_type(message.backup_type),
        rotation(message.rotation),
        reboot_type(message.reboot_type),
        clean_shutdown(message.clean_shutdown) {}

  // nova/compute/manager.py, _snapshot_instance(), update_task_state().
  Task<void> update(TaskState task_state, TaskState expected_state) override;

  /// The driver's snapshot() moves every method through a snapshot's states; this is what the method calls them. A
  /// snapshot and a backup differ in the state that they begin in. [_shelve_instance(), shelving_state_map]
  TaskState own_state(TaskState state) const {
    if (method == RpcMethod::backup_instance && state == TaskState::image_snapshot) return TaskState::image_backup;
    if (method != RpcMethod::shelve_instance) return state;
    switch (state) {
      case TaskState::image_snapshot:
        return TaskState::shelving;
      case TaskState::image_pending_upload:
        return TaskState::shelving_image_pending_upload;
      case TaskState::image_uploading:
        return TaskState::shelving_image_uploading;
      default:
        return state;
    }
  }

  ComputeManager& manager;
  RpcMethod method;
  RequestContext context;
  Instance instance;
  ImageId image_id;
  std::string backup_type;
  std::int32_t rotation;
  RebootType reboot_type;
  bool clean_shutdown;
};

}  // namespace snapsim
