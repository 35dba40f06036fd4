#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "fake_glance/http/api_message.hpp"
#include "fake_glance/image_store.hpp"
#include "real/image_hasher.hpp"
#include "real/unique_fd.hpp"

namespace snapsim {

/// Data on its way into a file: written by the thread that brings it, while two threads more compute its two hashes.
/// What fits into one buffer is hashed by the caller. Used by one thread at a time.
class HashingUpload final : public BodySink {
 public:
  /// Takes over an open, empty file.
  explicit HashingUpload(UniqueFd file);
  ~HashingUpload() override;
  HashingUpload(const HashingUpload&) = delete;
  HashingUpload& operator=(const HashingUpload&) = delete;

  /// The body comes straight into the buffers that are hashed and written.
  std::span<std::byte> buffer() override;
  bool accept(std::size_t count) override;
  /// Copies bytes in. False after an error.
  bool write(std::span<const std::byte> bytes);

  /// All data has come: writes and hashes what is left. Once is enough, further calls say the same.
  StoreResult<StoreReceipt> finish();
  /// After finish().
  const ImageHashes& hashes() const { return hashes_; }
  /// Why accept() or write() said false.
  const std::optional<StoreError>& error() const { return error_; }

 private:
  static constexpr std::size_t buffer_bytes = 512 * 1024;
  static constexpr std::size_t small_buffer_bytes = 16 * 1024;
  static constexpr std::size_t buffers_max = 4;

  struct Buffer {
    std::vector<std::byte> bytes;
    std::size_t length = 0;
  };
  struct Worker {
    std::thread thread;
    std::uint64_t done = 0;  ///< buffers hashed
  };

  void publish();
  void wait_until_free(std::uint64_t number);
  void hash_buffers(Digest& digest, Worker& worker);
  void stop_workers();
  Buffer& buffer_at(std::uint64_t number) { return buffers_[number % buffers_max]; }

  UniqueFd file_;
  ImageHasher hasher_;
  ImageHashes hashes_;
  std::int64_t size_bytes_ = 0;
  std::optional<StoreError> error_;
  std::optional<StoreReceipt> receipt_;

  std::mutex mutex_;
  std::condition_variable published_cv_;
  std::condition_variable freed_cv_;
  std::array<Buffer, buffers_max> buffers_;
  std::uint64_t filling_ = 0;    ///< number of the buffer that is being filled
  std::uint64_t published_ = 0;  ///< buffers that the workers may read
  bool is_ending_ = false;
  std::array<Worker, 2> workers_;
};

}  // namespace snapsim
