#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"

// rescue and unrescue: the guest runs from another disk for a while.

namespace snapsim {

// nova/compute/manager.py, rescue_instance(). The rescue image is the one that the instance was made from.
Task<void> ComputeManager::rescue_instance_body(Call& call) {
  const RequestContext context = call.context;
  Instance& instance = call.instance;
  journal_.log(context, instance.uuid, LogMessage::rescuing);
  journal_.notify(context, instance.uuid, Notification::rescue_start);
  bool failed = false;
  try {
    co_await power_off_instance(context, instance.uuid, call.clean_shutdown);
    co_await driver_.rescue(context, instance.uuid, instance.image_ref);
  } catch (const Exception& error) {
    journal_.log(context, instance.uuid, LogMessage::rescue_failed, error.failure().packed());
    failed = true;
  }
  if (failed) {
    co_await set_instance_obj_error_state(context, instance);
    throw InstanceNotRescuable();
  }
  instance.vm_state = VmState::rescued;
  instance.task_state = TaskState::none;
  instance.power_state = co_await get_power_state(context, instance.uuid);
  co_await instance.save(context, database_, journal_, TaskState::rescuing);
  journal_.notify(context, instance.uuid, Notification::rescue_end);
}

// nova/compute/manager.py, unrescue_instance(). The instance is active afterwards, also where it was stopped before.
Task<void> ComputeManager::unrescue_instance_body(Call& call) {
  const RequestContext context = call.context;
  Instance& instance = call.instance;
  journal_.log(context, instance.uuid, LogMessage::unrescuing);
  journal_.notify(context, instance.uuid, Notification::unrescue_start);
  co_await error_out_instance_on_exception(driver_.unrescue(context, instance.uuid), call);
  instance.vm_state = VmState::active;
  instance.task_state = TaskState::none;
  instance.power_state = co_await get_power_state(context, instance.uuid);
  co_await instance.save(context, database_, journal_, TaskState::unrescuing);
  journal_.notify(context, instance.uuid, Notification::unrescue_end);
}

}  // namespace snapsim
