#include <exception>
#include <utility>

#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"

// The decorators of the manager's methods, outermost first. An exception meets them from the last to the first.

namespace snapsim {

// nova/compute/manager.py: what stands above every method here but snapshot_instance(), which has one more.
Task<void> ComputeManager::decorated(Task<void> function, Call& call) {
  co_await wrap_exception(
      reverts_task_state(wrap_instance_event(wrap_instance_fault(std::move(function), call), call), call), call);
}

// nova/utils.py, synchronized(instance.uuid): one such method works on an instance at a time.
Task<Semaphore::Permit> ComputeManager::synchronized(InstanceUuid instance) {
  Semaphore& lock = instance_locks_.try_emplace(instance, runtime_, 1).first->second;
  co_return co_await lock.acquire();
}

// nova/exception_wrapper.py, wrap_exception(): tells the message bus. Logging is left to the RPC server.
Task<void> ComputeManager::wrap_exception(Task<void> function, Call& call) {
  try {
    co_await std::move(function);
  } catch (const Exception&) {
    journal_.notify(call.context, call.instance.uuid, Notification::exception, call.image_id);
    throw;
  }
}

// nova/compute/manager.py, reverts_task_state(): who lost the instance to another task leaves it alone; every other
// failure writes None, unguarded, over whatever stands there.
Task<void> ComputeManager::reverts_task_state(Task<void> function, Call& call) {
  const InstanceUuid uuid = call.instance.uuid;
  std::exception_ptr failure;
  try {
    co_await std::move(function);
  } catch (const UnexpectedTaskStateError& error) {
    journal_.log(call.context, uuid, LogMessage::task_possibly_preempted, error.failure().packed());
    throw;
  } catch (const Exception&) {
    failure = std::current_exception();
  }
  if (!failure) co_return;

  try {
    const TaskState original_task_state = call.instance.task_state;
    call.instance.task_state = TaskState::none;
    co_await call.instance.save(call.context, database_, journal_);
    journal_.log(call.context, uuid, LogMessage::reverted_task_state, static_cast<std::int64_t>(original_task_state));
  } catch (const InstanceNotFound&) {
    // Nothing to revert.
  } catch (const Exception& error) {
    journal_.log(call.context, uuid, LogMessage::revert_task_state_failed, error.failure().packed());
  }
  std::rethrow_exception(failure);
}

// nova/compute/utils.py, wrap_instance_event() and EventReporter.
Task<void> ComputeManager::wrap_instance_event(Task<void> function, Call& call) {
  const InstanceUuid uuid = call.instance.uuid;
  const DbResult<void> started = co_await database_.action_event_start(call.context, uuid, call.method);
  if (!started) throw DbError();
  std::exception_ptr failure;
  try {
    co_await std::move(function);
  } catch (const Exception&) {
    failure = std::current_exception();
  }
  const bool success = failure == nullptr;
  const DbResult<void> finished = co_await database_.action_event_finish(call.context, uuid, call.method, success);
  if (!finished) throw DbError();
  if (failure) std::rethrow_exception(failure);
}

// nova/compute/manager.py, wrap_instance_fault(), and nova/compute/utils.py, add_instance_fault_from_exc().
Task<void> ComputeManager::wrap_instance_fault(Task<void> function, Call& call) {
  std::exception_ptr failure;
  Failure fault;
  int code = 500;
  try {
    co_await std::move(function);
  } catch (const InstanceNotFound&) {
    throw;
  } catch (const NovaException& error) {
    failure = std::current_exception();
    fault = error.failure();
    code = error.code();
  } catch (const Exception& error) {
    failure = std::current_exception();
    fault = error.failure();
  }
  if (!failure) co_return;
  const DbResult<void> created =
      co_await database_.instance_fault_create(call.context, call.instance.uuid, fault, code);
  if (!created) throw DbError();
  std::rethrow_exception(failure);
}

// nova/compute/manager.py, delete_image_on_error(), and nova/compute/utils.py, delete_image(): whatever its status.
Task<void> ComputeManager::delete_image_on_error(Task<void> function, Call& call) {
  const InstanceUuid uuid = call.instance.uuid;
  std::exception_ptr failure;
  try {
    co_await std::move(function);
  } catch (const Exception&) {
    failure = std::current_exception();
  }
  if (!failure) co_return;
  journal_.log(call.context, uuid, LogMessage::cleaning_up_image, call.image_id.value);
  try {
    co_await image_api_.remove(call.context, uuid, call.image_id);
  } catch (const ImageNotFound&) {
    // Gone already.
  } catch (const Exception&) {
    journal_.log(call.context, uuid, LogMessage::delete_image_error, call.image_id.value);
  }
  std::rethrow_exception(failure);
}

}  // namespace snapsim
