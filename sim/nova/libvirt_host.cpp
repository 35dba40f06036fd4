#include "sim/nova/libvirt_host.hpp"

#include <algorithm>

namespace snapsim {
namespace {

using namespace std::chrono_literals;

/// nova/virt/libvirt/host.py: self._lifecycle_delay.
constexpr Duration lifecycle_delay = 15s;

}  // namespace

LibvirtHost::LibvirtHost(Runtime& runtime, Mailbox<DomainEvent>& events, ComputeManager& manager, Journal& journal)
    : runtime_(runtime), events_(events), manager_(manager), journal_(journal) {}

// nova/virt/libvirt/host.py, _dispatch_events() and _event_emit_delayed().
Task<void> LibvirtHost::dispatch_events() {
  for (;;) {
    const DomainEvent event = co_await events_.receive();
    const auto is_same = [&event](const HeldStop& held) { return held.instance == event.instance; };
    const auto held = std::find_if(held_.begin(), held_.end(), is_same);
    if (held != held_.end()) {
      held_.erase(held);
      journal_.log(RequestContext(), event.instance, LogMessage::removed_pending_event);
    }
    if (event.event == LifecycleEvent::stopped) {
      held_.push_back({event.instance, ++stops_});
      runtime_.spawn("libvirt-delayed-event", emit_stopped_later(event.instance, stops_));
      continue;
    }
    co_await emit(event.instance, event.event);
  }
}

Task<void> LibvirtHost::emit_stopped_later(InstanceUuid instance, std::uint32_t number) {
  co_await runtime_.sleep(lifecycle_delay);
  const auto held =
      std::find_if(held_.begin(), held_.end(), [number](const HeldStop& stop) { return stop.number == number; });
  if (held == held_.end()) co_return;
  held_.erase(held);
  co_await emit(instance, LifecycleEvent::stopped);
}

// nova/virt/driver.py, emit_event().
Task<void> LibvirtHost::emit(InstanceUuid instance, LifecycleEvent event) {
  journal_.log(RequestContext(), instance, LogMessage::emitting_event, static_cast<std::int64_t>(event));
  co_await manager_.handle_lifecycle_event(instance, event);
}

}  // namespace snapsim
