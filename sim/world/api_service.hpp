#pragma once

#include "sim/engine/process.hpp"
#include "sim/nova/api.hpp"
#include "sim/world/compute_service.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// nova-api: its process, and how requests come in and answers go out.
class ApiService {
 public:
  /// References must outlive the object.
  ApiService(Process& process, const Scenario& scenario, const Surroundings& surroundings);
  ~ApiService();
  ApiService(const ApiService&) = delete;
  ApiService& operator=(const ApiService&) = delete;

  bool is_up() const { return process_.is_alive(); }
  /// SIGKILL: requests under way get no answer.
  void kill();
  void start() { process_.restart(); }

  /// A client sends a request about a server: POST /servers/{id}/action, or DELETE /servers/{id}. The answer goes to
  /// the ledger. `spec` is the scenario's, and outlives the run.
  void send(RequestId request, const RequestSpec& spec);

 private:
  ServerRequest parsed(RequestId request, const RequestSpec& spec) const;
  Task<void> handle(RequestId request, const RequestSpec& spec);

  Process& process_;
  const Scenario& scenario_;
  Surroundings surroundings_;
  ServiceJournal journal_;
  DatabaseConnection database_;
  GlanceConnection glance_;
  GlanceClient image_api_;
  CastConnection rpcapi_;
  ComputeApi compute_api_;
  ServersController servers_;
};

}  // namespace snapsim
