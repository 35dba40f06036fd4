#include <algorithm>

#include "sim/nova/exceptions.hpp"
#include "sim/nova/libvirt_driver.hpp"
#include "sim/nova/libvirt_error.hpp"

// What the driver does for the rules of policy `hardened`. Nova has nothing of the kind.

namespace snapsim {
namespace {

using namespace std::chrono_literals;

}  // namespace

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
    co_await launch_again(context, instance, wanted == PowerState::paused);
  }
}

/// A guest that does not start at once is tried a few times: once its domain is defined, the power sync would take it
/// for one that has shut down by itself.
Task<void> LibvirtDriver::launch_again(RequestContext context, InstanceUuid instance, bool paused) {
  constexpr int attempts_max = 4;
  for (int attempt = 1;; ++attempt) {
    const LibvirtResult<void> launched = co_await libvirt_.create(context, instance, paused);
    if (launched) co_return;
    if (attempt == attempts_max) throw LibvirtError(launched.error().code);
    co_await runtime_.sleep(1s);
  }
}

// nova/virt/libvirt/driver.py, list_instance_uuids().
Task<std::vector<InstanceUuid>> LibvirtDriver::list_instance_uuids() {
  co_return co_await libvirt_.list_domains();
}

Task<bool> LibvirtDriver::is_saved(RequestContext context, InstanceUuid instance) {
  const LibvirtResult<DomainInfo> info = co_await libvirt_.domain_info(context, instance);
  co_return info && info->has_managed_save;
}

}  // namespace snapsim
