#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "real/file_image_store.hpp"
#include "real/image_verifier.hpp"
#include "real/private_folder.hpp"
#include "real/qemu_disks.hpp"
#include "real/qemu_img.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {

/// The real files of one run, in a private folder.
class QemuStorage final : public RealStorage {
 public:
  /// `folder` outlives the object. A tool that takes longer than `tool_timeout` is given up.
  explicit QemuStorage(const PrivateFolder& folder, std::chrono::milliseconds tool_timeout = std::chrono::minutes(10));

  DiskBackend& disks() override { return disks_; }
  ImageStore& images() override { return images_; }
  std::string image_defect(ImageId image, FileId uploaded) override;
  bool disk_is_unchanged(FileId disk) override;

  /// Moves a finished image's file to `target`. Throws OutsideError.
  void move_image(ImageId image, const std::filesystem::path& target);
  /// Copies a guest's disk, with all that its guest has written, to `target` as a disk of its own. Throws OutsideError.
  void copy_guest_disk(FileId disk, DiskFormat format, const std::filesystem::path& target);

 private:
  QemuImg tool_;
  QemuDisks disks_;
  FileImageStore images_;
  ImageVerifier verifier_;
};

}  // namespace snapsim
