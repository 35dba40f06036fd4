#pragma once

#include "sim/check/trace.hpp"
#include "sim/nova/journal.hpp"
#include "sim/world/ledger.hpp"
#include "sim/world/recorder.hpp"

namespace snapsim {

/// The journal of one service: its log lines and notifications become trace records.
class ServiceJournal final : public Journal {
 public:
  /// `host`: none for a service that is not a compute host's. References must outlive the object.
  ServiceJournal(Recorder& recorder, Ledger& ledger, Component component, HostId host)
      : recorder_(recorder), ledger_(ledger), component_(component), host_(host) {}

  void log(const RequestContext& context, InstanceUuid instance, LogMessage message, std::int64_t a,
           std::int64_t b) override;
  void notify(const RequestContext& context, InstanceUuid instance, Notification notification, ImageId image) override;
  void task_begun(const RequestContext& context, InstanceUuid instance, RpcMethod method) override;
  void task_ended(const RequestContext& context, InstanceUuid instance, RpcMethod method) override;

  void message_ignored(const RequestContext& context, InstanceUuid instance, std::uint32_t unique_id) override;

  Component component() const { return component_; }
  HostId host() const { return host_; }
  /// A record of this service, for the request of `context`.
  TraceRecord record(TraceKind kind, std::uint8_t code, const RequestContext& context, std::uint32_t subject) const;
  Recorder& recorder() { return recorder_; }

 private:
  Recorder& recorder_;
  Ledger& ledger_;
  Component component_;
  HostId host_;
};

}  // namespace snapsim
