#include "fake_hypervisor/hypervisor.hpp"

namespace snapsim {
namespace {

constexpr int vir_err_operation_invalid = 55;
constexpr int vir_err_no_domain = 42;
constexpr int vir_err_agent_unresponsive = 86;
constexpr int vir_err_operation_failed = 9;

bool writes_now(const Domain& domain) {
  return domain.state == PowerState::running && !domain.is_frozen && domain.boots && domain.write_interval_us > 0;
}

}  // namespace

void Hypervisor::add_domain(const Domain& domain, std::int64_t now_us) {
  domains_.push_back(domain);
  domains_.back().writing_since_us = now_us;
  if (domain.is_on()) domains_.back().id = ++starts_;
}

HypervisorResult<Domain> Hypervisor::domain(InstanceUuid instance) const {
  const Domain& found = domains_[instance.value];
  if (!found.exists) return HypervisorError{vir_err_no_domain};
  return found;
}

HypervisorResult<void> Hypervisor::check(InstanceUuid instance, bool is_allowed) const {
  if (!domains_[instance.value].exists) return HypervisorError{vir_err_no_domain};
  if (!is_allowed) return HypervisorError{vir_err_operation_invalid};
  return {};
}

std::uint64_t Hypervisor::generation(InstanceUuid instance, std::int64_t now_us) const {
  const Domain& found = domains_[instance.value];
  if (!writes_now(found)) return found.writes;
  return found.writes + static_cast<std::uint64_t>((now_us - found.writing_since_us) / found.write_interval_us);
}

void Hypervisor::flush_writes(InstanceUuid instance, std::int64_t now_us) {
  disks_.guest_has_written(domains_[instance.value].disk, generation(instance, now_us));
}

/// Before anything changes that decides whether the guest writes: what it wrote so far is counted.
void Hypervisor::settle_writes(Domain& domain, std::int64_t now_us) {
  if (writes_now(domain)) {
    domain.writes += static_cast<std::uint64_t>((now_us - domain.writing_since_us) / domain.write_interval_us);
  }
  domain.writing_since_us = now_us;
}

void Hypervisor::set_state(InstanceUuid instance, PowerState state, std::int64_t now_us) {
  Domain& found = domains_[instance.value];
  settle_writes(found, now_us);
  found.state = state;
  if (state == PowerState::shutdown) {
    found.is_frozen = false;
    found.job = {};
    found.id = -1;
  }
}

/// A domain that is not defined exists only as long as it runs.
void Hypervisor::vanish_if_transient(InstanceUuid instance) {
  Domain& found = domains_[instance.value];
  if (!found.is_persistent && !found.is_on()) found.exists = false;
}

HypervisorResult<void> Hypervisor::begin_managed_save(InstanceUuid instance, std::int64_t now_us) {
  Domain& found = domains_[instance.value];
  const HypervisorResult<void> allowed = check(instance, found.is_on() && found.is_persistent);
  if (!allowed) return allowed;
  found.saved_state = found.state;
  if (found.state == PowerState::running) {
    set_state(instance, PowerState::paused, now_us);
    observer_.domain_changed(instance, found);
    observer_.lifecycle_event(instance, LifecycleEvent::paused);
  }
  return {};
}

HypervisorResult<void> Hypervisor::finish_managed_save(InstanceUuid instance, std::int64_t now_us) {
  Domain& found = domains_[instance.value];
  const HypervisorResult<void> allowed = check(instance, found.is_on() && found.is_persistent);
  if (!allowed) return allowed;
  set_state(instance, PowerState::shutdown, now_us);
  found.has_managed_save = true;
  observer_.domain_changed(instance, found);
  observer_.lifecycle_event(instance, LifecycleEvent::stopped);
  return {};
}

HypervisorResult<void> Hypervisor::create(InstanceUuid instance, bool paused, std::int64_t now_us) {
  Domain& found = domains_[instance.value];
  const HypervisorResult<void> allowed = check(instance, !found.is_on());
  if (!allowed) return allowed;
  PowerState state = paused ? PowerState::paused : PowerState::running;
  if (found.has_managed_save) state = found.saved_state;
  found.has_managed_save = false;
  found.is_unstarted = false;
  found.id = ++starts_;
  set_state(instance, state, now_us);
  observer_.domain_changed(instance, found);
  observer_.lifecycle_event(instance, LifecycleEvent::started);
  observer_.lifecycle_event(instance, state == PowerState::paused ? LifecycleEvent::paused : LifecycleEvent::resumed);
  return {};
}

HypervisorResult<void> Hypervisor::shut_down(InstanceUuid instance, std::int64_t now_us) {
  Domain& found = domains_[instance.value];
  const HypervisorResult<void> exists = check(instance, true);
  if (!exists || !found.is_on()) return exists;
  set_state(instance, PowerState::shutdown, now_us);
  vanish_if_transient(instance);
  observer_.domain_changed(instance, found);
  observer_.lifecycle_event(instance, LifecycleEvent::stopped);
  return {};
}

HypervisorResult<void> Hypervisor::destroy(InstanceUuid instance, std::int64_t now_us) {
  const HypervisorResult<void> allowed = check(instance, domains_[instance.value].is_on());
  if (!allowed) return allowed;
  return shut_down(instance, now_us);
}

bool Hypervisor::heeds_shutdown(InstanceUuid instance, std::int32_t id) const {
  const Domain& found = domains_[instance.value];
  return found.exists && found.id == id && found.state == PowerState::running && !found.is_frozen;
}

HypervisorResult<void> Hypervisor::suspend(InstanceUuid instance, std::int64_t now_us) {
  Domain& found = domains_[instance.value];
  const HypervisorResult<void> allowed = check(instance, found.is_on());
  if (!allowed || found.state == PowerState::paused) return allowed;
  set_state(instance, PowerState::paused, now_us);
  observer_.domain_changed(instance, found);
  observer_.lifecycle_event(instance, LifecycleEvent::paused);
  return {};
}

HypervisorResult<void> Hypervisor::resume(InstanceUuid instance, std::int64_t now_us) {
  Domain& found = domains_[instance.value];
  const HypervisorResult<void> allowed = check(instance, found.state == PowerState::paused);
  if (!allowed) return allowed;
  set_state(instance, PowerState::running, now_us);
  observer_.domain_changed(instance, found);
  observer_.lifecycle_event(instance, LifecycleEvent::resumed);
  return {};
}

HypervisorResult<void> Hypervisor::undefine(InstanceUuid instance, std::int64_t now_us) {
  Domain& found = domains_[instance.value];
  const HypervisorResult<void> allowed = check(instance, found.is_persistent);
  if (!allowed) return allowed;
  settle_writes(found, now_us);
  found.is_persistent = false;
  found.has_managed_save = false;
  vanish_if_transient(instance);
  return {};
}

HypervisorResult<void> Hypervisor::define(InstanceUuid instance) {
  Domain& found = domains_[instance.value];
  if (!found.exists) found.is_unstarted = true;
  found.exists = true;  // defining makes a domain that was not there
  found.is_persistent = true;
  return {};
}

HypervisorResult<void> Hypervisor::define_with_disk(InstanceUuid instance, FileId disk, std::uint64_t writes,
                                                    bool boots, std::int64_t now_us) {
  Domain& found = domains_[instance.value];
  if (found.exists && found.is_on()) return HypervisorError{vir_err_operation_invalid};
  if (found.disk.exists()) flush_writes(instance, now_us);
  if (!found.exists) found.is_unstarted = true;
  found.exists = true;
  found.is_persistent = true;
  found.has_managed_save = false;
  found.disk = disk;
  found.writes = writes;
  found.writing_since_us = now_us;
  found.boots = boots;
  return {};
}

HypervisorResult<void> Hypervisor::block_rebase(InstanceUuid instance, FileId delta, std::int64_t takes_us,
                                                std::int64_t bytes, std::int64_t now_us) {
  Domain& found = domains_[instance.value];
  const HypervisorResult<void> allowed = check(instance, found.is_on() && !found.is_persistent && !found.job.exists);
  if (!allowed) return allowed;
  found.job = {true, delta, now_us, takes_us, bytes, true};
  return {};
}

HypervisorResult<void> Hypervisor::block_job_abort(InstanceUuid instance, std::int64_t now_us) {
  Domain& found = domains_[instance.value];
  const HypervisorResult<void> exists = check(instance, true);
  if (!exists || !found.job.exists) return exists;
  const BlockJob job = found.job;
  found.job = {};
  if (now_us - job.begun_us < job.takes_us) return {};
  flush_writes(instance, now_us);
  const DiskResult<void> mirrored = disks_.mirror(found.disk, job.delta);
  if (!mirrored) return HypervisorError{vir_err_operation_failed};
  return {};
}

void Hypervisor::vanish(InstanceUuid instance, std::int64_t now_us) {
  Domain& found = domains_[instance.value];
  if (!found.exists) return;
  const bool was_on = found.is_on();
  set_state(instance, PowerState::shutdown, now_us);
  found.exists = false;
  found.is_persistent = false;
  found.has_managed_save = false;
  observer_.domain_changed(instance, found);
  if (was_on) observer_.lifecycle_event(instance, LifecycleEvent::stopped);
}

HypervisorResult<void> Hypervisor::fs_freeze(InstanceUuid instance, std::int64_t now_us) {
  Domain& found = domains_[instance.value];
  const HypervisorResult<void> allowed = check(instance, found.is_on());
  if (!allowed) return allowed;
  if (!found.has_agent || found.state != PowerState::running) return HypervisorError{vir_err_agent_unresponsive};
  settle_writes(found, now_us);
  found.is_frozen = true;
  return {};
}

HypervisorResult<void> Hypervisor::fs_thaw(InstanceUuid instance, std::int64_t now_us) {
  Domain& found = domains_[instance.value];
  const HypervisorResult<void> allowed = check(instance, found.is_on());
  if (!allowed) return allowed;
  if (!found.has_agent || found.state != PowerState::running) return HypervisorError{vir_err_agent_unresponsive};
  settle_writes(found, now_us);
  found.is_frozen = false;
  return {};
}

}  // namespace snapsim
