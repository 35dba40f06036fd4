#pragma once

#include <filesystem>
#include <string>

#include "fake_hypervisor/disk_backend.hpp"
#include "real/qemu_disks.hpp"
#include "real/qemu_img.hpp"

namespace snapsim {

/// What real tools say of a file.
struct ImageVerdict {
  bool identical = true;
  std::string defect;  ///< one sentence; empty where identical
};

/// Asks real tools whether a stored image is the guest's disk at one instant: `qemu-img info` and `check` on the image,
/// then `qemu-img compare` with the guest's disk as it was at the instant of the copy.
class ImageVerifier {
 public:
  /// Both outlive this object.
  ImageVerifier(QemuDisks& disks, QemuImg& tool) : disks_(disks), tool_(tool) {}

  /// `image` is a file to which `uploaded`, made by convert(), was meant to be copied; `uploaded` need not be there any
  /// more. A defect of the image is a verdict; an error means that none was reached.
  DiskResult<ImageVerdict> verify(const std::filesystem::path& image, FileId uploaded);

  /// Whether the guest disk's file, with all that its guest has written, holds that and nothing else.
  DiskResult<ImageVerdict> verify_guest_disk(FileId disk);

 private:
  DiskResult<ImageVerdict> verify_content(const std::filesystem::path& image, const ImageOrigin& origin);

  QemuDisks& disks_;
  QemuImg& tool_;
};

}  // namespace snapsim
