#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"

// createBackup: a snapshot, and then no more of its kind than asked for.

namespace snapsim {

// nova/compute/manager.py, backup_instance(). delete_image_on_error is around the snapshot only.
Task<void> ComputeManager::backup_instance(Call& call) {
  co_await decorated(backup_instance_body(call), call);
}

// nova/compute/manager.py, backup_instance(), _do_snapshot_instance(). There is no claim of its own: the driver's first
// change of state expects image_backup. The limit on snapshots at a time does not count backups.
Task<void> ComputeManager::backup_instance_body(Call& call) {
  co_await delete_image_on_error(snapshot_instance_inner(call), call);
  co_await rotate_backups(call);
}

// nova/compute/manager.py, _rotate_backups(): whatever their status, the oldest go first, until `rotation` are left.
Task<void> ComputeManager::rotate_backups(Call& call) {
  const InstanceUuid uuid = call.instance.uuid;
  ImageFilters filters;
  filters.image_type = ImageType::backup;
  filters.backup_type = call.backup_type;
  filters.instance = uuid;
  std::vector<GlanceImage> images = co_await image_api_.detail(call.context, filters);
  const auto rotation = static_cast<std::size_t>(call.rotation);
  journal_.log(call.context, uuid, LogMessage::found_backups, static_cast<std::int64_t>(images.size()), call.rotation);
  if (images.size() <= rotation) co_return;
  journal_.log(call.context, uuid, LogMessage::rotating_out, static_cast<std::int64_t>(images.size() - rotation));
  while (images.size() > rotation) {
    const ImageId oldest = images.back().id;
    images.pop_back();
    co_await delete_excess_backup(call, oldest);
  }
}

Task<void> ComputeManager::delete_excess_backup(Call& call, ImageId image) {
  const InstanceUuid uuid = call.instance.uuid;
  journal_.log(call.context, uuid, LogMessage::rotation_deletes, image.value);
  try {
    co_await image_api_.remove(call.context, uuid, image);
  } catch (const ImageNotFound&) {
    journal_.log(call.context, uuid, LogMessage::rotation_image_not_found, image.value);
  } catch (const Exception& error) {
    journal_.log(call.context, uuid, LogMessage::rotation_delete_failed, image.value, error.failure().packed());
  }
}

}  // namespace snapsim
