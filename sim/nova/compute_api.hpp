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

 private:
  Task<void> delete_image_of_deleted_instance(RequestContext context, InstanceUuid instance, ImageId image);
  Task<void> record_action_start(RequestContext context, InstanceUuid instance, Action action);
  RpcMessage message(RpcMethod method, RequestContext context, const Instance& instance, ImageId image) const;

  Database& database_;
  GlanceClient& image_api_;
  ComputeRpcApi& compute_rpcapi_;
  Journal& journal_;
};

}  // namespace snapsim
