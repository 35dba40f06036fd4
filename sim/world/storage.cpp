#include "sim/world/storage.hpp"

#include <algorithm>

#include "sim/runtime/assert.hpp"

namespace snapsim {
namespace {

template <class T>
T real_value(const DiskResult<T>& result) {
  if (!result) throw outside_error(result.error());
  if constexpr (!std::is_void_v<T>) return *result;
}

template <class T>
T real_value(const StoreResult<T>& result) {
  if (!result) throw OutsideError(OutsideError::Kind::failed, result.error().message);
  if constexpr (!std::is_void_v<T>) return *result;
}

DiskResult<FileId> with_twin(const DiskResult<FileId>& model, const DiskResult<FileId>& real) {
  SNAPSIM_ASSERT(real_value(real) == *model, "the model and the real files count alike");
  return model;
}

/// A copy that a fault ends is never whole: what was to happen beyond its end happens before it.
CopyFault fault_within(CopyFault fault, std::int64_t whole_bytes) {
  fault.after_bytes = std::min(fault.after_bytes, std::max<std::int64_t>(whole_bytes - 1, 0));
  return fault;
}

}  // namespace

OutsideError outside_error(const DiskError& error) {
  const bool is_missing = error.kind == DiskError::Kind::missing_tool;
  return {is_missing ? OutsideError::Kind::missing_tool : OutsideError::Kind::failed, error.message};
}

DiskResult<FileId> Disks::create_guest_disk(const DiskSpec& spec) {
  const DiskResult<FileId> disk = model_.create_guest_disk(spec);
  return real_ && disk ? with_twin(disk, real_->create_guest_disk(spec)) : disk;
}

DiskResult<FileId> Disks::create_guest_disk_from(const DiskSpec& spec, const StoredImage& image) {
  const DiskResult<FileId> disk = model_.create_guest_disk_from(spec, image);
  return real_ && disk ? with_twin(disk, real_->create_guest_disk_from(spec, image)) : disk;
}

void Disks::guest_has_written(FileId disk, std::uint64_t generation) {
  model_.guest_has_written(disk, generation);
  if (real_) real_->guest_has_written(disk, generation);
}

DiskResult<FileId> Disks::begin_convert(FileId source, DiskFormat format) {
  const DiskResult<FileId> begun = model_.begin_convert(source, format);
  return real_ && begun ? with_twin(begun, real_->begin_convert(source, format)) : begun;
}

/// A fault that is planned happens to the real tool as well, and has to end it in the same way.
DiskResult<void> Disks::finish_convert(FileId out, std::uint64_t generation_at_begin, const CopyFault& fault) {
  const CopyFault fitting = fault_within(fault, model_.bytes_of_whole(out));
  const DiskResult<void> finished = model_.finish_convert(out, generation_at_begin, fitting);
  if (!real_) return finished;
  const DiskResult<void> done = real_->finish_convert(out, generation_at_begin, fitting);
  if (finished || done) {
    real_value(done);
  } else if (done.error().kind != finished.error().kind) {
    throw outside_error(done.error());
  }
  return finished;
}

DiskResult<FileId> Disks::create_delta(FileId disk) {
  const DiskResult<FileId> delta = model_.create_delta(disk);
  return real_ && delta ? with_twin(delta, real_->create_delta(disk)) : delta;
}

DiskResult<void> Disks::mirror(FileId disk, FileId delta) {
  const DiskResult<void> mirrored = model_.mirror(disk, delta);
  if (real_ && mirrored) real_value(real_->mirror(disk, delta));
  return mirrored;
}

DiskResult<void> Disks::remove(FileId file) {
  if (real_) real_value(real_->remove(file));
  return model_.remove(file);
}

DiskResult<std::int64_t> Disks::file_bytes(FileId file) {
  const DiskResult<std::int64_t> bytes = model_.file_bytes(file);
  if (!real_ || !bytes) return bytes;
  return real_value(real_->file_bytes(file));
}

StoreResult<void> Images::begin(ImageId image) {
  const StoreResult<void> begun = model_.begin(image);
  if (real_ && begun) real_value(real_->begin(image));
  return begun;
}

StoreResult<void> Images::append(ImageId image, const ImageSlice& slice) {
  const StoreResult<void> appended = model_.append(image, slice);
  if (real_ && appended) real_value(real_->append(image, slice));
  return appended;
}

StoreResult<StoreReceipt> Images::finish(ImageId image) {
  const StoreResult<StoreReceipt> receipt = model_.finish(image);
  if (!real_ || !receipt) return receipt;
  return real_value(real_->finish(image));
}

void Images::remove(ImageId image) {
  model_.remove(image);
  if (real_) real_->remove(image);
}

std::int64_t Images::bytes_kept(ImageId image) const {
  return real_ ? real_->bytes_kept(image) : model_.bytes_kept(image);
}

ImageHashes Images::hashes(ImageId image) const {
  return real_ ? real_->hashes(image) : model_.hashes(image);
}

}  // namespace snapsim
