#include "real/hashing_copy.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <exception>
#include <fcntl.h>
#include <mutex>
#include <thread>
#include <vector>

#include "real/child_process.hpp"
#include "real/file_io.hpp"

namespace snapsim {
namespace {

constexpr std::size_t chunk_bytes = 1 << 20;
constexpr std::size_t chunks_in_flight = 8;
constexpr std::int64_t worth_threads_bytes = 4 << 20;
constexpr std::size_t consumers = 2;

/// Chunks on their way from one producer to two consumers that each see all of them, in order.
class ChunkRing {
 public:
  ChunkRing() {
    for (std::size_t i = 0; i < chunks_in_flight; ++i) chunks_.emplace_back(chunk_bytes);
  }

  /// For the producer: the next chunk to fill. Waits until both consumers are done with what it held.
  std::span<std::byte> next_free() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return produced_ < std::ranges::min(consumed_) + chunks_in_flight; });
    return chunks_[produced_ % chunks_in_flight].bytes();
  }
  /// For the producer: hands on the first `length` bytes of the chunk from next_free().
  void hand_on(std::size_t length) {
    {
      const std::scoped_lock lock(mutex_);
      lengths_[produced_ % chunks_in_flight] = length;
      ++produced_;
    }
    changed_.notify_all();
  }
  /// For the producer: nothing more comes.
  void close() {
    {
      const std::scoped_lock lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

  /// For consumer 0 or 1: gives every chunk to `use`, until the ring is closed and empty.
  template <class Use>
  void consume(std::size_t consumer, Use use) {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return consumed_[consumer] < produced_ || closed_; });
      if (consumed_[consumer] == produced_) return;
      const std::size_t slot = consumed_[consumer] % chunks_in_flight;
      const std::span<const std::byte> bytes = chunks_[slot].bytes().first(lengths_[slot]);
      lock.unlock();
      use(bytes);
      lock.lock();
      ++consumed_[consumer];
      changed_.notify_all();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<AlignedBuffer> chunks_;
  std::array<std::size_t, chunks_in_flight> lengths_{};
  std::size_t produced_ = 0;
  std::array<std::size_t, consumers> consumed_{};
  bool closed_ = false;
};

/// Reads and writes chunk after chunk; `buffer()` gives a chunk's place, `use(bytes)` gets it between read and write.
template <class Buffer, class Use>
boost::system::result<std::int64_t> copy_chunks(const CopyJob& job, Buffer buffer, Use use) {
  std::int64_t done = 0;
  while (done < job.length) {
    if (interrupt_requested()) return boost::system::errc::make_error_code(boost::system::errc::interrupted);
    const std::span<std::byte> chunk = buffer();
    const auto wanted = std::min(job.length - done, static_cast<std::int64_t>(chunk.size()));
    const auto count = read_at(job.source, chunk.first(static_cast<std::size_t>(wanted)), job.source_offset + done);
    if (!count) return count.error();
    if (*count == 0) break;
    const auto bytes = chunk.first(*count);
    use(bytes);
    if (const auto error = write_at(job.target, bytes, job.target_offset + done)) return error;
    done += static_cast<std::int64_t>(*count);
  }
  return done;
}

boost::system::result<std::int64_t> copy_inline(const CopyJob& job, ImageHasher& hasher) {
  const auto size = std::min(static_cast<std::size_t>(std::max<std::int64_t>(job.length, 1)), chunk_bytes);
  std::vector<std::byte> memory(size);
  return copy_chunks(
      job, [&] { return std::span(memory); },
      [&](std::span<const std::byte> bytes) {
        hasher.checksum.update(bytes);
        hasher.os_hash_value.update(bytes);
      });
}

boost::system::result<std::int64_t> copy_threaded(const CopyJob& job, ImageHasher& hasher) {
  ::posix_fadvise(job.source, job.source_offset, job.length, POSIX_FADV_SEQUENTIAL);
  ChunkRing ring;
  std::jthread checksum([&] { ring.consume(0, [&](auto bytes) { hasher.checksum.update(bytes); }); });
  std::jthread os_hash_value([&] { ring.consume(1, [&](auto bytes) { hasher.os_hash_value.update(bytes); }); });
  const auto copied = copy_chunks(
      job, [&] { return ring.next_free(); }, [&](auto bytes) { ring.hand_on(bytes.size()); });
  ring.close();
  return copied;
}

}  // namespace

boost::system::result<std::int64_t> hashing_copy(const CopyJob& job, ImageHasher& hasher) {
  return job.length < worth_threads_bytes ? copy_inline(job, hasher) : copy_threaded(job, hasher);
}

}  // namespace snapsim
