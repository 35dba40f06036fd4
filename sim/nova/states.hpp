#pragma once

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace snapsim {

/// nova/objects/fields.py: InstanceState. `none` never stands in the database.
enum class VmState : std::uint8_t {
  active,
  building,
  paused,
  suspended,
  stopped,
  rescued,
  resized,
  soft_delete,
  deleted,
  error,
  shelved,
  shelved_offloaded,
};

/// nova/objects/fields.py: InstanceTaskState; `none` is null outside. Only the values that the flows here write.
enum class TaskState : std::uint8_t {
  none,
  image_snapshot_pending,
  image_snapshot,
  image_pending_upload,
  image_uploading,
  image_backup,
  shelving,
  shelving_image_pending_upload,
  shelving_image_uploading,
  shelving_offloading,
  unshelving,
  rebooting,
  rebooting_hard,
  reboot_pending,
  reboot_started,
  reboot_pending_hard,
  reboot_started_hard,
  pausing,
  unpausing,
  suspending,
  resuming,
  powering_off,
  powering_on,
  rescuing,
  unrescuing,
  rebuilding,
  rebuild_block_device_mapping,
  rebuild_spawning,
  deleting,
  soft_deleting,
  restoring,
  spawning,
};

/// A set of task states, as the `expected_task_state` of a save.
class TaskStates {
 public:
  constexpr TaskStates() = default;
  constexpr TaskStates(TaskState state) : bits_(bit(state)) {}
  constexpr TaskStates(std::initializer_list<TaskState> states) {
    for (const TaskState state : states) bits_ |= bit(state);
  }
  /// Every state but this one.
  static constexpr TaskStates all_but(TaskState state) {
    TaskStates set;
    set.bits_ = ~bit(state);
    return set;
  }
  constexpr bool contains(TaskState state) const { return (bits_ & bit(state)) != 0; }
  /// The first one in the order of the enumeration; the set must not be empty.
  constexpr TaskState first() const { return static_cast<TaskState>(std::countr_zero(bits_)); }
  constexpr bool operator==(const TaskStates&) const = default;

 private:
  static constexpr std::uint64_t bit(TaskState state) { return std::uint64_t{1} << static_cast<unsigned>(state); }

  std::uint64_t bits_ = 0;
};

/// The instance is going, or being put away.
constexpr bool is_being_deleted(TaskState state) {
  return state == TaskState::deleting || state == TaskState::soft_deleting;
}

/// nova/objects/fields.py: InstancePowerState; the values are Nova's integers.
enum class PowerState : std::uint8_t { pending = 0, running = 1, paused = 3, shutdown = 4, crashed = 6, suspended = 7 };

/// glance/domain/__init__.py: Image.valid_state_targets.
enum class ImageStatus : std::uint8_t {
  queued,
  saving,
  uploading,
  importing,
  active,
  deactivated,
  killed,
  pending_delete,
  deleted,
};

/// The property image_type of the images that Nova makes.
enum class ImageType : std::uint8_t { snapshot, backup };

/// Formats of a guest's disk and of a snapshot of it.
enum class DiskFormat : std::uint8_t { qcow2, raw };

/// The wire value, as Nova and Glance spell it. TaskState::none gives "null", PowerState gives the name, not the
/// number.
std::string_view to_string(VmState state);
std::string_view to_string(TaskState state);
std::string_view to_string(PowerState state);
std::string_view to_string(ImageStatus status);
std::string_view to_string(ImageType type);
std::string_view to_string(DiskFormat format);

/// The state with that wire value, if there is one.
std::optional<VmState> vm_state_from(std::string_view text);
std::optional<TaskState> task_state_from(std::string_view text);
std::optional<PowerState> power_state_from(std::string_view text);
std::optional<ImageStatus> image_status_from(std::string_view text);

}  // namespace snapsim
