#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fake_glance/image_store.hpp"

namespace snapsim {

/// A store that keeps which bytes of which file came in, not the bytes.
class ModelImageStore final : public ImageStore {
 public:
  /// From now on the store takes no more than so many bytes in all.
  void set_capacity(std::int64_t bytes) { capacity_bytes_ = bytes; }

  StoreResult<void> begin(ImageId image) override;
  StoreResult<void> append(ImageId image, const ImageSlice& slice) override;
  StoreResult<StoreReceipt> finish(ImageId image) override;
  void remove(ImageId image) override;
  std::int64_t bytes_kept(ImageId image) const override;
  ImageHashes hashes(ImageId image) const override;

  /// What was taken in, in order, neighbouring bytes of one file joined.
  const std::vector<ImageSlice>& slices(ImageId image) const;

 private:
  struct Data {
    std::vector<ImageSlice> slices;
    bool exists = false;
  };

  std::int64_t bytes_kept() const;

  std::vector<Data> images_;
  std::optional<std::int64_t> capacity_bytes_;
};

}  // namespace snapsim
