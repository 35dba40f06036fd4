#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/nova/compute_manager.hpp"
#include "sim/nova/rpc.hpp"
#include "sim/runtime/mailbox.hpp"
#include "sim/runtime/runtime.hpp"
#include "sim/runtime/semaphore.hpp"

namespace snapsim {

/// oslo_messaging/rpc/server.py over _drivers/amqpdriver.py, as one nova-compute runs it: takes messages that the
/// broker has delivered (each is acknowledged on receipt, before it is worked on), drops those it has seen among the
/// last sixteen, and starts a green thread for each.
class RpcServer {
 public:
  static constexpr std::size_t remembered_ids = 16;     ///< _drivers/amqp.py: _MessageIDCache, DUP_MSG_CHECK_SIZE
  static constexpr int executor_thread_pool_size = 64;  ///< [DEFAULT]executor_thread_pool_size

  /// All references must outlive the object; `deliveries` is this process's own.
  RpcServer(Runtime& runtime, Mailbox<RpcMessage>& deliveries, ComputeManager& manager, Journal& journal);

  /// Never ends.
  Task<void> serve();

 private:
  bool is_duplicate(std::uint32_t unique_id);
  Task<void> dispatch(RpcMessage message);

  Runtime& runtime_;
  Mailbox<RpcMessage>& deliveries_;
  ComputeManager& manager_;
  Journal& journal_;
  Semaphore pool_;
  std::array<std::uint32_t, remembered_ids> seen_{};  // 0: nothing yet
  std::size_t seen_next_ = 0;
};

}  // namespace snapsim
