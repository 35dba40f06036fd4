#include "sim/world/broker.hpp"

#include <utility>

#include "sim/world/timing.hpp"

namespace snapsim {

Broker::Broker(Runtime& runtime, Recorder& recorder, Operations& operations, Ledger& ledger, std::size_t hosts)
    : runtime_(runtime), recorder_(recorder), operations_(operations), ledger_(ledger), queues_(hosts) {}

TraceRecord Broker::record(TraceKind kind, HostId host, const RpcMessage& message) const {
  TraceRecord made;
  made.kind = kind;
  made.code = static_cast<std::uint8_t>(message.method);
  made.component = Component::queue;
  made.host = host.value;
  made.request = message.context.request_id.value;
  made.subject = message.instance.value;
  made.a = message.unique_id;
  return made;
}

void Broker::publish(HostId host, RpcMessage message) {
  message.unique_id = ++published_;
  recorder_.write(record(TraceKind::message_cast, host, message));
  ledger_.work_begun(message.context.request_id);
  queues_[host.value].messages.push_back(message);
  deliver_waiting(host);
}

void Broker::consume(HostId host, Mailbox<RpcMessage>& deliveries) {
  queues_[host.value].consumer = &deliveries;
  deliver_waiting(host);
}

void Broker::cancel(HostId host) {
  queues_[host.value].consumer = nullptr;
}

void Broker::deliver_waiting(HostId host) {
  Queue& queue = queues_[host.value];
  if (!queue.consumer) return;
  for (const RpcMessage& message : std::exchange(queue.messages, {})) {
    runtime_.spawn("deliver", deliver(host, message));
  }
}

Task<void> Broker::deliver(HostId host, RpcMessage message) {
  const OperationCall operation{Operation::queue_deliver, Component::queue, host,
                                message.context,          message.instance, -1};
  co_await operations_.begin(runtime_, operation, timing::delivery);
  // The consumer may have died while the message was on its way: then it was never acknowledged, and waits again.
  Queue& queue = queues_[host.value];
  if (queue.consumer) {
    recorder_.write(record(TraceKind::message_delivered, host, message));
    queue.consumer->put(message);
  } else {
    queue.messages.push_back(message);
  }
  operations_.ended(operation, 0);
  if (operations_.needs_finish(operation)) co_await operations_.finish(runtime_, operation);
}

std::size_t Broker::waiting() const {
  std::size_t count = 0;
  for (const Queue& queue : queues_) count += queue.messages.size();
  return count;
}

Task<void> CastConnection::cast(HostId host, RpcMessage message) {
  const OperationCall operation{Operation::queue_cast, component_, own_host_, message.context, message.instance, -1};
  co_await operations_.begin(runtime_, operation, timing::cast_confirmed);
  broker_.publish(host, message);
  if (RequestEntry* const entry = ledger_.find(message.context.request_id)) entry->was_cast = true;
  operations_.ended(operation, 0);
  if (operations_.needs_finish(operation)) co_await operations_.finish(runtime_, operation);
}

}  // namespace snapsim
