#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"

// What nova-compute does when it starts, before it takes the first message.

namespace snapsim {
namespace {

/// nova/compute/manager.py, _init_instance(): the task states of a snapshot that a start-up clears. image_backup and
/// the shelving states are not among them.
bool is_cleared_at_start_up(TaskState state) {
  return state == TaskState::image_snapshot_pending || state == TaskState::image_snapshot ||
         state == TaskState::image_pending_upload || state == TaskState::image_uploading;
}

}  // namespace

// nova/compute/manager.py, init_host().
Task<void> ComputeManager::init_host() {
  const RequestContext context;
  journal_.log(context, InstanceUuid(), LogMessage::starting_compute_node);
  const DbResult<std::vector<InstanceUuid>> instances = co_await database_.instances_on_host(context, host_);
  if (!instances) co_return;
  for (const InstanceUuid uuid : *instances) {
    try {
      Instance instance = co_await Instance::get_by_uuid(context, database_, uuid);
      co_await init_instance(instance);
    } catch (const Exception&) {
      // Logged; the other instances get their turn.
    }
  }
}

// nova/compute/manager.py, _init_instance(): only the task state is put right. Images, temporary folders, block jobs,
// undefined domains and saved guests stay as they are.
Task<void> ComputeManager::init_instance(Instance& instance) {
  const RequestContext context;
  if (instance.vm_state == VmState::soft_delete || instance.vm_state == VmState::error) co_return;
  if (is_cleared_at_start_up(instance.task_state)) {
    journal_.log(context, instance.uuid, LogMessage::clearing_transitional_state,
                 static_cast<std::int64_t>(instance.task_state));
    instance.task_state = TaskState::none;
    co_await instance.save(context, database_, journal_);
  } else if (instance.task_state == TaskState::powering_off) {
    // Retried: nova calls stop_instance() directly.
    RpcMessage message{RpcMethod::stop_instance, context, instance.uuid, {}, {}, 0};
    message.row.host = instance.host;
    message.row.vm_state = instance.vm_state;
    message.row.task_state = instance.task_state;
    message.row.power_state = instance.power_state;
    co_await dispatch(message);
  }
}

}  // namespace snapsim
