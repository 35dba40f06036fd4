#pragma once

#include <deque>

#include "sim/world/api_service.hpp"
#include "sim/world/compute_service.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {

/// Kills and starts the services' processes, as an operator or a failing machine does.
class ServiceControl {
 public:
  /// References must outlive the object.
  ServiceControl(std::deque<ComputeService>& computes, ApiService& api, GlanceService& glance, Broker& broker,
                 Recorder& recorder)
      : computes_(computes), api_(api), glance_(glance), broker_(broker), recorder_(recorder) {}

  /// SIGKILL; one that is dead already stays so. `host` matters only for Service::compute. Not to be called from within
  /// a thread of that process.
  void kill(Service service, HostId host);
  /// Starts it; one that runs goes on running.
  void start(Service service, HostId host);
  bool any_died() const { return any_died_; }

 private:
  bool is_up(Service service, HostId host) const;
  void record(TraceKind kind, Service service, HostId host);

  std::deque<ComputeService>& computes_;
  ApiService& api_;
  GlanceService& glance_;
  Broker& broker_;
  Recorder& recorder_;
  bool any_died_ = false;
};

}  // namespace snapsim
