#include "sim/world/service_journal.hpp"

namespace snapsim {

TraceRecord ServiceJournal::record(TraceKind kind, std::uint8_t code, const RequestContext& context,
                                   std::uint32_t subject) const {
  TraceRecord made;
  made.kind = kind;
  made.code = code;
  made.component = component_;
  made.host = host_.value;
  made.request = context.request_id.value;
  made.subject = subject;
  return made;
}

void ServiceJournal::log(const RequestContext& context, InstanceUuid instance, LogMessage message, std::int64_t a,
                         std::int64_t b) {
  TraceRecord made = record(TraceKind::log, static_cast<std::uint8_t>(message), context, instance.value);
  made.a = a;
  made.b = b;
  recorder_.write(made);
}

void ServiceJournal::notify(const RequestContext& context, InstanceUuid instance, Notification notification,
                            ImageId image) {
  TraceRecord made = record(TraceKind::notification, static_cast<std::uint8_t>(notification), context, instance.value);
  made.a = image.exists() ? std::int64_t{image.value} : -1;
  recorder_.write(made);
}

void ServiceJournal::task_begun(const RequestContext& context, InstanceUuid instance, RpcMethod method) {
  recorder_.write(record(TraceKind::task_begun, static_cast<std::uint8_t>(method), context, instance.value));
}

void ServiceJournal::task_ended(const RequestContext& context, InstanceUuid instance, RpcMethod method) {
  recorder_.write(record(TraceKind::task_ended, static_cast<std::uint8_t>(method), context, instance.value));
  ledger_.work_ended(context.request_id, Worker::compute(host_));
}

void ServiceJournal::message_ignored(const RequestContext& context, InstanceUuid instance, std::uint32_t unique_id) {
  log(context, instance, LogMessage::ignoring_duplicate_message, unique_id, 0);
  ledger_.work_ended(context.request_id, Worker::compute(host_));
}

}  // namespace snapsim
