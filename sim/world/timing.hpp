#pragma once

#include <cstdint>

#include "sim/runtime/time.hpp"

namespace snapsim::timing {

using namespace std::chrono_literals;

// How long things take in virtual time. Only the order of magnitude is meant to be right (a small cloud with local
// disks); what a run ends in must not depend on it, and real tools behind the model do not change it.

inline constexpr Duration client_to_api = 1ms;
inline constexpr Duration db_statement = 2ms;
inline constexpr Duration cast_confirmed = 3ms;
inline constexpr Duration delivery = 2ms;
inline constexpr Duration glance_schema = 1ms;
inline constexpr Duration glance_show = 5ms;
inline constexpr Duration glance_list = 20ms;
inline constexpr Duration glance_create = 15ms;
inline constexpr Duration glance_patch = 40ms;
inline constexpr Duration glance_delete = 10ms;
inline constexpr Duration glance_upload_overhead = 20ms;
inline constexpr Duration connection_refused = 1ms;
inline constexpr Duration http_timeout = 60s;
inline constexpr Duration libvirt_timeout = 30s;
inline constexpr Duration message_delay = 1s;
inline constexpr Duration reordering_patience = 10s;
inline constexpr Duration libvirt_query = 1ms;
inline constexpr Duration managed_save = 1200ms;
inline constexpr Duration domain_create = 300ms;
inline constexpr Duration pause_call = 20ms;
inline constexpr Duration shutdown_call = 5ms;
inline constexpr Duration guest_shut_down = 1800ms;
inline constexpr Duration domain_destroy = 100ms;
inline constexpr Duration define_domain = 5ms;
inline constexpr Duration block_job_call = 10ms;
inline constexpr Duration agent_call = 50ms;
inline constexpr Duration make_directory = 1ms;
inline constexpr Duration qemu_img_create = 30ms;
inline constexpr Duration qemu_img_overhead = 40ms;
inline constexpr Duration remove_files = 5ms;
inline constexpr Duration delete_instance_files = 30ms;

inline constexpr std::int64_t convert_mib_per_s = 400;
inline constexpr std::int64_t mirror_mib_per_s = 300;
inline constexpr std::int64_t upload_mib_per_s = 200;

/// How long `bytes` take at a rate.
constexpr Duration transfer(std::int64_t bytes, std::int64_t mib_per_s) {
  return Duration(bytes / (mib_per_s * 1024 * 1024) * 1'000'000 +
                  bytes % (mib_per_s * 1024 * 1024) * 1'000'000 / (mib_per_s * 1024 * 1024));
}

/// How many bytes have moved after `passed_us` microseconds at a rate.
constexpr std::int64_t transferred(std::int64_t passed_us, std::int64_t mib_per_s) {
  return passed_us / 1'000'000 * (mib_per_s * 1024 * 1024) +
         passed_us % 1'000'000 * (mib_per_s * 1024 * 1024) / 1'000'000;
}

}  // namespace snapsim::timing
