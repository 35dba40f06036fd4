#include "sim/world/service_control.hpp"

namespace snapsim {
namespace {

Component component_of(Service service) {
  switch (service) {
    case Service::api:
      return Component::nova_api;
    case Service::glance:
      return Component::glance;
    case Service::queue:
      return Component::queue;
    case Service::compute:
      break;
  }
  return Component::nova_compute;
}

}  // namespace

bool ServiceControl::is_up(Service service, HostId host) const {
  switch (service) {
    case Service::api:
      return api_.is_up();
    case Service::glance:
      return glance_.outage().is_up();
    case Service::queue:
      return broker_.is_up();
    case Service::compute:
      break;
  }
  return computes_[host.value].is_up();
}

void ServiceControl::record(TraceKind kind, Service service, HostId host) {
  TraceRecord made;
  made.kind = kind;
  made.component = component_of(service);
  made.host = service == Service::compute ? host.value : TraceRecord::none;
  made.subject = service == Service::compute ? host.value : 0;
  recorder_.write(made);
}

void ServiceControl::kill(Service service, HostId host) {
  if (!is_up(service, host)) return;
  any_died_ = true;
  record(TraceKind::process_died, service, host);
  switch (service) {
    case Service::api:
      api_.kill();
      break;
    case Service::glance:
      glance_.kill();
      break;
    case Service::queue:
      broker_.kill();
      for (ComputeService& compute : computes_) compute.broker_has_gone();
      break;
    case Service::compute:
      computes_[host.value].kill();
      break;
  }
}

void ServiceControl::start(Service service, HostId host) {
  if (is_up(service, host)) return;
  record(TraceKind::process_started, service, host);
  switch (service) {
    case Service::api:
      api_.start();
      break;
    case Service::glance:
      glance_.start();
      break;
    case Service::queue:
      broker_.start();
      break;
    case Service::compute:
      computes_[host.value].start();
      break;
  }
}

}  // namespace snapsim
