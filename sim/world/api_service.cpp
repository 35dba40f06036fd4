#include "sim/world/api_service.hpp"

#include "sim/world/image_user.hpp"
#include "sim/world/request_records.hpp"
#include "sim/world/timing.hpp"

namespace snapsim {

ApiService::ApiService(Process& process, const Scenario& scenario, const Surroundings& s)
    : process_(process),
      scenario_(scenario),
      surroundings_(s),
      journal_(s.recorder, s.ledger, Component::nova_api, HostId()),
      database_(process, s.tables, s.operations, journal_, s.ledger),
      glance_(process, s.glance, s.operations, journal_),
      image_api_(process, glance_, journal_, s.config),
      rpcapi_(process, s.broker, s.operations, Component::nova_api, HostId(), s.ledger),
      compute_api_(process, database_, image_api_, rpcapi_, journal_, s.config),
      servers_(database_, compute_api_, journal_, s.config) {}

ApiService::~ApiService() {
  process_.kill();
}

void ApiService::send(RequestId request, const RequestSpec& spec) {
  write_request_sent(surroundings_.recorder, request, spec);
  if (!is_up()) {
    write_request_answered(surroundings_.recorder, surroundings_.ledger, request, spec, ApiReply());
    return;
  }
  surroundings_.ledger.work_begun(request, Worker::api());
  process_.spawn("wsgi-request", handle(request, spec));
}

void ApiService::kill() {
  process_.kill();
  surroundings_.ledger.worker_died(Worker::api());
}

/// What the request is once it has been parsed.
ServerRequest ApiService::parsed(RequestId request, const RequestSpec& spec) const {
  ServerRequest server_request;
  server_request.action = spec.action;
  server_request.instance = InstanceUuid(*spec.instance);
  server_request.index = request.value;
  server_request.name = spec.name;
  server_request.backup_type = spec.backup_type;
  server_request.rotation = spec.rotation;
  server_request.reboot_type = spec.reboot_type;
  server_request.state = spec.state;
  if (!spec.image.empty()) {
    server_request.image = newest_image_named(spec.image, scenario_, surroundings_.glance.glance());
  }
  return server_request;
}

Task<void> ApiService::handle(RequestId request, const RequestSpec& spec) {
  co_await process_.sleep(timing::client_to_api);
  const ServerRequest server_request = parsed(request, spec);
  const RequestContext context{request};
  ApiReply reply{404, {}, {FailureKind::instance_not_found, 0, 0, 0}};  // an instance that is still to come
  if (server_request.instance.value < surroundings_.tables.instance_count()) {
    reply = co_await servers_.answer(context, server_request);
  }
  write_request_answered(surroundings_.recorder, surroundings_.ledger, request, spec, reply);
  surroundings_.ledger.work_ended(request, Worker::api());
}

}  // namespace snapsim
