#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"
#include "sim/nova/instance_state_gate.hpp"

// What nova-compute does when it starts, before it takes the first message.

namespace snapsim {
namespace {

/// nova/compute/manager.py, _init_instance(): the task states of a snapshot that a start-up clears. image_backup and
/// the shelving states are not among them.
bool is_cleared_at_start_up(TaskState state) {
  return state == TaskState::image_snapshot_pending || state == TaskState::image_snapshot ||
         state == TaskState::image_pending_upload || state == TaskState::image_uploading;
}

constexpr TaskStates rebuild_states{TaskState::rebuilding, TaskState::rebuild_block_device_mapping,
                                    TaskState::rebuild_spawning};

/// nova/compute/manager.py, _init_instance(): the task states that a guest which runs has left behind.
bool is_over_when_running(TaskState state) {
  return state == TaskState::reboot_started || state == TaskState::reboot_started_hard || state == TaskState::pausing ||
         state == TaskState::unpausing;
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

// nova/compute/manager.py, _init_instance(): states are put right, and what was under way is tried again. Images,
// temporary folders, block jobs, undefined domains and saved guests stay as they are.
Task<void> ComputeManager::init_instance(Instance& instance) {
  const RequestContext context;
  const bool is_in_error = instance.vm_state == VmState::error;
  if (instance.vm_state == VmState::soft_delete) co_return;
  if (is_in_error && instance.task_state != TaskState::deleting) co_return;
  if (instance.vm_state == VmState::deleted) {
    co_await complete_partial_deletion(instance);
    co_return;
  }
  const bool may_rebuild = instance.vm_state == VmState::active || instance.vm_state == VmState::stopped;
  if (may_rebuild && rebuild_states.contains(instance.task_state)) {
    // The guest was not fully made: there is no disk to go on with.
    journal_.log(context, instance.uuid, LogMessage::setting_rebuild_to_error);
    instance.task_state = TaskState::none;
    instance.vm_state = VmState::error;
    co_await instance.save(context, database_, journal_);
    co_return;
  }
  if (instance.task_state == TaskState::spawning) {
    // The host was noted before the guest was made: what an unshelve leaves.
    journal_.log(context, instance.uuid, LogMessage::failed_to_spawn_correctly);
    co_await set_instance_obj_error_state(context, instance, true);
    co_return;
  }
  // Rule reconcile_tasks: the message of a pending snapshot may wait in the queue; if there is none, it is found out.
  const bool may_be_queued =
      rules_.contains(Rule::reconcile_tasks) && instance.task_state == TaskState::image_snapshot_pending;
  if (!is_in_error && !may_be_queued && is_cleared_at_start_up(instance.task_state)) {
    journal_.log(context, instance.uuid, LogMessage::clearing_transitional_state,
                 static_cast<std::int64_t>(instance.task_state));
    const TaskState found = instance.task_state;
    instance.task_state = TaskState::none;
    co_await instance.save(context, database_, journal_, guard(found));
  }
  if (instance.task_state == TaskState::deleting) {
    co_await restart_deletion(instance);
    co_return;
  }

  const PowerState current_power_state = co_await get_power_state(context, instance.uuid);
  const bool reboot_was_retried = co_await retry_reboot(instance, current_power_state);
  if (reboot_was_retried) co_return;

  const auto task_state = static_cast<std::int64_t>(instance.task_state);
  if (current_power_state == PowerState::running && is_over_when_running(instance.task_state)) {
    journal_.log(context, instance.uuid, LogMessage::clearing_task_state_of_running, task_state,
                 static_cast<std::int64_t>(current_power_state));
    instance.task_state = TaskState::none;
    instance.vm_state = VmState::active;
    co_await instance.save(context, database_, journal_);
  } else if (current_power_state == PowerState::paused && instance.task_state == TaskState::unpausing) {
    journal_.log(context, instance.uuid, LogMessage::clearing_task_state_and_unpausing, task_state,
                 static_cast<std::int64_t>(current_power_state));
    co_await retry(RpcMethod::unpause_instance, instance);
  } else if (instance.task_state == TaskState::powering_off) {
    journal_.log(context, instance.uuid, LogMessage::retrying_stop, task_state);
    co_await retry(RpcMethod::stop_instance, instance);
  } else if (instance.task_state == TaskState::powering_on) {
    journal_.log(context, instance.uuid, LogMessage::retrying_start, task_state);
    co_await retry(RpcMethod::start_instance, instance);
  }
}

// nova/compute/manager.py, _complete_partial_deletion(): the row was not destroyed any more.
Task<void> ComputeManager::complete_partial_deletion(Instance& instance) {
  try {
    co_await instance.destroy(RequestContext(), database_);
  } catch (const Exception& error) {
    journal_.log(RequestContext(), instance.uuid, LogMessage::failed_to_complete_deletion, error.failure().packed());
  }
}

// nova/compute/manager.py, _init_instance(): a deletion that did not finish.
Task<void> ComputeManager::restart_deletion(Instance& instance) {
  const RequestContext context;
  bool failed = false;
  try {
    journal_.log(context, instance.uuid, LogMessage::restarting_deletion);
    co_await delete_instance(context, instance);
  } catch (const Exception& error) {
    failed = true;
    journal_.log(context, instance.uuid, LogMessage::failed_to_complete_deletion, error.failure().packed());
  }
  if (failed) co_await set_instance_obj_error_state(context, instance);
}

// nova/compute/manager.py, _init_instance() and _retry_reboot(), and nova/compute/utils.py, get_reboot_type(). False
// where there is no reboot to be tried again.
Task<bool> ComputeManager::retry_reboot(Instance& instance, PowerState current_power_state) {
  const RequestContext context;
  const TaskState task_state = instance.task_state;
  const bool is_running = current_power_state == PowerState::running;
  const bool pending_soft =
      task_state == TaskState::reboot_pending && gates::soft_reboot.vm_state.contains(instance.vm_state);
  const bool pending_hard =
      task_state == TaskState::reboot_pending_hard && gates::hard_reboot.vm_state.contains(instance.vm_state);
  const bool is_started = task_state == TaskState::reboot_started || task_state == TaskState::reboot_started_hard;
  if (!pending_soft && !pending_hard && (!is_started || is_running)) co_return false;

  const bool was_soft = soft_reboot_states.contains(task_state);
  const RebootType reboot_type = is_running && was_soft ? RebootType::soft : RebootType::hard;
  journal_.log(context, instance.uuid, LogMessage::triggering_reboot, static_cast<std::int64_t>(task_state),
               static_cast<std::int64_t>(current_power_state));
  // A soft reboot that got as far as shutting the guest down has become a hard one.
  if (was_soft && reboot_type == RebootType::hard) {
    instance.task_state = TaskState::reboot_pending_hard;
    co_await instance.save(context, database_, journal_);
  }
  co_await retry(RpcMethod::reboot_instance, instance, reboot_type);
  co_return true;
}

Task<void> ComputeManager::retry(RpcMethod method, Instance& instance, RebootType reboot_type) {
  RpcMessage message{method, RequestContext(), instance.uuid, instance.row()};
  message.reboot_type = reboot_type;
  try {
    co_await dispatch(message);
  } catch (const Exception&) {
    // "Failed to stop instance" and the like; the service starts all the same.
  }
}

}  // namespace snapsim
