#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "fake_hypervisor/disk_backend.hpp"
#include "real/guest_disk.hpp"
#include "real/qemu_img.hpp"

namespace snapsim {

/// What a file made by convert() or mirror() holds: a guest's disk in a state.
struct ImageOrigin {
  FileId disk;
  DiskState state;
  DiskFormat format = DiskFormat::qcow2;
  std::int64_t file_bytes = 0;  ///< length of the file when it was made
};

/// A file with what a guest's disk held at an instant. Removes it in the end, unless it is the guest's own disk.
class ReferenceDisk {
 public:
  ReferenceDisk(std::filesystem::path path, DiskFormat format, bool is_scratch)
      : path_(std::move(path)), format_(format), is_scratch_(is_scratch) {}
  ReferenceDisk(ReferenceDisk&& other) noexcept;
  ReferenceDisk& operator=(ReferenceDisk&&) = delete;
  ~ReferenceDisk();

  const std::filesystem::path& path() const { return path_; }
  DiskFormat format() const { return format_; }

 private:
  std::filesystem::path path_;
  DiskFormat format_;
  bool is_scratch_;
};

/// Real disks: files in the working folder of `tool`. Guest disks are `instances/<name>/disk`; what convert() and
/// create_delta() make is in `snapshots/`. What a guest writes is done to its file only when somebody looks at it, and
/// of several writes to a block only the last.
///
/// A torn copy holds the front half of the blocks in use as they were when it began, and the back half as they are now.
/// FileIds count from 0 in the order in which files are made; a call that fails uses none up.
class QemuDisks final : public DiskBackend {
 public:
  /// Where the store has the file of an image.
  using StoredAt = std::function<std::filesystem::path(ImageId)>;

  /// `tool` outlives this object. `stored_at` is needed for create_guest_disk_from().
  explicit QemuDisks(QemuImg& tool, StoredAt stored_at = {}) : tool_(tool), stored_at_(std::move(stored_at)) {}

  DiskResult<FileId> create_guest_disk(const DiskSpec& spec) override;
  DiskResult<FileId> create_guest_disk_from(const DiskSpec& spec, const StoredImage& image) override;
  void guest_has_written(FileId disk, std::uint64_t generation) override;
  DiskResult<FileId> begin_convert(FileId source, DiskFormat format) override;
  /// The source is a guest disk, or a file made by convert() or mirror(), whose guest writes nothing to it:
  /// `generation_at_begin` says nothing then.
  DiskResult<void> finish_convert(FileId out, std::uint64_t generation_at_begin, const CopyFault& fault) override;
  DiskResult<FileId> create_delta(FileId disk) override;
  DiskResult<void> mirror(FileId disk, FileId delta) override;
  DiskResult<void> remove(FileId file) override;
  DiskResult<std::int64_t> file_bytes(FileId file) override;

  /// Where the file is, or was.
  const std::filesystem::path& path_of(FileId file) const;
  DiskFormat format_of(FileId file) const { return at(file).format; }
  /// What the file holds; also when it has been removed. Null for a guest disk and for a delta that nothing was copied
  /// to.
  const ImageOrigin* origin_of(FileId file) const;
  /// The guest disk's content, as a function.
  const DiskContent& content_of(FileId disk) const;
  /// What the guest disk holds, with all that its guest has written.
  DiskState state_of(FileId disk) const;
  /// Does to the guest disk's file all that its guest has written: what the file is to be at the end of a run.
  DiskResult<void> materialise(FileId disk);
  /// Whether nobody but the guest has written to its disk's files.
  bool is_sealed(FileId disk) const;
  /// The guest disk as it was after `generation` writes: its own file where that has not moved on, else one made anew.
  DiskResult<ReferenceDisk> disk_at(FileId disk, std::uint64_t generation);
  /// The same, always made anew from what the guest has written, without looking at the disk's file.
  DiskResult<ReferenceDisk> rebuilt_disk(FileId disk, const DiskState& state);

 private:
  struct File {
    std::filesystem::path path;
    DiskFormat format = DiskFormat::qcow2;
    std::unique_ptr<GuestDisk> guest;   ///< of a guest disk
    std::uint64_t generation = 0;       ///< of a guest disk: writes done by the guest
    std::optional<DiskState> torn;      ///< of a guest disk made from a torn image: what it holds for ever
    std::optional<ImageOrigin> origin;  ///< of others
    FileId source;                      ///< of a copy
    bool removed = false;
  };

  FileId add(File file);
  File& at(FileId file) { return files_[file.value]; }
  const File& at(FileId file) const { return files_[file.value]; }
  DiskResult<std::filesystem::path> new_snapshot_path(DiskFormat format);
  DiskResult<ReferenceDisk> source_in_state(FileId disk, const DiskState& state);
  std::filesystem::path new_guest_folder(const std::string& instance) const;

  QemuImg& tool_;
  StoredAt stored_at_;
  std::vector<File> files_;
  std::uint32_t scratch_disks_made_ = 0;
};

}  // namespace snapsim
