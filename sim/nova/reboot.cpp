#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"
#include "sim/nova/instance_state_gate.hpp"

// reboot_instance, soft and hard.

namespace snapsim {
// nova/compute/manager.py, reboot_instance().
Task<void> ComputeManager::reboot_instance(Call& call) {
  const RequestContext context = call.context;
  Instance& instance = call.instance;
  const bool is_soft = call.reboot_type == RebootType::soft;

  // Acknowledge that the request made it to the manager.
  instance.task_state = is_soft ? TaskState::reboot_pending : TaskState::reboot_pending_hard;
  const TaskStates expected_states = is_soft ? soft_reboot_states : hard_reboot_states;
  journal_.log(context, instance.uuid, LogMessage::rebooting_instance);
  journal_.notify(context, instance.uuid, Notification::reboot_start);
  instance.power_state = co_await get_power_state(context, instance.uuid);
  co_await instance.save(context, database_, journal_, expected_states);
  if (instance.power_state != PowerState::running) {
    journal_.log(context, instance.uuid, LogMessage::rebooting_non_running,
                 static_cast<std::int64_t>(instance.power_state));
  }

  // Don't change it out of rescue mode.
  const VmState new_vm_state = instance.vm_state == VmState::rescued ? VmState::rescued : VmState::active;
  const Caught<Exception> failure = co_await catching<Exception>(driver_reboot(call));
  std::optional<PowerState> new_power_state;
  if (failure) new_power_state = co_await handle_failed_reboot(call, failure);

  if (!new_power_state) new_power_state = co_await get_power_state(context, instance.uuid);
  try {
    instance.power_state = *new_power_state;
    instance.vm_state = new_vm_state;
    const TaskState own_state = instance.task_state;
    instance.task_state = TaskState::none;
    co_await instance.save(context, database_, journal_, guard(own_state));
  } catch (const InstanceNotFound&) {
    journal_.log(context, instance.uuid, LogMessage::disappeared_during_reboot);
  }
  journal_.notify(context, instance.uuid, Notification::reboot_end);
}

// nova/compute/manager.py, reboot_instance(): the try block.
Task<void> ComputeManager::driver_reboot(Call& call) {
  Instance& instance = call.instance;
  const bool is_soft = call.reboot_type == RebootType::soft;
  instance.task_state = is_soft ? TaskState::reboot_started : TaskState::reboot_started_hard;
  const TaskState expected_state = is_soft ? TaskState::reboot_pending : TaskState::reboot_pending_hard;
  co_await instance.save(call.context, database_, journal_, expected_state);
  co_await driver_.reboot(call.context, instance.uuid, call.reboot_type);
}

// nova/compute/manager.py, reboot_instance(): the handler. A guest that runs all the same is left as it is.
Task<std::optional<PowerState>> ComputeManager::handle_failed_reboot(Call& call, Caught<Exception> failure) {
  const InstanceUuid uuid = call.instance.uuid;
  const PowerState new_power_state = co_await get_power_state(call.context, uuid);
  if (new_power_state == PowerState::running) {
    journal_.log(call.context, uuid, LogMessage::reboot_failed_but_running);
    co_await add_instance_fault_from_exc(call, failure);
    journal_.notify(call.context, uuid, Notification::reboot_error);
    co_return new_power_state;
  }
  journal_.log(call.context, uuid, LogMessage::cannot_reboot, failure->failure().packed());
  co_await set_instance_obj_error_state(call.context, call.instance);
  failure.rethrow();
}

}  // namespace snapsim
