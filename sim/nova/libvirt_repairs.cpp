#include <algorithm>

#include "sim/nova/exceptions.hpp"
#include "sim/nova/libvirt_driver.hpp"
#include "sim/nova/libvirt_error.hpp"

// What the driver does for the rules of policy `hardened`. Nova has nothing of the kind.

namespace snapsim {

Task<void> LibvirtDriver::clean_up_guest(RequestContext context, InstanceUuid instance) {
  const LibvirtResult<DomainInfo> info = co_await libvirt_.domain_info(context, instance);
  if (!info && info.error().code == LibvirtError::no_domain) co_return;
  const DomainInfo guest = value_or_throw(info);
  if (guest.has_block_job) {
    const LibvirtResult<void> aborted = co_await libvirt_.block_job_abort(context, instance);
    value_or_throw(aborted);
  }
  if (guest.is_frozen) {
    const LibvirtResult<void> thawed = co_await libvirt_.fs_thaw(context, instance);
    value_or_throw(thawed);
  }
  if (!guest.is_persistent) {
    const LibvirtResult<void> defined = co_await libvirt_.define(context, instance);
    value_or_throw(defined);
  }
}

Task<void> LibvirtDriver::clean_up_directories(RequestContext context) {
  const std::vector<DirectoryId> all = co_await disk_.temporary_directories(context);
  for (const DirectoryId directory : all) {
    const bool is_in_use = std::ranges::find(directories_in_use_, directory) != directories_in_use_.end();
    if (is_in_use) continue;
    const HostDiskResult<void> removed = co_await disk_.remove_temporary_directory(context, InstanceUuid(), directory);
    static_cast<void>(removed);  // one that cannot be removed does not keep the others
  }
}

Task<void> LibvirtDriver::restore_guest(RequestContext context, InstanceUuid instance, PowerState wanted) {
  const LibvirtResult<DomainInfo> info = co_await libvirt_.domain_info(context, instance);
  PowerState found = PowerState::shutdown;
  if (!info && info.error().code == LibvirtError::no_domain) {
    const LibvirtResult<void> defined = co_await libvirt_.define(context, instance);
    value_or_throw(defined);
  } else {
    found = value_or_throw(info).state;
  }
  if (wanted == PowerState::shutdown) co_return;
  if (found == PowerState::paused) {
    co_await unpause(context, instance);
  } else {
    co_await launch(context, instance, wanted == PowerState::paused);
  }
}

Task<void> LibvirtDriver::thaw_before_it_stops(RequestContext context, InstanceUuid instance) {
  if (!config_.rules.contains(Rule::clean_up_hosts)) co_return;
  const LibvirtResult<DomainInfo> info = co_await libvirt_.domain_info(context, instance);
  if (!info || !info->is_frozen) co_return;
  const LibvirtResult<void> thawed = co_await libvirt_.fs_thaw(context, instance);
  value_or_throw(thawed);
}

// nova/virt/libvirt/driver.py, list_instance_uuids().
Task<std::vector<InstanceUuid>> LibvirtDriver::list_instance_uuids() {
  co_return co_await libvirt_.list_domains();
}

Task<bool> LibvirtDriver::awaits_its_start(RequestContext context, InstanceUuid instance) {
  const LibvirtResult<DomainInfo> info = co_await libvirt_.domain_info(context, instance);
  if (!info) co_return info.error().code == LibvirtError::no_domain;
  co_return info->has_managed_save || info->is_unstarted;
}

}  // namespace snapsim
