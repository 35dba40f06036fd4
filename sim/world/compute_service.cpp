#include "sim/world/compute_service.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace snapsim {

/// The objects of a nova-compute that runs, in the order in which they stand on each other.
struct ComputeService::Programme {
  Programme(Process& process, HostId host, const Surroundings& s)
      : journal(s.recorder, s.ledger, Component::nova_compute, host),
        database(process, s.tables, s.operations, journal, s.ledger),
        glance(process, s.glance, s.operations, journal),
        image_api(process, glance, journal, s.config),
        rpcapi(process, s.broker, s.operations, Component::nova_compute, host, s.ledger),
        compute_api(process, database, image_api, rpcapi, journal, s.config),
        libvirt(process, s.hypervisors, s.disks.model(), s.operations, journal),
        disk(process, s.disks, s.files, s.hypervisors, s.glance, s.instances, s.config, s.operations, journal),
        driver(process, libvirt, disk, image_api, journal, s.config),
        manager(host, process, database, driver, image_api, compute_api, journal, s.config),
        deliveries(process),
        rpc_server(process, deliveries, manager, journal),
        events(process),
        libvirt_host(process, events, manager, journal) {}

  ServiceJournal journal;
  DatabaseConnection database;
  GlanceConnection glance;
  GlanceClient image_api;
  CastConnection rpcapi;
  ComputeApi compute_api;
  LibvirtConnection libvirt;
  HostDiskTools disk;
  LibvirtDriver driver;
  ComputeManager manager;
  Mailbox<RpcMessage> deliveries;
  RpcServer rpc_server;
  Mailbox<DomainEvent> events;
  LibvirtHost libvirt_host;
};

/// oslo_service/periodic_task.py: a method of the manager, and when it runs next.
struct ComputeService::PeriodicTask {
  Task<void> (ComputeManager::*method)() = nullptr;
  Duration spacing{};
  Instant due;
};

ComputeService::ComputeService(Process& process, HostId host, const Surroundings& surroundings)
    : process_(process), host_(host), surroundings_(surroundings) {}

ComputeService::~ComputeService() {
  process_.kill();  // the frames refer to the programme
}

void ComputeService::begin_service(bool is_fresh) {
  if (!programme_) programme_ = std::make_unique<Programme>(process_, host_, surroundings_);
  surroundings_.hypervisors.listen(host_, &programme_->events);
  process_.spawn("libvirt-events", programme_->libvirt_host.dispatch_events());
  connect_to_broker();
  process_.spawn("rpc-server", programme_->rpc_server.serve());
  std::vector<PeriodicTask> tasks = periodic_tasks(is_fresh);
  if (!tasks.empty()) process_.spawn("periodic-tasks", run_periodic_tasks(std::move(tasks)));
  if (!surroundings_.config.rules.empty()) process_.spawn("reconcile", reconcile_periodically());
}

bool ComputeService::keeps_an_eye_on_something() const {
  return programme_ && programme_->manager.keeps_an_eye_on_something();
}

void ComputeService::kill() {
  process_.kill();
  surroundings_.tables.service_is_silent(host_, process_.now());
  surroundings_.broker.cancel(host_);
  surroundings_.hypervisors.listen(host_, nullptr);
  surroundings_.hypervisors.client_died(process_);
  surroundings_.glance.client_died(process_);
  surroundings_.ledger.worker_died(Worker::compute(host_));
  programme_.reset();
}

void ComputeService::start() {
  process_.restart();
  programme_ = std::make_unique<Programme>(process_, host_, surroundings_);
  process_.spawn("start-up", start_up());
}

void ComputeService::broker_has_gone() {
  surroundings_.tables.service_is_silent(host_, process_.now());
  if (is_up()) process_.spawn("amqp-reconnect", reconnect_to_broker());
}

void ComputeService::connect_to_broker() {
  if (surroundings_.broker.is_up()) {
    consume();
  } else {
    process_.spawn("amqp-reconnect", reconnect_to_broker());
  }
}

/// Reports go to the database by way of the broker, and of the conductor behind it.
void ComputeService::consume() {
  surroundings_.broker.consume(host_, programme_->deliveries);
  surroundings_.tables.service_reports(host_, process_.now());
}

Task<void> ComputeService::reconnect_to_broker() {
  co_await surroundings_.broker.reconnect(process_);
  consume();
}

Task<void> ComputeService::start_up() {
  co_await programme_->manager.init_host();
  begin_service(true);
}

/// Those that the options switch on. Of one that has been running for long, the first run lies a spacing ahead; a fresh
/// one runs those with run_immediately at once. DIFFERS: _sync_power_states waits for its spacing there too.
std::vector<ComputeService::PeriodicTask> ComputeService::periodic_tasks(bool is_fresh) const {
  const Config& config = surroundings_.config;
  const Instant now = process_.now();
  std::vector<PeriodicTask> tasks;
  tasks.reserve(4);
  const auto add = [&tasks, now](auto method, std::int64_t spacing_s) {
    const Duration spacing = std::chrono::seconds(spacing_s);
    if (spacing_s > 0) tasks.push_back({method, spacing, now + spacing});
  };
  add(&ComputeManager::sync_power_states, config.sync_power_state_interval_s);
  if (config.reclaim_instance_interval_s > 0) {
    add(&ComputeManager::reclaim_queued_deletes, Config::periodic_task_spacing_s);
  }
  if (config.shelved_offload_time_s > 0) add(&ComputeManager::poll_shelved_instances, config.shelved_poll_interval_s);
  add(&ComputeManager::cleanup_running_deleted_instances, config.running_deleted_instance_poll_interval_s);
  const bool reaps = config.running_deleted_instance_poll_interval_s > 0;
  if (reaps && is_fresh) tasks.back().due = now;
  return tasks;
}

std::size_t ComputeService::first_due(const std::vector<PeriodicTask>& tasks) {
  const auto is_earlier = [](const PeriodicTask& one, const PeriodicTask& other) { return one.due < other.due; };
  return static_cast<std::size_t>(std::min_element(tasks.begin(), tasks.end(), is_earlier) - tasks.begin());
}

/// oslo_service/periodic_task.py, run_periodic_tasks(): one after the other.
Task<void> ComputeService::run_periodic_tasks(std::vector<PeriodicTask> tasks) {
  for (;;) {
    const std::size_t next = first_due(tasks);
    const Duration wait = std::max(tasks[next].due - process_.now(), Duration::zero());
    co_await process_.sleep(wait, TimerKind::background);
    co_await (programme_->manager.*tasks[next].method)();
    tasks[next].due = process_.now() + tasks[next].spacing;
  }
}

Task<void> ComputeService::reconcile_periodically() {
  for (;;) {
    co_await process_.sleep(std::chrono::seconds(Config::reconcile_interval_s), TimerKind::background);
    co_await programme_->manager.reconcile();
  }
}

}  // namespace snapsim
