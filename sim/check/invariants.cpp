#include <array>
#include <string>

#include "sim/check/invariant.hpp"

// Every invariant, and nothing else: an English sentence and a check each. In the order of the contract's section 5.

namespace snapsim {
namespace {

using Subject = Violation::Subject;

std::string text(std::string_view view) {
  return std::string(view);
}

std::string task_state_text(TaskState state) {
  return text(to_string(state));
}

bool is_absent(ImageStatus status) {
  return status == ImageStatus::deleted || status == ImageStatus::pending_delete;
}

/// Neither deleted nor put away by a soft delete.
bool is_living(const InstanceView& instance) {
  return !instance.is_deleted && instance.vm_state != VmState::soft_delete;
}

void report(Violations& found, std::string_view name, Subject kind, std::uint32_t subject, std::int64_t now_us,
            std::string message) {
  found.push_back({name, kind, subject, now_us, std::move(message)});
}

void check_no_stuck_task_state(const WorldView& world, Violations& found) {
  for (std::uint32_t i = 0; i < world.instance_count(); ++i) {
    const InstanceView instance = world.instance(i);
    if (!is_living(instance) || instance.task_state == TaskState::none) continue;
    report(found, "no_stuck_task_state", Subject::instance, i, world.now_us(),
           world.instance_name(i) + " has task_state " + task_state_text(instance.task_state) +
               " with nothing at work on it; expected null");
  }
}

void check_accepted_request_concludes(const WorldView& world, Violations& found) {
  for (std::uint32_t i = 0; i < world.request_count(); ++i) {
    const RequestView request = world.request(i);
    if (request.action != Action::create_image || request.status != 202 || !request.image.exists()) continue;
    const ImageView image = world.image(request.image.value);
    if (image.status == ImageStatus::active || image.was_deleted_by_user) continue;
    if (world.instance(request.instance.value).is_deleted && is_absent(image.status)) continue;
    const bool is_recorded = request.event == EventOutcome::error;
    if (is_absent(image.status) && is_recorded) continue;
    const std::string status = is_absent(image.status) ? "absent" : text(to_string(image.status));
    report(found, "accepted_request_concludes", Subject::request, i, world.now_us(),
           "request " + std::to_string(i) + " was answered 202 and its image " + world.image_name(request.image.value) +
               " is " + status + ", the failure " + (is_recorded ? "recorded" : "not recorded") +
               "; expected the image active, or absent with the failure recorded");
  }
}

void check_no_orphan_image(const WorldView& world, Violations& found) {
  for (std::uint32_t i = 0; i < world.image_count(); ++i) {
    const ImageStatus status = world.image(i).status;
    const bool is_unfinished = status == ImageStatus::queued || status == ImageStatus::saving ||
                               status == ImageStatus::uploading || status == ImageStatus::importing;
    if (!is_unfinished) continue;
    report(
        found, "no_orphan_image", Subject::image, i, world.now_us(),
        world.image_name(i) + " is " + text(to_string(status)) + " and nobody works on it; expected active or absent");
  }
}

/// What is wrong with an active image's data, or nothing.
std::string image_defect(const ImageView& image) {
  const ImageDataView& data = image.data;
  const std::string of = std::to_string(data.bytes) + " of " + std::to_string(data.bytes_expected) + " bytes";
  if (!data.is_whole) return "holds " + of + " of the extracted disk, or bytes out of place";
  if (image.size_bytes != data.bytes) {
    return "says size " + std::to_string(image.size_bytes) + " and holds " + std::to_string(data.bytes) + " bytes";
  }
  if (!data.is_of_one_instant) return "is torn: its parts were read at different instants";
  if (!data.is_of_this_snapshot) return "holds the disk of an instant outside this snapshot";
  return data.defect;
}

void check_active_image_is_complete(const WorldView& world, Violations& found) {
  for (std::uint32_t i = 0; i < world.image_count(); ++i) {
    const ImageView image = world.image(i);
    if (image.status != ImageStatus::active) continue;
    const std::string defect = image_defect(image);
    if (defect.empty()) continue;
    report(found, "active_image_is_complete", Subject::image, i, world.now_us(),
           world.image_name(i) + " is active but " + defect + "; expected the guest's whole disk at one instant");
  }
}

/// The image that a shelve made goes when its instance is unshelved or deleted.
bool is_done_with(const AlwaysState& before, std::uint32_t image) {
  const AlwaysState::OfRequest& maker = before.request(before.image(image).request);
  return maker.action == Action::shelve && before.instance(maker.instance).leaves_shelf;
}

void observe_active_image_is_kept(const TraceRecord& record, const AlwaysState& before, Violations& found) {
  if (record.kind != TraceKind::image_status || record.a < 0) return;
  const auto from = static_cast<ImageStatus>(record.a);
  const auto to = static_cast<ImageStatus>(record.code);
  const bool was_deactivated = from == ImageStatus::deactivated;
  const bool was_active = from == ImageStatus::active || was_deactivated;
  const bool stays = to == ImageStatus::active || to == ImageStatus::deactivated;
  if (!was_active || stays || is_done_with(before, record.subject)) return;
  if (record.request != TraceRecord::none) {
    const Action action = before.request(record.request).action;
    if (action == Action::delete_image || action == Action::create_backup) return;
  }
  report(found, "active_image_is_kept", Subject::image, record.subject, record.virtual_us,
         std::string(was_deactivated ? "a deactivated" : "an active") + " image became " + text(to_string(to)) +
             " and nobody asked for it; expected it to stay active");
}

void check_source_disk_unchanged(const WorldView& world, Violations& found) {
  for (std::uint32_t i = 0; i < world.instance_count(); ++i) {
    const InstanceView instance = world.instance(i);
    if (instance.is_deleted || instance.disk_is_unchanged) continue;
    report(found, "source_disk_unchanged", Subject::instance, i, world.now_us(),
           "the disk of " + world.instance_name(i) +
               " does not hold what its guest wrote; expected a snapshot to leave it alone");
  }
}

/// Nova itself took the guest away, disk and all, and vm_state error says that there is none.
bool is_in_error_without_guest(const InstanceView& instance) {
  return instance.vm_state == VmState::error && instance.was_removed_by_nova && !instance.has_domain;
}

std::string guest_text(const InstanceView& instance) {
  return instance.has_domain ? text(to_string(instance.guest)) : "gone";
}

void check_power_state_restored(const WorldView& world, Violations& found) {
  for (std::uint32_t i = 0; i < world.instance_count(); ++i) {
    const InstanceView instance = world.instance(i);
    if (!is_living(instance) || instance.power_was_asked_for) continue;
    if (instance.has_domain && instance.guest == instance.guest_at_start) continue;
    report(found, "power_state_restored", Subject::instance, i, world.now_us(),
           "the guest of " + world.instance_name(i) + " is " + guest_text(instance) + "; it was " +
               text(to_string(instance.guest_at_start)) + " before, and nobody asked for a change");
  }
}

/// The guest's state that a vm_state promises; the same as it is now where the vm_state promises none.
PowerState promised_guest(VmState vm_state, PowerState guest) {
  switch (vm_state) {
    case VmState::active:
      return PowerState::running;
    case VmState::paused:
      return PowerState::paused;
    case VmState::stopped:
    case VmState::suspended:
    case VmState::shelved:
      return PowerState::shutdown;
    default:
      return guest;
  }
}

void check_database_matches_hypervisor(const WorldView& world, Violations& found) {
  for (std::uint32_t i = 0; i < world.instance_count(); ++i) {
    const InstanceView instance = world.instance(i);
    if (instance.is_deleted && instance.has_domain) {
      report(found, "database_matches_hypervisor", Subject::instance, i, world.now_us(),
             world.instance_name(i) + " is deleted, and the hypervisor still has its guest, which is " +
                 guest_text(instance) + "; expected the domain gone");
    }
    if (!is_living(instance) || !instance.is_on_host) continue;
    const bool agrees = instance.has_domain && instance.power_state == instance.guest &&
                        promised_guest(instance.vm_state, instance.guest) == instance.guest;
    const bool is_known_to_be_gone = is_in_error_without_guest(instance) && instance.power_state == PowerState::pending;
    if (agrees || is_known_to_be_gone) continue;
    report(found, "database_matches_hypervisor", Subject::instance, i, world.now_us(),
           world.instance_name(i) + " has vm_state " + text(to_string(instance.vm_state)) + " and power_state " +
               text(to_string(instance.power_state)) + ", and the hypervisor says its guest is " +
               guest_text(instance) + "; expected them to agree");
  }
}

void check_guest_thawed(const WorldView& world, Violations& found) {
  for (std::uint32_t i = 0; i < world.instance_count(); ++i) {
    if (!world.instance(i).is_frozen) continue;
    report(found, "guest_thawed", Subject::instance, i, world.now_us(),
           "the file systems of " + world.instance_name(i) + " are frozen; expected them thawed");
  }
}

void check_domain_defined(const WorldView& world, Violations& found) {
  for (std::uint32_t i = 0; i < world.instance_count(); ++i) {
    const InstanceView instance = world.instance(i);
    if (instance.is_deleted || !instance.is_on_host || is_in_error_without_guest(instance)) continue;
    if (instance.has_domain && instance.is_persistent) continue;
    report(found, "domain_defined", Subject::instance, i, world.now_us(),
           "the domain of " + world.instance_name(i) + (instance.has_domain ? " is transient" : " is gone") +
               "; expected it defined in libvirt");
  }
}

void check_no_block_job(const WorldView& world, Violations& found) {
  for (std::uint32_t i = 0; i < world.instance_count(); ++i) {
    if (!world.instance(i).has_block_job) continue;
    report(found, "no_block_job", Subject::instance, i, world.now_us(),
           "a block job still copies the disk of " + world.instance_name(i) + "; expected none");
  }
}

void check_no_leftover_files(const WorldView& world, Violations& found) {
  for (std::uint32_t i = 0; i < world.leftover_file_count(); ++i) {
    const std::string name = world.leftover_file(i);
    report(found, "no_leftover_files", Subject::run, i, world.now_us(),
           (name.ends_with('/') ? "the directory " : "the file ") + name +
               " is left on a compute host; expected it removed");
  }
  for (std::uint32_t i = 0; i < world.image_count(); ++i) {
    const ImageView image = world.image(i);
    const bool may_have_data = image.status == ImageStatus::active || image.status == ImageStatus::deactivated;
    if (may_have_data || image.data.bytes == 0) continue;
    report(found, "no_leftover_files", Subject::image, i, world.now_us(),
           "the store keeps " + std::to_string(image.data.bytes) + " bytes of " + world.image_name(i) + ", which is " +
               text(to_string(image.status)) + "; expected none");
  }
}

void observe_one_task_per_instance(const TraceRecord& record, const AlwaysState& before, Violations& found) {
  const AlwaysState::OfInstance& instance = before.instance(record.subject);
  if (record.kind != TraceKind::task_begun || instance.tasks == 0) return;
  const auto method = static_cast<RpcMethod>(record.code);
  if (deletes_instance(method)) return;  // allowed at any time
  // nova/compute/api.py: a reboot is allowed while another one is at it.
  if (method == RpcMethod::reboot_instance && instance.method == RpcMethod::reboot_instance) return;
  report(found, "one_task_per_instance", Subject::instance, record.subject, record.virtual_us,
         "a second task began to work on the instance while the first was at it; expected at most one");
}

bool is_legal_image_transition(ImageStatus from, ImageStatus to) {
  using enum ImageStatus;
  switch (from) {
    case queued:
      return to == saving || to == uploading || to == importing || to == active || to == deleted;
    case saving:
      return to == active || to == killed || to == deleted || to == queued;
    case uploading:
      return to == importing || to == queued || to == deleted;
    case importing:
      return to == active || to == deleted || to == queued;
    case active:
      return to == pending_delete || to == deleted || to == deactivated;
    case deactivated:
      return to == active || to == deleted;
    case killed:
      return to == deleted;
    case pending_delete:
      return to == deleted || to == active;
    case deleted:
      return false;
  }
  return false;
}

void observe_legal_image_transitions(const TraceRecord& record, const AlwaysState&, Violations& found) {
  if (record.kind != TraceKind::image_status) return;
  const auto to = static_cast<ImageStatus>(record.code);
  if (record.a < 0) {
    if (to == ImageStatus::queued) return;
    report(found, "legal_image_transitions", Subject::image, record.subject, record.virtual_us,
           "an image began as " + text(to_string(to)) + "; expected queued");
    return;
  }
  const auto from = static_cast<ImageStatus>(record.a);
  if (is_legal_image_transition(from, to)) return;
  report(found, "legal_image_transitions", Subject::image, record.subject, record.virtual_us,
         "an image went from " + text(to_string(from)) + " to " + text(to_string(to)) +
             "; Glance allows no such transition");
}

bool is_snapshot_state(TaskState state) {
  return state == TaskState::image_snapshot_pending || state == TaskState::image_snapshot ||
         state == TaskState::image_pending_upload || state == TaskState::image_uploading;
}

/// nova: a task begins from null, goes its own way, and ends in null; deleting and reverting may come at any time.
bool is_legal_task_state_transition(TaskState from, TaskState to) {
  using enum TaskState;
  if (to == none || to == deleting || to == soft_deleting) return true;
  switch (to) {
    case image_snapshot_pending:
      return from == none;
    case image_snapshot:
      return from == image_snapshot_pending;
    case image_pending_upload:
      return from == image_snapshot || from == image_uploading || from == image_backup;
    case image_uploading:
      return from == image_pending_upload;
    case shelving_image_pending_upload:
      return from == shelving || from == shelving_image_uploading;
    case shelving_image_uploading:
      return from == shelving_image_pending_upload;
    case shelving_offloading:
      return from == none || from == shelving || from == shelving_image_uploading;
    case rebuild_block_device_mapping:
      return from == rebuilding;
    case rebuild_spawning:
      return from == rebuild_block_device_mapping;
    case spawning:
      return from == unshelving;
    case powering_on:
      return from == none || from == unshelving;
    case rebooting_hard:
    case reboot_pending:
    case reboot_started:
    case reboot_pending_hard:
    case reboot_started_hard:
      return !is_snapshot_state(from);
    default:
      return from == none;
  }
}

void observe_legal_task_state_transitions(const TraceRecord& record, const AlwaysState&, Violations& found) {
  if (record.kind != TraceKind::task_state_written) return;
  const auto from = static_cast<TaskState>(record.a);
  const auto to = static_cast<TaskState>(record.code);
  if (is_legal_task_state_transition(from, to)) return;
  report(found, "legal_task_state_transitions", Subject::instance, record.subject, record.virtual_us,
         "task_state went from " + task_state_text(from) + " to " + task_state_text(to) +
             "; Nova allows no such transition");
}

void check_answer_matches_effect(const WorldView& world, Violations& found) {
  for (std::uint32_t i = 0; i < world.request_count(); ++i) {
    const RequestView request = world.request(i);
    if (request.status == 0) continue;
    const std::string answered = "request " + std::to_string(i) + " was answered " + std::to_string(request.status);
    const bool left_an_image = request.image.exists() && !is_absent(world.image(request.image.value).status);
    if (request.status >= 400 && left_an_image) {
      report(found, "answer_matches_effect", Subject::request, i, world.now_us(),
             answered + " and left the image " + world.image_name(request.image.value) + "; expected nothing");
    }
    if (request.status >= 500 && !world.any_server_failed()) {
      report(found, "answer_matches_effect", Subject::request, i, world.now_us(),
             answered + " and no server had failed; expected 202 or a refusal that says why");
    }
    if (request.action == Action::create_image && request.status == 202 && !request.was_cast) {
      report(found, "answer_matches_effect", Subject::request, i, world.now_us(),
             answered + " and was not handed on to nova-compute; expected a cast");
    }
  }
}

/// A backup that came to its end, and that is no more among the newest ones of its type.
bool was_rotated_out(const RequestView& request, const ImageView& image) {
  const bool is_finished = request.action == Action::create_backup && request.event == EventOutcome::success;
  return is_finished && image.was_active && is_absent(image.status);
}

void check_failure_is_recorded(const WorldView& world, Violations& found) {
  for (std::uint32_t i = 0; i < world.request_count(); ++i) {
    const RequestView request = world.request(i);
    const bool is_backup = request.action == Action::create_backup;
    const bool makes_image = is_backup || request.action == Action::create_image;
    if (!makes_image || request.status != 202 || !request.image.exists()) continue;
    const ImageView image = world.image(request.image.value);
    const std::string name = (is_backup ? "the backup of request " : "the snapshot of request ") + std::to_string(i);
    const bool has_record = request.event == EventOutcome::error || request.faults > 0;
    const bool is_fully_recorded = request.event == EventOutcome::error && request.faults > 0;
    const bool succeeded = image.status == ImageStatus::active || was_rotated_out(request, image);
    // The rotation is part of a backup: where it fails, the backup has failed, and its image stays.
    const bool may_have_failed = is_backup && is_fully_recorded;
    if (succeeded && has_record && !may_have_failed) {
      report(found, "failure_is_recorded", Subject::request, i, world.now_us(),
             name + " succeeded, and an event Error or a fault says otherwise; expected neither");
    }
    const bool is_living = !world.instance(request.instance.value).is_deleted;
    const bool failed = !succeeded && !image.was_deleted_by_user && is_living;
    if (failed && !is_fully_recorded) {
      report(found, "failure_is_recorded", Subject::request, i, world.now_us(),
             name + " failed, and the living instance has " +
                 (request.event == EventOutcome::error ? "an event Error" : "no event Error") + " and " +
                 (request.faults > 0 ? "a fault" : "no fault") + "; expected both");
    }
  }
}

void observe_deleting_is_final(const TraceRecord& record, const AlwaysState& before, Violations& found) {
  if (record.kind != TraceKind::task_state_written) return;
  const AlwaysState::OfInstance& instance = before.instance(record.subject);
  const auto to = static_cast<TaskState>(record.code);
  if (!instance.was_deleting || to == TaskState::deleting) return;
  const bool is_over = instance.vm_state == VmState::deleted || instance.vm_state == VmState::error;
  if (to == TaskState::none && is_over) return;
  report(found, "deleting_is_final", Subject::instance, record.subject, record.virtual_us,
         "task_state became " + task_state_text(to) + " after deleting; expected the deletion to go through");
}

void observe_message_takes_effect_once(const TraceRecord& record, const AlwaysState& before, Violations& found) {
  if (record.kind != TraceKind::event_started || record.request == TraceRecord::none) return;
  const AlwaysState::OfRequest& request = before.request(record.request);
  if (request.effects == 0 || !request.has_begun) return;
  report(found, "message_takes_effect_once", Subject::request, record.request, record.virtual_us,
         "nova-compute began the task of request " + std::to_string(record.request) +
             " again; expected a message to have its effect once");
}

void check_quiesces(const WorldView& world, Violations& found) {
  if (world.came_to_rest()) return;
  report(found, "quiesces", Subject::run, 0, world.now_us(),
         "the system was still busy when the bound of the run was reached; expected it to come to rest");
}

constexpr std::array table{
    Invariant{"no_stuck_task_state", When::at_rest, "Every living instance has task_state null.",
              check_no_stuck_task_state, nullptr},
    Invariant{"accepted_request_concludes", When::at_rest,
              "Every createImage answered 202 ends with its image active, or absent and the failure recorded.",
              check_accepted_request_concludes, nullptr},
    Invariant{"no_orphan_image", When::at_rest,
              "No image is queued, saving, uploading or importing with no one working on it.", check_no_orphan_image,
              nullptr},
    Invariant{"active_image_is_complete", When::at_rest,
              "An active image holds the guest's whole disk as it was at one instant while the snapshot ran.",
              check_active_image_is_complete, nullptr},
    Invariant{"active_image_is_kept", When::always,
              "An image once active goes away only by a request to delete it, or by rotation.", nullptr,
              observe_active_image_is_kept},
    Invariant{"source_disk_unchanged", When::at_rest,
              "A snapshot never alters the disk that it reads, and what the guest wrote stays written.",
              check_source_disk_unchanged, nullptr},
    Invariant{"power_state_restored", When::at_rest,
              "The guest runs, or does not, as before, unless a user asked otherwise.", check_power_state_restored,
              nullptr},
    Invariant{"database_matches_hypervisor", When::at_rest,
              "vm_state and power_state agree with what the hypervisor says.", check_database_matches_hypervisor,
              nullptr},
    Invariant{"guest_thawed", When::at_rest, "No guest's file systems are left frozen.", check_guest_thawed, nullptr},
    Invariant{"domain_defined", When::at_rest, "Every living instance's domain is defined in libvirt.",
              check_domain_defined, nullptr},
    Invariant{"no_block_job", When::at_rest, "No block job is left on a guest's disk.", check_no_block_job, nullptr},
    Invariant{"no_leftover_files", When::at_rest,
              "No temporary file, delta or partial upload is left, and no bytes in the store without an image.",
              check_no_leftover_files, nullptr},
    Invariant{"one_task_per_instance", When::always, "At most one task works on an instance, a deletion aside.",
              nullptr, observe_one_task_per_instance},
    Invariant{"legal_image_transitions", When::always, "An image's status changes only as Glance allows.", nullptr,
              observe_legal_image_transitions},
    Invariant{"legal_task_state_transitions", When::always, "An instance's task_state changes only as Nova allows.",
              nullptr, observe_legal_task_state_transitions},
    Invariant{"answer_matches_effect", When::at_rest,
              "Refused means nothing is left behind, 5xx that a server failed, 202 that it was handed on.",
              check_answer_matches_effect, nullptr},
    Invariant{
        "failure_is_recorded", When::at_rest,
        "A failed snapshot or backup has event Error and a fault on the living instance; a successful one has neither.",
        check_failure_is_recorded, nullptr},
    Invariant{"deleting_is_final", When::always, "After deleting, nobody revives the instance.", nullptr,
              observe_deleting_is_final},
    Invariant{"message_takes_effect_once", When::always, "A message has its effect at most once.", nullptr,
              observe_message_takes_effect_once},
    Invariant{"quiesces", When::at_rest, "The system comes to rest within a bounded virtual time after the last fault.",
              check_quiesces, nullptr},
};

}  // namespace

std::span<const Invariant> invariants() {
  return table;
}

}  // namespace snapsim
