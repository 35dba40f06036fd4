#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "fake_hypervisor/disk_backend.hpp"

namespace snapsim {

/// How many writes of its guest a disk holds, for the front half and the back half of its blocks in use. Both are the
/// same at an instant of the guest's life; they differ while a copy is made that the guest writes under.
struct DiskState {
  std::uint64_t front = 0;
  std::uint64_t back = 0;

  friend bool operator==(const DiskState&, const DiskState&) = default;
};

/// The state after `generation` writes.
constexpr DiskState at_generation(std::uint64_t generation) {
  return {generation, generation};
}

/// Neighbouring blocks: [begin, end).
struct BlockRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// What a guest's disk holds in any state, without a file: every block is a pure function of the disk's name, the
/// block's index and the last write to it.
class DiskContent {
 public:
  static constexpr std::int64_t block_bytes = DiskBackend::block_bytes;

  explicit DiskContent(const DiskSpec& spec);

  /// The disk's virtual size.
  std::int64_t size_bytes() const { return size_bytes_; }
  /// Blocks that the guest uses, at least 1: write i goes to block (i mod blocks()).
  std::int64_t blocks() const { return blocks_; }
  /// The blocks from here on are the back half.
  std::int64_t back_begins() const { return (blocks_ + 1) / 2; }
  /// Blocks filled before the run begins.
  std::int64_t filled_blocks() const { return filled_blocks_; }
  /// Length of a block: shorter than block_bytes only for the last one of the disk.
  std::int64_t bytes_of(std::int64_t block) const;

  /// Sets `bytes`, bytes_of(block) long, to what the block holds in `state`.
  void fill(std::int64_t block, const DiskState& state, std::span<std::byte> bytes) const;
  /// Sets `bytes` to what consecutive blocks from `first` on hold in `state`.
  void fill_run(std::int64_t first, const DiskState& state, std::span<std::byte> bytes) const;

  /// Writes from..to-1 of the guest, as far as they go to [within.begin, within.end): the blocks they touch, in at most
  /// two ranges; an empty range touches none.
  struct Touched {
    BlockRange ranges[2];
  };
  Touched touched(std::uint64_t from, std::uint64_t to, const BlockRange& within) const;

  /// The generation, between state.front and state.back, at which the whole disk held what it holds in `state`. None
  /// where it never did: a copy with that content is torn.
  std::optional<std::uint64_t> instant_of(const DiskState& state) const;

 private:
  std::uint64_t version(std::int64_t block, std::uint64_t generation) const;

  std::uint64_t seed_;
  std::int64_t size_bytes_;
  std::int64_t used_bytes_;
  std::int64_t filled_blocks_;
  std::int64_t blocks_;
};

}  // namespace snapsim
