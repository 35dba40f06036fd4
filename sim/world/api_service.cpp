#include "sim/world/api_service.hpp"

#include "sim/world/timing.hpp"

namespace snapsim {

ApiService::ApiService(Process& process, const Surroundings& s)
    : process_(process),
      surroundings_(s),
      journal_(s.recorder, s.ledger, Component::nova_api, HostId()),
      database_(process, s.tables, s.operations, journal_, s.ledger),
      glance_(process, s.glance, s.operations, journal_),
      image_api_(process, glance_, journal_, s.config),
      rpcapi_(process, s.broker, s.operations, Component::nova_api, HostId(), s.ledger),
      compute_api_(database_, image_api_, rpcapi_, journal_),
      servers_(database_, compute_api_, journal_) {}

ApiService::~ApiService() {
  process_.kill();
}

void ApiService::create_image(RequestId request, InstanceUuid instance, const std::string& name) {
  TraceRecord sent;
  sent.kind = TraceKind::request_sent;
  sent.code = static_cast<std::uint8_t>(Action::create_image);
  sent.component = Component::client;
  sent.request = request.value;
  sent.subject = instance.value;
  sent.a = request.value;
  surroundings_.recorder.write(sent);
  if (!is_up()) {
    answered(Action::create_image, request, instance, {});
    return;
  }
  surroundings_.ledger.work_begun(request, Worker::api());
  process_.spawn("wsgi-request", handle_create_image(request, instance, name));
}

void ApiService::kill() {
  process_.kill();
  surroundings_.ledger.worker_died(Worker::api());
}

Task<void> ApiService::handle_create_image(RequestId request, InstanceUuid instance, const std::string& name) {
  co_await process_.sleep(timing::client_to_api);
  const ImageCreation image{instance, request.value};
  const RequestContext context{request};
  const ApiReply reply = co_await servers_.create_image(context, image, name);
  answered(Action::create_image, request, instance, reply);
  surroundings_.ledger.work_ended(request, Worker::api());
}

void ApiService::answered(Action action, RequestId request, InstanceUuid instance, const ApiReply& reply) {
  RequestEntry& entry = surroundings_.ledger.entry(request);
  entry.status = reply.status;
  entry.failure = reply.failure;
  TraceRecord answer;
  answer.kind = TraceKind::request_answered;
  answer.code = static_cast<std::uint8_t>(action);
  answer.component = Component::client;
  answer.request = request.value;
  answer.subject = instance.value;
  answer.a = reply.status;
  answer.b = reply.image.exists() ? std::int64_t{reply.image.value} : -1;
  surroundings_.recorder.write(answer);
}

}  // namespace snapsim
