#pragma once

#include <vector>

#include "sim/engine/process.hpp"
#include "sim/world/moments.hpp"
#include "sim/world/service_control.hpp"

namespace snapsim {

/// Whom an event hits.
struct EventTarget {
  HostId host;
  InstanceUuid instance;
  bool operator==(const EventTarget&) const = default;
};

/// What the fault itself names; else the host and the instance of the step within which it falls, if it falls within
/// one, or of the state that was reached; else the first.
EventTarget target_of(const FaultSpec& fault, const OperationCall* step, const Scenario& scenario);

/// The beat that follows the second in which the time lies. Beats are a second apart, a tenth of a millisecond after
/// each whole one, when nothing else is due that takes its usual time.
Instant next_beat(Instant time);

/// Carries out those planned faults that are events: processes that die at a moment and start again, guests that vanish
/// or shut down.
class FaultEvents final : public MomentTaker {
 public:
  /// `process` is nobody's of the simulated services. References must outlive the object.
  FaultEvents(Process& process, const Scenario& scenario, FaultPlan& plan, ServiceControl& services,
              HypervisorService& hypervisors);

  /// Tells `moments` what to watch for.
  void watch(Moments& moments);
  /// Starts to wait for the times.
  void begin();
  /// The scenario has got one fault more: watches for it, or waits for its time, which may be now. Its moment has come
  /// so often already.
  void add_fault(Moments& moments, int seen);

  void take(std::uint32_t index, const OperationCall* step) override;
  Task<void> settle(Runtime& runtime, std::uint32_t index) override;

 private:
  void watch_for(Moments& moments, std::uint32_t index, int seen);
  void begin_to_wait(std::uint32_t index);
  Task<void> wait_for_time(std::uint32_t index, Duration left);
  Task<void> carry_out(std::uint32_t index, EventTarget target);
  void change_guest(Outcome outcome, InstanceUuid instance);

  Process& process_;
  const Scenario& scenario_;
  FaultPlan& plan_;
  ServiceControl& services_;
  HypervisorService& hypervisors_;
  std::vector<bool> done_;  // by number in the scenario's list
};

}  // namespace snapsim
