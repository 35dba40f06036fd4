#include <exception>

#include "sim/nova/compute_api.hpp"
#include "sim/nova/exceptions.hpp"
#include "sim/nova/instance_state_gate.hpp"

// The operations that keep a guest's disk as an image, or make it from one.

namespace snapsim {

// nova/compute/api.py, backup(). None of the ways in which the claim can fail has the image deleted.
Task<ImageId> ComputeApi::backup(RequestContext context, Instance& instance, ImageCreation image, int rotation) {
  check_instance_state(instance, gates::backup);
  refuse_without_host(instance);
  image.min_disk_gb = instance.root_gb;
  const ImageId image_id = co_await image_api_.create(context, image);
  RpcMessage backup_instance{RpcMethod::backup_instance};
  backup_instance.image = image_id;
  backup_instance.backup_type = image.backup_type;
  backup_instance.rotation = rotation;
  std::exception_ptr lost_claim;
  try {
    co_await claim_and_cast(context, instance, TaskState::image_backup, TaskState::none, Action::create_backup,
                            backup_instance);
  } catch (const UnexpectedTaskStateError&) {
    lost_claim = std::current_exception();
  } catch (const InstanceNotFound&) {
    lost_claim = std::current_exception();
  }
  if (!lost_claim) co_return image_id;
  if (rules_.contains(Rule::refuse_lost_claim)) {
    co_await delete_image_of_deleted_instance(context, instance.uuid, image_id);
  }
  std::rethrow_exception(lost_claim);
}

// nova/compute/api.py, rebuild(), _checks_for_create_and_rebuild(), _validate_flavor_image_nostatus(). The new
// image_ref is saved with the claim, and nothing ever takes it back. DIFFERS: no conductor and no scheduler; the
// image's own size, which min_disk here is never below, is not looked at.
Task<void> ComputeApi::rebuild(RequestContext context, Instance& instance, ImageId image) {
  check_instance_state(instance, gates::rebuild);
  if (!image.exists()) throw ImageNotFound(image);
  const GlanceImage found = co_await image_api_.get(context, instance.uuid, image);
  if (found.status != ImageStatus::active) throw ImageNotActive(image);
  if (found.min_disk_gb > instance.root_gb) throw FlavorDiskSmallerThanMinDisk(instance.root_gb, found.min_disk_gb);
  instance.image_ref = image;
  RpcMessage rebuild_instance{RpcMethod::rebuild_instance};
  rebuild_instance.image = image;
  co_await claim_and_cast(context, instance, TaskState::rebuilding, TaskState::none, Action::rebuild, rebuild_instance);
}

// nova/compute/api.py, rescue().
Task<void> ComputeApi::rescue(RequestContext context, Instance& instance) {
  check_instance_state(instance, gates::rescue);
  const RpcMessage rescue_instance{RpcMethod::rescue_instance};
  co_await claim_and_cast(context, instance, TaskState::rescuing, TaskState::none, Action::rescue, rescue_instance);
}

// nova/compute/api.py, unrescue().
Task<void> ComputeApi::unrescue(RequestContext context, Instance& instance) {
  check_instance_state(instance, gates::unrescue);
  const RpcMessage unrescue_instance{RpcMethod::unrescue_instance};
  co_await claim_and_cast(context, instance, TaskState::unrescuing, TaskState::none, Action::unrescue,
                          unrescue_instance);
}

// nova/compute/api.py, shelve().
Task<ImageId> ComputeApi::shelve(RequestContext context, Instance& instance, ImageCreation image) {
  check_instance_state(instance, gates::shelve);
  refuse_without_host(instance);
  instance.task_state = TaskState::shelving;
  co_await instance.save(context, database_, journal_, TaskState::none);
  co_await record_action_start(context, instance.uuid, Action::shelve);
  image.min_disk_gb = instance.root_gb;
  const ImageId image_id = co_await image_api_.create(context, image);
  const RpcMessage shelve_instance{RpcMethod::shelve_instance, context, instance.uuid, instance.row(), image_id};
  co_await cast(instance.host, shelve_instance);
  co_return image_id;
}

// nova/compute/api.py, unshelve(). DIFFERS: cast to the host where the instance was shelved, not to the conductor; of
// an instance that still is on its host, the conductor's part is done here.
Task<void> ComputeApi::unshelve(RequestContext context, Instance& instance) {
  check_instance_state(instance, gates::unshelve);
  instance.task_state = TaskState::unshelving;
  co_await instance.save(context, database_, journal_, TaskState::none);
  co_await record_action_start(context, instance.uuid, Action::unshelve);
  if (instance.vm_state == VmState::shelved) {
    // nova/conductor/manager.py, unshelve_instance().
    instance.task_state = TaskState::powering_on;
    co_await instance.save(context, database_, journal_, TaskState::unshelving);
    const RpcMessage start_instance{RpcMethod::start_instance, context, instance.uuid, instance.row()};
    co_await cast(instance.host, start_instance);
    co_return;
  }
  const RpcMessage unshelve_instance{RpcMethod::unshelve_instance, context, instance.uuid, instance.row()};
  co_await cast(instance.shelved_host, unshelve_instance);
}

}  // namespace snapsim
