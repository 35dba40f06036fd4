#pragma once

#include "fake_hypervisor/disk_backend.hpp"

namespace snapsim {

/// A copy from its beginning to its end, with nothing in between.
inline DiskResult<FileId> converted(DiskBackend& disks, FileId source, DiskFormat format,
                                    std::uint64_t generation_at_begin, const CopyFault& fault = {}) {
  const DiskResult<FileId> out = disks.begin_convert(source, format);
  if (!out) return out;
  const DiskResult<void> finished = disks.finish_convert(*out, generation_at_begin, fault);
  if (!finished) return finished.error();
  return out;
}

}  // namespace snapsim
