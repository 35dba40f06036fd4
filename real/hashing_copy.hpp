#pragma once

#include <cstdint>

#include <boost/system/result.hpp>

#include "real/image_hasher.hpp"

namespace snapsim {

/// Bytes to copy from one open file to another.
struct CopyJob {
  int source = -1;
  std::int64_t source_offset = 0;
  std::int64_t length = 0;
  int target = -1;
  std::int64_t target_offset = 0;
};

/// Copies, and hashes what it copies; each byte is read once. A long job hashes on two threads of its own, one for each
/// hash, while the caller reads and writes. Returns the bytes copied: fewer than `length` where the source ends
/// earlier. After an error the target may have some of the bytes, and the hashes are worthless.
boost::system::result<std::int64_t> hashing_copy(const CopyJob& job, ImageHasher& hasher);

}  // namespace snapsim
