#pragma once

#include <cstdint>

#include "sim/nova/states.hpp"

namespace snapsim {

/// What went wrong, as numbers: which class of exception and its two arguments. An exception carries one, the trace
/// records one, and sim/report turns it into the words that Nova would print.
enum class FailureKind : std::uint8_t {
  none,
  invalid_input,
  instance_not_found,
  instance_not_running,
  unexpected_task_state,
  unexpected_deleting_task_state,
  unknown_instance_update_conflict,
  instance_invalid_state,
  image_not_found,
  image_not_authorized,
  image_bad_request,
  image_quota_exceeded,
  image_delete_conflict,
  image_unacceptable,
  glance_connection_failed,
  http,
  communication_error,
  libvirt,
  quiesce_not_supported,
  qemu_guest_agent_not_enabled,
  os_error,
  db_error,
  messaging_timeout,
  image_not_active,
  instance_not_rescuable,
  unshelve_failed,
  instance_power_off_failure,
  flavor_disk_smaller_than_min_disk,
  no_compute_host,
  instance_not_ready,
};

/// A FailureKind with its arguments; what they mean stands beside each use in exceptions.hpp.
struct Failure {
  FailureKind kind = FailureKind::none;
  std::uint8_t expected = 0;  ///< of a conflict: the TaskState that was expected
  std::uint8_t actual = 0;    ///< of a conflict: the TaskState found
  std::int32_t code = 0;      ///< HTTP status, errno, libvirt error code or image index

  /// One number for a trace record.
  constexpr std::int64_t packed() const {
    return static_cast<std::int64_t>(kind) | static_cast<std::int64_t>(expected) << 8 |
           static_cast<std::int64_t>(actual) << 16 | static_cast<std::int64_t>(static_cast<std::uint32_t>(code)) << 24;
  }
  static constexpr Failure unpack(std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    return {static_cast<FailureKind>(bits & 0xff), static_cast<std::uint8_t>(bits >> 8 & 0xff),
            static_cast<std::uint8_t>(bits >> 16 & 0xff), static_cast<std::int32_t>(bits >> 24 & 0xffffffff)};
  }
};

/// The states that the manager knows of an instance when a life-cycle event comes, as one number for a trace record.
struct InstanceStates {
  VmState vm_state{};
  TaskState task_state{};
  PowerState db_power_state{};
  PowerState vm_power_state{};

  constexpr std::int64_t packed() const {
    return static_cast<std::int64_t>(vm_state) | static_cast<std::int64_t>(task_state) << 8 |
           static_cast<std::int64_t>(db_power_state) << 16 | static_cast<std::int64_t>(vm_power_state) << 24;
  }
  static constexpr InstanceStates unpack(std::int64_t number) {
    return {static_cast<VmState>(number & 0xff), static_cast<TaskState>(number >> 8 & 0xff),
            static_cast<PowerState>(number >> 16 & 0xff), static_cast<PowerState>(number >> 24 & 0xff)};
  }
};

/// virt/event.py: EVENT_LIFECYCLE_*.
enum class LifecycleEvent : std::uint8_t { started, stopped, paused, resumed, suspended };

/// Why a guest's file systems were not frozen.
enum class QuiesceRefusal : std::uint8_t { agent_not_enabled, agent_not_responding };

/// glanceclient methods as nova/image/glance.py names them in its log.
enum class GlanceMethod : std::uint8_t { create, get, data, list, update, upload, delete_ };

}  // namespace snapsim
