#include "sim/cli/qemu_storage.hpp"

#include "real/child_process.hpp"

namespace snapsim {
namespace {

template <class T>
T value_or_throw(const DiskResult<T>& result) {
  if (!result) throw outside_error(result.error());
  if constexpr (!std::is_void_v<T>) return *result;
}

QemuImg::Options tool_options(const PrivateFolder& folder, std::chrono::milliseconds timeout) {
  QemuImg::Options options;
  options.folder = folder.path();
  options.timeout = timeout;
  return options;
}

}  // namespace

QemuStorage::QemuStorage(const PrivateFolder& folder, std::chrono::milliseconds tool_timeout)
    : tool_(tool_options(folder, tool_timeout)),
      disks_(tool_, [this](ImageId image) { return images_.path_of(image); }),
      images_(folder.path() / "glance", [this](FileId file) { return tool_.folder() / disks_.path_of(file); }),
      verifier_(disks_, tool_) {}

std::string QemuStorage::image_defect(ImageId image, FileId uploaded) {
  return value_or_throw(verifier_.verify(images_.path_of(image), uploaded)).defect;
}

bool QemuStorage::disk_is_unchanged(FileId disk) {
  return value_or_throw(verifier_.verify_guest_disk(disk)).identical;
}

void QemuStorage::move_image(ImageId image, const std::filesystem::path& target) {
  const boost::system::error_code error = images_.move_to(image, target);
  if (error) {
    throw OutsideError(OutsideError::Kind::failed, "cannot write " + target.string() + ": " + error.message());
  }
}

void QemuStorage::copy_guest_disk(FileId disk, DiskFormat format, const std::filesystem::path& target) {
  value_or_throw(disks_.materialise(disk));
  value_or_throw(tool_.convert(disks_.path_of(disk), format, target, format));
}

}  // namespace snapsim
