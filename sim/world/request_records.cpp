#include "sim/world/request_records.hpp"

namespace snapsim {
namespace {

TraceRecord record_of(TraceKind kind, RequestId request, const RequestSpec& spec) {
  TraceRecord made;
  made.kind = kind;
  made.code = static_cast<std::uint8_t>(spec.action);
  made.component = Component::client;
  made.request = request.value;
  made.subject = spec.instance.value_or(TraceRecord::none);
  return made;
}

}  // namespace

void write_request_sent(Recorder& recorder, RequestId request, const RequestSpec& spec) {
  TraceRecord sent = record_of(TraceKind::request_sent, request, spec);
  sent.a = request.value;
  recorder.write(sent);
}

void write_request_answered(Recorder& recorder, Ledger& ledger, RequestId request, const RequestSpec& spec,
                            const ApiReply& reply) {
  RequestEntry& entry = ledger.entry(request);
  entry.status = reply.status;
  entry.failure = reply.failure;
  TraceRecord answer = record_of(TraceKind::request_answered, request, spec);
  answer.a = reply.status;
  answer.b = reply.image.exists() ? std::int64_t{reply.image.value} : -1;
  recorder.write(answer);
}

}  // namespace snapsim
