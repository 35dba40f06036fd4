#pragma once

#include <cstdint>
#include <vector>

#include "sim/nova/database.hpp"
#include "sim/runtime/runtime.hpp"
#include "sim/world/ledger.hpp"
#include "sim/world/operations.hpp"
#include "sim/world/service_journal.hpp"

namespace snapsim {

/// Nova's database: what is committed, whoever wrote it, and whatever has died since.
class DatabaseTables {
 public:
  struct StoredInstance {
    InstanceRow row;
    bool is_deleted = false;
  };

  /// Instances are added in the order of their ids.
  void add_instance(const InstanceRow& row);
  StoredInstance& instance(InstanceUuid uuid) { return instances_[uuid.value]; }
  const StoredInstance& instance(InstanceUuid uuid) const { return instances_[uuid.value]; }
  std::uint32_t instance_count() const { return static_cast<std::uint32_t>(instances_.size()); }
  const std::vector<InstanceUuid>& instances_on(HostId host) const { return by_host_[host.value]; }
  /// The instance is on that host from now on; none: on no host.
  void move(InstanceUuid uuid, HostId host);
  void reserve(std::size_t instances, std::size_t hosts);

  /// The `services` table. The host's nova-compute reports from `now` on, at once and then every report_interval; as
  /// it has done since the start, unless another thing is said.
  void service_reports(HostId host, Instant now);
  /// It reports no more.
  void service_is_silent(HostId host, Instant now);
  void set_report_interval(Duration interval) { report_interval_ = interval; }
  /// The last report until `now`. Reports are no events: when they come follows from when they began.
  Instant service_last_seen_up(HostId host, Instant now) const;

 private:
  struct Service {
    Instant reporting_since{};
    std::optional<Instant> silent_since;
  };

  std::vector<StoredInstance> instances_;
  std::vector<std::vector<InstanceUuid>> by_host_;
  std::vector<Service> services_;  // by host
  Duration report_interval_ = std::chrono::seconds(10);
};

/// One service's connection to the database. Reads and writes take time; each takes effect at one instant.
class DatabaseConnection final : public Database {
 public:
  /// References must outlive the object.
  DatabaseConnection(Runtime& runtime, DatabaseTables& tables, Operations& operations, ServiceJournal& journal,
                     Ledger& ledger)
      : runtime_(runtime), tables_(tables), operations_(operations), journal_(journal), ledger_(ledger) {}

  Task<DbResult<InstanceRow>> instance_get(RequestContext context, InstanceUuid instance) override;
  Task<DbResult<InstanceRow>> instance_update(RequestContext context, InstanceUuid instance, InstanceChanges changes,
                                              std::optional<TaskStates> expected) override;
  Task<DbResult<void>> instance_destroy(RequestContext context, InstanceUuid instance) override;
  Task<DbResult<std::vector<InstanceUuid>>> instances_on_host(RequestContext context, HostId host) override;
  Task<DbResult<std::vector<FoundInstance>>> idle_instances_on_host(RequestContext context, HostId host,
                                                                    VmState vm_state) override;
  Task<DbResult<std::vector<FoundInstance>>> deleted_instances(RequestContext context,
                                                               std::vector<InstanceUuid> among) override;
  Task<DbResult<Instant>> service_last_seen_up(RequestContext context, HostId host) override;
  Task<DbResult<std::vector<InstanceUuid>>> instances_shelved_from(HostId host) override;
  Task<DbResult<void>> action_start(RequestContext context, InstanceUuid instance, Action action) override;
  Task<DbResult<void>> action_event_start(RequestContext context, InstanceUuid instance, RpcMethod event) override;
  Task<DbResult<void>> action_event_finish(RequestContext context, InstanceUuid instance, RpcMethod event,
                                           bool success) override;
  Task<DbResult<bool>> action_event_exists(RequestContext context, InstanceUuid instance, RpcMethod event) override;
  Task<DbResult<std::vector<UnfinishedAction>>> unfinished_actions(InstanceUuid instance) override;
  Task<DbResult<void>> instance_fault_create(RequestContext context, InstanceUuid instance, Failure failure,
                                             int code) override;

 private:
  /// What a row that is inserted means for the books.
  enum class Entry : std::uint8_t {
    none,
    snapshot_action,
    backup_action,
    event_started,
    event_succeeded,
    event_failed,
    fault
  };

  OperationCall save_call(RequestContext context, InstanceUuid instance) const;
  Task<DbResult<void>> insert(RequestContext context, InstanceUuid instance, TraceRecord row, Entry entry);
  static void enter(RequestEntry* request, InstanceUuid instance, Entry entry);
  DbResult<InstanceRow> update_now(RequestContext context, InstanceUuid instance, const InstanceChanges& changes,
                                   std::optional<TaskStates> expected);
  void write(TraceKind kind, std::uint8_t code, RequestContext context, InstanceUuid instance, std::int64_t a,
             std::int64_t b);

  Runtime& runtime_;
  DatabaseTables& tables_;
  Operations& operations_;
  ServiceJournal& journal_;
  Ledger& ledger_;
};

}  // namespace snapsim
