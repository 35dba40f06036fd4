#include <utility>

#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"

// rebuild: the instance gets a new disk from an image, for instance from a snapshot of its own.

namespace snapsim {

// nova/compute/manager.py, rebuild_instance(). DIFFERS: no claims and no evacuation.
Task<void> ComputeManager::rebuild_instance_body(Call& call) {
  journal_.log(call.context, call.instance.uuid, LogMessage::rebuilding_instance);
  co_await error_out_instance_on_exception(rebuild_unless_deleted(call), call);
}

// nova/compute/manager.py, rebuild_instance(), the block within _error_out_instance_on_exception().
Task<void> ComputeManager::rebuild_unless_deleted(Call& call) {
  const InstanceUuid uuid = call.instance.uuid;
  bool was_deleted = false;
  try {
    co_await do_rebuild_instance(call);
  } catch (const InstanceNotFound&) {
    was_deleted = true;
  } catch (const UnexpectedDeletingTaskStateError&) {
    was_deleted = true;
  } catch (const Exception&) {
    journal_.notify(call.context, uuid, Notification::rebuild_error);
    throw;
  }
  if (!was_deleted) co_return;
  journal_.log(call.context, uuid, LogMessage::deleted_while_rebuilding);
  journal_.notify(call.context, uuid, Notification::rebuild_error);
}

// nova/compute/manager.py, _do_rebuild_instance().
Task<void> ComputeManager::do_rebuild_instance(Call& call) {
  const RequestContext context = call.context;
  Instance& instance = call.instance;
  const VmState original_vm_state = instance.vm_state;
  journal_.notify(context, instance.uuid, Notification::rebuild_start);

  instance.power_state = co_await get_power_state(context, instance.uuid);
  instance.task_state = TaskState::rebuilding;
  co_await instance.save(context, database_, journal_, TaskState::rebuilding);

  co_await rebuild_default_impl(call);
  const PowerState power_state = co_await get_power_state(context, instance.uuid);
  update_instance_after_spawn(instance, power_state);
  co_await instance.save(context, database_, journal_, TaskState::rebuild_spawning);

  if (original_vm_state == VmState::stopped) {
    journal_.log(context, instance.uuid, LogMessage::bringing_to_original_state,
                 static_cast<std::int64_t>(original_vm_state));
    instance.vm_state = VmState::active;
    instance.task_state = TaskState::powering_off;
    co_await instance.save(context, database_, journal_);
    const RpcMessage stop{RpcMethod::stop_instance, context, instance.uuid, instance.row(), {}, 0};
    const auto stopping = calls_.emplace(calls_.end(), *this, stop);
    const Caught<Exception> failure = co_await catching<Exception>(decorated(stop_instance(*stopping), *stopping));
    calls_.erase(stopping);
    if (failure) co_await raised(failure);
  }
  journal_.notify(context, instance.uuid, Notification::rebuild_end);
}

// nova/compute/manager.py, _rebuild_default_impl(). From the destruction on there is no way back.
Task<void> ComputeManager::rebuild_default_impl(Call& call) {
  const RequestContext context = call.context;
  Instance& instance = call.instance;
  co_await power_off_instance(context, instance.uuid, true);
  co_await driver_.destroy(context, instance.uuid, true);

  instance.task_state = TaskState::rebuild_block_device_mapping;
  co_await instance.save(context, database_, journal_, TaskState::rebuilding);

  instance.task_state = TaskState::rebuild_spawning;
  co_await instance.save(context, database_, journal_, TaskState::rebuild_block_device_mapping);
  co_await driver_.spawn(context, instance.uuid, call.image_id);
}

// nova/compute/manager.py, _update_instance_after_spawn().
void ComputeManager::update_instance_after_spawn(Instance& instance, PowerState power_state) {
  instance.power_state = power_state;
  instance.vm_state = VmState::active;
  instance.task_state = TaskState::none;
}

}  // namespace snapsim
