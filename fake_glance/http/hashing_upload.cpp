#include "fake_glance/http/hashing_upload.hpp"

#include <algorithm>
#include <cstring>

#include "real/file_io.hpp"

namespace snapsim {
HashingUpload::HashingUpload(UniqueFd file) : file_(std::move(file)) {}

HashingUpload::~HashingUpload() {
  stop_workers();
}

std::span<std::byte> HashingUpload::buffer() {
  Buffer& filling = buffer_at(filling_);
  const bool is_small = filling_ == 0 && filling.length < small_buffer_bytes;
  const std::size_t wanted = is_small ? small_buffer_bytes : buffer_bytes;
  if (filling.bytes.size() < wanted) {
    filling.bytes.resize(wanted);
  }
  return std::span(filling.bytes).subspan(filling.length);
}

bool HashingUpload::accept(std::size_t count) {
  if (error_) return false;
  Buffer& filling = buffer_at(filling_);
  filling.length += count;
  size_bytes_ += static_cast<std::int64_t>(count);
  if (filling.length == buffer_bytes) publish();
  return !error_;
}

bool HashingUpload::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::span<std::byte> room = buffer();
    const std::size_t count = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), count);
    if (!accept(count)) return false;
    bytes = bytes.subspan(count);
  }
  return !error_;
}

/// The filled buffer goes to the hash threads and to the file, and the next one is filled.
void HashingUpload::publish() {
  Buffer& full = buffer_at(filling_);
  const std::span<const std::byte> bytes(full.bytes.data(), full.length);
  {
    const std::lock_guard lock(mutex_);
    ++published_;
  }
  published_cv_.notify_all();
  if (!workers_[0].thread.joinable()) {
    workers_[0].thread = std::thread([this] { hash_buffers(hasher_.checksum, workers_[0]); });
    workers_[1].thread = std::thread([this] { hash_buffers(hasher_.os_hash_value, workers_[1]); });
  }
  const std::int64_t offset = size_bytes_ - static_cast<std::int64_t>(bytes.size());
  if (const auto failed = write_at(file_.get(), bytes, offset)) {
    error_ = StoreError{means_no_space(failed) ? StoreError::Kind::full : StoreError::Kind::failed, failed.message()};
  }
  ++filling_;
  if (filling_ >= buffers_max) wait_until_free(filling_ - buffers_max);
  buffer_at(filling_).length = 0;
}

void HashingUpload::wait_until_free(std::uint64_t number) {
  std::unique_lock lock(mutex_);
  freed_cv_.wait(lock, [&] { return workers_[0].done > number && workers_[1].done > number; });
}

void HashingUpload::hash_buffers(Digest& digest, Worker& worker) {
  std::unique_lock lock(mutex_);
  while (true) {
    published_cv_.wait(lock, [&] { return worker.done < published_ || is_ending_; });
    if (worker.done == published_) return;
    const Buffer& next = buffer_at(worker.done);
    lock.unlock();
    digest.update({next.bytes.data(), next.length});
    lock.lock();
    ++worker.done;
    freed_cv_.notify_all();
  }
}

void HashingUpload::stop_workers() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  published_cv_.notify_all();
  for (Worker& worker : workers_) {
    if (worker.thread.joinable()) worker.thread.join();
  }
}

StoreResult<StoreReceipt> HashingUpload::finish() {
  if (error_) return *error_;
  if (receipt_) return *receipt_;
  stop_workers();
  const Buffer& last = buffer_at(filling_);
  const std::span<const std::byte> bytes(last.bytes.data(), last.length);
  if (const auto failed = write_at(file_.get(), bytes, size_bytes_ - static_cast<std::int64_t>(bytes.size()))) {
    error_ = StoreError{means_no_space(failed) ? StoreError::Kind::full : StoreError::Kind::failed, failed.message()};
    return *error_;
  }
  hasher_.checksum.update(bytes);
  hasher_.os_hash_value.update(bytes);
  hashes_ = hasher_.finish();
  receipt_ = StoreReceipt{size_bytes_};
  file_.reset();
  for (Buffer& buffer : buffers_) buffer.bytes = {};
  return *receipt_;
}

}  // namespace snapsim
