#pragma once

#include <cstdint>
#include <vector>

#include "sim/nova/rpc.hpp"
#include "sim/runtime/mailbox.hpp"
#include "sim/runtime/runtime.hpp"
#include "sim/world/ledger.hpp"
#include "sim/world/operations.hpp"
#include "sim/world/recorder.hpp"

namespace snapsim {

/// RabbitMQ as oslo.messaging uses it for casts: topic exchange `nova`, one queue `compute.<host>` for each
/// nova-compute. Messages wait there while nobody consumes. A consumer acknowledges on receipt, so what was delivered
/// is the consumer's affair, and dies with it.
class Broker {
 public:
  /// `runtime` is the broker's process. References must outlive the object.
  Broker(Runtime& runtime, Recorder& recorder, Operations& operations, Ledger& ledger, std::size_t hosts);

  /// A publisher's message has arrived and is confirmed. Gives the message its number.
  void publish(HostId host, RpcMessage message);
  /// From now on `deliveries` consumes the queue of the host; what waits there is delivered in order.
  void consume(HostId host, Mailbox<RpcMessage>& deliveries);
  /// The consumer is gone.
  void cancel(HostId host);
  /// Messages in all queues.
  std::size_t waiting() const;

 private:
  struct Queue {
    std::vector<RpcMessage> messages;
    Mailbox<RpcMessage>* consumer = nullptr;
  };

  void deliver_waiting(HostId host);
  Task<void> deliver(HostId host, RpcMessage message);
  TraceRecord record(TraceKind kind, HostId host, const RpcMessage& message) const;

  Runtime& runtime_;
  Recorder& recorder_;
  Operations& operations_;
  Ledger& ledger_;
  std::vector<Queue> queues_;
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
