#include "sim/world/libvirt_connection.hpp"

#include "sim/world/timing.hpp"

namespace snapsim {

void HypervisorService::add_domain(const Domain& domain, HostId host) {
  hypervisor_.add_domain(domain, now_us());
  hosts_.push_back(host);
}

void HypervisorService::listen(HostId host, Mailbox<DomainEvent>* events) {
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

OperationCall LibvirtConnection::call(Operation operation, RequestContext context, InstanceUuid instance) const {
  return {operation, journal_.component(), journal_.host(), context, instance, -1};
}

Task<LibvirtResult<void>> LibvirtConnection::end(OperationCall operation, HypervisorResult<void> result) {
  operations_.ended(operation, result ? 0 : result.error().code);
  if (operations_.needs_finish(operation)) co_await operations_.finish(runtime_, operation);
  if (!result) co_return LibvirtFailure{result.error().code};
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<DomainInfo>> LibvirtConnection::domain_info(RequestContext, InstanceUuid instance) {
  co_await runtime_.sleep(timing::libvirt_query);
  const HypervisorResult<Domain> found = service_.hypervisor().domain(instance);
  if (!found) co_return LibvirtFailure{found.error().code};
  DomainInfo info;
  info.state = found->state;
  info.is_persistent = found->is_persistent;
  info.disk = found->disk;
  info.disk_format = found->disk_format;
  co_return info;
}

Task<LibvirtResult<void>> LibvirtConnection::managed_save(RequestContext context, InstanceUuid instance) {
  const OperationCall operation = call(Operation::hypervisor_suspend, context, instance);
  co_await operations_.open(runtime_, operation);
  service_.serve(context);
  HypervisorResult<void> result = service_.hypervisor().begin_managed_save(instance, service_.now_us());
  if (result) {
    co_await operations_.pass(runtime_, operation, timing::managed_save);
    service_.serve(context);
    result = service_.hypervisor().finish_managed_save(instance, service_.now_us());
  }
  co_return co_await end(operation, result);
}

Task<LibvirtResult<void>> LibvirtConnection::create(RequestContext context, InstanceUuid instance, bool paused) {
  const OperationCall operation = call(Operation::hypervisor_resume, context, instance);
  co_await operations_.begin(runtime_, operation, timing::domain_create);
  service_.serve(context);
  const HypervisorResult<void> result = service_.hypervisor().create(instance, paused, service_.now_us());
  co_return co_await end(operation, result);
}

Task<LibvirtResult<void>> LibvirtConnection::shut_down(RequestContext context, InstanceUuid instance) {
  co_await runtime_.sleep(timing::domain_shut_down);
  service_.serve(context);
  const HypervisorResult<void> result = service_.hypervisor().shut_down(instance, service_.now_us());
  if (!result) co_return LibvirtFailure{result.error().code};
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<void>> LibvirtConnection::undefine(RequestContext, InstanceUuid instance) {
  co_await runtime_.sleep(timing::define_domain);
  const HypervisorResult<void> result = service_.hypervisor().undefine(instance, service_.now_us());
  if (!result) co_return LibvirtFailure{result.error().code};
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<void>> LibvirtConnection::define(RequestContext, InstanceUuid instance) {
  co_await runtime_.sleep(timing::define_domain);
  const HypervisorResult<void> result = service_.hypervisor().define(instance);
  if (!result) co_return LibvirtFailure{result.error().code};
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<void>> LibvirtConnection::block_rebase(RequestContext context, InstanceUuid instance, FileId delta) {
  const OperationCall operation = call(Operation::hypervisor_block_copy, context, instance);
  co_await operations_.begin(runtime_, operation, timing::block_job_call);
  const std::int64_t bytes = disks_.content(delta).used_bytes;
  const Duration takes = timing::transfer(bytes, timing::mirror_mib_per_s);
  const HypervisorResult<void> result =
      service_.hypervisor().block_rebase(instance, delta, takes.count(), bytes, service_.now_us());
  co_return co_await end(operation, result);
}

Task<LibvirtResult<BlockJobInfo>> LibvirtConnection::block_job_info(RequestContext, InstanceUuid instance) {
  co_await runtime_.sleep(timing::libvirt_query);
  const HypervisorResult<Domain> found = service_.hypervisor().domain(instance);
  if (!found) co_return LibvirtFailure{found.error().code};
  const BlockJob& job = found->job;
  BlockJobInfo info;
  info.exists = job.exists;
  if (job.exists) {
    const std::int64_t passed_us = service_.now_us() - job.begun_us;
    info.is_ready = passed_us >= job.takes_us;
    info.end = job.end;
    info.cursor = info.is_ready ? job.end : timing::transferred(passed_us, timing::mirror_mib_per_s);
  }
  co_return info;
}

Task<LibvirtResult<void>> LibvirtConnection::block_job_abort(RequestContext, InstanceUuid instance) {
  co_await runtime_.sleep(timing::block_job_call);
  const HypervisorResult<void> result = service_.hypervisor().block_job_abort(instance, service_.now_us());
  if (!result) co_return LibvirtFailure{result.error().code};
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<void>> LibvirtConnection::fs_freeze(RequestContext context, InstanceUuid instance) {
  const OperationCall operation = call(Operation::guest_agent_freeze, context, instance);
  co_await operations_.begin(runtime_, operation, timing::agent_call);
  const HypervisorResult<void> result = service_.hypervisor().fs_freeze(instance, service_.now_us());
  co_return co_await end(operation, result);
}

Task<LibvirtResult<void>> LibvirtConnection::fs_thaw(RequestContext context, InstanceUuid instance) {
  const OperationCall operation = call(Operation::guest_agent_thaw, context, instance);
  co_await operations_.begin(runtime_, operation, timing::agent_call);
  const HypervisorResult<void> result = service_.hypervisor().fs_thaw(instance, service_.now_us());
  co_return co_await end(operation, result);
}

}  // namespace snapsim
