#include "tests/fake_hypervisor/bench.hpp"

namespace snapsim::testing {

DiskSpec disk_spec(std::int64_t size_bytes, std::int64_t used_bytes, DiskFormat format) {
  DiskSpec spec;
  spec.name = "vm-1";
  spec.size_bytes = size_bytes;
  spec.used_bytes = used_bytes;
  spec.format = format;
  return spec;
}

GuestBench::GuestBench(PowerState state, bool is_persistent) {
  disk = *disks.create_guest_disk(disk_spec(8 * mib, 4 * mib));
  Domain domain;
  domain.exists = true;
  domain.state = state;
  domain.is_persistent = is_persistent;
  domain.has_agent = true;
  domain.disk = disk;
  domain.write_interval_us = 100;
  hypervisor.add_domain(domain, 0);
}

}  // namespace snapsim::testing
