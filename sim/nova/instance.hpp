#pragma once

#include <optional>

#include "sim/nova/database.hpp"

namespace snapsim {

/// nova/objects/instance.py: Instance. A service's own copy of a row; what others have written since is seen only by
/// refresh() or by a guarded save(). Fields are set first and saved afterwards, as in Nova.
class Instance {
 public:
  Instance(InstanceUuid instance_uuid, const InstanceRow& row) : uuid(instance_uuid) { take(row); }

  InstanceUuid uuid;
  HostId host;
  VmState vm_state{};
  TaskState task_state{};
  PowerState power_state{};
  bool launched = true;
  bool hw_qemu_guest_agent = false;
  bool os_require_quiesce = false;
  std::int32_t root_gb = 1;
  ImageId image_ref;
  ImageId shelved_image_id;
  HostId shelved_host;
  std::optional<Instant> shelved_at;
  std::optional<Instant> deleted_at;

  /// The fields as they are now, saved or not: what goes along with a message.
  InstanceRow row() const;
  /// Writes the fields that were changed; nothing changed: nothing happens. With `expected_task_state` only if that is
  /// what the row holds. Throws InstanceNotFound, UnexpectedTaskStateError, UnexpectedDeletingTaskStateError, DbError.
  Task<void> save(RequestContext context, Database& database, Journal& journal,
                  std::optional<TaskStates> expected_task_state = std::nullopt);
  /// nova/compute/utils.py: remove_shelved_keys_from_system_metadata. shelved_at is read of shelved instances only, and
  /// stays.
  void remove_shelved_keys();
  /// destroy(): the row is deleted. Throws InstanceNotFound, DbError.
  Task<void> destroy(RequestContext context, Database& database);
  /// Reads the row again. Throws InstanceNotFound, DbError.
  Task<void> refresh(RequestContext context, Database& database);
  /// nova/objects/instance.py: get_by_uuid. Throws as refresh.
  static Task<Instance> get_by_uuid(RequestContext context, Database& database, InstanceUuid uuid);

 private:
  void take(const InstanceRow& row);
  InstanceChanges changes() const;

  InstanceRow saved_;
};

}  // namespace snapsim
