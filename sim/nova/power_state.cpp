#include <optional>

#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"

// The manager's view of whether guests run: the periodic sync, the hypervisor's events.

namespace snapsim {
namespace {

PowerState power_state_after(LifecycleEvent event) {
  switch (event) {
    case LifecycleEvent::started:
    case LifecycleEvent::resumed:
      return PowerState::running;
    case LifecycleEvent::paused:
      return PowerState::paused;
    case LifecycleEvent::suspended:
      return PowerState::suspended;
    case LifecycleEvent::stopped:
      break;
  }
  return PowerState::shutdown;
}

bool is_off(PowerState state) {
  return state == PowerState::shutdown || state == PowerState::crashed;
}

}  // namespace

// nova/compute/manager.py, _get_power_state().
Task<PowerState> ComputeManager::get_power_state(RequestContext context, InstanceUuid instance) {
  journal_.log(context, instance, LogMessage::checking_state);
  co_return co_await driver_.power_state(context, instance);
}

// nova/compute/manager.py, handle_lifecycle_event().
Task<void> ComputeManager::handle_lifecycle_event(InstanceUuid uuid, LifecycleEvent event) {
  const RequestContext context;
  const auto event_number = static_cast<std::int64_t>(event);
  journal_.log(context, uuid, LogMessage::vm_lifecycle_event, event_number);
  try {
    Instance instance = co_await Instance::get_by_uuid(context, database_, uuid);
    const PowerState vm_power_state = power_state_after(event);
    const PowerState current_power_state = co_await get_power_state(context, uuid);
    if (current_power_state != vm_power_state) co_return;  // the guest has moved on meanwhile
    const InstanceStates states{instance.vm_state, instance.task_state, instance.power_state, vm_power_state};
    journal_.log(context, uuid, LogMessage::synchronizing_power_state, event_number, states.packed());
    co_await sync_instance_power_state(instance, vm_power_state);
  } catch (const Exception&) {
    // nova/compute/manager.py, handle_events(): InstanceNotFound is ignored, others are only logged.
  }
}

// nova/compute/manager.py, _sync_power_states(). DIFFERS: one instance after the other, not through a pool.
Task<void> ComputeManager::sync_power_states() {
  const DbResult<std::vector<InstanceUuid>> instances = co_await database_.instances_on_host(RequestContext(), host_);
  if (!instances) co_return;
  for (const InstanceUuid uuid : *instances) co_await query_driver_power_state_and_sync(uuid);
}

// nova/compute/manager.py, _query_driver_power_state_and_sync().
Task<void> ComputeManager::query_driver_power_state_and_sync(InstanceUuid uuid) {
  const RequestContext context;
  const Semaphore::Permit synchronized = co_await lock_of(uuid).acquire();
  try {
    Instance instance = co_await Instance::get_by_uuid(context, database_, uuid);
    if (instance.task_state != TaskState::none) {
      journal_.log(context, uuid, LogMessage::pending_task_skip, static_cast<std::int64_t>(instance.task_state));
      co_return;
    }
    const PowerState vm_power_state = co_await driver_.power_state(context, uuid);
    co_await sync_instance_power_state(instance, vm_power_state);
  } catch (const Exception&) {
    // nova/compute/manager.py, _sync_power_states(), _sync(): logged, and tried again at the next round.
  }
}

// nova/compute/manager.py, _sync_instance_power_state(). A pending task makes it write nothing at all.
Task<void> ComputeManager::sync_instance_power_state(Instance& instance, PowerState vm_power_state) {
  const RequestContext context;
  const InstanceUuid uuid = instance.uuid;
  co_await instance.refresh(context, database_);
  if (instance.task_state != TaskState::none) {
    journal_.log(context, uuid, LogMessage::pending_task_skip, static_cast<std::int64_t>(instance.task_state));
    co_return;
  }
  if (instance.power_state != vm_power_state) {
    journal_.log(context, uuid, LogMessage::power_state_differs, static_cast<std::int64_t>(instance.power_state),
                 static_cast<std::int64_t>(vm_power_state));
    instance.power_state = vm_power_state;
    co_await instance.save(context, database_, journal_);
  }

  if (rules_.contains(Rule::restore_guests)) {
    const bool is_to_be_restored = co_await needs_to_be_brought_back(instance, vm_power_state);
    if (is_to_be_restored) {
      co_await bring_back(instance, vm_power_state);
      co_return;
    }
  }
  const auto vm_state = static_cast<std::int64_t>(instance.vm_state);
  if (instance.vm_state == VmState::active) {
    if (is_off(vm_power_state)) {
      const PowerState now = co_await get_power_state(context, uuid);
      if (!is_off(now)) co_return;
      journal_.log(context, uuid, LogMessage::shutdown_by_itself, vm_state, static_cast<std::int64_t>(now));
      co_await stop_unexpected(instance, false);
    } else if (vm_power_state == PowerState::suspended) {
      journal_.log(context, uuid, LogMessage::suspended_unexpectedly);
      co_await stop_unexpected(instance, false);
    } else if (vm_power_state == PowerState::paused) {
      journal_.log(context, uuid, LogMessage::paused_unexpectedly);
    } else if (vm_power_state == PowerState::pending) {
      journal_.log(context, uuid, LogMessage::unexpectedly_not_found);
    }
  } else if (instance.vm_state == VmState::stopped) {
    if (!is_off(vm_power_state) && vm_power_state != PowerState::pending) {
      journal_.log(context, uuid, LogMessage::not_stopped, vm_state, static_cast<std::int64_t>(vm_power_state));
      co_await stop_unexpected(instance, true);
    }
  } else if (instance.vm_state == VmState::paused && is_off(vm_power_state)) {
    journal_.log(context, uuid, LogMessage::paused_shutdown_by_itself);
    co_await stop_unexpected(instance, true);
  } else if (instance.vm_state == VmState::soft_delete || instance.vm_state == VmState::deleted) {
    if (is_off(vm_power_state) || vm_power_state == PowerState::pending) co_return;
    journal_.log(context, uuid, LogMessage::not_deleted);
  }
}

// nova/compute/manager.py, _sync_instance_power_state(): errors of the stop API are logged and swallowed.
Task<void> ComputeManager::stop_unexpected(Instance& instance, bool force) {
  try {
    if (force) {
      co_await compute_api_.force_stop(RequestContext(), instance);
    } else {
      co_await compute_api_.stop(RequestContext(), instance);
    }
  } catch (const Exception&) {
    // "error during stop() in sync_power_state."
  }
}

}  // namespace snapsim
