#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

#include "fake_glance/http/hashing_upload.hpp"
#include "fake_glance/image_store.hpp"
#include "real/unique_fd.hpp"

namespace snapsim {

/// Glance's filesystem store and its staging area: FOLDER/images/<id> and FOLDER/staging/<id>. Data comes by HTTP, into
/// the HashingUpload of an image, or by the simulated flow, as slices of files on a host's disk. Not thread-safe (see
/// ImageService), but an upload, once begun, may be fed without the lock.
class ImageFolder final : public ImageStore {
 public:
  /// The uuid of an image, which is the name of its file.
  using NameOf = std::function<std::string(ImageId)>;
  /// Where a file of the flow lies.
  using PathOf = std::function<std::filesystem::path(FileId)>;

  /// Makes the folders where they are missing; throws std::filesystem::filesystem_error. Without `path_of` no slices
  /// are taken in.
  ImageFolder(std::filesystem::path folder, NameOf name_of, PathOf path_of = nullptr);

  StoreResult<void> begin(ImageId image) override;
  StoreResult<void> append(ImageId image, const ImageSlice& slice) override;
  StoreResult<StoreReceipt> finish(ImageId image) override;
  void remove(ImageId image) override;
  std::int64_t bytes_kept(ImageId image) const override;
  ImageHashes hashes(ImageId image) const override;

  /// The upload that begin() or begin_stage() has begun, or null.
  std::shared_ptr<HashingUpload> upload(ImageId image) const;

  /// Begins the upload into the staging area.
  StoreResult<void> begin_stage(ImageId image);
  /// Removes what is there of it.
  void remove_staged(ImageId image);
  /// What a file in the folder is, by the uuid that it is named after.
  using IsOrphan = std::function<bool(const std::string&)>;
  /// Removes staged files that nobody will ask for (glance/housekeeping.py, StagingStoreCleaner: when glance-api
  /// starts), and stored ones. Files of other names stay.
  void remove_orphans(const IsOrphan& is_staged_orphan, const IsOrphan& is_stored_orphan);
  /// The staged file becomes the stored one, as if it had just been uploaded: finish() is next. It was hashed when it
  /// was staged; where that was by an earlier process, it is read again.
  StoreResult<void> store_staged(ImageId image);

  /// glance/common/format_inspector.py: the size of the disk that the stored file says it holds, by its disk_format;
  /// none where that cannot be told.
  std::optional<std::int64_t> virtual_size(ImageId image, std::string_view disk_format) const;
  /// Opens the stored file for reading.
  boost::system::result<UniqueFd> open(ImageId image) const;

 private:
  std::filesystem::path stored_path(ImageId image) const;
  std::filesystem::path staged_path(ImageId image) const;
  static void remove_from(const std::filesystem::path& folder, const IsOrphan& is_orphan);
  StoreResult<void> begin_at(ImageId image, const std::filesystem::path& path);

  std::filesystem::path folder_;
  NameOf name_of_;
  PathOf path_of_;
  std::map<ImageId, std::shared_ptr<HashingUpload>> uploads_;
  std::map<ImageId, ImageHashes> hashes_;
};

}  // namespace snapsim
