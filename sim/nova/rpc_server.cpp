#include "sim/nova/rpc_server.hpp"

#include <algorithm>
#include <utility>

#include "sim/nova/exceptions.hpp"

namespace snapsim {

RpcServer::RpcServer(Runtime& runtime, Mailbox<RpcMessage>& deliveries, ComputeManager& manager, Journal& journal)
    : runtime_(runtime),
      deliveries_(deliveries),
      manager_(manager),
      journal_(journal),
      pool_(runtime, executor_thread_pool_size) {}

Task<void> RpcServer::serve() {
  for (;;) {
    const RpcMessage message = co_await deliveries_.receive();
    if (is_duplicate(message.unique_id)) {
      journal_.message_ignored(message.context, message.instance, message.unique_id);
      continue;
    }
    runtime_.spawn("rpc-dispatch", dispatch(message));
  }
}

/// Remembers the id; true when it was there already.
bool RpcServer::is_duplicate(std::uint32_t unique_id) {
  if (std::find(seen_.begin(), seen_.end(), unique_id) != seen_.end()) return true;
  seen_[seen_next_] = unique_id;
  seen_next_ = (seen_next_ + 1) % seen_.size();
  return false;
}

Task<void> RpcServer::dispatch(RpcMessage message) {
  const Semaphore::Permit permit = co_await pool_.acquire();
  try {
    co_await manager_.dispatch(message);
  } catch (const Exception& error) {
    journal_.log(message.context, InstanceUuid(), LogMessage::exception_during_message_handling,
                 error.failure().packed());
  }
}

}  // namespace snapsim
