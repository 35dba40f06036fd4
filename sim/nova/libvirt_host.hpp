#pragma once

#include <optional>
#include <vector>

#include "sim/nova/compute_manager.hpp"
#include "sim/nova/journal.hpp"
#include "sim/runtime/mailbox.hpp"
#include "sim/runtime/runtime.hpp"

namespace snapsim {

/// A life-cycle event as libvirt tells it.
struct DomainEvent {
  InstanceUuid instance;
  LifecycleEvent event{};
};

/// nova/virt/libvirt/host.py: takes libvirt's events and hands them to the manager, one after the other. A STOPPED
/// event is held back for 15 s, and dropped when a newer event of the domain comes meanwhile: a reboot looks like a
/// stop.
class LibvirtHost {
 public:
  /// All references must outlive the object; `events` is this host's own.
  LibvirtHost(Runtime& runtime, Mailbox<DomainEvent>& events, ComputeManager& manager, Journal& journal);

  /// _dispatch_events(): never ends.
  Task<void> dispatch_events();

 private:
  struct HeldStop {
    InstanceUuid instance;
    std::uint32_t number;
  };

  Task<void> emit(InstanceUuid instance, LifecycleEvent event);
  Task<void> emit_stopped_later(InstanceUuid instance, std::uint32_t number);

  Runtime& runtime_;
  Mailbox<DomainEvent>& events_;
  ComputeManager& manager_;
  Journal& journal_;
  std::vector<HeldStop> held_;
  std::uint32_t stops_ = 0;
};

}  // namespace snapsim
