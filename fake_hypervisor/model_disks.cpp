#include "fake_hypervisor/model_disks.hpp"

#include <algorithm>

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

std::int64_t file_length(DiskFormat format, std::int64_t virtual_bytes, std::int64_t data_bytes) {
  return format == DiskFormat::raw ? virtual_bytes : qcow2_bytes(virtual_bytes, data_bytes);
}

std::int64_t bytes_covered(const FileContent& content) {
  std::int64_t covered = 0;
  for (std::uint8_t i = 0; i < content.extent_count; ++i) covered += content.extents[i].length;
  return covered;
}

DiskError gone() {
  return {DiskError::Kind::unreadable, "no such file"};
}

/// qemu-img's way of saying so.
DiskError source_is_gone() {
  return {DiskError::Kind::exit, "qemu-img convert: no such file"};
}

/// What was copied before a fault: as much of the data as fits, and never all of it.
FileContent cut_off(FileContent content, std::int64_t bytes) {
  const std::int64_t kept = std::clamp<std::int64_t>(bytes, 0, std::max<std::int64_t>(content.used_bytes - 1, 0));
  content.extents = {Extent{0, kept, content.extents[0].generation}, Extent{}};
  content.extent_count = kept > 0 ? 1 : 0;
  return content;
}

}  // namespace

std::int64_t FileContent::held_bytes() const {
  return bytes_covered(*this);
}

bool FileContent::is_whole() const {
  return extent_count > 0 && bytes_covered(*this) == used_bytes;
}

bool FileContent::is_of_one_instant() const {
  return is_whole() && (extent_count < 2 || extents[0].generation == extents[1].generation);
}

DiskError::Kind error_kind_of(CopyFault::Kind fault) {
  switch (fault) {
    case CopyFault::Kind::killed:
      return DiskError::Kind::killed;
    case CopyFault::Kind::full:
      return DiskError::Kind::no_space;
    case CopyFault::Kind::hang:
      return DiskError::Kind::timed_out;
    case CopyFault::Kind::none:
    case CopyFault::Kind::exit:
      break;
  }
  return DiskError::Kind::exit;
}

FileId ModelDisks::add(const File& file) {
  files_.push_back(file);
  return FileId(static_cast<std::uint32_t>(files_.size() - 1));
}

DiskResult<FileId> ModelDisks::create_guest_disk(const DiskSpec& spec) {
  File file;
  file.virtual_bytes = spec.size_bytes;
  file.format = spec.format;
  file.is_guest_disk = true;
  const FileId disk = add(file);
  FileContent& content = files_[disk.value].content;
  content.guest_disk = disk;
  content.used_bytes = spec.used_bytes;
  content.extents[0] = {0, spec.used_bytes, 0};
  content.extent_count = 1;
  return disk;
}

DiskResult<FileId> ModelDisks::create_guest_disk_from(const DiskSpec& spec, const StoredImage& image) {
  const File& uploaded = files_[image.uploaded.value];
  if (!uploaded.content.is_whole()) return DiskError{DiskError::Kind::unreadable, "the image holds no whole disk"};
  File file;
  file.content = uploaded.content;
  file.virtual_bytes = std::max(spec.size_bytes, uploaded.virtual_bytes);
  file.format = spec.format;
  file.is_guest_disk = true;
  return add(file);
}

void ModelDisks::guest_has_written(FileId disk, std::uint64_t generation) {
  files_[disk.value].content.extents[0].generation = generation;
}

DiskResult<FileId> ModelDisks::begin_convert(FileId source, DiskFormat format) {
  if (!files_[source.value].exists) return source_is_gone();
  File file;
  file.content = cut_off(files_[source.value].content, 0);
  file.virtual_bytes = files_[source.value].virtual_bytes;
  file.format = format;
  file.source = source;
  return add(file);
}

DiskResult<void> ModelDisks::finish_convert(FileId out, std::uint64_t generation_at_begin, const CopyFault& fault) {
  File& file = files_[out.value];
  const File& source = files_[file.source.value];
  if (!source.exists) return source_is_gone();
  FileContent content = source.content;
  const bool was_written_meanwhile =
      source.is_guest_disk && content.extents[0].generation > generation_at_begin && content.used_bytes > 0;
  if (was_written_meanwhile) {
    const std::int64_t half = content.used_bytes / 2;
    const std::uint64_t now = content.extents[0].generation;
    content.extents[0] = {0, half, generation_at_begin};
    content.extents[1] = {half, content.used_bytes - half, now};
    content.extent_count = 2;
  }
  if (fault.kind == CopyFault::Kind::none) {
    file.content = content;
    return {};
  }
  file.content = cut_off(content, fault.after_bytes);
  return DiskError{error_kind_of(fault.kind), "qemu-img convert failed as planned"};
}

std::int64_t ModelDisks::bytes_of_whole(FileId copy) const {
  const File& found = files_[copy.value];
  return file_length(found.format, found.virtual_bytes, bytes_covered(files_[found.source.value].content));
}

DiskResult<FileId> ModelDisks::create_delta(FileId disk) {
  if (!files_[disk.value].exists) return gone();
  File file = files_[disk.value];
  file.format = DiskFormat::qcow2;
  file.content.extents = {};
  file.content.extent_count = 0;
  file.is_guest_disk = false;
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
  return file_length(found.format, found.virtual_bytes, bytes_covered(found.content));
}

}  // namespace snapsim
