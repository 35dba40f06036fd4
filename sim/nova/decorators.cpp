#include <utility>

#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"

// The decorators of the manager's methods, outermost first. An exception meets them from the last to the first.

namespace snapsim {
namespace {

using namespace std::chrono_literals;

}  // namespace

/// Rule guard_writes: what a task_state that is cleared must still be. Nova does not look.
std::optional<TaskStates> ComputeManager::guard(TaskState own_state) const {
  if (!rules_.contains(Rule::guard_writes)) return std::nullopt;
  return TaskStates(own_state);
}

/// Rule record_every_failure: a record that the database refuses is written again.
bool ComputeManager::may_record_again(int attempt) const {
  constexpr int attempts_max = 4;
  return rules_.contains(Rule::record_every_failure) && attempt < attempts_max;
}

Task<void> ComputeManager::decorated(Task<void> function, Call& call) {
  return wrap_exception(
      reverts_task_state(wrap_instance_event(wrap_instance_fault(std::move(function), call), call), call), call);
}

// nova/exception_wrapper.py, wrap_exception(): tells the message bus. Logging is left to the RPC server.
Task<void> ComputeManager::wrap_exception(Task<void> function, Call& call) {
  const Caught<Exception> failure = co_await catching<Exception>(std::move(function));
  if (!failure) co_return;
  journal_.notify(call.context, call.instance.uuid, Notification::exception, call.image_id);
  co_await raised(failure);
}

// nova/compute/manager.py, reverts_task_state(): who lost the instance to another task leaves it alone; every other
// failure writes None, unguarded, over whatever stands there.
Task<void> ComputeManager::reverts_task_state(Task<void> function, Call& call) {
  const InstanceUuid uuid = call.instance.uuid;
  const Caught<Exception> failure = co_await catching<Exception>(std::move(function));
  if (!failure) co_return;
  if (failure.is<UnexpectedTaskStateError>()) {
    journal_.log(call.context, uuid, LogMessage::task_possibly_preempted, failure->failure().packed());
    co_await raised(failure);
  }
  const bool stays_a_deletion = rules_.contains(Rule::reconcile_tasks) && deletes_instance(call.method);
  // Rule guard_writes: an earlier save has shown that the instance is going.
  const bool is_going = rules_.contains(Rule::guard_writes) && is_being_deleted(call.instance.task_state);
  if (stays_a_deletion || (is_going && !deletes_instance(call.method))) co_await raised(failure);

  try {
    const TaskState original_task_state = call.instance.task_state;
    call.instance.task_state = TaskState::none;
    co_await call.instance.save(call.context, database_, journal_, guard(original_task_state));
    journal_.log(call.context, uuid, LogMessage::reverted_task_state, static_cast<std::int64_t>(original_task_state));
  } catch (const InstanceNotFound&) {
    // Nothing to revert.
  } catch (const Exception& error) {
    journal_.log(call.context, uuid, LogMessage::revert_task_state_failed, error.failure().packed());
  }
  co_await raised(failure);
}

// nova/compute/utils.py, wrap_instance_event() and EventReporter.
Task<void> ComputeManager::wrap_instance_event(Task<void> function, Call& call) {
  const InstanceUuid uuid = call.instance.uuid;
  for (int attempt = 1;; ++attempt) {
    const DbResult<void> started = co_await database_.action_event_start(call.context, uuid, call.method);
    if (started) break;
    if (!may_record_again(attempt)) throw DbError();
    co_await runtime_.sleep(1s);
    const DbResult<bool> is_there = co_await database_.action_event_exists(call.context, uuid, call.method);
    if (is_there && *is_there) break;  // only the answer was lost
  }
  const Caught<Exception> failure = co_await catching<Exception>(std::move(function));
  const bool success = !failure;
  for (int attempt = 1;; ++attempt) {
    const DbResult<void> finished = co_await database_.action_event_finish(call.context, uuid, call.method, success);
    if (finished) break;
    if (!may_record_again(attempt)) throw DbError();
    co_await runtime_.sleep(1s);
  }
  if (failure) co_await raised(failure);
}

// nova/compute/manager.py, wrap_instance_fault().
Task<void> ComputeManager::wrap_instance_fault(Task<void> function, Call& call) {
  const Caught<Exception> failure = co_await catching<Exception>(std::move(function));
  if (!failure) co_return;
  if (!failure.is<InstanceNotFound>()) co_await add_instance_fault_from_exc(call, failure);
  co_await raised(failure);
}

// nova/compute/utils.py, add_instance_fault_from_exc().
Task<void> ComputeManager::add_instance_fault_from_exc(Call& call, Caught<Exception> error) {
  const Failure fault = error->failure();
  const auto* const of_nova = error.as<NovaException>();
  const int code = of_nova ? of_nova->code() : 500;
  for (int attempt = 1;; ++attempt) {
    const DbResult<void> created =
        co_await database_.instance_fault_create(call.context, call.instance.uuid, fault, code);
    if (created) break;
    if (!may_record_again(attempt)) throw DbError();
    co_await runtime_.sleep(1s);
  }
}

// nova/compute/manager.py, delete_image_on_error(), and nova/compute/utils.py, delete_image(): whatever its status.
Task<void> ComputeManager::delete_image_on_error(Task<void> function, Call& call) {
  const InstanceUuid uuid = call.instance.uuid;
  const Caught<Exception> failure = co_await catching<Exception>(std::move(function));
  if (!failure) co_return;
  journal_.log(call.context, uuid, LogMessage::cleaning_up_image, call.image_id.value);
  try {
    co_await image_api_.remove(call.context, uuid, call.image_id);
  } catch (const ImageNotFound&) {
    // Gone already.
  } catch (const Exception&) {
    journal_.log(call.context, uuid, LogMessage::delete_image_error, call.image_id.value);
  }
  co_await raised(failure);
}

// nova/compute/manager.py, _error_out_instance_on_exception().
Task<void> ComputeManager::error_out_instance_on_exception(Task<void> function, Call& call) {
  const Caught<Exception> failure = co_await catching<Exception>(std::move(function));
  if (!failure) co_return;
  journal_.log(call.context, call.instance.uuid, LogMessage::setting_vm_state_to_error, failure->failure().packed());
  co_await set_instance_obj_error_state(call.context, call.instance, true);
  co_await raised(failure);
}

// nova/compute/manager.py, _set_instance_obj_error_state(). Rule guard_writes: a task_state that could not be written
// before is not written now, and a deletion goes on.
Task<void> ComputeManager::set_instance_obj_error_state(RequestContext context, Instance& instance,
                                                        bool clean_task_state) {
  try {
    if (rules_.contains(Rule::guard_writes)) {
      co_await attempt(instance.refresh(context, database_));
      clean_task_state = clean_task_state && !is_being_deleted(instance.task_state);
    }
    instance.vm_state = VmState::error;
    if (clean_task_state) instance.task_state = TaskState::none;
    co_await instance.save(context, database_, journal_);
  } catch (const InstanceNotFound&) {
    journal_.log(context, instance.uuid, LogMessage::destroyed_while_setting_to_error);
  }
}

}  // namespace snapsim
