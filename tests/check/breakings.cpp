#include "tests/check/breakings.hpp"

#include <vector>

#include "tests/converted.hpp"

namespace snapsim::testing {
namespace {

using Subject = Violation::Subject;
constexpr auto before_run = Breaking::Moment::before_run;
constexpr auto after_run = Breaking::Moment::after_run;

constexpr InstanceUuid vm_1 = SmallCloud::vm_1;
constexpr InstanceUuid vm_2 = SmallCloud::vm_2;
constexpr ImageId snap_1 = SmallCloud::snap_1;
constexpr ImageId snap_2 = SmallCloud::snap_2;

void leave_task_state(SmallCloud& cloud) {
  cloud.row(vm_2).task_state = TaskState::image_uploading;
}

void leave_image_queued(SmallCloud& cloud) {
  cloud.image(snap_1).status = ImageStatus::queued;
}

void leave_image_saving(SmallCloud& cloud) {
  cloud.image(snap_2).status = ImageStatus::saving;
}

void delete_image_unrecorded(SmallCloud& cloud) {
  cloud.image(snap_2).status = ImageStatus::deleted;
}

void cut_image_short(SmallCloud& cloud) {
  ImageSlice slice = cloud.uploaded(snap_1);
  slice.length -= 1000;
  cloud.replace_data(snap_1, {slice});
}

void upload_from_the_middle_on(SmallCloud& cloud) {
  ImageSlice slice = cloud.uploaded(snap_1);
  slice.offset += 1000;
  cloud.replace_data(snap_1, {slice});
}

void say_another_size(SmallCloud& cloud) {
  cloud.image(snap_1).size_bytes = 5;
}

/// Extracts the disk of vm-1 once more, as if the copy had begun after so many writes.
ImageSlice extract_again(SmallCloud& cloud, std::uint64_t generation_at_begin) {
  cloud.hypervisor().flush_writes(vm_1, cloud.now_us());
  ImageSlice slice = cloud.uploaded(snap_1);
  slice.file = *converted(cloud.world.disks(), cloud.domain(vm_1).disk, DiskFormat::qcow2, generation_at_begin);
  return slice;
}

void upload_a_torn_copy(SmallCloud& cloud) {
  cloud.replace_data(snap_1, {extract_again(cloud, 1)});
}

void upload_a_later_copy(SmallCloud& cloud) {
  const std::uint64_t now = cloud.hypervisor().generation(vm_1, cloud.now_us());
  cloud.replace_data(snap_1, {extract_again(cloud, now)});
}

void upload_a_delta_that_nothing_was_copied_to(SmallCloud& cloud) {
  ImageSlice slice = cloud.uploaded(snap_1);
  slice.file = *cloud.world.disks().create_delta(cloud.domain(vm_1).disk);
  cloud.replace_data(snap_1, {slice});
}

void delete_active_image_for_a_snapshot(SmallCloud& cloud) {
  cloud.world.glance().serve({RequestId(0)});
  (void)cloud.world.glance().glance().remove(snap_1);
}

void delete_active_image_for_nobody(SmallCloud& cloud) {
  cloud.world.glance().serve({});
  (void)cloud.world.glance().glance().remove(snap_2);
}

void remove_disk(SmallCloud& cloud) {
  (void)cloud.world.disks().remove(cloud.domain(vm_2).disk);
}

void overwrite_disk_with_an_empty_delta(SmallCloud& cloud) {
  const FileId disk = cloud.domain(vm_1).disk;
  const FileId delta = *cloud.world.disks().create_delta(disk);
  (void)cloud.world.disks().mirror(delta, disk);
}

void shut_guest_down(SmallCloud& cloud) {
  (void)cloud.hypervisor().shut_down(vm_1, cloud.now_us());
}

void start_guest(SmallCloud& cloud) {
  (void)cloud.hypervisor().create(vm_2, false, cloud.now_us());
}

void lose_guest(SmallCloud& cloud) {
  (void)cloud.hypervisor().undefine(vm_2, cloud.now_us());
}

void make_guest_transient(SmallCloud& cloud) {
  (void)cloud.hypervisor().undefine(vm_1, cloud.now_us());
}

void write_another_power_state(SmallCloud& cloud) {
  cloud.row(vm_1).power_state = PowerState::paused;
}

void write_another_vm_state(SmallCloud& cloud) {
  cloud.row(vm_1).vm_state = VmState::stopped;
}

void freeze_guest(SmallCloud& cloud) {
  (void)cloud.hypervisor().fs_freeze(vm_1, cloud.now_us());
}

void begin_block_copy(SmallCloud& cloud) {
  (void)cloud.hypervisor().undefine(vm_1, cloud.now_us());
  const FileId delta = *cloud.world.disks().create_delta(cloud.domain(vm_1).disk);
  (void)cloud.hypervisor().block_rebase(vm_1, delta, 1000, 1000, cloud.now_us());
}

/// The file of vm-2's disk is there, and nobody is left to remove it.
void kill_compute_with_a_directory_made(SmallCloud& cloud) {
  kill_compute_at(cloud.world, HostId(1), TraceKind::operation_begun,
                  static_cast<std::uint8_t>(Operation::disk_extract));
}

void begin_two_tasks(SmallCloud& cloud) {
  cloud.journal.task_begun({}, vm_2, RpcMethod::stop_instance);
  cloud.journal.task_begun({}, vm_2, RpcMethod::stop_instance);
}

void activate_backwards(SmallCloud& cloud) {
  cloud.image(snap_1).status = ImageStatus::saving;
  cloud.world.glance().serve({RequestId(0)});
  cloud.world.glance().image_status_changed(snap_1, cloud.image(snap_1), ImageStatus::deleted, false);
}

void make_image_active_from_nothing(SmallCloud& cloud) {
  cloud.world.glance().image_status_changed(snap_2, cloud.image(snap_2), ImageStatus::queued, true);
}

void upload_without_a_snapshot(SmallCloud& cloud) {
  cloud.write_task_state(vm_1, TaskState::image_uploading);
}

void refuse_and_keep_image(SmallCloud& cloud) {
  cloud.entry(0).status = 409;
}

void fail_for_no_reason(SmallCloud& cloud) {
  cloud.entry(1).status = 500;
  cloud.image(snap_2).status = ImageStatus::deleted;
}

void accept_without_a_cast(SmallCloud& cloud) {
  cloud.entry(1).was_cast = false;
}

void record_a_fault_of_a_success(SmallCloud& cloud) {
  cloud.entry(0).faults = 1;
}

void record_an_error_of_a_success(SmallCloud& cloud) {
  cloud.entry(1).event = EventOutcome::error;
}

void fail_without_a_fault(SmallCloud& cloud) {
  cloud.image(snap_1).status = ImageStatus::deleted;
  cloud.entry(0).event = EventOutcome::error;
}

void fail_without_an_event(SmallCloud& cloud) {
  cloud.image(snap_1).status = ImageStatus::deleted;
  cloud.entry(0).faults = 1;
}

void make_a_backup_of(SmallCloud& cloud, std::uint32_t request) {
  cloud.scenario.requests[request].action = Action::create_backup;
}

void record_a_fault_of_a_backup_that_succeeded(SmallCloud& cloud) {
  make_a_backup_of(cloud, 0);
  cloud.entry(0).faults = 1;
}

void lose_a_backup_before_its_end(SmallCloud& cloud) {
  make_a_backup_of(cloud, 0);
  cloud.entry(0).event = EventOutcome::unfinished;
  cloud.image(SmallCloud::snap_1).status = ImageStatus::deleted;
}

void fail_a_backup_without_a_fault(SmallCloud& cloud) {
  make_a_backup_of(cloud, 1);
  cloud.image(SmallCloud::snap_2).status = ImageStatus::queued;
  cloud.entry(1).event = EventOutcome::error;
}

void revive_a_deleted_instance(SmallCloud& cloud) {
  cloud.write_task_state(vm_1, TaskState::deleting);
  cloud.write_task_state(vm_1, TaskState::none);
}

void deliver_again(SmallCloud& cloud) {
  const RequestContext context{RequestId(1)};
  constexpr auto method = static_cast<std::uint8_t>(RpcMethod::snapshot_instance);
  cloud.journal.task_begun(context, vm_2, RpcMethod::snapshot_instance);
  cloud.world.recorder().write(cloud.journal.record(TraceKind::event_started, method, context, vm_2.value));
}

void work_for_ever(SmallCloud& cloud) {
  add_endless_work(cloud.world);
}

std::vector<Breaking> make_table() {
  const std::string unconcluded = "; expected the image active, or absent with the failure recorded";
  const std::string incomplete = "; expected the guest's whole disk at one instant";
  const std::string unasked = "before, and nobody asked for a change";
  return {
      {"no_stuck_task_state", "a task_state is left", after_run, leave_task_state, Subject::instance, 1,
       "vm-2 has task_state image_uploading with nothing at work on it; expected null"},

      {"accepted_request_concludes", "the image stays queued", after_run, leave_image_queued, Subject::request, 0,
       "request 0 was answered 202 and its image snap-1 is queued, the failure not recorded" + unconcluded},
      {"accepted_request_concludes", "the image goes and no failure is recorded", after_run, delete_image_unrecorded,
       Subject::request, 1,
       "request 1 was answered 202 and its image snap-2 is absent, the failure not recorded" + unconcluded},

      {"no_orphan_image", "the image stays queued", after_run, leave_image_queued, Subject::image, 0,
       "snap-1 is queued and nobody works on it; expected active or absent"},
      {"no_orphan_image", "the image stays saving", after_run, leave_image_saving, Subject::image, 1,
       "snap-2 is saving and nobody works on it; expected active or absent"},

      {"active_image_is_complete", "the end of the data is missing", after_run, cut_image_short, Subject::image, 0,
       "snap-1 is active but holds 17103896 of 17104896 bytes of the extracted disk, or bytes out of place" +
           incomplete},
      {"active_image_is_complete", "the upload began in the middle", after_run, upload_from_the_middle_on,
       Subject::image, 0,
       "snap-1 is active but holds 17104896 of 17104896 bytes of the extracted disk, or bytes out of place" +
           incomplete},
      {"active_image_is_complete", "the extracted file held nothing", after_run,
       upload_a_delta_that_nothing_was_copied_to, Subject::image, 0,
       "snap-1 is active but holds 17104896 of 17104896 bytes of the extracted disk, or bytes out of place" +
           incomplete},
      {"active_image_is_complete", "the size is another than the data's", after_run, say_another_size, Subject::image,
       0, "snap-1 is active but says size 5 and holds 17104896 bytes" + incomplete},
      {"active_image_is_complete", "the disk was written while it was copied", after_run, upload_a_torn_copy,
       Subject::image, 0, "snap-1 is active but is torn: its parts were read at different instants" + incomplete},
      {"active_image_is_complete", "the disk was copied later", after_run, upload_a_later_copy, Subject::image, 0,
       "snap-1 is active but holds the disk of an instant outside this snapshot" + incomplete},

      {"active_image_is_kept", "a snapshot deletes its active image", after_run, delete_active_image_for_a_snapshot,
       Subject::image, 0, "an active image became deleted and nobody asked for it; expected it to stay active"},
      {"active_image_is_kept", "an active image goes without a request", after_run, delete_active_image_for_nobody,
       Subject::image, 1, "an active image became deleted and nobody asked for it; expected it to stay active"},

      {"source_disk_unchanged", "the disk is removed", after_run, remove_disk, Subject::instance, 1,
       "the disk of vm-2 does not hold what its guest wrote; expected a snapshot to leave it alone"},
      {"source_disk_unchanged", "an empty delta is written back", after_run, overwrite_disk_with_an_empty_delta,
       Subject::instance, 0,
       "the disk of vm-1 does not hold what its guest wrote; expected a snapshot to leave it alone"},

      {"power_state_restored", "a running guest is shut down", after_run, shut_guest_down, Subject::instance, 0,
       "the guest of vm-1 is shutdown; it was running " + unasked},
      {"power_state_restored", "a stopped guest is started", after_run, start_guest, Subject::instance, 1,
       "the guest of vm-2 is running; it was shutdown " + unasked},
      {"power_state_restored", "a guest is lost", after_run, lose_guest, Subject::instance, 1,
       "the guest of vm-2 is gone; it was shutdown " + unasked},

      {"database_matches_hypervisor", "power_state is another than the guest's", after_run, write_another_power_state,
       Subject::instance, 0,
       "vm-1 has vm_state active and power_state paused, and the hypervisor says its guest is running; expected them "
       "to agree"},
      {"database_matches_hypervisor", "vm_state promises another guest", after_run, write_another_vm_state,
       Subject::instance, 0,
       "vm-1 has vm_state stopped and power_state running, and the hypervisor says its guest is running; expected them "
       "to agree"},
      {"database_matches_hypervisor", "the guest is gone", after_run, lose_guest, Subject::instance, 1,
       "vm-2 has vm_state stopped and power_state shutdown, and the hypervisor says its guest is gone; expected them "
       "to agree"},

      {"guest_thawed", "the guest is frozen", after_run, freeze_guest, Subject::instance, 0,
       "the file systems of vm-1 are frozen; expected them thawed"},

      {"domain_defined", "the domain is undefined while it runs", after_run, make_guest_transient, Subject::instance, 0,
       "the domain of vm-1 is transient; expected it defined in libvirt"},
      {"domain_defined", "the domain is undefined while it is off", after_run, lose_guest, Subject::instance, 1,
       "the domain of vm-2 is gone; expected it defined in libvirt"},

      {"no_block_job", "a block job goes on", after_run, begin_block_copy, Subject::instance, 0,
       "a block job still copies the disk of vm-1; expected none"},

      {"no_leftover_files", "nova-compute dies with a temporary directory on its disk", before_run,
       kill_compute_with_a_directory_made, Subject::run, 0,
       "the directory compute-2:snapshots/tmp1/ is left on a compute host; expected it removed", 2},
      {"no_leftover_files", "the store keeps what was uploaded", after_run, leave_image_queued, Subject::image, 0,
       "the store keeps 17104896 bytes of snap-1, which is queued; expected none"},

      {"one_task_per_instance", "two tasks begin", after_run, begin_two_tasks, Subject::instance, 1,
       "a second task began to work on the instance while the first was at it; expected at most one"},

      {"legal_image_transitions", "a deleted image is saved", after_run, activate_backwards, Subject::image, 0,
       "an image went from deleted to saving; Glance allows no such transition"},
      {"legal_image_transitions", "an image is active from the start", after_run, make_image_active_from_nothing,
       Subject::image, 1, "an image began as active; expected queued"},

      {"legal_task_state_transitions", "an upload begins out of nothing", after_run, upload_without_a_snapshot,
       Subject::instance, 0, "task_state went from null to image_uploading; Nova allows no such transition"},

      {"answer_matches_effect", "a refused request leaves its image", after_run, refuse_and_keep_image,
       Subject::request, 0, "request 0 was answered 409 and left the image snap-1; expected nothing"},
      {"answer_matches_effect", "an error without a failure", after_run, fail_for_no_reason, Subject::request, 1,
       "request 1 was answered 500 and no server had failed; expected 202 or a refusal that says why"},
      {"answer_matches_effect", "an accepted request goes nowhere", after_run, accept_without_a_cast, Subject::request,
       1, "request 1 was answered 202 and was not handed on to nova-compute; expected a cast"},

      {"failure_is_recorded", "a fault of a success", after_run, record_a_fault_of_a_success, Subject::request, 0,
       "the snapshot of request 0 succeeded, and an event Error or a fault says otherwise; expected neither"},
      {"failure_is_recorded", "an event Error of a success", after_run, record_an_error_of_a_success, Subject::request,
       1, "the snapshot of request 1 succeeded, and an event Error or a fault says otherwise; expected neither"},
      {"failure_is_recorded", "a failure without a fault", after_run, fail_without_a_fault, Subject::request, 0,
       "the snapshot of request 0 failed, and the living instance has an event Error and no fault; expected both"},
      {"failure_is_recorded", "a failure without an event", after_run, fail_without_an_event, Subject::request, 0,
       "the snapshot of request 0 failed, and the living instance has no event Error and a fault; expected both"},

      {"failure_is_recorded", "a fault of a backup that succeeded", after_run,
       record_a_fault_of_a_backup_that_succeeded, Subject::request, 0,
       "the backup of request 0 succeeded, and an event Error or a fault says otherwise; expected neither"},
      {"failure_is_recorded", "a backup that is gone before its end", after_run, lose_a_backup_before_its_end,
       Subject::request, 0,
       "the backup of request 0 failed, and the living instance has no event Error and no fault; expected both"},
      {"failure_is_recorded", "a failed backup without a fault", after_run, fail_a_backup_without_a_fault,
       Subject::request, 1,
       "the backup of request 1 failed, and the living instance has an event Error and no fault; expected both"},

      {"deleting_is_final", "a deleting instance is revived", after_run, revive_a_deleted_instance, Subject::instance,
       0, "task_state became null after deleting; expected the deletion to go through"},

      {"message_takes_effect_once", "a message is delivered again", after_run, deliver_again, Subject::request, 1,
       "nova-compute began the task of request 1 again; expected a message to have its effect once"},

      {"quiesces", "a thread works for ever", before_run, work_for_ever, Subject::run, 0,
       "the system was still busy when the bound of the run was reached; expected it to come to rest"},
  };
}

}  // namespace

std::span<const Breaking> breakings() {
  static const std::vector<Breaking> table = make_table();
  return table;
}

}  // namespace snapsim::testing
