#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <boost/system/result.hpp>

#include "sim/nova/failure.hpp"
#include "sim/nova/ids.hpp"
#include "sim/nova/journal.hpp"
#include "sim/nova/states.hpp"
#include "sim/runtime/task.hpp"
#include "sim/runtime/time.hpp"

namespace snapsim {

/// A row of `instances`, as far as the flow reads it.
struct InstanceRow {
  HostId host;  ///< none: the instance is shelved and offloaded
  VmState vm_state = VmState::active;
  TaskState task_state = TaskState::none;
  PowerState power_state = PowerState::running;
  bool launched = true;              ///< launched_at is set
  bool hw_qemu_guest_agent = false;  ///< system_metadata: image_hw_qemu_guest_agent
  bool os_require_quiesce = false;   ///< system_metadata: image_os_require_quiesce
  std::int32_t root_gb = 1;          ///< of its flavor: GiB of the root disk
  ImageId image_ref;         ///< what it was made from; none: a base image that this cloud's Glance does not show
  ImageId shelved_image_id;  ///< system_metadata: shelved_image_id
  HostId shelved_host;       ///< system_metadata: shelved_host
  std::optional<Instant> shelved_at;  ///< system_metadata: shelved_at
  std::optional<Instant> deleted_at;  ///< of a row that is deleted, and of a soft-deleted instance
};

/// New values of an instance's columns; an empty one stays.
struct InstanceChanges {
  std::optional<VmState> vm_state;
  std::optional<TaskState> task_state;
  std::optional<PowerState> power_state;
  std::optional<HostId> host;  ///< none: the instance is on no host any more
  std::optional<ImageId> image_ref;
  std::optional<ImageId> shelved_image_id;
  std::optional<HostId> shelved_host;
  std::optional<Instant> shelved_at;
  std::optional<Instant> deleted_at;

  bool operator==(const InstanceChanges&) const = default;
};

/// An instance that a query found.
struct FoundInstance {
  InstanceUuid uuid;
  InstanceRow row;
};

/// Why the database did not do it.
struct DbFailure {
  enum class Kind : std::uint8_t {
    not_found,         ///< no such row, or it is deleted
    conflict,          ///< the guarded column held `actual`
    unknown_conflict,  ///< no row matched, and by the time of a second look it would have: try again
    error,             ///< the statement failed
  } kind{};
  TaskState actual = TaskState::none;
};
template <class T>
using DbResult = boost::system::result<T, DbFailure>;

/// An action whose event has no result.
struct UnfinishedAction {
  RequestId request;
  RpcMethod method{};  ///< whose event it is
};

/// nova.db.main.api, as one nova service calls it. Each call is one transaction: it takes effect at one instant, some
/// time after it is made.
class Database {
 public:
  virtual ~Database() = default;

  /// nova/db/main/api.py: instance_get_by_uuid.
  virtual Task<DbResult<InstanceRow>> instance_get(RequestContext context, InstanceUuid instance) = 0;
  /// nova/db/main/api.py: _instance_update. With `expected`, a compare-and-swap on task_state, which must be one of
  /// those.
  virtual Task<DbResult<InstanceRow>> instance_update(RequestContext context, InstanceUuid instance,
                                                      InstanceChanges changes, std::optional<TaskStates> expected) = 0;
  /// nova/db/main/api.py: instance_destroy. The row is marked as deleted, and no longer found.
  virtual Task<DbResult<void>> instance_destroy(RequestContext context, InstanceUuid instance) = 0;
  /// nova/db/main/api.py: instance_get_all_by_host; in the order of their ids.
  virtual Task<DbResult<std::vector<InstanceUuid>>> instances_on_host(RequestContext context, HostId host) = 0;
  /// nova/db/main/api.py: instance_get_all_by_filters with host, vm_state and task_state None; in the order of their
  /// ids.
  virtual Task<DbResult<std::vector<FoundInstance>>> idle_instances_on_host(RequestContext context, HostId host,
                                                                            VmState vm_state) = 0;
  /// nova/db/main/api.py: instance_get_all_by_filters with uuid and deleted: those whose row is deleted.
  virtual Task<DbResult<std::vector<FoundInstance>>> deleted_instances(RequestContext context,
                                                                       std::vector<InstanceUuid> among) = 0;
  /// nova/db/main/api.py: service_get_by_compute_host, last_seen_up: when the host's nova-compute last reported.
  virtual Task<DbResult<Instant>> service_last_seen_up(RequestContext context, HostId host) = 0;
  /// Living instances on no host that were shelved from this one; in the order of their ids.
  virtual Task<DbResult<std::vector<InstanceUuid>>> instances_shelved_from(HostId host) = 0;
  /// nova/db/main/api.py: action_start.
  virtual Task<DbResult<void>> action_start(RequestContext context, InstanceUuid instance, Action action) = 0;
  /// nova/db/main/api.py: action_event_start.
  virtual Task<DbResult<void>> action_event_start(RequestContext context, InstanceUuid instance, RpcMethod event) = 0;
  /// nova/db/main/api.py: action_event_finish; `success` false writes result Error.
  virtual Task<DbResult<void>> action_event_finish(RequestContext context, InstanceUuid instance, RpcMethod event,
                                                   bool success) = 0;
  /// Whether the request's event has begun, finished or not.
  virtual Task<DbResult<bool>> action_event_exists(RequestContext context, InstanceUuid instance, RpcMethod event) = 0;
  /// The instance's createImage and createBackup actions whose event has no result yet, the oldest first.
  virtual Task<DbResult<std::vector<UnfinishedAction>>> unfinished_actions(InstanceUuid instance) = 0;
  /// nova/db/main/api.py: instance_fault_create.
  virtual Task<DbResult<void>> instance_fault_create(RequestContext context, InstanceUuid instance, Failure failure,
                                                     int code) = 0;
};

}  // namespace snapsim
