#include "sim/nova/exceptions.hpp"
#include "sim/nova/libvirt_driver.hpp"
#include "sim/nova/libvirt_error.hpp"
#include "sim/runtime/caught.hpp"

// The part of the driver that turns guests on and off, and that destroys them.

namespace snapsim {
namespace {

using namespace std::chrono_literals;

/// nova/compute/manager.py: SHUTDOWN_RETRY_INTERVAL, in seconds.
constexpr int shutdown_retry_interval = 10;

/// [libvirt]wait_soft_reboot_seconds.
constexpr int wait_soft_reboot_seconds = 120;

bool is_shut_down(PowerState state) {
  return state == PowerState::shutdown || state == PowerState::crashed;
}

}  // namespace

// nova/virt/libvirt/driver.py, power_off().
Task<void> LibvirtDriver::power_off(RequestContext context, InstanceUuid instance, std::int64_t timeout_s) {
  if (timeout_s > 0) co_await clean_shutdown(context, instance, timeout_s);
  co_await power_cut(context, instance);
}

// nova/virt/libvirt/driver.py, _clean_shutdown(). True when the guest is off.
Task<bool> LibvirtDriver::clean_shutdown(RequestContext context, InstanceUuid instance, std::int64_t timeout_s) {
  bool has_guest = true;
  DomainInfo guest;
  try {
    guest = co_await get_guest(context, instance);
  } catch (const InstanceNotFound&) {
    has_guest = false;
  }
  if (!has_guest) co_return true;
  if (is_shut_down(guest.state)) {
    journal_.log(context, instance, LogMessage::already_shut_down);
    co_return true;
  }
  co_await libvirt_.shutdown(context, instance);  // an error of it is ignored
  int retry_countdown = shutdown_retry_interval;
  for (std::int64_t second = 0; second < timeout_s; ++second) {
    guest = co_await get_guest(context, instance);
    if (is_shut_down(guest.state)) {
      journal_.log(context, instance, LogMessage::shut_down_successfully, second);
      co_return true;
    }
    // The guest may not have been able to take the request before, so it is sent again now and then.
    if (retry_countdown-- == 0) {
      retry_countdown = shutdown_retry_interval;
      co_await libvirt_.shutdown(context, instance);
    }
    co_await runtime_.sleep(1s);
  }
  journal_.log(context, instance, LogMessage::failed_to_shut_down, timeout_s);
  co_return false;
}

// nova/virt/libvirt/driver.py, _destroy(): a guest that is off or gone is as it should be.
Task<void> LibvirtDriver::power_cut(RequestContext context, InstanceUuid instance) {
  const LibvirtResult<void> destroyed = co_await libvirt_.destroy(context, instance);
  const bool is_gone = !destroyed && destroyed.error().code == LibvirtError::no_domain;
  const bool is_refused = !destroyed && destroyed.error().code == LibvirtError::operation_invalid;
  if (!destroyed && !is_gone && !is_refused) throw InstancePowerOffFailure(destroyed.error().code);
  for (;;) {
    const PowerState state = co_await power_state(context, instance);
    if (is_shut_down(state) || state == PowerState::pending) break;
    if (is_refused) throw InstancePowerOffFailure(destroyed.error().code);
    co_await runtime_.sleep(500ms);
  }
  journal_.log(RequestContext(), instance, LogMessage::instance_destroyed);
}

// nova/virt/libvirt/driver.py, destroy() and cleanup().
Task<void> LibvirtDriver::destroy(RequestContext context, InstanceUuid instance, bool destroy_disks) {
  co_await power_cut(context, instance);
  if (destroy_disks) {
    journal_.log(context, instance, LogMessage::deleting_instance_files);
    const HostDiskResult<void> deleted = co_await disk_.delete_instance_files(context, instance);
    if (!deleted) throw OsError(deleted.error().code);
    journal_.log(context, instance, LogMessage::deletion_of_files_complete);
  }
  co_await undefine_domain(context, instance);
}

// nova/virt/libvirt/driver.py, _undefine_domain().
Task<void> LibvirtDriver::undefine_domain(RequestContext context, InstanceUuid instance) {
  const LibvirtResult<void> undefined = co_await libvirt_.undefine(context, instance);
  if (!undefined && undefined.error().code == LibvirtError::no_domain) co_return;
  value_or_throw(undefined);
}

// nova/virt/libvirt/driver.py, _create_guest(): defining a domain leaves its managed save, from which libvirt then
// starts it.
Task<void> LibvirtDriver::define_and_launch(RequestContext context, InstanceUuid instance) {
  const LibvirtResult<void> defined = co_await libvirt_.define(context, instance);
  value_or_throw(defined);
  co_await launch(context, instance, false);
}

// nova/virt/libvirt/driver.py, _wait_for_running(). Rule restore_guests: one that is off again is not waited for.
Task<void> LibvirtDriver::wait_for_running(RequestContext context, InstanceUuid instance) {
  for (;;) {
    const DomainInfo guest = co_await get_guest(context, instance);
    if (guest.state == PowerState::running) co_return;
    if (config_.rules.contains(Rule::restore_guests) && is_shut_down(guest.state)) throw InstanceNotRunning();
    co_await runtime_.sleep(500ms);
  }
}

// nova/virt/libvirt/driver.py, power_on(): _hard_reboot(), but for the managed save, which stays.
Task<void> LibvirtDriver::power_on(RequestContext context, InstanceUuid instance) {
  co_await power_cut(context, instance);
  co_await define_and_launch(context, instance);
}

// nova/virt/libvirt/driver.py, pause().
Task<void> LibvirtDriver::pause(RequestContext context, InstanceUuid instance) {
  co_await get_guest(context, instance);
  co_await thaw_before_it_stops(context, instance);
  const LibvirtResult<void> paused = co_await libvirt_.suspend(context, instance);
  value_or_throw(paused);
}

// nova/virt/libvirt/driver.py, unpause().
Task<void> LibvirtDriver::unpause(RequestContext context, InstanceUuid instance) {
  co_await get_guest(context, instance);
  const LibvirtResult<void> unpaused = co_await libvirt_.resume(context, instance);
  value_or_throw(unpaused);
}

// nova/virt/libvirt/driver.py, suspend().
Task<void> LibvirtDriver::suspend(RequestContext context, InstanceUuid instance) {
  co_await get_guest(context, instance);
  co_await thaw_before_it_stops(context, instance);
  const LibvirtResult<void> saved = co_await libvirt_.managed_save(context, instance);
  value_or_throw(saved);
}

// nova/virt/libvirt/driver.py, resume().
Task<void> LibvirtDriver::resume(RequestContext context, InstanceUuid instance) {
  co_await get_guest(context, instance);
  co_await define_and_launch(context, instance);
  co_await wait_for_running(context, instance);
}

// nova/virt/libvirt/driver.py, reboot().
Task<void> LibvirtDriver::reboot(RequestContext context, InstanceUuid instance, RebootType reboot_type) {
  if (reboot_type == RebootType::soft) {
    bool succeeded = false;
    try {
      succeeded = co_await soft_reboot(context, instance);
    } catch (const LibvirtError&) {
      // "Instance soft reboot failed"
    }
    journal_.log(context, instance,
                 succeeded ? LogMessage::soft_rebooted_successfully : LogMessage::failed_to_soft_reboot);
    if (succeeded) co_return;
  }
  co_await hard_reboot(context, instance);
}

// nova/virt/libvirt/driver.py, _soft_reboot(). A domain with another id is one that has been started anew.
Task<bool> LibvirtDriver::soft_reboot(RequestContext context, InstanceUuid instance) {
  const DomainInfo before = co_await get_guest(context, instance);
  if (before.state == PowerState::running) {
    const LibvirtResult<void> asked = co_await libvirt_.shutdown(context, instance);
    value_or_throw(asked);
  }
  for (int second = 0; second < wait_soft_reboot_seconds; ++second) {
    const DomainInfo guest = co_await get_guest(context, instance);
    if (guest.id != before.id) {
      if (!is_shut_down(guest.state)) {
        journal_.log(context, instance, LogMessage::may_have_been_rebooted);
        co_return true;
      }
      journal_.log(context, instance, LogMessage::instance_shut_down_successfully);
      co_await launch(context, instance, false);
      co_await wait_for_running(context, instance);
      co_return true;
    }
    co_await runtime_.sleep(1s);
  }
  co_return false;
}

// nova/virt/libvirt/driver.py, _hard_reboot(). Rule restore_guests: tried a few times, because after a failure in the
// middle there is no guest.
Task<void> LibvirtDriver::hard_reboot(RequestContext context, InstanceUuid instance) {
  const int attempts_max = config_.rules.contains(Rule::restore_guests) ? 4 : 1;
  for (int attempt = 1;; ++attempt) {
    const Caught<Exception> failure = co_await catching<Exception>(make_domain_anew(context, instance));
    if (!failure) break;
    if (attempt == attempts_max) co_await raised(failure);
    co_await runtime_.sleep(1s);
  }
  journal_.log(context, instance, LogMessage::rebooted_successfully);
}

// nova/virt/libvirt/driver.py, _hard_reboot(): the domain is destroyed, undefined, made anew and started.
Task<void> LibvirtDriver::make_domain_anew(RequestContext context, InstanceUuid instance) {
  co_await destroy(context, instance, false);
  co_await define_and_launch(context, instance);
  co_await wait_for_running(context, instance);
}

}  // namespace snapsim
