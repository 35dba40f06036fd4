#pragma once

#include <memory>
#include <vector>

#include "sim/engine/process.hpp"
#include "sim/nova/compute_manager.hpp"
#include "sim/nova/libvirt_host.hpp"
#include "sim/nova/rpc_server.hpp"
#include "sim/world/broker.hpp"
#include "sim/world/database.hpp"
#include "sim/world/glance_service.hpp"
#include "sim/world/host_disk_tools.hpp"
#include "sim/world/libvirt_connection.hpp"

namespace snapsim {

/// What all services of a run share. Owned by the world; references live as long.
struct Surroundings {
  const Config& config;
  Recorder& recorder;
  Ledger& ledger;
  Operations& operations;
  DatabaseTables& tables;
  GlanceService& glance;
  HypervisorService& hypervisors;
  Disks& disks;
  HostFiles& files;
  Broker& broker;
  const std::vector<InstanceSpec>& instances;
};

/// The nova-compute of one host: its process, and all that lives and dies with it.
class ComputeService {
 public:
  /// References must outlive the object.
  ComputeService(Process& process, HostId host, const Surroundings& surroundings);
  ~ComputeService();
  ComputeService(const ComputeService&) = delete;
  ComputeService& operator=(const ComputeService&) = delete;

  /// It has been running for long: consumes its queue, reports, listens to libvirt, has its periodic tasks.
  void begin() { begin_service(false); }
  bool is_up() const { return process_.is_alive(); }
  /// Whether its manager does, see there.
  bool keeps_an_eye_on_something() const;
  /// SIGKILL.
  void kill();
  /// A fresh process: init_host first, then as begin().
  void start();
  /// The broker has died: the process, if it runs, tries to reach it again.
  void broker_has_gone();

 private:
  struct Programme;

  struct PeriodicTask;

  void begin_service(bool is_fresh);
  Task<void> start_up();
  void connect_to_broker();
  void consume();
  Task<void> reconnect_to_broker();
  std::vector<PeriodicTask> periodic_tasks(bool is_fresh) const;
  static std::size_t first_due(const std::vector<PeriodicTask>& tasks);
  Task<void> run_periodic_tasks(std::vector<PeriodicTask> tasks);
  Task<void> reconcile_periodically();

  Process& process_;
  HostId host_;
  Surroundings surroundings_;
  std::unique_ptr<Programme> programme_;
};

}  // namespace snapsim
