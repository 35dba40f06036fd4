#pragma once

#include <cstdint>
#include <vector>

#include "fake_hypervisor/hypervisor.hpp"
#include "fake_hypervisor/model_disks.hpp"
#include "tests/result_text.hpp"

namespace snapsim::testing {

inline constexpr std::int64_t mib = 1024 * 1024;

/// libvirt's VIR_ERR_* codes, by the names that they have there.
inline constexpr int operation_failed = 9;
inline constexpr int no_domain = 42;
inline constexpr int operation_invalid = 55;
inline constexpr int agent_unresponsive = 86;

/// Notes what a hypervisor tells of its guests.
class GuestLog final : public DomainObserver {
 public:
  void domain_changed(InstanceUuid, const Domain& domain) override { states_.push_back(domain.state); }
  void lifecycle_event(InstanceUuid, LifecycleEvent event) override { events_.push_back(event); }

  const std::vector<PowerState>& states() const { return states_; }
  const std::vector<LifecycleEvent>& events() const { return events_; }

 private:
  std::vector<PowerState> states_;
  std::vector<LifecycleEvent> events_;
};

/// A hypervisor with one guest: defined, with an agent, a disk of 8 MiB of which 4 are used, and a write of 64 KiB
/// every 100 us while it runs.
struct GuestBench {
  explicit GuestBench(PowerState state = PowerState::running, bool is_persistent = true);

  static constexpr InstanceUuid guest{0};

  Domain& domain() { return hypervisor.domain_record(guest); }
  const FileContent& content(FileId file) const { return disks.content(file); }

  ModelDisks disks;
  GuestLog log;
  Hypervisor hypervisor{disks, log};
  FileId disk;
};

/// A disk of this kind, whose guest is called vm-1.
DiskSpec disk_spec(std::int64_t size_bytes, std::int64_t used_bytes, DiskFormat format = DiskFormat::qcow2);

/// libvirt's error code of a call that failed, 0 of one that went well.
template <class T>
int error_code(const HypervisorResult<T>& result) {
  return result ? 0 : result.error().code;
}

}  // namespace snapsim::testing
