#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"

// The methods that change a guest's power, but for reboots.

namespace snapsim {
namespace {

/// The power states in which a stop finds nothing to do.
bool is_nostate_or_off(PowerState state) {
  return state == PowerState::pending || state == PowerState::shutdown || state == PowerState::crashed;
}

}  // namespace

// What the methods have in common: the guest's state is looked at, and the claim given back.
Task<void> ComputeManager::save_outcome(Call& call, VmState vm_state, TaskStates expected) {
  Instance& instance = call.instance;
  instance.power_state = co_await get_power_state(call.context, instance.uuid);
  instance.vm_state = vm_state;
  instance.task_state = TaskState::none;
  co_await instance.save(call.context, database_, journal_, expected);
}

// nova/compute/manager.py, stop_instance().
Task<void> ComputeManager::stop_instance(Call& call) {
  const Semaphore::Permit synchronized = co_await lock_of(call.instance.uuid).acquire();
  co_await do_stop_instance(call);
}

// nova/compute/manager.py, stop_instance(), do_stop_instance(). Where the guest is off already, another operation may
// have taken the claim away.
Task<void> ComputeManager::do_stop_instance(Call& call) {
  const RequestContext context = call.context;
  const InstanceUuid uuid = call.instance.uuid;
  const PowerState current_power_state = co_await get_power_state(context, uuid);
  TaskStates expected = TaskState::powering_off;
  if (is_nostate_or_off(current_power_state)) {
    journal_.log(context, uuid, LogMessage::already_powered_off);
    expected = {TaskState::powering_off, TaskState::none};
  }
  journal_.notify(context, uuid, Notification::power_off_start);
  co_await power_off_instance(context, uuid, call.clean_shutdown);
  co_await save_outcome(call, VmState::stopped, expected);
  journal_.notify(context, uuid, Notification::power_off_end);
}

// nova/compute/manager.py, _power_off_instance().
Task<void> ComputeManager::power_off_instance(RequestContext context, InstanceUuid instance, bool clean_shutdown) {
  co_await driver_.power_off(context, instance, clean_shutdown ? config_.shutdown_timeout_s : 0);
}

// nova/compute/manager.py, start_instance(): also the end of an unshelve on the host that the instance never left.
Task<void> ComputeManager::start_instance(Call& call) {
  Instance& instance = call.instance;
  journal_.notify(call.context, instance.uuid, Notification::power_on_start);
  co_await driver_.power_on(call.context, instance.uuid);
  instance.power_state = co_await get_power_state(call.context, instance.uuid);
  instance.vm_state = VmState::active;
  instance.task_state = TaskState::none;
  const ImageId snapshot = instance.shelved_image_id;
  if (snapshot.exists()) co_await delete_snapshot_of_shelved_instance(call, snapshot);
  instance.remove_shelved_keys();
  co_await instance.save(call.context, database_, journal_, TaskState::powering_on);
  journal_.notify(call.context, instance.uuid, Notification::power_on_end);
}

// nova/compute/manager.py, pause_instance().
Task<void> ComputeManager::pause_instance(Call& call) {
  const InstanceUuid uuid = call.instance.uuid;
  journal_.log(call.context, uuid, LogMessage::pausing_instance);
  journal_.notify(call.context, uuid, Notification::pause_start);
  co_await driver_.pause(call.context, uuid);
  co_await save_outcome(call, VmState::paused, TaskState::pausing);
  journal_.notify(call.context, uuid, Notification::pause_end);
}

// nova/compute/manager.py, unpause_instance().
Task<void> ComputeManager::unpause_instance(Call& call) {
  const InstanceUuid uuid = call.instance.uuid;
  journal_.log(call.context, uuid, LogMessage::unpausing_instance);
  journal_.notify(call.context, uuid, Notification::unpause_start);
  co_await driver_.unpause(call.context, uuid);
  co_await save_outcome(call, VmState::active, TaskState::unpausing);
  journal_.notify(call.context, uuid, Notification::unpause_end);
}

// nova/compute/manager.py, suspend_instance().
Task<void> ComputeManager::suspend_instance(Call& call) {
  const InstanceUuid uuid = call.instance.uuid;
  journal_.notify(call.context, uuid, Notification::suspend_start);
  co_await error_out_instance_on_exception(driver_.suspend(call.context, uuid), call);
  co_await save_outcome(call, VmState::suspended, TaskState::suspending);
  journal_.notify(call.context, uuid, Notification::suspend_end);
}

// nova/compute/manager.py, resume_instance(). Only an active instance can have been suspended: that is old_vm_state.
Task<void> ComputeManager::resume_instance(Call& call) {
  const InstanceUuid uuid = call.instance.uuid;
  journal_.log(call.context, uuid, LogMessage::resuming_instance);
  journal_.notify(call.context, uuid, Notification::resume_start);
  co_await error_out_instance_on_exception(driver_.resume(call.context, uuid), call);
  co_await save_outcome(call, VmState::active, TaskState::resuming);
  journal_.notify(call.context, uuid, Notification::resume_end);
}

}  // namespace snapsim
