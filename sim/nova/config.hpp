#pragma once

#include <cstdint>
#include <optional>

#include "sim/nova/rules.hpp"
#include "sim/nova/states.hpp"

namespace snapsim {

/// Nova's options that the flow reads, with Nova's names and defaults (Zed).
struct Config {
  static constexpr std::int64_t reconcile_interval_s = 60;     ///< between two rounds of the recovery rules
  static constexpr std::int64_t periodic_task_spacing_s = 60;  ///< oslo_service: of a periodic task that names none

  bool live_snapshot = true;                        ///< not [workarounds]disable_libvirt_livesnapshot
  int glance_num_retries = 3;                       ///< [glance]num_retries
  int max_concurrent_snapshots = 5;                 ///< per nova-compute, 0 = unlimited
  int max_concurrent_disk_ops = 0;                  ///< [compute]max_concurrent_disk_ops, 0 = unlimited
  std::optional<DiskFormat> snapshot_image_format;  ///< [libvirt]snapshot_image_format; none: the disk's own format
  std::int64_t sync_power_state_interval_s = 600;   ///< seconds, -1 = off
  std::int64_t shutdown_timeout_s = 60;             ///< seconds a guest gets to shut down
  std::int64_t reclaim_instance_interval_s = 0;     ///< seconds; more than 0: DELETE is a soft delete, for so long
  std::int64_t shelved_offload_time_s = 0;          ///< seconds a shelved instance stays on its host, -1 = for ever
  std::int64_t shelved_poll_interval_s = 3600;      ///< seconds, -1 = off
  std::int64_t report_interval_s = 10;              ///< seconds between two reports of a service
  std::int64_t service_down_time_s = 60;            ///< seconds without a report after which a service is down
  std::int64_t running_deleted_instance_poll_interval_s = 1800;  ///< seconds, -1 = off
  std::int64_t running_deleted_instance_timeout_s = 0;  ///< seconds after its deletion that a guest is left alone

  std::optional<std::int64_t> host_free_mib;  ///< what each compute host has room for in snapshots_directory; none: all
  std::optional<std::int64_t> store_free_mib;  ///< what Glance's store has room for; none: all
  RuleSet rules;                               ///< the recovery rules in force; none under policy `nova`

  bool operator==(const Config&) const = default;
};

}  // namespace snapsim
