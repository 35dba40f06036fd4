#include "fake_hypervisor/model_disks.hpp"

namespace snapsim {
namespace {

constexpr std::int64_t cluster_bytes = 64 * 1024;
constexpr std::int64_t bytes_per_l2_table = 512ll * 1024 * 1024;  // 8192 entries of one cluster each

std::int64_t divide_up(std::int64_t amount, std::int64_t by) {
  return (amount + by - 1) / by;
}

/// The length of a qcow2 file that `qemu-img convert` makes of data standing at the front of a disk: header, refcount
/// table and blocks, L1 table, the L2 tables in use and the data. Without any data the file ends where the L1 table
/// does.
std::int64_t qcow2_bytes(std::int64_t virtual_bytes, std::int64_t data_bytes) {
  constexpr std::int64_t refcounts_per_block = cluster_bytes / 2;
  const std::int64_t l1_table_bytes = 8 * divide_up(virtual_bytes, bytes_per_l2_table);
  if (data_bytes == 0) return 3 * cluster_bytes + l1_table_bytes;
  const std::int64_t counted = 2 + divide_up(l1_table_bytes, cluster_bytes) +
                               divide_up(data_bytes, bytes_per_l2_table) + divide_up(data_bytes, cluster_bytes);
  // A refcount block counts itself too.
  const std::int64_t refcount_blocks = divide_up(counted, refcounts_per_block - 1);
  return (counted + refcount_blocks) * cluster_bytes;
}

std::int64_t bytes_covered(const FileContent& content) {
  std::int64_t covered = 0;
  for (std::uint8_t i = 0; i < content.extent_count; ++i) covered += content.extents[i].length;
  return covered;
}

DiskError gone() {
  return {DiskError::Kind::unreadable, "no such file"};
}

}  // namespace

bool FileContent::is_whole() const {
  return bytes_covered(*this) == used_bytes;
}

bool FileContent::is_of_one_instant() const {
  return is_whole() && (extent_count < 2 || extents[0].generation == extents[1].generation);
}

FileId ModelDisks::add(const File& file) {
  files_.push_back(file);
  return FileId(static_cast<std::uint32_t>(files_.size() - 1));
}

DiskResult<FileId> ModelDisks::create_guest_disk(const DiskSpec& spec) {
  File file;
  file.virtual_bytes = spec.size_bytes;
  file.format = spec.format;
  const FileId disk = add(file);
  FileContent& content = files_[disk.value].content;
  content.guest_disk = disk;
  content.used_bytes = spec.used_bytes;
  content.extents[0] = {0, spec.used_bytes, 0};
  content.extent_count = 1;
  return disk;
}

void ModelDisks::guest_has_written(FileId disk, std::uint64_t generation) {
  files_[disk.value].content.extents[0].generation = generation;
}

DiskResult<FileId> ModelDisks::convert(FileId source, DiskFormat format, std::uint64_t generation_at_begin) {
  if (!files_[source.value].exists) return gone();
  File file = files_[source.value];
  file.format = format;
  FileContent& content = file.content;
  const bool was_written_meanwhile =
      content.guest_disk == source && content.extents[0].generation != generation_at_begin && content.used_bytes > 0;
  if (was_written_meanwhile) {
    const std::int64_t half = content.used_bytes / 2;
    const std::uint64_t now = content.extents[0].generation;
    content.extents[0] = {0, half, generation_at_begin};
    content.extents[1] = {half, content.used_bytes - half, now};
    content.extent_count = 2;
  }
  return add(file);
}

DiskResult<FileId> ModelDisks::create_delta(FileId disk) {
  if (!files_[disk.value].exists) return gone();
  File file = files_[disk.value];
  file.format = DiskFormat::qcow2;
  file.content.extents = {};
  file.content.extent_count = 0;
  return add(file);
}

DiskResult<void> ModelDisks::mirror(FileId disk, FileId delta) {
  if (!files_[disk.value].exists || !files_[delta.value].exists) return gone();
  files_[delta.value].content = files_[disk.value].content;
  return {};
}

DiskResult<void> ModelDisks::remove(FileId file) {
  files_[file.value].exists = false;
  return {};
}

DiskResult<std::int64_t> ModelDisks::file_bytes(FileId file) {
  const File& found = files_[file.value];
  if (!found.exists) return gone();
  if (found.format == DiskFormat::raw) return found.virtual_bytes;
  return qcow2_bytes(found.virtual_bytes, bytes_covered(found.content));
}

}  // namespace snapsim
