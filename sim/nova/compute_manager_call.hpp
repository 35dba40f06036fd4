#pragma once

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
        rotation(message.rotation),
        reboot_type(message.reboot_type),
        clean_shutdown(message.clean_shutdown) {}

  // nova/compute/manager.py, _snapshot_instance(), update_task_state().
  Task<void> update(TaskState task_state, TaskState expected_state) override {
    instance.task_state = task_state;
    co_await instance.save(context, manager.database_, manager.journal_, expected_state);
  }

  ComputeManager& manager;
  RpcMethod method;
  RequestContext context;
  Instance instance;
  ImageId image_id;
  std::int32_t rotation;
  RebootType reboot_type;
  bool clean_shutdown;
};

}  // namespace snapsim
