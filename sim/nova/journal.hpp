#pragma once

#include "sim/nova/failure.hpp"
#include "sim/nova/ids.hpp"
#include "sim/nova/log_messages.hpp"
#include "sim/nova/vocabulary.hpp"

namespace snapsim {

/// What nova calls its context: on whose behalf something is done. Copied, never shared.
struct RequestContext {
  RequestId request_id;  ///< none: the service itself (a periodic task, an event of the hypervisor)
};

/// Where one service's log lines and notifications go. Calls take no time and change nothing in the flow.
class Journal {
 public:
  virtual ~Journal() = default;
  /// A line of the service's log. `instance` may be none; what `a` and `b` mean stands in log_messages.hpp.
  virtual void log(const RequestContext& context, InstanceUuid instance, LogMessage message, std::int64_t a = 0,
                   std::int64_t b = 0) = 0;
  /// A notification on the message bus. `image` may be none.
  virtual void notify(const RequestContext& context, InstanceUuid instance, Notification notification,
                      ImageId image = {}) = 0;
  /// A method of the compute manager works on the instance from now on; until task_ended.
  virtual void task_begun(const RequestContext& context, InstanceUuid instance, RpcMethod method) = 0;
  virtual void task_ended(const RequestContext& context, InstanceUuid instance, RpcMethod method) = 0;
  /// A message was dropped because its id was known already.
  virtual void message_ignored(const RequestContext& context, InstanceUuid instance, std::uint32_t unique_id) = 0;
};

}  // namespace snapsim
