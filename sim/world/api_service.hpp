#pragma once

#include <string>

#include "sim/engine/process.hpp"
#include "sim/nova/api.hpp"
#include "sim/world/compute_service.hpp"

namespace snapsim {

/// nova-api: its process, and how requests come in and answers go out.
class ApiService {
 public:
  /// References must outlive the object.
  ApiService(Process& process, const Surroundings& surroundings);
  ~ApiService();
  ApiService(const ApiService&) = delete;
  ApiService& operator=(const ApiService&) = delete;

  bool is_up() const { return process_.is_alive(); }
  /// SIGKILL: requests under way get no answer.
  void kill();
  void start() { process_.restart(); }

  /// A client sends the request. The answer goes to the ledger.
  void send(RequestId id, const ServerRequest& request);

 private:
  /// Writes down the answer; status 0: none came.
  void answered(Action action, RequestId request, InstanceUuid instance, const ApiReply& reply);
  Task<void> handle(RequestId id, ServerRequest request);

  Process& process_;
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
