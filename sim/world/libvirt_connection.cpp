#include "sim/world/libvirt_connection.hpp"

#include <algorithm>

#include "sim/world/timing.hpp"

namespace snapsim {
namespace {

constexpr int vir_err_operation_failed = 9;

Duration answer_time(const Fault& fault, Duration normally) {
  return fault.outcome == Outcome::timeout ? timing::libvirt_timeout : normally;
}

/// VIR_ERR_* of a planned failure.
int code_of(const OperationCall& operation, Outcome outcome) {
  constexpr int operation_timeout = 68;
  constexpr int agent_unresponsive = 86;
  const bool is_of_agent =
      operation.operation == Operation::guest_agent_freeze || operation.operation == Operation::guest_agent_thaw;
  if (is_of_agent && outcome != Outcome::error) return agent_unresponsive;
  return outcome == Outcome::timeout ? operation_timeout : vir_err_operation_failed;
}

/// Some outcomes of a block copy do not show when it begins.
bool shows_at_once(const Fault& fault) {
  return fault.happens() && fault.outcome != Outcome::not_started_yet && fault.outcome != Outcome::lost;
}

bool prevents_effect(const Fault& fault) {
  return shows_at_once(fault) && !fault.after_effect;
}

}  // namespace

void HypervisorService::add_domain(const Domain& domain, HostId host) {
  hypervisor_.add_domain(domain, now_us());
  hosts_.push_back(host);
  shut_down_from_within_.push_back(false);
}

void HypervisorService::listen(HostId host, Mailbox<DomainEvent>* events) {
  recorder_.dealings().asked_libvirt();
  if (host.value >= listeners_.size()) listeners_.resize(host.value + 1);
  listeners_[host.value] = events;
}

void HypervisorService::domain_changed(InstanceUuid instance, const Domain& domain) {
  TraceRecord made;
  made.kind = TraceKind::guest_changed;
  made.code = static_cast<std::uint8_t>(domain.state);
  made.component = Component::hypervisor;
  made.host = host_of(instance).value;
  made.request = context_.request_id.value;
  made.subject = instance.value;
  made.a = domain.has_managed_save ? 1 : 0;
  recorder_.write(made);
}

void HypervisorService::lifecycle_event(InstanceUuid instance, LifecycleEvent event) {
  const HostId host = host_of(instance);
  Mailbox<DomainEvent>* const listener = host.value < listeners_.size() ? listeners_[host.value] : nullptr;
  if (listener) listener->put({instance, event});
}

HypervisorResult<void> HypervisorService::carry_out_now(const Call& call) {
  serve(call.context);
  if (call.kind == Call::Kind::finish_managed_save) return hypervisor_.finish_managed_save(call.instance, now_us());
  const HypervisorResult<Domain> found = hypervisor_.domain(call.instance);
  if (found && !is_there(found->disk)) return HypervisorError{vir_err_operation_failed};
  return hypervisor_.create(call.instance, call.kind == Call::Kind::create_paused, now_us());
}

Duration HypervisorService::busy_for(InstanceUuid instance) const {
  Duration longest = Duration::zero();
  for (const OpenCall& open : calls_) {
    if (open.call.instance == instance) longest = std::max(longest, open.call.due - engine_.now());
  }
  return longest;
}

void HypervisorService::finish_calls(InstanceUuid instance) {
  const std::vector<OpenCall> calls = calls_;
  for (const OpenCall& open : calls) {
    if (open.call.instance != instance || open.call.due > engine_.now()) continue;
    const HypervisorResult<void> told_later = carry_out(*open.client, open.call);
    static_cast<void>(told_later);
  }
}

HypervisorResult<void> HypervisorService::carry_out(const Runtime& client, const Call& call) {
  const std::size_t was_open = std::erase_if(calls_, [&](const OpenCall& open) {
    return open.client == &client && open.call.instance == call.instance && open.call.kind == call.kind;
  });
  if (was_open == 0) return {};  // it was due, and is done, while its caller still waited
  return carry_out_now(call);
}

void HypervisorService::client_died(const Runtime& client) {
  for (OpenCall& open : calls_) {
    if (open.client != &client) continue;
    process_.spawn("libvirtd", carry_out_at_its_time(open.call));
    open.client = &process_;
  }
}

Task<void> HypervisorService::carry_out_at_its_time(Call call) {
  co_await process_.sleep(call.due - process_.now());
  const HypervisorResult<void> nobody_is_told = carry_out(process_, call);
  static_cast<void>(nobody_is_told);
}

HypervisorResult<void> HypervisorService::ask_to_shut_down(InstanceUuid instance, RequestContext context) {
  const HypervisorResult<Domain> found = hypervisor_.domain(instance);
  if (!found) return found.error();
  process_.spawn("guest-shutdown", shut_down_when_it_can(instance, found->id, context));
  return {};
}

/// A guest that is paused or whose file systems are frozen at that time has not noticed the request.
Task<void> HypervisorService::shut_down_when_it_can(InstanceUuid instance, std::int32_t id, RequestContext context) {
  co_await process_.sleep(timing::guest_shut_down);
  recorder_.dealings().asked_libvirt();
  if (!hypervisor_.heeds_shutdown(instance, id)) co_return;
  serve(context);
  const HypervisorResult<void> done = hypervisor_.shut_down(instance, now_us());
  static_cast<void>(done);  // it was there a moment ago
}

void HypervisorService::guest_shuts_down(InstanceUuid instance) {
  shut_down_from_within_[instance.value] = true;
  const HypervisorResult<void> ignored = hypervisor_.shut_down(instance, now_us());
  static_cast<void>(ignored);  // a guest that is gone has nothing to shut down
}

OperationCall LibvirtConnection::call(Operation operation, RequestContext context, InstanceUuid instance) const {
  return {operation, journal_.component(), journal_.host(), context, instance, -1};
}

Task<LibvirtResult<void>> LibvirtConnection::end(OperationCall operation, Fault fault, HypervisorResult<void> result) {
  if (shows_at_once(fault)) result = HypervisorError{code_of(operation, fault.outcome)};
  operations_.ended(operation, result ? 0 : result.error().code);
  co_await operations_.finish(runtime_, operation);
  if (!result) co_return LibvirtFailure{result.error().code};
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<DomainInfo>> LibvirtConnection::domain_info(RequestContext, InstanceUuid instance) {
  co_await runtime_.sleep(timing::libvirt_query);
  journal_.recorder().dealings().asked_libvirt();
  const HypervisorResult<Domain> found = service_.hypervisor().domain(instance);
  if (!found) co_return LibvirtFailure{found.error().code};
  DomainInfo info;
  info.state = found->state;
  info.id = found->id;
  info.is_persistent = found->is_persistent;
  info.is_unstarted = found->is_unstarted;
  info.has_managed_save = found->has_managed_save;
  info.has_block_job = found->job.exists;
  info.is_frozen = found->is_frozen;
  info.disk = found->disk;
  info.disk_format = found->disk_format;
  co_return info;
}

Task<std::vector<InstanceUuid>> LibvirtConnection::list_domains() {
  co_await runtime_.sleep(timing::libvirt_query);
  journal_.recorder().dealings().asked_libvirt();
  std::vector<InstanceUuid> domains;
  for (std::uint32_t i = 0; i < service_.hypervisor().domain_count(); ++i) {
    const InstanceUuid instance(i);
    if (service_.host_of(instance) == journal_.host() && service_.hypervisor().domain(instance)) {
      domains.push_back(instance);
    }
  }
  co_return domains;
}

Task<LibvirtResult<void>> LibvirtConnection::managed_save(RequestContext context, InstanceUuid instance) {
  const OperationCall operation = call(Operation::hypervisor_suspend, context, instance);
  const Fault fault = operations_.meet(operation);
  co_await operations_.open(runtime_, operation);
  HypervisorResult<void> result;
  if (prevents_effect(fault)) {
    co_await operations_.pass(runtime_, operation, answer_time(fault, timing::managed_save));
    co_return co_await end(operation, fault, result);
  }
  service_.serve(context);
  result = service_.hypervisor().begin_managed_save(instance, service_.now_us());
  if (result) {
    const Duration takes = answer_time(fault, timing::managed_save);
    const HypervisorService::Call rest{HypervisorService::Call::Kind::finish_managed_save, instance, context,
                                       runtime_.now() + takes};
    service_.call_begun(runtime_, rest);
    co_await operations_.pass(runtime_, operation, takes);
    result = service_.carry_out(runtime_, rest);
  }
  co_return co_await end(operation, fault, result);
}

Task<LibvirtResult<void>> LibvirtConnection::create(RequestContext context, InstanceUuid instance, bool paused) {
  const OperationCall operation = call(Operation::hypervisor_resume, context, instance);
  const Fault fault = operations_.meet(operation);
  co_await operations_.open(runtime_, operation);
  const Duration takes = answer_time(fault, timing::domain_create);
  const auto kind = paused ? HypervisorService::Call::Kind::create_paused : HypervisorService::Call::Kind::create;
  const HypervisorService::Call start{kind, instance, context, runtime_.now() + takes};
  if (!prevents_effect(fault)) service_.call_begun(runtime_, start);
  co_await operations_.pass(runtime_, operation, takes);
  HypervisorResult<void> result;
  if (!prevents_effect(fault)) result = service_.carry_out(runtime_, start);
  co_return co_await end(operation, fault, result);
}

Task<LibvirtResult<void>> LibvirtConnection::define_with_disk(RequestContext, InstanceUuid instance, FileId disk) {
  co_await runtime_.sleep(timing::define_domain);
  journal_.recorder().dealings().asked_libvirt();
  journal_.recorder().dealings().brought_about(journal_.component());
  // DIFFERS: libvirt notices it only when the domain is to start, which is the caller's next step.
  if (!service_.is_there(disk)) co_return LibvirtFailure{vir_err_operation_failed};
  const FileContent& content = disks_.content(disk);
  const HypervisorResult<void> result = service_.hypervisor().define_with_disk(
      instance, disk, content.extents[0].generation, content.is_of_one_instant(), service_.now_us());
  if (!result) co_return LibvirtFailure{result.error().code};
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<void>> LibvirtConnection::block_rebase(RequestContext context, InstanceUuid instance, FileId delta) {
  const OperationCall operation = call(Operation::hypervisor_block_copy, context, instance);
  const Fault fault = operations_.meet(operation);
  co_await operations_.begin(runtime_, operation, timing::block_job_call);
  HypervisorResult<void> result;
  if (!prevents_effect(fault)) {
    const std::int64_t bytes = disks_.content(delta).used_bytes;
    const Duration takes = timing::transfer(bytes, timing::mirror_mib_per_s);
    result = service_.hypervisor().block_rebase(instance, delta, takes.count(), bytes, service_.now_us());
  }
  if (fault.outcome == Outcome::lost) service_.hypervisor().lose_block_job(instance);
  if (fault.outcome == Outcome::not_started_yet) service_.hypervisor().domain_record(instance).job.is_listed = false;
  co_return co_await end(operation, fault, result);
}

Task<LibvirtResult<BlockJobInfo>> LibvirtConnection::block_job_info(RequestContext, InstanceUuid instance) {
  co_await runtime_.sleep(timing::libvirt_query);
  journal_.recorder().dealings().asked_libvirt();
  journal_.recorder().dealings().brought_about(journal_.component());
  const HypervisorResult<Domain> found = service_.hypervisor().domain(instance);
  if (!found) co_return LibvirtFailure{found.error().code};
  const BlockJob& job = found->job;
  BlockJobInfo info;
  info.exists = job.exists && job.is_listed;
  service_.hypervisor().domain_record(instance).job.is_listed = true;  // it is listed from now on
  if (info.exists) {
    const std::int64_t passed_us = service_.now_us() - job.begun_us;
    info.is_ready = passed_us >= job.takes_us;
    info.end = job.end;
    info.cursor = info.is_ready ? job.end : timing::transferred(passed_us, timing::mirror_mib_per_s);
  }
  co_return info;
}

Task<LibvirtResult<void>> LibvirtConnection::make_call(Operation what, RequestContext context, InstanceUuid instance,
                                                       Duration takes, Effect effect) {
  const OperationCall operation = call(what, context, instance);
  const Fault fault = operations_.meet(operation);
  co_await operations_.begin(runtime_, operation, answer_time(fault, takes));
  const Duration busy = service_.busy_for(instance);
  if (busy > Duration::zero()) co_await runtime_.sleep(busy);
  service_.finish_calls(instance);
  HypervisorResult<void> result;
  service_.serve(context);
  if (!prevents_effect(fault)) result = (service_.hypervisor().*effect)(instance, service_.now_us());
  co_return co_await end(operation, fault, result);
}

Task<LibvirtResult<void>> LibvirtConnection::suspend(RequestContext context, InstanceUuid instance) {
  return make_call(Operation::hypervisor_pause, context, instance, timing::pause_call, &Hypervisor::suspend);
}

Task<LibvirtResult<void>> LibvirtConnection::resume(RequestContext context, InstanceUuid instance) {
  return make_call(Operation::hypervisor_unpause, context, instance, timing::pause_call, &Hypervisor::resume);
}

Task<LibvirtResult<void>> LibvirtConnection::destroy(RequestContext context, InstanceUuid instance) {
  return make_call(Operation::hypervisor_destroy, context, instance, timing::domain_destroy, &Hypervisor::destroy);
}

Task<LibvirtResult<void>> LibvirtConnection::undefine(RequestContext context, InstanceUuid instance) {
  return make_call(Operation::hypervisor_undefine, context, instance, timing::define_domain, &Hypervisor::undefine);
}

Task<LibvirtResult<void>> LibvirtConnection::define(RequestContext context, InstanceUuid instance) {
  const OperationCall operation = call(Operation::hypervisor_define, context, instance);
  const Fault fault = operations_.meet(operation);
  co_await operations_.begin(runtime_, operation, answer_time(fault, timing::define_domain));
  HypervisorResult<void> result;
  if (!prevents_effect(fault)) result = service_.hypervisor().define(instance);
  co_return co_await end(operation, fault, result);
}

Task<LibvirtResult<void>> LibvirtConnection::block_job_abort(RequestContext context, InstanceUuid instance) {
  return make_call(Operation::hypervisor_block_job_abort, context, instance, timing::block_job_call,
                   &Hypervisor::block_job_abort);
}

Task<LibvirtResult<void>> LibvirtConnection::fs_freeze(RequestContext context, InstanceUuid instance) {
  return make_call(Operation::guest_agent_freeze, context, instance, timing::agent_call, &Hypervisor::fs_freeze);
}

Task<LibvirtResult<void>> LibvirtConnection::fs_thaw(RequestContext context, InstanceUuid instance) {
  return make_call(Operation::guest_agent_thaw, context, instance, timing::agent_call, &Hypervisor::fs_thaw);
}

Task<LibvirtResult<void>> LibvirtConnection::shutdown(RequestContext context, InstanceUuid instance) {
  const OperationCall operation = call(Operation::hypervisor_shutdown, context, instance);
  const Fault fault = operations_.meet(operation);
  co_await operations_.begin(runtime_, operation, answer_time(fault, timing::shutdown_call));
  HypervisorResult<void> result;
  if (!prevents_effect(fault)) result = service_.ask_to_shut_down(instance, context);
  co_return co_await end(operation, fault, result);
}

}  // namespace snapsim
