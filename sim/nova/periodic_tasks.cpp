#include <chrono>

#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"

// Periodic tasks that end what was put off: guests of deleted instances, soft-deleted and shelved instances.

namespace snapsim {

// oslo_utils/timeutils.py, is_older_than(); nova/compute/manager.py, _deleted_old_enough(): no moment is old enough.
bool ComputeManager::is_older_than(std::optional<Instant> moment, Duration age) const {
  return !moment || runtime_.now() - *moment > age;
}

// nova/compute/manager.py, _cleanup_running_deleted_instances() and _running_deleted_instances(). DIFFERS:
// [DEFAULT]running_deleted_instance_action is reap, its default.
Task<void> ComputeManager::cleanup_running_deleted_instances() {
  const RequestContext context;
  const std::vector<InstanceUuid> on_driver = co_await driver_.list_instance_uuids();
  const DbResult<std::vector<FoundInstance>> deleted = co_await database_.deleted_instances(context, on_driver);
  if (!deleted) co_return;
  for (const FoundInstance& found : *deleted) {
    const Duration timeout = std::chrono::seconds(config_.running_deleted_instance_timeout_s);
    if (!is_older_than(found.row.deleted_at, timeout)) continue;
    Instance instance(found.uuid, found.row);
    journal_.log(context, instance.uuid, LogMessage::reaping_deleted_instance);
    try {
      co_await shutdown_instance(context, instance, false);
    } catch (const Exception& error) {
      journal_.log(context, instance.uuid, LogMessage::periodic_cleanup_failed, error.failure().packed());
    }
  }
}

// nova/compute/manager.py, _reclaim_queued_deletes().
Task<void> ComputeManager::reclaim_queued_deletes() {
  const RequestContext context;
  const DbResult<std::vector<FoundInstance>> put_away =
      co_await database_.idle_instances_on_host(context, host_, VmState::soft_delete);
  if (!put_away) co_return;
  for (const FoundInstance& found : *put_away) {
    const Duration interval = std::chrono::seconds(config_.reclaim_instance_interval_s);
    if (!is_older_than(found.row.deleted_at, interval)) continue;
    Instance instance(found.uuid, found.row);
    journal_.log(context, instance.uuid, LogMessage::reclaiming_deleted_instance);
    try {
      co_await reclaim(instance);
    } catch (const Exception& error) {
      journal_.log(context, instance.uuid, LogMessage::periodic_reclaim_failed, error.failure().packed());
    }
  }
}

/// Nova deletes it without the instance's lock. Rule restore_guests: who brings guests back takes the lock too.
Task<void> ComputeManager::reclaim(Instance& instance) {
  if (rules_.contains(Rule::restore_guests)) return delete_synchronized(instance);
  return delete_instance(RequestContext(), instance);
}

Task<void> ComputeManager::delete_synchronized(Instance& instance) {
  const Semaphore::Permit synchronized = co_await lock_of(instance.uuid).acquire();
  co_await delete_instance(RequestContext(), instance);
}

// nova/compute/manager.py, _poll_shelved_instances().
Task<void> ComputeManager::poll_shelved_instances() {
  const RequestContext context;
  const DbResult<std::vector<FoundInstance>> shelved =
      co_await database_.idle_instances_on_host(context, host_, VmState::shelved);
  if (!shelved) co_return;
  for (const FoundInstance& found : *shelved) {
    const Duration offload_time = std::chrono::seconds(config_.shelved_offload_time_s);
    if (!is_older_than(found.row.shelved_at, offload_time)) continue;
    Instance instance(found.uuid, found.row);
    try {
      co_await offload(instance);
    } catch (const Exception& error) {
      journal_.log(context, instance.uuid, LogMessage::periodic_offload_failed, error.failure().packed());
    }
  }
}

Task<void> ComputeManager::offload(Instance& instance) {
  instance.task_state = TaskState::shelving_offloading;
  co_await instance.save(RequestContext(), database_, journal_, TaskState::none);
  const RpcMessage shelve_offload_instance{RpcMethod::shelve_offload_instance, RequestContext(), instance.uuid,
                                           instance.row()};
  co_await dispatch(shelve_offload_instance);
}

}  // namespace snapsim
