#pragma once

#include "sim/nova/database.hpp"
#include "sim/nova/glance_client.hpp"
#include "sim/nova/instance.hpp"
#include "sim/nova/rpc.hpp"

namespace snapsim {

/// nova/compute/api.py: API. What nova-api does for a request, and what nova-compute calls when it acts as a user
/// would.
class ComputeApi {
 public:
  /// All references must outlive the object.
  ComputeApi(Database& database, GlanceClient& image_api, ComputeRpcApi& compute_rpcapi, Journal& journal);

  /// snapshot(): makes the image record, claims the instance and casts. `instance` outlives the task. Throws
  /// InstanceInvalidState, what the image API throws, and, where the claim is lost to another task,
  /// UnexpectedTaskStateError: the image then stays behind in `queued`.
  Task<ImageId> snapshot(RequestContext context, Instance& instance, ImageCreation image);

  /// force_stop(): claims the instance and casts stop_instance. Throws UnexpectedTaskStateError, InstanceNotFound,
  /// DbError.
  Task<void> force_stop(RequestContext context, Instance& instance);

  // compute_api_images.cpp
  /// backup(): as snapshot(), but no failed claim has its image deleted.
  Task<ImageId> backup(RequestContext context, Instance& instance, ImageCreation image, int rotation);
  /// rebuild(): looks at the image first. Throws ImageNotFound, ImageNotActive, what the image API throws.
  Task<void> rebuild(RequestContext context, Instance& instance, ImageId image);
  Task<void> rescue(RequestContext context, Instance& instance);
  Task<void> unrescue(RequestContext context, Instance& instance);
  /// shelve(): claims the instance, and only then makes the image record. Throws what the image API throws: the claim
  /// then stays.
  Task<ImageId> shelve(RequestContext context, Instance& instance, ImageCreation image);
  Task<void> unshelve(RequestContext context, Instance& instance);

 private:
  Task<void> delete_image_of_deleted_instance(RequestContext context, InstanceUuid instance, ImageId image);
  Task<void> record_action_start(RequestContext context, InstanceUuid instance, Action action);
  /// What all operations end with: the claim, the action's record and the cast.
  Task<void> claim_and_cast(RequestContext context, Instance& instance, TaskState task_state, TaskState expected,
                            Action action, RpcMessage message);

  Database& database_;
  GlanceClient& image_api_;
  ComputeRpcApi& compute_rpcapi_;
  Journal& journal_;
};

}  // namespace snapsim
