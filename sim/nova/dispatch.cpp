#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"

// The manager itself, and which method a message asks for.

namespace snapsim {

ComputeManager::ComputeManager(HostId host, Runtime& runtime, Database& database, LibvirtDriver& driver,
                               GlanceClient& image_api, ComputeApi& compute_api, Journal& journal, const Config& config)
    : host_(host),
      runtime_(runtime),
      database_(database),
      driver_(driver),
      image_api_(image_api),
      compute_api_(compute_api),
      journal_(journal),
      config_(config),
      snapshot_semaphore_(runtime, config.max_concurrent_snapshots),
      rules_(config.rules) {}

ComputeManager::~ComputeManager() = default;

Task<void> ComputeManager::dispatch(RpcMessage message) {
  const bool is_of_request = message.context.request_id.exists();
  // What the power sync asks for carries no request; nova-compute itself knows when it has that in hand already.
  if (rules_.contains(Rule::idempotent_casts) && !is_of_request && is_doing(message.instance, message.method)) {
    journal_.message_ignored(message.context, message.instance, message.unique_id);
    co_return;
  }
  if (rules_.contains(Rule::idempotent_casts) && is_of_request) {
    const bool is_first = requests_begun_.insert(message.context.request_id).second;
    const DbResult<bool> has_event =
        co_await database_.action_event_exists(message.context, message.instance, message.method);
    if (!is_first || !has_event || *has_event) {
      journal_.message_ignored(message.context, message.instance, message.unique_id);
      co_return;
    }
  }
  const auto call = calls_.emplace(calls_.end(), *this, message);
  journal_.task_begun(call->context, call->instance.uuid, call->method);
  const Caught<Exception> failure = co_await catching<Exception>(call_method(*call));
  journal_.task_ended(call->context, call->instance.uuid, call->method);
  calls_.erase(call);
  if (failure) co_await raised(failure);
}

// nova/compute/manager.py: the methods that a message can name.
Task<void> ComputeManager::call_method(Call& call) {
  switch (call.method) {
    case RpcMethod::snapshot_instance:
      return snapshot_instance(call);
    case RpcMethod::terminate_instance:
      return decorated(terminate_instance(call), call);
    case RpcMethod::soft_delete_instance:
      return decorated(soft_delete_instance(call), call);
    case RpcMethod::stop_instance:
      return decorated(stop_instance(call), call);
    case RpcMethod::start_instance:
      return decorated(start_instance(call), call);
    case RpcMethod::pause_instance:
      return decorated(pause_instance(call), call);
    case RpcMethod::unpause_instance:
      return decorated(unpause_instance(call), call);
    case RpcMethod::suspend_instance:
      return decorated(suspend_instance(call), call);
    case RpcMethod::resume_instance:
      return decorated(resume_instance(call), call);
    case RpcMethod::reboot_instance:
      return decorated(reboot_instance(call), call);
    case RpcMethod::backup_instance:
      return backup_instance(call);
    case RpcMethod::rebuild_instance:
      return decorated(rebuild_instance_body(call), call);
    case RpcMethod::rescue_instance:
      return decorated(rescue_instance_body(call), call);
    case RpcMethod::unrescue_instance:
      return decorated(unrescue_instance_body(call), call);
    case RpcMethod::shelve_instance:
      return decorated(shelve_instance_body(call), call);
    case RpcMethod::shelve_offload_instance:
      return decorated(shelve_offload_instance(call), call);
    case RpcMethod::unshelve_instance:
      return unshelve_instance(call);
  }
  SNAPSIM_ASSERT(false, "every method has its case");
}

Semaphore& ComputeManager::lock_of(InstanceUuid instance) {
  return locks_.try_emplace(instance, runtime_, 1).first->second;
}

}  // namespace snapsim
