#include "sim/nova/instance.hpp"

#include "sim/nova/exceptions.hpp"

namespace snapsim {
namespace {

/// nova/db/main/api.py: the decorator oslo_db_api.wrap_db_retry(max_retries=5, ...) around instance_update.
constexpr int update_attempts_max = 6;

[[noreturn]] void throw_failure(const DbFailure& failure, TaskState expected) {
  switch (failure.kind) {
    case DbFailure::Kind::not_found:
      throw InstanceNotFound();
    case DbFailure::Kind::conflict:
      if (failure.actual == TaskState::deleting) throw UnexpectedDeletingTaskStateError(expected, failure.actual);
      throw UnexpectedTaskStateError(expected, failure.actual);
    case DbFailure::Kind::unknown_conflict:
      throw UnknownInstanceUpdateConflict();
    case DbFailure::Kind::error:
      break;
  }
  throw DbError();
}

}  // namespace

void Instance::take(const InstanceRow& row) {
  saved_ = row;
  host = row.host;
  vm_state = row.vm_state;
  task_state = row.task_state;
  power_state = row.power_state;
  launched = row.launched;
  hw_qemu_guest_agent = row.hw_qemu_guest_agent;
  os_require_quiesce = row.os_require_quiesce;
  root_gb = row.root_gb;
  image_ref = row.image_ref;
  shelved_image_id = row.shelved_image_id;
  shelved_host = row.shelved_host;
  shelved_at = row.shelved_at;
  deleted_at = row.deleted_at;
}

InstanceRow Instance::row() const {
  InstanceRow row = saved_;
  row.host = host;
  row.vm_state = vm_state;
  row.task_state = task_state;
  row.power_state = power_state;
  row.image_ref = image_ref;
  row.shelved_image_id = shelved_image_id;
  row.shelved_host = shelved_host;
  row.shelved_at = shelved_at;
  row.deleted_at = deleted_at;
  return row;
}

InstanceChanges Instance::changes() const {
  InstanceChanges changed;
  if (vm_state != saved_.vm_state) changed.vm_state = vm_state;
  if (task_state != saved_.task_state) changed.task_state = task_state;
  if (power_state != saved_.power_state) changed.power_state = power_state;
  if (host != saved_.host) changed.host = host;
  if (image_ref != saved_.image_ref) changed.image_ref = image_ref;
  if (shelved_image_id != saved_.shelved_image_id) changed.shelved_image_id = shelved_image_id;
  if (shelved_host != saved_.shelved_host) changed.shelved_host = shelved_host;
  if (shelved_at != saved_.shelved_at) changed.shelved_at = shelved_at;
  if (deleted_at != saved_.deleted_at) changed.deleted_at = deleted_at;
  return changed;
}

// nova/objects/instance.py, save().
Task<void> Instance::save(RequestContext context, Database& database, Journal& journal,
                          std::optional<TaskStates> expected_task_state) {
  const InstanceChanges changed = changes();
  if (changed == InstanceChanges()) co_return;
  for (int attempt = 1;; ++attempt) {
    const DbResult<InstanceRow> row = co_await database.instance_update(context, uuid, changed, expected_task_state);
    if (row) {
      take(*row);
      break;
    }
    const bool may_retry = row.error().kind == DbFailure::Kind::unknown_conflict && attempt < update_attempts_max;
    if (!may_retry) throw_failure(row.error(), expected_task_state.value_or(TaskState::none).first());
  }
  // nova/notifications/base.py, send_update: only for a change of vm_state or task_state.
  if (changed.vm_state || changed.task_state) journal.notify(context, uuid, Notification::instance_update);
}

void Instance::remove_shelved_keys() {
  shelved_image_id = ImageId();
  shelved_host = HostId();
}

// nova/objects/instance.py, destroy().
Task<void> Instance::destroy(RequestContext context, Database& database) {
  const DbResult<void> destroyed = co_await database.instance_destroy(context, uuid);
  if (!destroyed) throw_failure(destroyed.error(), TaskState::none);
}

Task<void> Instance::refresh(RequestContext context, Database& database) {
  const DbResult<InstanceRow> row = co_await database.instance_get(context, uuid);
  if (!row) throw_failure(row.error(), TaskState::none);
  take(*row);
}

Task<Instance> Instance::get_by_uuid(RequestContext context, Database& database, InstanceUuid uuid) {
  const DbResult<InstanceRow> row = co_await database.instance_get(context, uuid);
  if (!row) throw_failure(row.error(), TaskState::none);
  co_return Instance(uuid, *row);
}

}  // namespace snapsim
