#include "sim/nova/states.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace snapsim {
namespace {

template <class State>
using Spelling = std::pair<State, std::string_view>;

constexpr std::array vm_states{
    Spelling<VmState>{VmState::active, "active"},   Spelling<VmState>{VmState::building, "building"},
    Spelling<VmState>{VmState::paused, "paused"},   Spelling<VmState>{VmState::suspended, "suspended"},
    Spelling<VmState>{VmState::stopped, "stopped"}, Spelling<VmState>{VmState::rescued, "rescued"},
    Spelling<VmState>{VmState::resized, "resized"}, Spelling<VmState>{VmState::soft_delete, "soft-delete"},
    Spelling<VmState>{VmState::deleted, "deleted"}, Spelling<VmState>{VmState::error, "error"},
    Spelling<VmState>{VmState::shelved, "shelved"}, Spelling<VmState>{VmState::shelved_offloaded, "shelved_offloaded"},
};

constexpr std::array task_states{
    Spelling<TaskState>{TaskState::none, "null"},
    Spelling<TaskState>{TaskState::image_snapshot_pending, "image_snapshot_pending"},
    Spelling<TaskState>{TaskState::image_snapshot, "image_snapshot"},
    Spelling<TaskState>{TaskState::image_pending_upload, "image_pending_upload"},
    Spelling<TaskState>{TaskState::image_uploading, "image_uploading"},
    Spelling<TaskState>{TaskState::image_backup, "image_backup"},
    Spelling<TaskState>{TaskState::shelving, "shelving"},
    Spelling<TaskState>{TaskState::shelving_image_pending_upload, "shelving_image_pending_upload"},
    Spelling<TaskState>{TaskState::shelving_image_uploading, "shelving_image_uploading"},
    Spelling<TaskState>{TaskState::shelving_offloading, "shelving_offloading"},
    Spelling<TaskState>{TaskState::unshelving, "unshelving"},
    Spelling<TaskState>{TaskState::rebooting, "rebooting"},
    Spelling<TaskState>{TaskState::rebooting_hard, "rebooting_hard"},
    Spelling<TaskState>{TaskState::reboot_pending, "reboot_pending"},
    Spelling<TaskState>{TaskState::reboot_started, "reboot_started"},
    Spelling<TaskState>{TaskState::reboot_pending_hard, "reboot_pending_hard"},
    Spelling<TaskState>{TaskState::reboot_started_hard, "reboot_started_hard"},
    Spelling<TaskState>{TaskState::pausing, "pausing"},
    Spelling<TaskState>{TaskState::unpausing, "unpausing"},
    Spelling<TaskState>{TaskState::suspending, "suspending"},
    Spelling<TaskState>{TaskState::resuming, "resuming"},
    Spelling<TaskState>{TaskState::powering_off, "powering-off"},
    Spelling<TaskState>{TaskState::powering_on, "powering-on"},
    Spelling<TaskState>{TaskState::rescuing, "rescuing"},
    Spelling<TaskState>{TaskState::unrescuing, "unrescuing"},
    Spelling<TaskState>{TaskState::rebuilding, "rebuilding"},
    Spelling<TaskState>{TaskState::rebuild_block_device_mapping, "rebuild_block_device_mapping"},
    Spelling<TaskState>{TaskState::rebuild_spawning, "rebuild_spawning"},
    Spelling<TaskState>{TaskState::deleting, "deleting"},
    Spelling<TaskState>{TaskState::soft_deleting, "soft-deleting"},
    Spelling<TaskState>{TaskState::restoring, "restoring"},
    Spelling<TaskState>{TaskState::spawning, "spawning"},
};

constexpr std::array power_states{
    Spelling<PowerState>{PowerState::pending, "pending"}, Spelling<PowerState>{PowerState::running, "running"},
    Spelling<PowerState>{PowerState::paused, "paused"},   Spelling<PowerState>{PowerState::shutdown, "shutdown"},
    Spelling<PowerState>{PowerState::crashed, "crashed"}, Spelling<PowerState>{PowerState::suspended, "suspended"},
};

constexpr std::array image_statuses{
    Spelling<ImageStatus>{ImageStatus::queued, "queued"},
    Spelling<ImageStatus>{ImageStatus::saving, "saving"},
    Spelling<ImageStatus>{ImageStatus::uploading, "uploading"},
    Spelling<ImageStatus>{ImageStatus::importing, "importing"},
    Spelling<ImageStatus>{ImageStatus::active, "active"},
    Spelling<ImageStatus>{ImageStatus::deactivated, "deactivated"},
    Spelling<ImageStatus>{ImageStatus::killed, "killed"},
    Spelling<ImageStatus>{ImageStatus::pending_delete, "pending_delete"},
    Spelling<ImageStatus>{ImageStatus::deleted, "deleted"},
};

template <class Table, class State>
std::string_view spell(const Table& table, State state) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.first == state; });
  return found == table.end() ? std::string_view("unknown") : found->second;
}

template <class Table>
auto read(const Table& table, std::string_view text) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.second == text; });
  return found == table.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace

std::string_view to_string(VmState state) {
  return spell(vm_states, state);
}
std::string_view to_string(TaskState state) {
  return spell(task_states, state);
}
std::string_view to_string(PowerState state) {
  return spell(power_states, state);
}
std::string_view to_string(ImageStatus status) {
  return spell(image_statuses, status);
}
std::string_view to_string(ImageType type) {
  return type == ImageType::snapshot ? "snapshot" : "backup";
}

std::string_view to_string(DiskFormat format) {
  return format == DiskFormat::qcow2 ? "qcow2" : "raw";
}

std::optional<VmState> vm_state_from(std::string_view text) {
  return read(vm_states, text);
}
std::optional<TaskState> task_state_from(std::string_view text) {
  return read(task_states, text);
}
std::optional<PowerState> power_state_from(std::string_view text) {
  return read(power_states, text);
}
std::optional<ImageStatus> image_status_from(std::string_view text) {
  return read(image_statuses, text);
}

}  // namespace snapsim
