#include "sim/world/compute_service.hpp"

#include <chrono>

namespace snapsim {

/// The objects of a nova-compute that runs, in the order in which they stand on each other.
struct ComputeService::Programme {
  Programme(Process& process, HostId host, const Surroundings& s)
      : journal(s.recorder, s.ledger, Component::nova_compute, host),
        database(process, s.tables, s.operations, journal, s.ledger),
        glance(process, s.glance, s.operations, journal),
        image_api(process, glance, journal, s.config),
        rpcapi(process, s.broker, s.operations, Component::nova_compute, host, s.ledger),
        compute_api(database, image_api, rpcapi, journal, s.config),
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

ComputeService::ComputeService(Process& process, HostId host, const Surroundings& surroundings)
    : process_(process), host_(host), surroundings_(surroundings) {}

ComputeService::~ComputeService() {
  process_.kill();  // the frames refer to the programme
}

void ComputeService::begin() {
  if (!programme_) programme_ = std::make_unique<Programme>(process_, host_, surroundings_);
  surroundings_.hypervisors.listen(host_, &programme_->events);
  process_.spawn("libvirt-events", programme_->libvirt_host.dispatch_events());
  connect_to_broker();
  process_.spawn("rpc-server", programme_->rpc_server.serve());
  if (surroundings_.config.sync_power_state_interval_s > 0) {
    process_.spawn("periodic-tasks", sync_power_states_periodically());
  }
  if (!surroundings_.config.rules.empty()) process_.spawn("reconcile", reconcile_periodically());
}

void ComputeService::kill() {
  process_.kill();
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
  if (is_up()) process_.spawn("amqp-reconnect", reconnect_to_broker());
}

void ComputeService::connect_to_broker() {
  if (surroundings_.broker.is_up()) {
    surroundings_.broker.consume(host_, programme_->deliveries);
  } else {
    process_.spawn("amqp-reconnect", reconnect_to_broker());
  }
}

Task<void> ComputeService::reconnect_to_broker() {
  co_await surroundings_.broker.reconnect(process_);
  surroundings_.broker.consume(host_, programme_->deliveries);
}

Task<void> ComputeService::start_up() {
  co_await programme_->manager.init_host();
  begin();
}

Task<void> ComputeService::sync_power_states_periodically() {
  const Duration interval = std::chrono::seconds(surroundings_.config.sync_power_state_interval_s);
  for (;;) {
    co_await process_.sleep(interval, TimerKind::background);
    co_await programme_->manager.sync_power_states();
  }
}

Task<void> ComputeService::reconcile_periodically() {
  for (;;) {
    co_await process_.sleep(std::chrono::seconds(Config::reconcile_interval_s), TimerKind::background);
    co_await programme_->manager.reconcile();
  }
}

}  // namespace snapsim
