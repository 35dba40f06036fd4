#pragma once

#include <cstdint>
#include <string>

#include "sim/nova/database.hpp"
#include "sim/nova/ids.hpp"
#include "sim/nova/journal.hpp"
#include "sim/runtime/task.hpp"

namespace snapsim {

/// A cast to one nova-compute, before it is JSON: method, arguments and context. The instance travels as the row that
/// the sender has seen.
struct RpcMessage {
  RpcMethod method{};
  RequestContext context{};
  InstanceUuid instance{};
  InstanceRow row{};
  ImageId image{};              ///< of snapshot_instance, backup_instance, shelve_instance, rebuild_instance
  std::uint32_t unique_id = 0;  ///< _unique_id: what the receiver's duplicate filter knows a message by
  std::string backup_type{};    ///< of backup_instance
  std::int32_t rotation = 0;    ///< of backup_instance: how many backups of its type stay
  RebootType reboot_type = RebootType::soft;  ///< of reboot_instance
  bool clean_shutdown = true;  ///< of stop_instance, rescue_instance, shelve_instance ...: ask the guest first
};

/// nova/compute/rpcapi.py: ComputeAPI, over oslo.messaging. A cast gives no outcome: it returns when the broker has
/// confirmed the message.
class ComputeRpcApi {
 public:
  virtual ~ComputeRpcApi() = default;
  /// Sends to topic `compute`, server `host`; the queue is `compute.<host>`.
  virtual Task<void> cast(HostId host, RpcMessage message) = 0;
};

}  // namespace snapsim
