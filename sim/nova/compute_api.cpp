#include "sim/nova/compute_api.hpp"

#include <exception>

#include "sim/nova/exceptions.hpp"

namespace snapsim {
namespace {

/// nova/compute/api.py, check_instance_state, as snapshot() is decorated: vm_state, then task_state, then launched_at,
/// on the copy that the request has loaded. The copy may be stale; the compare-and-swap is the real guard.
void check_instance_state_for_snapshot(const Instance& instance) {
  const bool vm_state_ok = instance.vm_state == VmState::active || instance.vm_state == VmState::stopped ||
                           instance.vm_state == VmState::paused || instance.vm_state == VmState::suspended;
  if (!vm_state_ok) {
    throw InstanceInvalidState(InvalidStateAttribute::vm_state, static_cast<std::uint8_t>(instance.vm_state));
  }
  if (instance.task_state != TaskState::none) {
    throw InstanceInvalidState(InvalidStateAttribute::task_state, static_cast<std::uint8_t>(instance.task_state));
  }
  if (!instance.launched) throw InstanceInvalidState(InvalidStateAttribute::launched_at, 0);
}

}  // namespace

ComputeApi::ComputeApi(Database& database, GlanceClient& image_api, ComputeRpcApi& compute_rpcapi, Journal& journal)
    : database_(database), image_api_(image_api), compute_rpcapi_(compute_rpcapi), journal_(journal) {}

// nova/compute/api.py, snapshot().
Task<ImageId> ComputeApi::snapshot(RequestContext context, Instance& instance, ImageCreation image) {
  check_instance_state_for_snapshot(instance);

  const ImageId image_id = co_await image_api_.create(context, image);

  instance.task_state = TaskState::image_snapshot_pending;
  std::optional<InstanceInvalidState> gone;
  try {
    co_await instance.save(context, database_, journal_, TaskState::none);
  } catch (const InstanceNotFound&) {
    gone.emplace(InvalidStateAttribute::vm_state, static_cast<std::uint8_t>(VmState::deleted));
  } catch (const UnexpectedDeletingTaskStateError&) {
    gone.emplace(InvalidStateAttribute::task_state, static_cast<std::uint8_t>(TaskState::deleting));
  }
  if (gone) {
    co_await delete_image_of_deleted_instance(context, instance.uuid, image_id);
    throw InstanceInvalidState(*gone);
  }

  co_await record_action_start(context, instance.uuid, Action::create_image);
  const RpcMessage snapshot_instance = message(RpcMethod::snapshot_instance, context, instance, image_id);
  co_await compute_rpcapi_.cast(instance.host, snapshot_instance);
  co_return image_id;
}

// nova/compute/api.py, snapshot(): the handler of a claim that failed because the instance is going or gone.
Task<void> ComputeApi::delete_image_of_deleted_instance(RequestContext context, InstanceUuid instance, ImageId image) {
  try {
    co_await image_api_.remove(context, instance, image);
    journal_.log(context, instance, LogMessage::api_image_deleted_before_start, image.value);
  } catch (const ImageNotFound&) {
    // Gone already.
  } catch (const Exception& error) {
    journal_.log(context, instance, LogMessage::api_image_clean_up_failed, image.value, error.failure().packed());
  }
}

// nova/compute/api.py, force_stop().
Task<void> ComputeApi::force_stop(RequestContext context, Instance& instance) {
  instance.task_state = TaskState::powering_off;
  co_await instance.save(context, database_, journal_, TaskState::none);
  co_await record_action_start(context, instance.uuid, Action::stop);
  const RpcMessage stop_instance = message(RpcMethod::stop_instance, context, instance, ImageId());
  co_await compute_rpcapi_.cast(instance.host, stop_instance);
}

// nova/compute/api.py, _record_action_start().
Task<void> ComputeApi::record_action_start(RequestContext context, InstanceUuid instance, Action action) {
  const DbResult<void> started = co_await database_.action_start(context, instance, action);
  if (!started) throw DbError();
}

RpcMessage ComputeApi::message(RpcMethod method, RequestContext context, const Instance& instance,
                               ImageId image) const {
  InstanceRow row;
  row.host = instance.host;
  row.vm_state = instance.vm_state;
  row.task_state = instance.task_state;
  row.power_state = instance.power_state;
  row.launched = instance.launched;
  row.hw_qemu_guest_agent = instance.hw_qemu_guest_agent;
  row.os_require_quiesce = instance.os_require_quiesce;
  return {method, context, instance.uuid, row, image, 0};
}

}  // namespace snapsim
