#include "sim/world/database.hpp"

#include <algorithm>

#include "sim/world/timing.hpp"

namespace snapsim {
namespace {

/// A deadlock costs the statement once more (oslo_db: wrap_db_retry); nobody above notices.
Duration time_of(const Fault& fault) {
  return fault.outcome == Outcome::retry_once ? 2 * timing::db_statement : timing::db_statement;
}

bool fails(const Fault& fault) {
  return fault.outcome == Outcome::error;
}

}  // namespace

void DatabaseTables::add_instance(const InstanceRow& row) {
  const InstanceUuid uuid(static_cast<std::uint32_t>(instances_.size()));
  instances_.push_back({row, false});
  if (row.host.value >= by_host_.size()) by_host_.resize(row.host.value + 1);
  by_host_[row.host.value].push_back(uuid);
}

void DatabaseTables::move(InstanceUuid uuid, HostId host) {
  HostId& now = instances_[uuid.value].row.host;
  if (now.exists()) std::erase(by_host_[now.value], uuid);
  now = host;
  if (!now.exists()) return;
  std::vector<InstanceUuid>& there = by_host_[now.value];
  there.insert(std::lower_bound(there.begin(), there.end(), uuid), uuid);
}

void DatabaseTables::reserve(std::size_t instances, std::size_t hosts) {
  instances_.reserve(instances);
  by_host_.resize(hosts);
  services_.resize(hosts);
}

void DatabaseTables::service_reports(HostId host, Instant now) {
  Service& service = services_[host.value];
  if (service.silent_since) service = {now, std::nullopt};
}

void DatabaseTables::service_is_silent(HostId host, Instant now) {
  Service& service = services_[host.value];
  if (!service.silent_since) service.silent_since = now;
}

Instant DatabaseTables::service_last_seen_up(HostId host, Instant now) const {
  const Service& service = services_[host.value];
  const Duration reporting = service.silent_since.value_or(now) - service.reporting_since;
  return service.reporting_since + reporting / report_interval_ * report_interval_;
}

void DatabaseConnection::write(TraceKind kind, std::uint8_t code, RequestContext context, InstanceUuid instance,
                               std::int64_t a, std::int64_t b) {
  TraceRecord record = journal_.record(kind, code, context, instance.value);
  record.a = a;
  record.b = b;
  journal_.recorder().write(record);
}

OperationCall DatabaseConnection::save_call(RequestContext context, InstanceUuid instance) const {
  return {Operation::db_save, journal_.component(), journal_.host(), context, instance, -1};
}

Task<DbResult<InstanceRow>> DatabaseConnection::instance_get(RequestContext, InstanceUuid instance) {
  co_await runtime_.sleep(timing::db_statement);
  const DatabaseTables::StoredInstance& stored = tables_.instance(instance);
  if (stored.is_deleted) co_return DbFailure{DbFailure::Kind::not_found, TaskState::none};
  co_return stored.row;
}

Task<DbResult<InstanceRow>> DatabaseConnection::instance_update(RequestContext context, InstanceUuid instance,
                                                                InstanceChanges changes,
                                                                std::optional<TaskStates> expected) {
  const OperationCall call = save_call(context, instance);
  const Fault fault = operations_.meet(call);
  co_await operations_.begin(runtime_, call, time_of(fault));
  DbResult<InstanceRow> updated = DbFailure{DbFailure::Kind::error, TaskState::none};
  if (!fails(fault) || fault.after_effect) updated = update_now(context, instance, changes, expected);
  if (fails(fault)) updated = DbFailure{DbFailure::Kind::error, TaskState::none};
  operations_.ended(call, updated ? 0 : 1 + static_cast<std::int64_t>(updated.error().kind));
  co_await operations_.finish(runtime_, call);
  co_return updated;
}

/// nova/db/main/api.py, _instance_update(): one UPDATE with the guard in its WHERE clause.
DbResult<InstanceRow> DatabaseConnection::update_now(RequestContext context, InstanceUuid instance,
                                                     const InstanceChanges& changes,
                                                     std::optional<TaskStates> expected) {
  DatabaseTables::StoredInstance& stored = tables_.instance(instance);
  if (stored.is_deleted) return DbFailure{DbFailure::Kind::not_found, TaskState::none};
  const TaskState before = stored.row.task_state;
  if (expected && !expected->contains(before)) {
    const TaskState wanted = changes.task_state.value_or(before);
    write(TraceKind::task_state_refused, static_cast<std::uint8_t>(wanted), context, instance,
          static_cast<std::int64_t>(before), 1);
    return DbFailure{DbFailure::Kind::conflict, before};
  }
  if (changes.vm_state) {
    const auto had = static_cast<std::int64_t>(stored.row.vm_state);
    stored.row.vm_state = *changes.vm_state;
    write(TraceKind::vm_state_written, static_cast<std::uint8_t>(*changes.vm_state), context, instance, had, 0);
  }
  if (changes.power_state) {
    const auto had = static_cast<std::int64_t>(stored.row.power_state);
    stored.row.power_state = *changes.power_state;
    write(TraceKind::power_state_written, static_cast<std::uint8_t>(*changes.power_state), context, instance, had, 0);
  }
  if (changes.task_state) {
    stored.row.task_state = *changes.task_state;
    write(TraceKind::task_state_written, static_cast<std::uint8_t>(*changes.task_state), context, instance,
          static_cast<std::int64_t>(before), expected ? 1 : 0);
  }
  if (changes.host) tables_.move(instance, *changes.host);
  if (changes.image_ref) stored.row.image_ref = *changes.image_ref;
  if (changes.shelved_image_id) stored.row.shelved_image_id = *changes.shelved_image_id;
  if (changes.shelved_host) stored.row.shelved_host = *changes.shelved_host;
  if (changes.shelved_at) stored.row.shelved_at = changes.shelved_at;
  if (changes.deleted_at) stored.row.deleted_at = changes.deleted_at;
  return stored.row;
}

Task<DbResult<void>> DatabaseConnection::instance_destroy(RequestContext context, InstanceUuid instance) {
  const OperationCall call = save_call(context, instance);
  const Fault fault = operations_.meet(call);
  co_await operations_.begin(runtime_, call, time_of(fault));
  DatabaseTables::StoredInstance& stored = tables_.instance(instance);
  DbResult<void> destroyed;
  if (stored.is_deleted) destroyed = DbFailure{DbFailure::Kind::not_found, TaskState::none};
  if (!fails(fault) || fault.after_effect) {
    stored.is_deleted = true;
    stored.row.deleted_at = runtime_.now();
  }
  if (fails(fault)) destroyed = DbFailure{DbFailure::Kind::error, TaskState::none};
  operations_.ended(call, destroyed ? 0 : 1 + static_cast<std::int64_t>(destroyed.error().kind));
  co_await operations_.finish(runtime_, call);
  co_return destroyed;
}

Task<DbResult<std::vector<InstanceUuid>>> DatabaseConnection::instances_on_host(RequestContext, HostId host) {
  co_await runtime_.sleep(timing::db_statement);
  std::vector<InstanceUuid> living;
  for (const InstanceUuid uuid : tables_.instances_on(host)) {
    if (!tables_.instance(uuid).is_deleted) living.push_back(uuid);
  }
  co_return living;
}

Task<DbResult<std::vector<FoundInstance>>> DatabaseConnection::idle_instances_on_host(RequestContext, HostId host,
                                                                                      VmState vm_state) {
  co_await runtime_.sleep(timing::db_statement);
  std::vector<FoundInstance> found;
  for (const InstanceUuid uuid : tables_.instances_on(host)) {
    const DatabaseTables::StoredInstance& stored = tables_.instance(uuid);
    const bool is_idle = stored.row.task_state == TaskState::none;
    if (!stored.is_deleted && is_idle && stored.row.vm_state == vm_state) found.push_back({uuid, stored.row});
  }
  co_return found;
}

Task<DbResult<std::vector<FoundInstance>>> DatabaseConnection::deleted_instances(RequestContext,
                                                                                 std::vector<InstanceUuid> among) {
  co_await runtime_.sleep(timing::db_statement);
  std::vector<FoundInstance> deleted;
  for (const InstanceUuid uuid : among) {
    const DatabaseTables::StoredInstance& stored = tables_.instance(uuid);
    if (stored.is_deleted) deleted.push_back({uuid, stored.row});
  }
  co_return deleted;
}

/// Takes no time: it stands for what a deletion asks beside its own statements.
Task<DbResult<Instant>> DatabaseConnection::service_last_seen_up(RequestContext, HostId host) {
  co_return tables_.service_last_seen_up(host, runtime_.now());
}

Task<DbResult<std::vector<InstanceUuid>>> DatabaseConnection::instances_shelved_from(HostId host) {
  co_await runtime_.sleep(timing::db_statement);
  std::vector<InstanceUuid> living;
  for (std::uint32_t i = 0; i < tables_.instance_count(); ++i) {
    const DatabaseTables::StoredInstance& stored = tables_.instance(InstanceUuid(i));
    const bool is_from_here = !stored.row.host.exists() && stored.row.shelved_host == host;
    if (!stored.is_deleted && is_from_here) living.push_back(InstanceUuid(i));
  }
  co_return living;
}

Task<DbResult<void>> DatabaseConnection::insert(RequestContext context, InstanceUuid instance, TraceRecord row,
                                                Entry entry) {
  const OperationCall call = save_call(context, instance);
  const Fault fault = operations_.meet(call);
  co_await operations_.begin(runtime_, call, time_of(fault));
  if (!fails(fault) || fault.after_effect) {
    enter(ledger_.find(context.request_id), instance, entry);
    journal_.recorder().write(row);
  }
  DbResult<void> inserted;
  if (fails(fault)) inserted = DbFailure{DbFailure::Kind::error, TaskState::none};
  operations_.ended(call, inserted ? 0 : 1 + static_cast<std::int64_t>(DbFailure::Kind::error));
  co_await operations_.finish(runtime_, call);
  co_return inserted;
}

void DatabaseConnection::enter(RequestEntry* request, InstanceUuid instance, Entry entry) {
  if (!request) return;
  switch (entry) {
    case Entry::none:
      break;
    case Entry::snapshot_action:
    case Entry::backup_action:
      request->image_task = entry == Entry::snapshot_action ? RpcMethod::snapshot_instance : RpcMethod::backup_instance;
      request->instance = instance;
      break;
    case Entry::event_started:
      request->event = EventOutcome::unfinished;
      break;
    case Entry::event_succeeded:
      request->event = EventOutcome::success;
      break;
    case Entry::event_failed:
      request->event = EventOutcome::error;
      break;
    case Entry::fault:
      ++request->faults;
      break;
  }
}

Task<DbResult<void>> DatabaseConnection::action_start(RequestContext context, InstanceUuid instance, Action action) {
  const TraceRecord row =
      journal_.record(TraceKind::action_started, static_cast<std::uint8_t>(action), context, instance.value);
  // An operator who calls an instance active that was not says what its guest should be.
  const bool was_active = tables_.instance(instance).row.vm_state == VmState::active;
  if (action == Action::reset_state && !was_active) {
    ledger_.power_asked_for(instance);
    journal_.recorder().dealings().brought_about(journal_.component());
  }
  Entry entry = Entry::none;
  if (action == Action::create_image) entry = Entry::snapshot_action;
  if (action == Action::create_backup) entry = Entry::backup_action;
  return insert(context, instance, row, entry);
}

Task<DbResult<void>> DatabaseConnection::action_event_start(RequestContext context, InstanceUuid instance,
                                                            RpcMethod event) {
  const TraceRecord row =
      journal_.record(TraceKind::event_started, static_cast<std::uint8_t>(event), context, instance.value);
  return insert(context, instance, row, Entry::event_started);
}

Task<DbResult<void>> DatabaseConnection::action_event_finish(RequestContext context, InstanceUuid instance,
                                                             RpcMethod event, bool success) {
  TraceRecord row =
      journal_.record(TraceKind::event_finished, static_cast<std::uint8_t>(event), context, instance.value);
  row.a = success ? 1 : 0;
  return insert(context, instance, row, success ? Entry::event_succeeded : Entry::event_failed);
}

Task<DbResult<void>> DatabaseConnection::instance_fault_create(RequestContext context, InstanceUuid instance,
                                                               Failure failure, int code) {
  TraceRecord row = journal_.record(TraceKind::fault_recorded, 0, context, instance.value);
  row.a = code;
  row.b = failure.packed();
  return insert(context, instance, row, Entry::fault);
}

Task<DbResult<bool>> DatabaseConnection::action_event_exists(RequestContext context, InstanceUuid, RpcMethod) {
  co_await runtime_.sleep(timing::db_statement);
  const RequestEntry* const entry = ledger_.find(context.request_id);
  co_return entry && entry->event != EventOutcome::none;
}

Task<DbResult<std::vector<UnfinishedAction>>> DatabaseConnection::unfinished_actions(InstanceUuid instance) {
  co_await runtime_.sleep(timing::db_statement);
  std::vector<UnfinishedAction> unfinished;
  for (std::uint32_t i = 0; i < ledger_.size(); ++i) {
    const RequestEntry& entry = ledger_.entry(RequestId(i));
    const bool has_result = entry.event == EventOutcome::success || entry.event == EventOutcome::error;
    const bool is_open = entry.image_task && entry.instance == instance && !has_result;
    if (is_open) unfinished.push_back({RequestId(i), *entry.image_task});
  }
  co_return unfinished;
}

}  // namespace snapsim
