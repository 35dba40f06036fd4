#include "fake_glance/http/image_folder.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "fake_glance/http/schemas.hpp"
#include "real/file_io.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

StoreError folder_error(const std::string& doing, const boost::system::error_code& error) {
  const auto kind = means_no_space(error)                       ? StoreError::Kind::full
                    : error == boost::system::errc::file_exists ? StoreError::Kind::duplicate
                                                                : StoreError::Kind::failed;
  return {kind, doing + ": " + error.message()};
}

/// Reads a whole file into an upload. Returns what went wrong.
std::optional<StoreError> feed(HashingUpload& upload, const fs::path& path, std::int64_t offset, std::int64_t length) {
  const auto source = open_file(path, O_RDONLY);
  if (!source) return folder_error("open " + path.string(), source.error());
  while (length > 0) {
    const std::span<std::byte> room = upload.buffer();
    const std::size_t wanted = std::min(room.size(), static_cast<std::size_t>(length));
    const auto count = read_at(source->get(), room.first(wanted), offset);
    if (!count) return folder_error("read " + path.string(), count.error());
    if (*count == 0) return StoreError{StoreError::Kind::failed, path.string() + " ends before the slice does"};
    if (!upload.accept(*count)) return upload.error();
    offset += static_cast<std::int64_t>(*count);
    length -= static_cast<std::int64_t>(*count);
  }
  return std::nullopt;
}

std::int64_t bytes_at(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_size : 0;
}

}  // namespace

ImageFolder::ImageFolder(fs::path folder, NameOf name_of, PathOf path_of)
    : folder_(std::move(folder)), name_of_(std::move(name_of)), path_of_(std::move(path_of)) {
  fs::create_directories(folder_ / "images");
  fs::create_directories(folder_ / "staging");
}

fs::path ImageFolder::stored_path(ImageId image) const {
  return folder_ / "images" / name_of_(image);
}

fs::path ImageFolder::staged_path(ImageId image) const {
  return folder_ / "staging" / name_of_(image);
}

StoreResult<void> ImageFolder::begin_at(ImageId image, const fs::path& path) {
  auto file = open_file(path, O_CREAT | O_EXCL | O_RDWR);
  if (!file) return folder_error("create " + path.string(), file.error());
  uploads_[image] = std::make_shared<HashingUpload>(std::move(*file));
  return {};
}

StoreResult<void> ImageFolder::begin(ImageId image) {
  return begin_at(image, stored_path(image));
}

StoreResult<void> ImageFolder::begin_stage(ImageId image) {
  return begin_at(image, staged_path(image));
}

StoreResult<void> ImageFolder::append(ImageId image, const ImageSlice& slice) {
  const std::shared_ptr<HashingUpload> into = upload(image);
  if (!into || !path_of_) return StoreError{StoreError::Kind::failed, "no upload of slices goes on"};
  const auto failed = feed(*into, path_of_(slice.file), slice.offset, slice.length);
  if (failed) return *failed;
  return {};
}

StoreResult<StoreReceipt> ImageFolder::finish(ImageId image) {
  const auto found = uploads_.find(image);
  if (found == uploads_.end()) return StoreError{StoreError::Kind::failed, "no upload goes on"};
  const StoreResult<StoreReceipt> receipt = found->second->finish();
  if (receipt) hashes_[image] = found->second->hashes();
  uploads_.erase(found);
  return receipt;
}

void ImageFolder::remove(ImageId image) {
  uploads_.erase(image);
  hashes_.erase(image);
  ::unlink(stored_path(image).c_str());
}

void ImageFolder::remove_staged(ImageId image) {
  uploads_.erase(image);
  ::unlink(staged_path(image).c_str());
}

void ImageFolder::remove_orphans(const IsOrphan& is_staged_orphan, const IsOrphan& is_stored_orphan) {
  remove_from(folder_ / "staging", is_staged_orphan);
  remove_from(folder_ / "images", is_stored_orphan);
}

void ImageFolder::remove_from(const fs::path& folder, const IsOrphan& is_orphan) {
  std::vector<fs::path> orphans;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (is_uuid(name) && is_orphan(name)) orphans.push_back(entry.path());
  }
  for (const fs::path& path : orphans) ::unlink(path.c_str());
}

StoreResult<void> ImageFolder::store_staged(ImageId image) {
  const fs::path from = staged_path(image);
  const fs::path to = stored_path(image);
  if (!upload(image)) {
    auto began = begin(image);
    if (!began) return began.error();
    const auto failed = feed(*upload(image), from, 0, bytes_at(from));
    if (failed) return *failed;
    ::unlink(from.c_str());
    return {};
  }
  if (::link(from.c_str(), to.c_str()) != 0) return folder_error("create " + to.string(), last_system_error());
  ::unlink(from.c_str());
  return {};
}

std::int64_t ImageFolder::bytes_kept(ImageId image) const {
  return bytes_at(stored_path(image));
}

ImageHashes ImageFolder::hashes(ImageId image) const {
  const auto found = hashes_.find(image);
  return found == hashes_.end() ? ImageHashes{} : found->second;
}

std::shared_ptr<HashingUpload> ImageFolder::upload(ImageId image) const {
  const auto found = uploads_.find(image);
  return found == uploads_.end() ? nullptr : found->second;
}

std::optional<std::int64_t> ImageFolder::virtual_size(ImageId image, std::string_view disk_format) const {
  const std::int64_t size = bytes_kept(image);
  if (disk_format == "raw") return size == 0 ? std::nullopt : std::optional(size);
  std::array<std::byte, 512> header{};
  const auto file = open(image);
  if (!file) return std::nullopt;
  const auto count = read_at(file->get(), header, 0);
  if (!count || *count < header.size()) return std::nullopt;
  const std::string_view text(reinterpret_cast<const char*>(header.data()), header.size());
  const auto number = [&](std::size_t offset, bool is_big_endian) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      value = value << 8 | std::to_integer<std::uint64_t>(header[offset + (is_big_endian ? i : 7 - i)]);
    }
    return value > 0 && value <= INT64_MAX ? std::optional(static_cast<std::int64_t>(value)) : std::nullopt;
  };
  using namespace std::string_view_literals;
  if (disk_format == "qcow2" && text.starts_with("QFI\xfb"sv)) return number(24, true);
  if (disk_format == "vhd" && text.starts_with("conectix"sv)) return number(40, true);
  if (disk_format == "vdi" && text.substr(0x40, 4) == "\x7f\x10\xda\xbe"sv) return number(0x170, false);
  return std::nullopt;
}

boost::system::result<UniqueFd> ImageFolder::open(ImageId image) const {
  return open_file(stored_path(image), O_RDONLY);
}

}  // namespace snapsim
