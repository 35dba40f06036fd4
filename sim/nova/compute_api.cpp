#include "sim/nova/compute_api.hpp"

#include <chrono>

#include "sim/nova/exceptions.hpp"
#include "sim/nova/instance_state_gate.hpp"

namespace snapsim {
namespace {

/// nova/service.py, basic_config_check(): a service must be able to report before it counts as down.
std::int64_t service_down_time_s(const Config& config) {
  const bool is_too_short = config.report_interval_s >= config.service_down_time_s;
  return is_too_short ? config.report_interval_s * 5 / 2 : config.service_down_time_s;
}

}  // namespace

ComputeApi::ComputeApi(Runtime& runtime, Database& database, GlanceClient& image_api, ComputeRpcApi& compute_rpcapi,
                       Journal& journal, const Config& config)
    : runtime_(runtime),
      database_(database),
      image_api_(image_api),
      compute_rpcapi_(compute_rpcapi),
      journal_(journal),
      service_down_time_(std::chrono::seconds(service_down_time_s(config))),
      rules_(config.rules) {}

// nova/compute/api.py, snapshot().
Task<ImageId> ComputeApi::snapshot(RequestContext context, Instance& instance, ImageCreation image) {
  check_instance_state(instance, gates::snapshot);
  refuse_without_host(instance);

  image.min_disk_gb = instance.root_gb;
  const ImageId image_id = co_await image_api_.create(context, image);

  instance.task_state = TaskState::image_snapshot_pending;
  std::optional<InstanceInvalidState> gone;
  try {
    co_await instance.save(context, database_, journal_, TaskState::none);
  } catch (const InstanceNotFound&) {
    gone.emplace(InvalidStateAttribute::vm_state, static_cast<std::uint8_t>(VmState::deleted));
  } catch (const UnexpectedDeletingTaskStateError&) {
    gone.emplace(InvalidStateAttribute::task_state, static_cast<std::uint8_t>(TaskState::deleting));
  } catch (const UnexpectedTaskStateError& error) {
    if (!rules_.contains(Rule::refuse_lost_claim)) throw;
    gone.emplace(InvalidStateAttribute::task_state, error.failure().actual);
  }
  if (gone) {
    journal_.log(context, instance.uuid, LogMessage::api_instance_disappeared);
    co_await delete_image_of_deleted_instance(context, instance.uuid, image_id);
    throw InstanceInvalidState(*gone);
  }

  co_await record_action_start(context, instance.uuid, Action::create_image);
  const RpcMessage snapshot_instance{RpcMethod::snapshot_instance, context, instance.uuid, instance.row(), image_id};
  co_await cast(instance.host, snapshot_instance);
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

// nova/compute/api.py, _record_action_start().
Task<void> ComputeApi::record_action_start(RequestContext context, InstanceUuid instance, Action action) {
  const DbResult<void> started = co_await database_.action_start(context, instance, action);
  if (!started) throw DbError();
}

Task<void> ComputeApi::claim_and_cast(RequestContext context, Instance& instance, TaskState task_state,
                                      TaskStates expected, Action action, RpcMessage message) {
  refuse_without_host(instance);
  instance.task_state = task_state;
  co_await instance.save(context, database_, journal_, expected);
  co_await record_action_start(context, instance.uuid, action);
  message.context = context;
  message.instance = instance.uuid;
  message.row = instance.row();
  co_await cast(instance.host, message);
}

void ComputeApi::refuse_without_host(const Instance& instance) const {
  if (!instance.host.exists() && rules_.contains(Rule::refuse_lost_claim)) throw InstanceNotReady();
}

// nova/compute/rpcapi.py, _compute_host(). By then the claim is made, and it stays.
Task<void> ComputeApi::cast(HostId host, RpcMessage message) {
  if (!host.exists()) throw NoComputeHost();
  co_await compute_rpcapi_.cast(host, message);
}

}  // namespace snapsim
