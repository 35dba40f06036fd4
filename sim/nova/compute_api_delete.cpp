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

// nova/compute/api.py, _delete(). DIFFERS: the host is taken to be up; there is no local delete.
Task<void> ComputeApi::delete_with(RequestContext context, Instance& instance, TaskState task_state, RpcMethod method) {
  const TaskState original_task_state = instance.task_state;
  try {
    instance.task_state = task_state;
    co_await instance.save(context, database_, journal_);
    if (original_task_state == TaskState::deleting || original_task_state == TaskState::soft_deleting) {
      journal_.log(context, instance.uuid, LogMessage::api_already_deleting);
      co_return;
    }
    co_await record_action_start(context, instance.uuid, Action::delete_);
    const RpcMessage message{method, context, instance.uuid, instance.row()};
    co_await compute_rpcapi_.cast(instance.host, message);
  } catch (const InstanceNotFound&) {
    // Race condition: the instance is already gone.
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
