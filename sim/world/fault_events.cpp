#include "sim/world/fault_events.hpp"

#include <variant>

namespace snapsim {

EventTarget target_of(const FaultSpec& fault, const OperationCall* step, const Scenario& scenario) {
  EventTarget target{HostId(0), InstanceUuid(0)};
  if (fault.moment) {
    const auto* const when = std::get_if<WhenInstance>(&*fault.moment);
    if (when) target.instance = InstanceUuid(when->instance);
  }
  if (step && step->instance.exists()) target.instance = step->instance;
  if (fault.instance) target.instance = InstanceUuid(*fault.instance);
  if (target.instance.value < scenario.instances.size()) {
    target.host = HostId(scenario.instances[target.instance.value].host);
  }
  if (step && step->host.exists()) target.host = step->host;
  if (fault.host) target.host = HostId(*fault.host);
  return target;
}

Instant next_beat(Instant time) {
  using std::chrono::seconds;
  constexpr Duration off_the_second(100);
  return std::chrono::floor<seconds>(time) + seconds(1) + off_the_second;
}

FaultEvents::FaultEvents(Process& process, const Scenario& scenario, FaultPlan& plan, ServiceControl& services,
                         HypervisorService& hypervisors)
    : process_(process),
      scenario_(scenario),
      plan_(plan),
      services_(services),
      hypervisors_(hypervisors),
      done_(scenario.faults.size()) {}

void FaultEvents::watch(Moments& moments) {
  for (std::uint32_t i = 0; i < scenario_.faults.size(); ++i) watch_for(moments, i, 0);
}

void FaultEvents::watch_for(Moments& moments, std::uint32_t index, int seen) {
  const std::optional<Moment>& moment = scenario_.faults[index].moment;
  if (moment && !std::holds_alternative<AtTime>(*moment))
    moments.watch(*moment, *this, index, seen, scenario_.faults[index].is_of_a_proof);
}

void FaultEvents::begin() {
  for (std::uint32_t i = 0; i < scenario_.faults.size(); ++i) begin_to_wait(i);
}

void FaultEvents::begin_to_wait(std::uint32_t index) {
  const std::optional<Moment>& moment = scenario_.faults[index].moment;
  const AtTime* const time = moment ? std::get_if<AtTime>(&*moment) : nullptr;
  if (!time) return;
  const Duration left = Instant(Duration(time->at_us)) - process_.now();
  process_.spawn("fault", wait_for_time(index, left));
}

void FaultEvents::add_fault(Moments& moments, int seen) {
  const auto index = static_cast<std::uint32_t>(done_.size());
  done_.push_back(false);
  watch_for(moments, index, seen);
  begin_to_wait(index);
}

Task<void> FaultEvents::wait_for_time(std::uint32_t index, Duration left) {
  co_await process_.sleep(left);
  const EventTarget target = target_of(scenario_.faults[index], nullptr, scenario_);
  co_await carry_out(index, target);
}

void FaultEvents::take(std::uint32_t index, const OperationCall* step) {
  process_.spawn("fault", carry_out(index, target_of(scenario_.faults[index], step, scenario_)));
}

/// The step waits until the event has happened; a process that dies dies while its thread waits here.
Task<void> FaultEvents::settle(Runtime& runtime, std::uint32_t index) {
  while (!done_[index]) co_await runtime.sleep(Duration::zero());
}

Task<void> FaultEvents::carry_out(std::uint32_t index, EventTarget target) {
  const FaultSpec& fault = scenario_.faults[index];
  const FaultPoint& point = fault_points()[fault.point];
  done_[index] = true;
  if (plan_.is_off(index)) co_return;
  plan_.event_happens(index, target.host, target.instance);
  if (point.outcome != Outcome::crash) {
    change_guest(point.outcome, target.instance);
    co_return;
  }
  services_.kill(point.service, target.host);
  if (!fault.restart_after_us) co_return;
  const Duration restart_after(*fault.restart_after_us);
  co_await process_.sleep(fault.is_of_a_proof ? next_beat(process_.now() + restart_after) - process_.now()
                                              : restart_after);
  services_.start(point.service, target.host);
}

void FaultEvents::change_guest(Outcome outcome, InstanceUuid instance) {
  if (instance.value >= hypervisors_.hypervisor().domain_count()) return;
  hypervisors_.serve(RequestContext());
  if (outcome == Outcome::vanishes) {
    hypervisors_.hypervisor().vanish(instance, hypervisors_.now_us());
  } else {
    hypervisors_.guest_shuts_down(instance);
  }
}

}  // namespace snapsim
