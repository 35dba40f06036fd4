#pragma once

#include <cstdint>
#include <string>

#include <boost/system/result.hpp>

#include "sim/nova/ids.hpp"

namespace snapsim {

/// A run of bytes of an image file, on its way into the store.
struct ImageSlice {
  FileId file;
  std::int64_t offset = 0;
  std::int64_t length = 0;
};

/// What the store says of data that it has taken in whole.
struct StoreReceipt {
  std::int64_t size_bytes = 0;
};

/// Why the store refused or lost data.
struct StoreError {
  enum class Kind : std::uint8_t { full, duplicate, failed } kind{};
  std::string message;
};

template <class T>
using StoreResult = boost::system::result<T, StoreError>;

/// Hashes of a stored image, as Glance shows them (hex).
struct ImageHashes {
  std::string checksum;       ///< md5
  std::string os_hash_value;  ///< sha512
};

/// Where Glance keeps image data (glance_store's filesystem driver). Twins: ModelImageStore keeps which slices of which
/// file came in, real::FileImageStore keeps files and hashes them while they are written.
class ImageStore {
 public:
  virtual ~ImageStore() = default;

  /// Begins an upload. Error `duplicate` where a file of that image is there already.
  virtual StoreResult<void> begin(ImageId image) = 0;
  /// Takes in the next bytes.
  virtual StoreResult<void> append(ImageId image, const ImageSlice& slice) = 0;
  /// Ends the upload: all data is in and durable.
  virtual StoreResult<StoreReceipt> finish(ImageId image) = 0;
  /// Removes what is there of the image, finished or not. Nothing there is no error.
  virtual void remove(ImageId image) = 0;
  /// Bytes now kept for the image; 0 when none are.
  virtual std::int64_t bytes_kept(ImageId image) const = 0;
  /// Hashes of a finished image. Made when asked for: a model has no bytes, so it hashes a description of them.
  virtual ImageHashes hashes(ImageId image) const = 0;
};

}  // namespace snapsim
