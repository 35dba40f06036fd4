#include "real/image_verifier.hpp"

#include <system_error>

namespace snapsim {
namespace {

namespace fs = std::filesystem;

ImageVerdict defect(std::string sentence) {
  return {false, std::move(sentence)};
}

std::string bytes(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

/// A tool that could not be run says nothing of the image; one that failed at reading it does.
bool blames_image(const DiskError& error) {
  return error.kind == DiskError::Kind::exit || error.kind == DiskError::Kind::unreadable;
}

ImageVerdict unreadable(const DiskError& error) {
  return defect("qemu-img cannot read the image: " + error.message);
}

/// What the length of the file alone tells.
ImageVerdict verify_length(const fs::path& image, const ImageOrigin& origin) {
  std::error_code failed;
  const auto length = fs::file_size(image, failed);
  if (failed) return defect("The image's data is not in the store.");
  const auto found = static_cast<std::int64_t>(length);
  if (found == origin.file_bytes) return {};
  if (found == 0) return defect("The image is empty; " + bytes(origin.file_bytes) + " were to be uploaded.");
  if (found < origin.file_bytes) {
    return defect("The image is cut off: it has " + bytes(found) + " of " + std::to_string(origin.file_bytes) + ".");
  }
  return defect("The image has " + bytes(found) + " where the uploaded file had " + std::to_string(origin.file_bytes) +
                ".");
}

ImageVerdict torn(const DiskState& state) {
  return defect("The image is torn: its front half is the guest's disk after " + std::to_string(state.front) +
                " writes, its back half after " + std::to_string(state.back) + "; the disk never held both.");
}

}  // namespace

DiskResult<ImageVerdict> ImageVerifier::verify(const fs::path& image, FileId uploaded) {
  const ImageOrigin* known = disks_.origin_of(uploaded);
  if (known == nullptr) return defect("The uploaded file holds nothing of the guest's disk.");
  const ImageOrigin origin = *known;
  const ImageVerdict length = verify_length(image, origin);
  if (!length.identical) return length;
  const auto info = tool_.info(image, origin.format);
  if (!info && blames_image(info.error())) return unreadable(info.error());
  if (!info) return info.error();
  if (!info->backing_file.empty()) {
    return defect("The image is an overlay on " + info->backing_file + ", which only the compute host has.");
  }
  const std::int64_t size_bytes = disks_.content_of(origin.disk).size_bytes();
  if (info->virtual_bytes != size_bytes) {
    return defect("The image is a disk of " + bytes(info->virtual_bytes) + ", the guest's is one of " +
                  std::to_string(size_bytes) + ".");
  }
  if (origin.format == DiskFormat::qcow2) {
    const auto problems = tool_.check(image);
    if (!problems) return problems.error();
    if (!problems->empty()) return defect("qemu-img check finds the image damaged: " + *problems);
  }
  return verify_content(image, origin);
}

DiskResult<ImageVerdict> ImageVerifier::verify_content(const fs::path& image, const ImageOrigin& origin) {
  const auto instant = disks_.content_of(origin.disk).instant_of(origin.state);
  if (!instant) return torn(origin.state);
  const auto expected = disks_.disk_at(origin.disk, *instant);
  if (!expected) return expected.error();
  const auto difference = tool_.compare(image, origin.format, expected->path(), expected->format());
  if (!difference && blames_image(difference.error())) return unreadable(difference.error());
  if (!difference) return difference.error();
  if (difference->empty()) return ImageVerdict{};
  return defect("The image differs from the guest's disk after " + std::to_string(*instant) +
                " writes: " + *difference);
}

DiskResult<ImageVerdict> ImageVerifier::verify_guest_disk(FileId disk) {
  const auto materialised = disks_.materialise(disk);
  if (!materialised) return materialised.error();
  if (disks_.is_sealed(disk)) return ImageVerdict{};
  const auto expected = disks_.rebuilt_disk(disk, disks_.state_of(disk));
  if (!expected) return expected.error();
  const auto difference =
      tool_.compare(disks_.path_of(disk), disks_.format_of(disk), expected->path(), expected->format());
  if (!difference && blames_image(difference.error())) return unreadable(difference.error());
  if (!difference) return difference.error();
  if (difference->empty()) return ImageVerdict{};
  return defect("The guest's disk is not what its guest wrote: " + *difference);
}

}  // namespace snapsim
