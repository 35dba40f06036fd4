#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/page/page_rows.hpp"

namespace snapsim {

/// The content of a disk while it is copied into a file.
struct DiskCopy {
  std::string what;  ///< as in "qemu-img convert reads the disk of vm-1"
  std::uint32_t instance = 0;
  std::size_t begun_at = 0;  ///< positions in the trace
  std::size_t ended_at = 0;
  bool failed = false;
  /// How much was there at what time, as far as the trace tells: microseconds and a share from 0 to 1, in order. At
  /// least the begin; without a failure also the end.
  std::vector<std::pair<std::int64_t, double>> progress;
  double written_mib = 0;  ///< by the guest meanwhile: at its rate, for as long as it ran
};

/// Every copy of a guest's disk in the run: those by qemu-img, and the block jobs of live snapshots.
std::vector<DiskCopy> disk_copies(const RunNames& names);

/// A grid of blocks for each copy, which the page's script fills up to the step that is shown.
std::string disks_html(const RunNames& names, const PageRows& rows);

}  // namespace snapsim
