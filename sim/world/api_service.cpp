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

void ApiService::send(RequestId id, const ServerRequest& request) {
  TraceRecord sent;
  sent.kind = TraceKind::request_sent;
  sent.code = static_cast<std::uint8_t>(request.action);
  sent.component = Component::client;
  sent.request = id.value;
  sent.subject = request.instance.value;
  sent.a = id.value;
  surroundings_.recorder.write(sent);
  if (!is_up()) {
    answered(request.action, id, request.instance, {});
    return;
  }
  surroundings_.ledger.work_begun(id, Worker::api());
  process_.spawn("wsgi-request", handle(id, request));
}

void ApiService::kill() {
  process_.kill();
  surroundings_.ledger.worker_died(Worker::api());
}

Task<void> ApiService::handle(RequestId id, ServerRequest request) {
  co_await process_.sleep(timing::client_to_api);
  const RequestContext context{id};
  const ApiReply reply = co_await servers_.answer(context, request);
  answered(request.action, id, request.instance, reply);
  surroundings_.ledger.work_ended(id, Worker::api());
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
