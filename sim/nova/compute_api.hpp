#pragma once

#include "sim/nova/database.hpp"
#include "sim/nova/glance_client.hpp"
#include "sim/nova/instance.hpp"
#include "sim/nova/rpc.hpp"
#include "sim/runtime/runtime.hpp"

namespace snapsim {

/// nova/compute/api.py: API. What nova-api does for a request, and what nova-compute calls when it acts as a user
/// would. Unless another thing is said, an operation looks at the instance's state, claims the instance by a guarded
/// save, records the action and casts; it throws InstanceInvalidState, UnexpectedTaskStateError where the claim is lost
/// to another task, InstanceNotFound and DbError. `instance` outlives the task.
class ComputeApi {
 public:
  /// All references must outlive the object.
  ComputeApi(Runtime& runtime, Database& database, GlanceClient& image_api, ComputeRpcApi& compute_rpcapi,
             Journal& journal, const Config& config);

  // compute_api.cpp
  /// snapshot(): the image record is made first. Throws what the image API throws too. Where the claim is lost to
  /// another task, the image stays behind in `queued`.
  Task<ImageId> snapshot(RequestContext context, Instance& instance, ImageCreation image);

  // compute_api_power.cpp
  Task<void> stop(RequestContext context, Instance& instance);
  /// force_stop(): as stop(), in every state.
  Task<void> force_stop(RequestContext context, Instance& instance);
  Task<void> start(RequestContext context, Instance& instance);
  Task<void> pause(RequestContext context, Instance& instance);
  Task<void> unpause(RequestContext context, Instance& instance);
  Task<void> suspend(RequestContext context, Instance& instance);
  Task<void> resume(RequestContext context, Instance& instance);
  Task<void> reboot(RequestContext context, Instance& instance, RebootType reboot_type);

  // compute_api_delete.cpp
  /// delete(): in every state, and the claim is not guarded. An instance that is gone meanwhile is no error. Where the
  /// host has not reported for service_down_time, nothing is cast: the row is deleted here, and the guest stays.
  Task<void> delete_(RequestContext context, Instance& instance);
  /// soft_delete(): as delete_(), but the instance is only put away; unless its host is down.
  Task<void> soft_delete(RequestContext context, Instance& instance);
  /// force_delete(): as delete_().
  Task<void> force_delete(RequestContext context, Instance& instance);
  /// nova/api/openstack/compute/admin_actions.py, _reset_state(): writes vm_state `state` and task_state None, not
  /// guarded. Nothing is cast.
  Task<void> reset_state(RequestContext context, Instance& instance, VmState state);

  // compute_api_images.cpp
  /// backup(): as snapshot(), but no failed claim has its image deleted.
  Task<ImageId> backup(RequestContext context, Instance& instance, ImageCreation image, int rotation);
  /// rebuild(): looks at the image first. Throws ImageNotFound, ImageNotActive, FlavorDiskSmallerThanMinDisk, what the
  /// image API throws.
  Task<void> rebuild(RequestContext context, Instance& instance, ImageId image);
  Task<void> rescue(RequestContext context, Instance& instance);
  Task<void> unrescue(RequestContext context, Instance& instance);
  /// shelve(): claims the instance, and only then makes the image record. Throws what the image API throws: the claim
  /// then stays.
  Task<ImageId> shelve(RequestContext context, Instance& instance, ImageCreation image);
  /// unshelve(): an instance that still is on its host is only started.
  Task<void> unshelve(RequestContext context, Instance& instance);

 private:
  Task<void> delete_image_of_deleted_instance(RequestContext context, InstanceUuid instance, ImageId image);
  Task<void> delete_with(RequestContext context, Instance& instance, TaskState task_state, RpcMethod method);
  Task<void> local_delete(RequestContext context, Instance& instance, VmState vm_state);
  Task<bool> service_is_up(RequestContext context, HostId host);
  Task<void> delete_snapshot_of_shelved_instance(RequestContext context, const Instance& instance);
  Task<void> record_action_start(RequestContext context, InstanceUuid instance, Action action);
  /// Rule refuse_lost_claim: what cannot be handed on is not claimed. Throws InstanceNotReady.
  void refuse_without_host(const Instance& instance) const;
  /// Throws NoComputeHost.
  Task<void> cast(HostId host, RpcMessage message);
  /// What all operations end with: the claim, the action's record and the cast.
  Task<void> claim_and_cast(RequestContext context, Instance& instance, TaskState task_state, TaskStates expected,
                            Action action, RpcMessage message);

  Runtime& runtime_;
  Database& database_;
  GlanceClient& image_api_;
  ComputeRpcApi& compute_rpcapi_;
  Journal& journal_;
  Duration service_down_time_;
  RuleSet rules_;
};

}  // namespace snapsim
