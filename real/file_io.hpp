#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include "fake_hypervisor/disk_backend.hpp"
#include "real/unique_fd.hpp"

namespace snapsim {

/// errno as an error code.
boost::system::error_code last_system_error();

/// True where the device, the quota or the limit on file sizes leaves no room: what Nova and Glance treat as ENOSPC.
bool means_no_space(const boost::system::error_code& error);

/// The error of a system call as the disks report it: `doing` says in words what failed ("write /path").
DiskError disk_error(const std::string& doing, const boost::system::error_code& error);

/// open(2) with O_CLOEXEC; a new file gets mode 0600.
boost::system::result<UniqueFd> open_file(const std::filesystem::path& path, int flags);

/// Reads up to bytes.size() bytes at `offset`; fewer only at the end of the file. Returns how many.
boost::system::result<std::size_t> read_at(int fd, std::span<std::byte> bytes, std::int64_t offset);

/// Writes all of `bytes` at `offset`.
boost::system::error_code write_at(int fd, std::span<const std::byte> bytes, std::int64_t offset);

/// A buffer aligned for O_DIRECT. Its bytes are not set.
class AlignedBuffer {
 public:
  static constexpr std::size_t alignment = 4096;

  /// `size` is a multiple of `alignment`.
  explicit AlignedBuffer(std::size_t size);
  std::span<std::byte> bytes() const { return {memory_.get(), size_}; }

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  std::unique_ptr<std::byte, Free> memory_;
  std::size_t size_;
};

/// True if files in `folder` can be opened with O_DIRECT and take an aligned block: what Nova asks before it chooses
/// `qemu-img convert -t none` (nova/privsep/utils.py, supports_direct_io). The probe file is removed.
bool supports_direct_io(const std::filesystem::path& folder);

}  // namespace snapsim
