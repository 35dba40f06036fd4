#include "real/file_io.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <new>
#include <unistd.h>

namespace snapsim {

boost::system::error_code last_system_error() {
  return {errno, boost::system::system_category()};
}

bool means_no_space(const boost::system::error_code& error) {
  return error.category() == boost::system::system_category() &&
         (error.value() == ENOSPC || error.value() == EDQUOT || error.value() == EFBIG);
}

DiskError disk_error(const std::string& doing, const boost::system::error_code& error) {
  const auto kind = means_no_space(error) ? DiskError::Kind::no_space : DiskError::Kind::unreadable;
  return {kind, doing + ": " + error.message()};
}

boost::system::result<UniqueFd> open_file(const std::filesystem::path& path, int flags) {
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  if (!fd) return last_system_error();
  return fd;
}

boost::system::result<std::size_t> read_at(int fd, std::span<std::byte> bytes, std::int64_t offset) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::pread(fd, bytes.data() + done, bytes.size() - done, offset + static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return last_system_error();
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

boost::system::error_code write_at(int fd, std::span<const std::byte> bytes, std::int64_t offset) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::pwrite(fd, bytes.data() + done, bytes.size() - done, offset + static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return last_system_error();
    done += static_cast<std::size_t>(count);
  }
  return {};
}

AlignedBuffer::AlignedBuffer(std::size_t size)
    : memory_(static_cast<std::byte*>(std::aligned_alloc(alignment, size))), size_(size) {
  if (!memory_) throw std::bad_alloc();
}

void AlignedBuffer::Free::operator()(std::byte* memory) const {
  std::free(memory);
}

bool supports_direct_io(const std::filesystem::path& folder) {
  const std::filesystem::path probe = folder / (".directio.test." + std::to_string(::getpid()));
  const auto fd = open_file(probe, O_CREAT | O_WRONLY | O_DIRECT);
  bool supported = false;
  if (fd) {
    const AlignedBuffer block(AlignedBuffer::alignment);
    std::ranges::fill(block.bytes(), std::byte{'x'});
    supported = !write_at(fd->get(), block.bytes(), 0);
  }
  ::unlink(probe.c_str());
  return supported;
}

}  // namespace snapsim
