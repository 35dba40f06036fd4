#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "fake_hypervisor/disk_backend.hpp"

namespace snapsim {

/// A stretch of a file and the version of the guest's data that it holds.
struct Extent {
  std::int64_t offset = 0;  ///< bytes of the guest's data
  std::int64_t length = 0;
  std::uint64_t generation = 0;  ///< how many writes the guest had done when these bytes were read
};

/// What a file holds, without its bytes.
struct FileContent {
  FileId guest_disk;            ///< whose data it is; of a disk made from an image: the disk that the image was of
  std::int64_t used_bytes = 0;  ///< how much data the guest's disk has
  /// Without gaps and in order. A copy made while the guest wrote has its second half younger than its first; a copy
  /// that never began has none.
  std::array<Extent, 2> extents{};
  std::uint8_t extent_count = 0;

  /// How much of the guest's data is there.
  std::int64_t held_bytes() const;
  /// All of it is.
  bool is_whole() const;
  /// ... and all of it is of one instant.
  bool is_of_one_instant() const;
};

/// The model of all files on the compute hosts: contents as versions of extents, sizes as qemu-img would make them.
class ModelDisks final : public DiskBackend {
 public:
  DiskResult<FileId> create_guest_disk(const DiskSpec& spec) override;
  DiskResult<FileId> create_guest_disk_from(const DiskSpec& spec, const StoredImage& image) override;
  void guest_has_written(FileId disk, std::uint64_t generation) override;
  DiskResult<FileId> begin_convert(FileId source, DiskFormat format) override;
  DiskResult<void> finish_convert(FileId out, std::uint64_t generation_at_begin, const CopyFault& fault) override;
  DiskResult<FileId> create_delta(FileId disk) override;
  DiskResult<void> mirror(FileId disk, FileId delta) override;
  DiskResult<void> remove(FileId file) override;
  DiskResult<std::int64_t> file_bytes(FileId file) override;

  /// What the file holds, or held when it was removed.
  const FileContent& content(FileId file) const { return files_[file.value].content; }
  bool exists(FileId file) const { return files_[file.value].exists; }
  /// The length that `copy`, begun or finished, has when it is whole.
  std::int64_t bytes_of_whole(FileId copy) const;
  std::uint32_t file_count() const { return static_cast<std::uint32_t>(files_.size()); }
  /// Makes room for that many files.
  void reserve(std::size_t files) { files_.reserve(files); }

 private:
  struct File {
    FileContent content;
    std::int64_t virtual_bytes = 0;
    DiskFormat format = DiskFormat::qcow2;
    FileId source;               ///< of a copy
    bool is_guest_disk = false;  ///< a guest may write to it
    bool exists = true;
  };

  FileId add(const File& file);

  std::vector<File> files_;
};

}  // namespace snapsim
