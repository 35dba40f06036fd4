#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "fake_glance/model_image_store.hpp"
#include "fake_hypervisor/model_disks.hpp"

namespace snapsim {

/// Something outside of the simulation failed that was not meant to: a tool, the file system, the user's Ctrl-C. The
/// run has no result then.
class OutsideError : public std::runtime_error {
 public:
  enum class Kind : std::uint8_t { missing_tool, failed, interrupted };

  OutsideError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

/// The same failure of a real disk or tool, as an exception.
OutsideError outside_error(const DiskError& error);

/// Real files that do what the model's files do, call by call.
class RealStorage {
 public:
  virtual ~RealStorage() = default;

  virtual DiskBackend& disks() = 0;
  virtual ImageStore& images() = 0;
  /// What real tools find wrong with a stored image that was made from `uploaded`; empty: nothing. Throws OutsideError.
  virtual std::string image_defect(ImageId image, FileId uploaded) = 0;
  /// Whether the guest's disk holds what the guest wrote and nothing else. Throws OutsideError.
  virtual bool disk_is_unchanged(FileId disk) = 0;
};

/// The guests' disks: always a model, which knows what each file holds, and where wanted real files behind it. A real
/// file that cannot be had ends the run with OutsideError.
class Disks final : public DiskBackend {
 public:
  /// `real` may be nullptr; not owned.
  explicit Disks(DiskBackend* real) : real_(real) {}

  DiskResult<FileId> create_guest_disk(const DiskSpec& spec) override;
  DiskResult<FileId> create_guest_disk_from(const DiskSpec& spec, const StoredImage& image) override;
  void guest_has_written(FileId disk, std::uint64_t generation) override;
  DiskResult<FileId> begin_convert(FileId source, DiskFormat format) override;
  DiskResult<void> finish_convert(FileId out, std::uint64_t generation_at_begin, const CopyFault& fault) override;
  DiskResult<FileId> create_delta(FileId disk) override;
  DiskResult<void> mirror(FileId disk, FileId delta) override;
  DiskResult<void> remove(FileId file) override;
  DiskResult<std::int64_t> file_bytes(FileId file) override;

  ModelDisks& model() { return model_; }
  const ModelDisks& model() const { return model_; }

 private:
  ModelDisks model_;
  DiskBackend* real_;
};

/// Glance's store, built the same way.
class Images final : public ImageStore {
 public:
  /// `real` may be nullptr; not owned.
  explicit Images(ImageStore* real) : real_(real) {}

  StoreResult<void> begin(ImageId image) override;
  StoreResult<void> append(ImageId image, const ImageSlice& slice) override;
  StoreResult<StoreReceipt> finish(ImageId image) override;
  void remove(ImageId image) override;
  std::int64_t bytes_kept(ImageId image) const override;
  ImageHashes hashes(ImageId image) const override;

  ModelImageStore& model() { return model_; }
  const ModelImageStore& model() const { return model_; }

 private:
  ModelImageStore model_;
  ImageStore* real_;
};

}  // namespace snapsim
