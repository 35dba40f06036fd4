#include <exception>

#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"

// snapshot_instance, from the message to its end.

namespace snapsim {

// nova/compute/manager.py, snapshot_instance(): the decorators, outermost first.
Task<void> ComputeManager::snapshot_instance(Call& call) {
  return decorated(delete_image_on_error(snapshot_instance_body(call), call), call);
}

// nova/compute/manager.py, snapshot_instance().
Task<void> ComputeManager::snapshot_instance_body(Call& call) {
  Instance& instance = call.instance;
  bool may_begin = true;
  try {
    instance.task_state = TaskState::image_snapshot;
    co_await instance.save(call.context, database_, journal_, TaskState::image_snapshot_pending);
  } catch (const InstanceNotFound&) {
    // Possibly the instance was deleted before the message came. Nothing is cleaned up.
    journal_.log(call.context, instance.uuid, LogMessage::instance_not_found_at_start);
    may_begin = false;
  } catch (const UnexpectedDeletingTaskStateError&) {
    journal_.log(call.context, instance.uuid, LogMessage::instance_being_deleted);
    may_begin = false;
  }
  if (!may_begin && rules_.contains(Rule::reap_orphan_images)) co_await clean_up_disappeared(call);
  if (!may_begin) co_return;

  const Semaphore::Permit permit = co_await snapshot_semaphore_.acquire();
  co_await snapshot_instance_inner(call);
}

// nova/compute/manager.py, _snapshot_instance().
Task<void> ComputeManager::snapshot_instance_inner(Call& call) {
  const RequestContext context = call.context;
  Instance& instance = call.instance;
  enum class Outcome { done, disappeared, deleting, image_not_found, taken_away } outcome = Outcome::done;
  bool is_uploaded = false;
  std::exception_ptr image_not_found;

  instance.power_state = co_await get_power_state(context, instance.uuid);
  try {
    co_await instance.save(context, database_, journal_);

    journal_.log(context, instance.uuid, LogMessage::instance_snapshotting);
    if (instance.power_state != PowerState::running) {
      journal_.log(context, instance.uuid, LogMessage::snapshotting_non_running,
                   static_cast<std::int64_t>(instance.power_state));
    }
    journal_.notify(context, instance.uuid, Notification::snapshot_start, call.image_id);

    const Instant begun = runtime_.now();
    co_await driver_.snapshot(context, instance, call.image_id, call);
    is_uploaded = true;
    const Duration took = runtime_.now() - begun;
    journal_.log(context, instance.uuid, LogMessage::took_seconds, took.count());

    instance.task_state = TaskState::none;
    co_await instance.save(context, database_, journal_, TaskState::image_uploading);

    journal_.notify(context, instance.uuid, Notification::snapshot_end, call.image_id);
  } catch (const InstanceNotFound&) {
    outcome = Outcome::disappeared;
  } catch (const InstanceNotRunning&) {
    outcome = Outcome::disappeared;
  } catch (const UnexpectedDeletingTaskStateError&) {
    outcome = Outcome::deleting;
  } catch (const ImageNotFound&) {
    outcome = Outcome::image_not_found;
    image_not_found = std::current_exception();
  } catch (const Exception& error) {
    if (!is_uploaded || !rules_.contains(Rule::keep_finished_image)) throw;
    // Whoever has taken the instance: the image is there, and good.
    journal_.log(context, instance.uuid, LogMessage::task_possibly_preempted, error.failure().packed());
    outcome = Outcome::taken_away;
  }

  if (outcome == Outcome::disappeared || outcome == Outcome::deleting) {
    // The instance got deleted during the snapshot: quickly bail out of here.
    journal_.log(context, instance.uuid, LogMessage::instance_disappeared);
    co_await clean_up_disappeared(call);
    if (outcome == Outcome::disappeared && rules_.contains(Rule::record_every_failure)) co_await fail_if_living(call);
  } else if (outcome == Outcome::image_not_found) {
    const TaskState own_state = instance.task_state;
    if (rules_.contains(Rule::record_every_failure)) std::rethrow_exception(image_not_found);
    instance.task_state = TaskState::none;
    co_await instance.save(context, database_, journal_, guard(own_state));
    journal_.log(context, instance.uuid, LogMessage::image_not_found_during_snapshot,
                 ImageNotFound(call.image_id).failure().packed());
  }
}

// _snapshot_instance(), update_task_state().
Task<void> ComputeManager::Call::update(TaskState task_state, TaskState expected_state) {
  instance.task_state = own_state(task_state);
  co_await instance.save(context, manager.database_, manager.journal_, own_state(expected_state));
}

// Rule record_every_failure: it was not the instance that disappeared, but its guest.
Task<void> ComputeManager::fail_if_living(Call& call) {
  bool is_living = true;
  try {
    const Instance row = co_await Instance::get_by_uuid(call.context, database_, call.instance.uuid);
    is_living = row.task_state != TaskState::deleting && row.vm_state != VmState::deleted;
  } catch (const InstanceNotFound&) {
    is_living = false;
  }
  if (is_living) throw InstanceNotRunning();
}

// nova/compute/manager.py, _snapshot_instance(): the image of an instance that is gone goes too, unless it is active.
Task<void> ComputeManager::clean_up_disappeared(Call& call) {
  const InstanceUuid uuid = call.instance.uuid;
  try {
    const GlanceImage image = co_await image_api_.get(call.context, uuid, call.image_id);
    if (image.status != ImageStatus::active) co_await image_api_.remove(call.context, uuid, call.image_id);
  } catch (const ImageNotFound&) {
    journal_.log(call.context, uuid, LogMessage::image_not_found_during_clean_up, call.image_id.value);
  } catch (const Exception&) {
    journal_.log(call.context, uuid, LogMessage::image_clean_up_error, call.image_id.value);
  }
}

}  // namespace snapsim
