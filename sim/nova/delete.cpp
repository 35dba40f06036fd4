#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"

// The end of an instance.

namespace snapsim {

// nova/compute/manager.py, terminate_instance(): waits for what holds the instance's lock, but not for a snapshot.
Task<void> ComputeManager::terminate_instance(Call& call) {
  const Semaphore::Permit synchronized = co_await lock_of(call.instance.uuid).acquire();
  co_await do_terminate_instance(call);
}

// nova/compute/manager.py, terminate_instance(), do_terminate_instance().
Task<void> ComputeManager::do_terminate_instance(Call& call) {
  const InstanceUuid uuid = call.instance.uuid;
  const Caught<Exception> failure = co_await catching<Exception>(delete_instance(call.context, call.instance));
  if (!failure) co_return;
  if (failure.is<InstanceNotFound>()) {
    journal_.log(call.context, uuid, LogMessage::disappeared_during_terminate);
    co_return;
  }
  journal_.log(call.context, uuid, LogMessage::setting_vm_state_to_error, failure->failure().packed());
  // Rule reconcile_tasks: it stays a deletion, and is taken up again.
  if (rules_.contains(Rule::reconcile_tasks)) {
    co_await attempt(call.instance.refresh(call.context, database_));
    call.instance.task_state = TaskState::deleting;
  }
  co_await set_instance_obj_error_state(call.context, call.instance);
  co_await raised(failure);
}

// nova/compute/manager.py, _delete_instance() and _complete_deletion().
Task<void> ComputeManager::delete_instance(RequestContext context, Instance& instance) {
  journal_.notify(context, instance.uuid, Notification::delete_start);
  co_await shutdown_instance(context, instance);

  // Written without expecting task_state to be deleting.
  instance.vm_state = VmState::deleted;
  // Rule guard_writes: who claims the instance by its task_state has to find that it is going.
  if (!rules_.contains(Rule::guard_writes)) instance.task_state = TaskState::none;
  instance.power_state = PowerState::pending;
  co_await instance.save(context, database_, journal_);

  co_await instance.destroy(context, database_);
  journal_.notify(context, instance.uuid, Notification::delete_end);
}

// nova/compute/manager.py, _shutdown_instance(). DIFFERS: no networks and volumes.
Task<void> ComputeManager::shutdown_instance(RequestContext context, Instance& instance, bool notify) {
  journal_.log(context, instance.uuid, LogMessage::terminating_instance);
  if (notify) journal_.notify(context, instance.uuid, Notification::shutdown_start);
  const Instant begun = runtime_.now();
  co_await driver_.destroy(context, instance.uuid, true);
  const Duration took = runtime_.now() - begun;
  journal_.log(context, instance.uuid, LogMessage::took_seconds_to_destroy, took.count());
  if (notify) journal_.notify(context, instance.uuid, Notification::shutdown_end);
}

// nova/compute/manager.py, soft_delete_instance(): libvirt has no soft_delete(), so the guest is powered off at once.
Task<void> ComputeManager::soft_delete_instance(Call& call) {
  const InstanceUuid uuid = call.instance.uuid;
  journal_.notify(call.context, uuid, Notification::soft_delete_start);
  co_await driver_.power_off(call.context, uuid, 0);
  co_await save_outcome(call, VmState::soft_delete, TaskState::soft_deleting);
  journal_.notify(call.context, uuid, Notification::soft_delete_end);
}

}  // namespace snapsim
