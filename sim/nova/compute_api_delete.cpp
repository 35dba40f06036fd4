#include "sim/nova/compute_api.hpp"
#include "sim/nova/exceptions.hpp"
#include "sim/nova/instance_state_gate.hpp"

// Deletions, and the operator's way to put states right. Neither asks what is at work on the instance.

namespace snapsim {

// nova/compute/api.py, delete() and _delete_instance().
Task<void> ComputeApi::delete_(RequestContext context, Instance& instance) {
  journal_.log(context, instance.uuid, LogMessage::api_going_to_terminate);
  co_await delete_with(context, instance, TaskState::deleting, RpcMethod::terminate_instance);
}

// nova/compute/api.py, soft_delete().
Task<void> ComputeApi::soft_delete(RequestContext context, Instance& instance) {
  check_instance_has_launched(instance);
  journal_.log(context, instance.uuid, LogMessage::api_going_to_soft_delete);
  co_await delete_with(context, instance, TaskState::soft_deleting, RpcMethod::soft_delete_instance);
}

// nova/compute/api.py, force_delete(). An instance that has never been active is refused.
Task<void> ComputeApi::force_delete(RequestContext context, Instance& instance) {
  co_await delete_with(context, instance, TaskState::deleting, RpcMethod::terminate_instance);
}

// nova/compute/api.py, _delete(). DIFFERS: no networks, volumes and placement.
Task<void> ComputeApi::delete_with(RequestContext context, Instance& instance, TaskState task_state, RpcMethod method) {
  const bool has_shelved_image =
      instance.vm_state == VmState::shelved || instance.vm_state == VmState::shelved_offloaded;
  if (has_shelved_image) co_await delete_snapshot_of_shelved_instance(context, instance);

  const bool is_soft_delete = method == RpcMethod::soft_delete_instance;
  const TaskState original_task_state = instance.task_state;
  try {
    instance.task_state = task_state;
    if (is_soft_delete) instance.deleted_at = runtime_.now();
    // Rule guard_writes: what is being deleted is not put away.
    std::optional<TaskStates> expected;
    if (is_soft_delete && rules_.contains(Rule::guard_writes)) expected = TaskStates::all_but(TaskState::deleting);
    co_await instance.save(context, database_, journal_, expected);

    const bool host_is_up = co_await service_is_up(context, instance.host);
    if (!host_is_up) {
      co_await local_delete(context, instance, is_soft_delete ? VmState::soft_delete : VmState::deleted);
      co_return;
    }
    if (is_being_deleted(original_task_state)) {
      journal_.log(context, instance.uuid, LogMessage::api_already_deleting);
      co_return;
    }
    co_await record_action_start(context, instance.uuid, Action::delete_);
    const RpcMessage message{method, context, instance.uuid, instance.row()};
    co_await cast(instance.host, message);
  } catch (const InstanceNotFound&) {
    // Race condition: the instance is already gone.
  } catch (const UnexpectedDeletingTaskStateError&) {
    journal_.log(context, instance.uuid, LogMessage::api_already_deleting);
  }
}

// nova/compute/api.py, _delete(), and nova/servicegroup/drivers/db.py, is_up(). An instance that is shelved and
// offloaded is on no host.
Task<bool> ComputeApi::service_is_up(RequestContext context, HostId host) {
  if (!host.exists()) co_return false;
  const DbResult<Instant> last_seen_up = co_await database_.service_last_seen_up(context, host);
  if (!last_seen_up) throw DbError();
  co_return runtime_.now() - *last_seen_up <= service_down_time_;
}

// nova/compute/api.py, _local_delete(), with _do_delete(), _do_force_delete() or _do_soft_delete() as its callback:
// also what was only to be put away is deleted. No action is recorded.
Task<void> ComputeApi::local_delete(RequestContext context, Instance& instance, VmState vm_state) {
  if (instance.vm_state == VmState::shelved_offloaded) {
    journal_.log(context, instance.uuid, LogMessage::api_deleting_offloaded);
  } else {
    journal_.log(context, instance.uuid, LogMessage::api_host_is_down, instance.host.value);
  }
  journal_.notify(context, instance.uuid, Notification::delete_start);
  instance.vm_state = vm_state;
  // Rule guard_writes: who claims the instance by its task_state has to find that it is going.
  if (!rules_.contains(Rule::guard_writes)) instance.task_state = TaskState::none;
  co_await instance.save(context, database_, journal_);
  co_await instance.destroy(context, database_);
  journal_.notify(context, instance.uuid, Notification::delete_end);
}

// nova/compute/api.py, _delete(): the image that a shelve has made goes with its instance.
Task<void> ComputeApi::delete_snapshot_of_shelved_instance(RequestContext context, const Instance& instance) {
  const InstanceUuid uuid = instance.uuid;
  const ImageId image = instance.shelved_image_id;
  journal_.log(context, uuid, LogMessage::api_deleting_shelved_snapshot, image.value);
  try {
    co_await image_api_.remove(context, uuid, image);
  } catch (const ImageNotFound& error) {
    journal_.log(context, uuid, LogMessage::api_shelved_snapshot_not_deleted, error.failure().packed());
  } catch (const ImageNotAuthorized& error) {
    journal_.log(context, uuid, LogMessage::api_shelved_snapshot_not_deleted, error.failure().packed());
  } catch (const Exception& error) {
    journal_.log(context, uuid, LogMessage::api_error_deleting_shelved_snapshot, error.failure().packed());
  }
}

// nova/api/openstack/compute/admin_actions.py, _reset_state().
Task<void> ComputeApi::reset_state(RequestContext context, Instance& instance, VmState state) {
  std::optional<TaskStates> expected;
  if (rules_.contains(Rule::guard_writes)) {
    // Whatever works on it would go on; and what nobody works on is put right without an operator.
    if (instance.task_state != TaskState::none) {
      throw InstanceInvalidState(InvalidStateAttribute::task_state, static_cast<std::uint8_t>(instance.task_state));
    }
    expected = instance.task_state;
  }
  co_await record_action_start(context, instance.uuid, Action::reset_state);
  instance.vm_state = state;
  instance.task_state = TaskState::none;
  co_await instance.save(context, database_, journal_, expected);
}

}  // namespace snapsim
