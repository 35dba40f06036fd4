#pragma once

#include <cstdint>
#include <vector>

#include "sim/engine/process.hpp"
#include "sim/nova/rpc.hpp"
#include "sim/runtime/mailbox.hpp"
#include "sim/runtime/runtime.hpp"
#include "sim/world/ledger.hpp"
#include "sim/world/operations.hpp"
#include "sim/world/recorder.hpp"

namespace snapsim {

/// RabbitMQ as oslo.messaging uses it for casts: topic exchange `nova`, one queue `compute.<host>` for each
/// nova-compute. Messages wait there while nobody consumes. A consumer acknowledges on receipt, so what was delivered
/// is the consumer's affair, and dies with it. Queues are not durable: when the broker dies, they and all messages go,
/// and a queue is there again only once its consumer has declared it.
class Broker {
 public:
  /// References must outlive the object; `process` is the broker's own.
  Broker(Process& process, Recorder& recorder, Operations& operations, Ledger& ledger, std::size_t hosts);

  /// A publisher's message has arrived and is confirmed; what goes wrong with it is up to `fault`. Gives the message
  /// its number. The work for its request goes on in the broker's hands.
  void publish(HostId host, RpcMessage message, const Fault& fault);
  /// From now on `deliveries` consumes the queue of the host, which is declared; what waits there is delivered in
  /// order.
  void consume(HostId host, Mailbox<RpcMessage>& deliveries);
  /// The consumer is gone.
  void cancel(HostId host);
  /// Messages in all queues.
  std::size_t waiting() const;

  bool is_up() const { return process_.is_alive(); }
  void kill();
  void start();
  /// oslo_messaging/_drivers/impl_rabbit.py: returns at the first attempt to connect that succeeds, of those that a
  /// client makes which lost the broker now.
  Task<void> reconnect(Runtime& client);

 private:
  struct Queue {
    std::vector<RpcMessage> messages;
    std::vector<RpcMessage> overtaken;  // each waits for another one to pass it
    Mailbox<RpcMessage>* consumer = nullptr;
    bool is_declared = true;
  };

  void take_in(HostId host, const RpcMessage& message);
  void enqueue(HostId host, const RpcMessage& message);
  void lose(HostId host, const RpcMessage& message);
  void deliver_waiting(HostId host);
  Task<void> deliver(HostId host, RpcMessage message);
  Task<void> enqueue_later(HostId host, RpcMessage message, Duration delay);
  Task<void> let_be_overtaken(HostId host, RpcMessage message);
  TraceRecord record(TraceKind kind, HostId host, const RpcMessage& message) const;

  Process& process_;
  Outage outage_;
  Recorder& recorder_;
  Operations& operations_;
  Ledger& ledger_;
  std::vector<Queue> queues_;
  struct Carried {
    HostId host;
    RpcMessage message;
  };
  std::vector<Carried> carried_;  // every message in the broker, in a queue or on its way
  std::uint32_t published_ = 0;
};

/// One nova service's way to the broker.
class CastConnection final : public ComputeRpcApi {
 public:
  /// References must outlive the object.
  CastConnection(Runtime& runtime, Broker& broker, Operations& operations, Component component, HostId own_host,
                 Ledger& ledger)
      : runtime_(runtime),
        broker_(broker),
        operations_(operations),
        component_(component),
        own_host_(own_host),
        ledger_(ledger) {}

  Task<void> cast(HostId host, RpcMessage message) override;

 private:
  Runtime& runtime_;
  Broker& broker_;
  Operations& operations_;
  Component component_;
  HostId own_host_;
  Ledger& ledger_;
};

}  // namespace snapsim
