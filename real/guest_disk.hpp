#pragma once

#include <filesystem>

#include "fake_hypervisor/disk_backend.hpp"
#include "real/disk_content.hpp"
#include "real/qemu_img.hpp"

namespace snapsim {

/// Makes a sparse raw file of `size_bytes` in which the blocks of `range` hold what `content` says of `state`, and all
/// else reads as zeros. Nothing is left where that fails.
DiskResult<void> write_raw_file(const std::filesystem::path& made, std::int64_t size_bytes, const DiskContent& content,
                                const BlockRange& range, const DiskState& state);

/// The files of one guest's disk: `disk` in its folder, beside it `base` where it is an overlay.
class GuestDisk {
 public:
  /// Makes no file yet. `tool` outlives this object.
  GuestDisk(DiskSpec spec, std::filesystem::path folder, QemuImg& tool);

  /// Makes the folder and the files, filled as before the run. Nothing is left where that fails.
  DiskResult<void> make();
  /// Makes the folder and the files from an image that holds `state`: a raw copy of it, under an overlay where the disk
  /// is a qcow2. Nothing is left where that fails.
  DiskResult<void> make_from(const std::filesystem::path& image, DiskFormat format, const DiskState& state);
  /// Does the guest's writes that lie between what the file holds and `target`, block by block the last one only, in at
  /// most one process. `target` is nowhere behind state(). After an error it may be called again.
  DiskResult<void> bring_to(const DiskState& target);
  /// Removes the files.
  void remove();
  /// Whether nobody but the guest has written to its files. Tells by their modification time, which the guest's own
  /// writes leave at a moment long gone; a file that was merely touched counts as written to, and so does a disk made
  /// from an image: nobody vouches for what that held.
  bool is_sealed() const;

  const DiskSpec& spec() const { return spec_; }
  const DiskContent& content() const { return content_; }
  /// What the file holds now.
  const DiskState& state() const { return state_; }
  const std::filesystem::path& path() const { return path_; }
  /// The raw base image; empty: there is none.
  const std::filesystem::path& backing_file() const { return backing_file_; }

 private:
  DiskResult<void> make_folder();
  DiskResult<void> make_files();
  DiskResult<void> copy_image(const std::filesystem::path& image, DiskFormat format);
  DiskResult<void> seal();
  DiskResult<void> make_qcow2();
  DiskResult<void> write_raw(std::span<const BlockRange> ranges, const DiskState& target);
  DiskResult<void> write_qcow2(std::span<const BlockRange> ranges, const DiskState& target);

  DiskSpec spec_;
  DiskContent content_;
  std::filesystem::path path_;
  std::filesystem::path backing_file_;
  QemuImg& tool_;
  DiskState state_;
  bool is_from_image_ = false;
};

}  // namespace snapsim
