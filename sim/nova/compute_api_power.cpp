#include "sim/nova/compute_api.hpp"
#include "sim/nova/exceptions.hpp"
#include "sim/nova/instance_state_gate.hpp"

// The operations on a guest's power.

namespace snapsim {

namespace {

/// nova/compute/api.py: check_instance_host.
void check_instance_host(const Instance& instance) {
  if (!instance.host.exists()) throw InstanceNotReady();
}

}  // namespace

// nova/compute/api.py, stop().
Task<void> ComputeApi::stop(RequestContext context, Instance& instance) {
  check_instance_host(instance);
  check_instance_state(instance, gates::stop);
  co_await force_stop(context, instance);
}

// nova/compute/api.py, force_stop().
Task<void> ComputeApi::force_stop(RequestContext context, Instance& instance) {
  journal_.log(context, instance.uuid, LogMessage::api_going_to_stop);
  const RpcMessage stop_instance{RpcMethod::stop_instance};
  co_await claim_and_cast(context, instance, TaskState::powering_off, TaskState::none, Action::stop, stop_instance);
}

// nova/compute/api.py, start().
Task<void> ComputeApi::start(RequestContext context, Instance& instance) {
  check_instance_host(instance);
  check_instance_state(instance, gates::start);
  journal_.log(context, instance.uuid, LogMessage::api_going_to_start);
  const RpcMessage start_instance{RpcMethod::start_instance};
  co_await claim_and_cast(context, instance, TaskState::powering_on, TaskState::none, Action::start, start_instance);
}

// nova/compute/api.py, pause().
Task<void> ComputeApi::pause(RequestContext context, Instance& instance) {
  check_instance_state(instance, gates::pause);
  const RpcMessage pause_instance{RpcMethod::pause_instance};
  co_await claim_and_cast(context, instance, TaskState::pausing, TaskState::none, Action::pause, pause_instance);
}

// nova/compute/api.py, unpause().
Task<void> ComputeApi::unpause(RequestContext context, Instance& instance) {
  check_instance_state(instance, gates::unpause);
  const RpcMessage unpause_instance{RpcMethod::unpause_instance};
  co_await claim_and_cast(context, instance, TaskState::unpausing, TaskState::none, Action::unpause, unpause_instance);
}

// nova/compute/api.py, suspend().
Task<void> ComputeApi::suspend(RequestContext context, Instance& instance) {
  check_instance_state(instance, gates::suspend);
  const RpcMessage suspend_instance{RpcMethod::suspend_instance};
  co_await claim_and_cast(context, instance, TaskState::suspending, TaskState::none, Action::suspend, suspend_instance);
}

// nova/compute/api.py, resume().
Task<void> ComputeApi::resume(RequestContext context, Instance& instance) {
  check_instance_state(instance, gates::resume);
  const RpcMessage resume_instance{RpcMethod::resume_instance};
  co_await claim_and_cast(context, instance, TaskState::resuming, TaskState::none, Action::resume, resume_instance);
}

// nova/compute/api.py, reboot(), _soft_reboot() and _hard_reboot(). Only a hard reboot may push aside what is at work;
// under rule guard_writes not even that.
Task<void> ComputeApi::reboot(RequestContext context, Instance& instance, RebootType reboot_type) {
  const bool is_soft = reboot_type == RebootType::soft;
  const bool pushes_aside = !is_soft && !rules_.contains(Rule::guard_writes);
  const TaskStates expected = pushes_aside ? allow_reboot : TaskStates(TaskState::none);
  StateGate gate = is_soft ? gates::soft_reboot : gates::hard_reboot;
  gate.task_state = expected;
  check_instance_state(instance, gate);
  const TaskState task_state = is_soft ? TaskState::rebooting : TaskState::rebooting_hard;
  RpcMessage reboot_instance{RpcMethod::reboot_instance};
  reboot_instance.reboot_type = reboot_type;
  co_await claim_and_cast(context, instance, task_state, expected, Action::reboot, reboot_instance);
}

}  // namespace snapsim
