#include "sim/world/broker.hpp"

#include <algorithm>
#include <utility>

#include "sim/world/timing.hpp"

namespace snapsim {

using namespace std::chrono_literals;

namespace {

/// The methods that leave the guest as it was; every other one is to change whether it runs.
bool is_of_snapshot(RpcMethod method) {
  return method == RpcMethod::snapshot_instance || method == RpcMethod::backup_instance;
}

}  // namespace

Broker::Broker(Process& process, Recorder& recorder, Operations& operations, Ledger& ledger, std::size_t hosts)
    : process_(process), recorder_(recorder), operations_(operations), ledger_(ledger), queues_(hosts) {}

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

void Broker::publish(HostId host, RpcMessage message, const Fault& fault) {
  message.unique_id = ++published_;
  take_in(host, message);
  // No mandatory flag on casts: a message that no queue takes is confirmed and dropped.
  if (fault.outcome == Outcome::lost || !queues_[host.value].is_declared) {
    lose(host, message);
    return;
  }
  if (fault.outcome == Outcome::delayed) {
    const Duration delay = fault.delay < Duration::zero() ? timing::message_delay : fault.delay;
    process_.spawn("delayed", enqueue_later(host, message, delay));
    return;
  }
  if (fault.outcome == Outcome::reordered) {
    queues_[host.value].overtaken.push_back(message);
    process_.spawn("overtaken", let_be_overtaken(host, message));
    return;
  }
  enqueue(host, message);
  for (const RpcMessage& passed : std::exchange(queues_[host.value].overtaken, {})) enqueue(host, passed);
  if (fault.outcome == Outcome::duplicated) {
    if (fault.new_id) message.unique_id = ++published_;
    take_in(host, message);
    process_.spawn("duplicate", enqueue_later(host, message, std::max(fault.delay, Duration::zero())));
  }
}

/// The message is in the broker's hands.
void Broker::take_in(HostId host, const RpcMessage& message) {
  recorder_.write(record(TraceKind::message_cast, host, message));
  ledger_.work_begun(message.context.request_id, Worker::queue());
  carried_.push_back({host, message});
}

void Broker::enqueue(HostId host, const RpcMessage& message) {
  queues_[host.value].messages.push_back(message);
  deliver_waiting(host);
}

void Broker::lose(HostId host, const RpcMessage& message) {
  recorder_.write(record(TraceKind::message_lost, host, message));
  ledger_.work_ended(message.context.request_id, Worker::queue());
  std::erase_if(carried_, [&](const Carried& carried) { return carried.message.unique_id == message.unique_id; });
}

Task<void> Broker::enqueue_later(HostId host, RpcMessage message, Duration delay) {
  co_await process_.sleep(delay);
  enqueue(host, message);
}

/// Where no other message comes to pass this one, it goes on by itself after a while.
Task<void> Broker::let_be_overtaken(HostId host, RpcMessage message) {
  co_await process_.sleep(timing::reordering_patience);
  std::vector<RpcMessage>& overtaken = queues_[host.value].overtaken;
  const auto is_this = [&message](const RpcMessage& other) { return other.unique_id == message.unique_id; };
  const auto still_there = std::find_if(overtaken.begin(), overtaken.end(), is_this);
  if (still_there == overtaken.end()) co_return;
  overtaken.erase(still_there);
  enqueue(host, message);
}

void Broker::consume(HostId host, Mailbox<RpcMessage>& deliveries) {
  recorder_.dealings().consumer_came();
  queues_[host.value].consumer = &deliveries;
  queues_[host.value].is_declared = true;
  deliver_waiting(host);
}

void Broker::cancel(HostId host) {
  queues_[host.value].consumer = nullptr;
}

void Broker::kill() {
  process_.kill();
  outage_.begin();
  for (Queue& queue : queues_) queue = {{}, {}, nullptr, false};
  for (const Carried& carried : std::exchange(carried_, {})) {
    recorder_.write(record(TraceKind::message_lost, carried.host, carried.message));
  }
  ledger_.worker_died(Worker::queue());
}

void Broker::deliver_waiting(HostId host) {
  Queue& queue = queues_[host.value];
  if (!queue.consumer) return;
  for (const RpcMessage& message : std::exchange(queue.messages, {})) {
    process_.spawn("deliver", deliver(host, message));
  }
}

Task<void> Broker::deliver(HostId host, RpcMessage message) {
  const OperationCall operation{Operation::queue_deliver, Component::queue, host,
                                message.context,          message.instance, -1};
  co_await operations_.begin(process_, operation, timing::delivery);
  // The consumer may have died while the message was on its way: then it was never acknowledged, and waits again.
  Queue& queue = queues_[host.value];
  if (queue.consumer) {
    recorder_.write(record(TraceKind::message_delivered, host, message));
    queue.consumer->put(message);
    ledger_.work_moves(message.context.request_id, Worker::queue(), Worker::compute(host));
    const auto is_this = [&message](const Carried& carried) { return carried.message.unique_id == message.unique_id; };
    carried_.erase(std::find_if(carried_.begin(), carried_.end(), is_this));
  } else {
    queue.messages.push_back(message);
  }
  operations_.ended(operation, 0);
  co_await operations_.finish(process_, operation);
}

std::size_t Broker::waiting() const {
  std::size_t count = 0;
  for (const Queue& queue : queues_) count += queue.messages.size();
  return count;
}

void Broker::start() {
  process_.restart();
  outage_.end();
}

// kombu_reconnect_delay 1 s, then an interval that grows by 2 s up to 30 s. Nothing is timed while the broker is down:
// who waits for one that never comes back waits quietly.
Task<void> Broker::reconnect(Runtime& client) {
  Instant attempt = client.now() + 1s;
  Duration interval = 2s;
  for (;;) {
    co_await outage_.wait_for_end(client);
    while (attempt < client.now()) {
      attempt += interval;
      interval = std::min<Duration>(interval + 2s, 30s);
    }
    co_await client.sleep(attempt - client.now());
    if (is_up()) co_return;
  }
}

Task<void> CastConnection::cast(HostId host, RpcMessage message) {
  const OperationCall operation{Operation::queue_cast, component_, own_host_, message.context, message.instance, -1};
  const Fault fault = operations_.meet(operation);
  co_await operations_.begin(runtime_, operation, timing::cast_confirmed);
  // retry=None: a publisher whose broker is gone tries for ever.
  if (!broker_.is_up()) co_await broker_.reconnect(runtime_);
  broker_.publish(host, message, fault);
  if (RequestEntry* const entry = ledger_.find(message.context.request_id)) {
    entry->was_cast = true;
    if (!is_of_snapshot(message.method)) ledger_.power_asked_for(message.instance);
  }
  operations_.ended(operation, 0);
  co_await operations_.finish(runtime_, operation);
}

}  // namespace snapsim
