#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"

// shelve and unshelve. An instance that is unshelved before it has left its host is started by start_instance().

namespace snapsim {

// nova/compute/manager.py, shelve_instance(), do_shelve_instance(), _shelve_instance(). Nothing deletes the image when
// it fails, and the guest stays powered off.
Task<void> ComputeManager::shelve_instance_body(Call& call) {
  const RequestContext context = call.context;
  Instance& instance = call.instance;
  const Semaphore::Permit permit = co_await lock_of(instance.uuid).acquire();
  journal_.log(context, instance.uuid, LogMessage::shelving);
  journal_.notify(context, instance.uuid, Notification::shelve_start);

  // A paused guest would not heed the request to shut down.
  const bool clean_shutdown = call.clean_shutdown && instance.vm_state != VmState::paused;
  co_await power_off_instance(context, instance.uuid, clean_shutdown);
  co_await driver_.snapshot(context, instance, call.image_id, call);

  instance.shelved_image_id = call.image_id;
  instance.shelved_host = host_;
  instance.shelved_at = runtime_.now();
  instance.vm_state = VmState::shelved;
  const bool offloads_at_once = config_.shelved_offload_time_s == 0;
  instance.task_state = offloads_at_once ? TaskState::shelving_offloading : TaskState::none;
  instance.power_state = co_await get_power_state(context, instance.uuid);
  co_await instance.save(context, database_, journal_, TaskState::shelving_image_uploading);
  journal_.notify(context, instance.uuid, Notification::shelve_end);

  if (offloads_at_once) co_await shelve_offload_instance_inner(call);
}

// nova/compute/manager.py, shelve_offload_instance().
Task<void> ComputeManager::shelve_offload_instance(Call& call) {
  const Semaphore::Permit synchronized = co_await lock_of(call.instance.uuid).acquire();
  co_await shelve_offload_instance_inner(call);
}

// nova/compute/manager.py, _shelve_offload_instance().
Task<void> ComputeManager::shelve_offload_instance_inner(Call& call) {
  const RequestContext context = call.context;
  Instance& instance = call.instance;
  journal_.log(context, instance.uuid, LogMessage::shelve_offloading);
  journal_.notify(context, instance.uuid, Notification::shelve_offload_start);
  co_await power_off_instance(context, instance.uuid, false);
  const PowerState current_power_state = co_await get_power_state(context, instance.uuid);
  co_await driver_.destroy(context, instance.uuid, true);

  instance.power_state = current_power_state;
  instance.vm_state = VmState::shelved_offloaded;
  instance.task_state = TaskState::none;
  co_await instance.save(context, database_, journal_, TaskState::shelving_offloading);
  // _nil_out_instance_obj_host_and_node(): only now does the instance belong to no host.
  instance.host = HostId();
  co_await instance.save(context, database_, journal_, TaskState::none);
  journal_.notify(context, instance.uuid, Notification::shelve_offload_end);
}

// nova/conductor/manager.py, unshelve_instance(), then nova/compute/manager.py, unshelve_instance(). DIFFERS: the
// conductor's part runs here, and the scheduler picks the host where the instance was shelved.
Task<void> ComputeManager::unshelve_instance(Call& call) {
  co_await find_shelved_image(call);
  co_await decorated(unshelve_instance_body(call), call);
}

// nova/conductor/manager.py, unshelve_instance(): an image that is gone makes the instance one in error, and its task
// state stays.
Task<void> ComputeManager::find_shelved_image(Call& call) {
  const RequestContext context = call.context;
  Instance& instance = call.instance;
  const ImageId image = instance.shelved_image_id;
  bool is_missing = false;
  try {
    co_await image_api_.get(context, instance.uuid, image);
  } catch (const ImageNotFound&) {
    is_missing = true;
  }
  if (!is_missing) co_return;
  instance.vm_state = VmState::error;
  co_await instance.save(context, database_, journal_);
  journal_.log(context, instance.uuid, LogMessage::unshelve_image_missing, image.value);
  const ImageNotFound missing(image);
  const DbResult<void> recorded =
      co_await database_.instance_fault_create(context, instance.uuid, missing.failure(), missing.code());
  if (!recorded) throw DbError();
  throw UnshelveException(image);
}

// nova/compute/manager.py, unshelve_instance(), do_unshelve_instance(), _unshelve_instance().
Task<void> ComputeManager::unshelve_instance_body(Call& call) {
  const RequestContext context = call.context;
  Instance& instance = call.instance;
  const Semaphore::Permit permit = co_await lock_of(instance.uuid).acquire();
  journal_.log(context, instance.uuid, LogMessage::unshelving);
  journal_.notify(context, instance.uuid, Notification::unshelve_start);
  instance.task_state = TaskState::spawning;
  co_await instance.save(context, database_, journal_, guard(TaskState::unshelving));

  co_await spawn_unshelved(call);
  co_await delete_snapshot_of_shelved_instance(call, instance.shelved_image_id);

  const PowerState power_state = co_await get_power_state(context, instance.uuid);
  update_instance_after_spawn(instance, power_state);
  instance.remove_shelved_keys();
  co_await instance.save(context, database_, journal_, TaskState::spawning);
  journal_.notify(context, instance.uuid, Notification::unshelve_end);
}

// nova/compute/manager.py, _unshelve_instance(): `with self.rt.instance_claim(...)`, which takes the instance to this
// host and, when the spawn fails, off it again.
Task<void> ComputeManager::spawn_unshelved(Call& call) {
  const RequestContext context = call.context;
  Instance& instance = call.instance;
  instance.host = host_;
  co_await instance.save(context, database_, journal_);
  const Caught<Exception> failure =
      co_await catching<Exception>(driver_.spawn(context, instance.uuid, instance.shelved_image_id));
  if (!failure) co_return;
  journal_.log(context, instance.uuid, LogMessage::failed_to_spawn, failure->failure().packed());
  instance.host = HostId();
  co_await instance.save(context, database_, journal_);
  co_await raised(failure);
}

// nova/compute/manager.py, _delete_snapshot_of_shelved_instance().
Task<void> ComputeManager::delete_snapshot_of_shelved_instance(Call& call, ImageId image) {
  const InstanceUuid uuid = call.instance.uuid;
  try {
    co_await image_api_.remove(call.context, uuid, image);
  } catch (const ImageNotFound& error) {
    journal_.log(call.context, uuid, LogMessage::shelved_snapshot_not_deleted, error.failure().packed());
  } catch (const ImageNotAuthorized& error) {
    journal_.log(call.context, uuid, LogMessage::shelved_snapshot_not_deleted, error.failure().packed());
  } catch (const Exception& error) {
    journal_.log(call.context, uuid, LogMessage::error_deleting_shelved_snapshot, error.failure().packed());
  }
}

}  // namespace snapsim
