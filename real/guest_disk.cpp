#include "real/guest_disk.hpp"

#include <algorithm>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "real/child_process.hpp"
#include "real/file_io.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

/// The modification time of a disk on which nobody but its guest has written.
constexpr timespec seal_time{86'400, 0};

constexpr std::int64_t blocks_per_write = 16;   // 1 MiB
constexpr std::int64_t blocks_per_patch = 256;  // 16 MiB: qemu-io keeps a patch in memory.

/// Writes the blocks of `range` to `fd`, the first of them at `offset`. An interrupt ends it with an error.
boost::system::error_code write_blocks(int fd, const DiskContent& content, const BlockRange& range,
                                       const DiskState& state, std::int64_t offset) {
  const AlignedBuffer buffer(blocks_per_write * DiskContent::block_bytes);
  for (std::int64_t block = range.begin; block < range.end; block += blocks_per_write) {
    if (interrupt_requested()) return boost::system::errc::make_error_code(boost::system::errc::interrupted);
    const std::int64_t last = std::min(block + blocks_per_write, range.end) - 1;
    const std::int64_t length = (last - block) * DiskContent::block_bytes + content.bytes_of(last);
    const auto bytes = buffer.bytes().first(static_cast<std::size_t>(length));
    content.fill_run(block, state, bytes);
    if (const auto error = write_at(fd, bytes, offset)) return error;
    offset += length;
  }
  return {};
}

boost::system::error_code write_sparse(const fs::path& made, std::int64_t size_bytes, const DiskContent& content,
                                       const BlockRange& range, const DiskState& state) {
  const auto fd = open_file(made, O_CREAT | O_TRUNC | O_WRONLY);
  if (!fd) return fd.error();
  if (::ftruncate(fd->get(), size_bytes) != 0) return last_system_error();
  return write_blocks(fd->get(), content, range, state, range.begin * DiskContent::block_bytes);
}

/// Files with what a guest is about to write, in the working folder of the tools; removed when this object goes.
class Patches {
 public:
  explicit Patches(fs::path folder) : folder_(std::move(folder)) {}
  Patches(const Patches&) = delete;
  Patches& operator=(const Patches&) = delete;
  ~Patches() {
    std::error_code ignored;
    for (const DiskWrite& write : writes_) fs::remove(folder_ / write.content, ignored);
  }

  boost::system::error_code add(const DiskContent& content, const BlockRange& range, const DiskState& state) {
    const std::string name = "guest-write-" + std::to_string(writes_.size());
    const std::int64_t length =
        (range.end - 1 - range.begin) * DiskContent::block_bytes + content.bytes_of(range.end - 1);
    writes_.push_back({name, range.begin * DiskContent::block_bytes, length});
    const auto fd = open_file(folder_ / name, O_CREAT | O_TRUNC | O_WRONLY);
    if (!fd) return fd.error();
    return write_blocks(fd->get(), content, range, state, 0);
  }

  const std::vector<DiskWrite>& writes() const { return writes_; }

 private:
  fs::path folder_;
  std::vector<DiskWrite> writes_;
};

}  // namespace

DiskResult<void> write_raw_file(const fs::path& made, std::int64_t size_bytes, const DiskContent& content,
                                const BlockRange& range, const DiskState& state) {
  const auto error = write_sparse(made, size_bytes, content, range, state);
  if (!error) return {};
  std::error_code ignored;
  fs::remove(made, ignored);
  return disk_error("write " + made.string(), error);
}

GuestDisk::GuestDisk(DiskSpec spec, fs::path folder, QemuImg& tool)
    : spec_(std::move(spec)), content_(spec_), path_(folder / "disk"), tool_(tool) {
  if (spec_.has_backing_file) backing_file_ = folder / "base";
}

DiskResult<void> GuestDisk::make_folder() {
  std::error_code failed;
  fs::create_directories(path_.parent_path(), failed);
  if (failed) return disk_error("mkdir " + path_.parent_path().string(), failed);
  return {};
}

DiskResult<void> GuestDisk::make_from(const fs::path& image, DiskFormat format, const DiskState& state) {
  is_from_image_ = true;
  state_ = state;
  if (spec_.format == DiskFormat::qcow2) backing_file_ = path_.parent_path() / "base";
  auto made = make_folder();
  if (made) made = copy_image(image, format);
  if (!made) remove();
  return made;
}

DiskResult<void> GuestDisk::copy_image(const fs::path& image, DiskFormat format) {
  if (spec_.format == DiskFormat::raw) return tool_.export_raw(image, format, path_, spec_.size_bytes);
  const auto copied = tool_.export_raw(image, format, backing_file_, spec_.size_bytes);
  if (!copied) return copied;
  return tool_.create(path_, spec_.size_bytes, backing_file_);
}

DiskResult<void> GuestDisk::make() {
  auto made = make_folder();
  if (made) made = make_files();
  if (made) made = seal();
  if (!made) remove();
  return made;
}

DiskResult<void> GuestDisk::seal() {
  const timespec times[2] = {seal_time, seal_time};
  for (const fs::path& file : {path_, backing_file_}) {
    if (!file.empty() && ::utimensat(AT_FDCWD, file.c_str(), times, 0) != 0) {
      return disk_error("set the time of " + file.string(), last_system_error());
    }
  }
  return {};
}

bool GuestDisk::is_sealed() const {
  if (is_from_image_) return false;
  for (const fs::path& file : {path_, backing_file_}) {
    if (file.empty()) continue;
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return false;
    if (status.st_mtim.tv_sec != seal_time.tv_sec || status.st_mtim.tv_nsec != seal_time.tv_nsec) return false;
  }
  return true;
}

DiskResult<void> GuestDisk::make_files() {
  if (spec_.format == DiskFormat::qcow2) return make_qcow2();
  return write_raw_file(path_, spec_.size_bytes, content_, {0, content_.filled_blocks()}, state_);
}

/// A raw file becomes the disk in one process. What the base image holds is left out of it, so that the disk has
/// nothing allocated there and reads from the base once that is put behind it.
DiskResult<void> GuestDisk::make_qcow2() {
  const std::int64_t in_base = backing_file_.empty() ? 0 : content_.filled_blocks() / 2;
  if (!backing_file_.empty()) {
    const auto made = write_raw_file(backing_file_, spec_.size_bytes, content_, {0, in_base}, state_);
    if (!made) return made;
  }
  const fs::path filling = path_.parent_path() / "filling";
  const auto filled = write_raw_file(filling, spec_.size_bytes, content_, {in_base, content_.filled_blocks()}, state_);
  if (!filled) return filled;
  const auto imported = tool_.import_raw(filling, path_);
  std::error_code ignored;
  fs::remove(filling, ignored);
  if (!imported || backing_file_.empty()) return imported;
  return tool_.set_backing_file(path_, backing_file_);
}

DiskResult<void> GuestDisk::bring_to(const DiskState& target) {
  const auto front = content_.touched(state_.front, target.front, {0, content_.back_begins()});
  const auto back = content_.touched(state_.back, target.back, {content_.back_begins(), content_.blocks()});
  std::vector<BlockRange> ranges;
  for (const auto& half : {front, back}) {
    std::ranges::copy_if(half.ranges, std::back_inserter(ranges), [](const auto& r) { return r.begin < r.end; });
  }
  if (!ranges.empty()) {
    const auto written = spec_.format == DiskFormat::raw ? write_raw(ranges, target) : write_qcow2(ranges, target);
    if (!written) return written;
    const auto sealed = seal();
    if (!sealed) return sealed;
  }
  state_ = target;
  return {};
}

DiskResult<void> GuestDisk::write_raw(std::span<const BlockRange> ranges, const DiskState& target) {
  const auto fd = open_file(path_, O_WRONLY);
  if (!fd) return disk_error("open " + path_.string(), fd.error());
  for (const BlockRange& range : ranges) {
    const auto error = write_blocks(fd->get(), content_, range, target, range.begin * DiskContent::block_bytes);
    if (error) return disk_error("write " + path_.string(), error);
  }
  return {};
}

DiskResult<void> GuestDisk::write_qcow2(std::span<const BlockRange> ranges, const DiskState& target) {
  Patches patches(tool_.folder());
  for (const BlockRange& range : ranges) {
    for (std::int64_t block = range.begin; block < range.end; block += blocks_per_patch) {
      const BlockRange part{block, std::min(block + blocks_per_patch, range.end)};
      const auto error = patches.add(content_, part, target);
      if (error) return disk_error("write what " + spec_.name + " writes", error);
    }
  }
  return tool_.write(path_, spec_.format, patches.writes());
}

void GuestDisk::remove() {
  std::error_code ignored;
  fs::remove_all(path_.parent_path(), ignored);
}

}  // namespace snapsim
