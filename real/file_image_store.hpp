#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>

#include <boost/system/error_code.hpp>

#include "fake_glance/image_store.hpp"
#include "real/image_hasher.hpp"
#include "real/unique_fd.hpp"

namespace snapsim {

/// Images as files `<folder>/<image index>`, hashed while they are written.
class FileImageStore final : public ImageStore {
 public:
  /// Where the bytes of a file are.
  using PathOf = std::function<std::filesystem::path(FileId)>;
  /// Whether finish() waits until the data is on the disk. glance_store's filesystem driver does not.
  enum class Durability : std::uint8_t { page_cache, on_disk };

  /// Makes `folder` at the first upload.
  FileImageStore(std::filesystem::path folder, PathOf path_of, Durability durability = Durability::page_cache);

  StoreResult<void> begin(ImageId image) override;
  /// After an error the upload can only be removed: finish() fails. What had come in is kept until then.
  StoreResult<void> append(ImageId image, const ImageSlice& slice) override;
  StoreResult<StoreReceipt> finish(ImageId image) override;
  void remove(ImageId image) override;
  std::int64_t bytes_kept(ImageId image) const override;
  /// Both empty for an image that is not finished.
  ImageHashes hashes(ImageId image) const override;

  /// The image's file, there or not.
  std::filesystem::path path_of(ImageId image) const;
  /// The file that the last slice came from, if there was one.
  std::optional<FileId> source_of(ImageId image) const;
  /// Hands a finished image's file over to the caller: moves it to `target`, copying where that lies in another file
  /// system, and forgets the image. On an error the image stays as it was.
  boost::system::error_code move_to(ImageId image, const std::filesystem::path& target);

 private:
  struct Image {
    UniqueFd file;  ///< open while the upload lasts
    ImageHasher hasher;
    std::optional<ImageHashes> hashes;  ///< of a finished image
    std::int64_t size_bytes = 0;
    std::optional<FileId> source;
    bool broken = false;
  };

  StoreError fail(Image& image, StoreError error);

  std::filesystem::path folder_;
  PathOf path_of_;
  Durability durability_;
  std::map<ImageId, Image> images_;
};

}  // namespace snapsim
