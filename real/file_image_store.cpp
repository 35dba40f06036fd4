#include "real/file_image_store.hpp"

#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "real/file_io.hpp"
#include "real/hashing_copy.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

StoreError store_error(const std::string& doing, const boost::system::error_code& error) {
  const auto kind = means_no_space(error) ? StoreError::Kind::full : StoreError::Kind::failed;
  return {kind, doing + ": " + error.message()};
}

StoreError not_being_uploaded(ImageId image) {
  return {StoreError::Kind::failed, "image " + std::to_string(image.value) + " is not being uploaded"};
}

}  // namespace

FileImageStore::FileImageStore(fs::path folder, PathOf path_of, Durability durability)
    : folder_(std::move(folder)), path_of_(std::move(path_of)), durability_(durability) {}

fs::path FileImageStore::path_of(ImageId image) const {
  return folder_ / std::to_string(image.value);
}

StoreResult<void> FileImageStore::begin(ImageId image) {
  std::error_code failed;
  fs::create_directories(folder_, failed);
  if (failed) return store_error("mkdir " + folder_.string(), failed);
  const fs::path path = path_of(image);
  auto file = open_file(path, O_CREAT | O_EXCL | O_WRONLY);
  if (!file && file.error() == boost::system::errc::file_exists) {
    return StoreError{StoreError::Kind::duplicate, path.string() + " exists already"};
  }
  if (!file) return store_error("create " + path.string(), file.error());
  images_.erase(image);
  images_[image].file = std::move(*file);
  return {};
}

StoreError FileImageStore::fail(Image& image, StoreError error) {
  image.broken = true;
  return error;
}

StoreResult<void> FileImageStore::append(ImageId image, const ImageSlice& slice) {
  const auto found = images_.find(image);
  if (found == images_.end() || !found->second.file || found->second.broken) return not_being_uploaded(image);
  Image& upload = found->second;
  const fs::path path = path_of_(slice.file);
  const auto source = open_file(path, O_RDONLY);
  if (!source) return fail(upload, {StoreError::Kind::failed, path.string() + ": " + source.error().message()});
  upload.source = slice.file;
  const CopyJob job{source->get(), slice.offset, slice.length, upload.file.get(), upload.size_bytes};
  const auto copied = hashing_copy(job, upload.hasher);
  if (!copied) return fail(upload, store_error("write " + path_of(image).string(), copied.error()));
  upload.size_bytes += *copied;
  if (*copied == slice.length) return {};
  return fail(upload,
              {StoreError::Kind::failed,
               path.string() + " ends at byte " + std::to_string(slice.offset + *copied) + ", before the slice does"});
}

StoreResult<StoreReceipt> FileImageStore::finish(ImageId image) {
  const auto found = images_.find(image);
  if (found == images_.end() || !found->second.file || found->second.broken) return not_being_uploaded(image);
  Image& upload = found->second;
  if (durability_ == Durability::on_disk && ::fsync(upload.file.get()) != 0) {
    return fail(upload, store_error("fsync " + path_of(image).string(), last_system_error()));
  }
  upload.file.reset();
  upload.hashes = upload.hasher.finish();
  return StoreReceipt{upload.size_bytes};
}

void FileImageStore::remove(ImageId image) {
  images_.erase(image);
  ::unlink(path_of(image).c_str());
}

std::int64_t FileImageStore::bytes_kept(ImageId image) const {
  struct stat status {};
  return ::stat(path_of(image).c_str(), &status) == 0 ? status.st_size : 0;
}

ImageHashes FileImageStore::hashes(ImageId image) const {
  const auto found = images_.find(image);
  if (found == images_.end()) return {};
  return found->second.hashes.value_or(ImageHashes{});
}

std::optional<FileId> FileImageStore::source_of(ImageId image) const {
  const auto found = images_.find(image);
  return found == images_.end() ? std::nullopt : found->second.source;
}

boost::system::error_code FileImageStore::move_to(ImageId image, const fs::path& target) {
  const fs::path path = path_of(image);
  std::error_code failed;
  fs::rename(path, target, failed);
  if (failed == std::errc::cross_device_link) {
    fs::copy_file(path, target, fs::copy_options::overwrite_existing, failed);
    if (failed) {
      std::error_code ignored;
      fs::remove(target, ignored);
      return failed;
    }
    ::unlink(path.c_str());
  }
  if (failed) return failed;
  images_.erase(image);
  return {};
}

}  // namespace snapsim
