#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "sim/runtime/time.hpp"

namespace snapsim {

/// Names a scheduled wake-up: a slot of the engine, and which use of that slot is meant.
struct EventKey {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
};

/// Timers in order of time, and among equal times in order of insertion. Any time may be pushed at any moment; it is
/// fastest when none is earlier than the last one taken out, as in a simulation.
///
/// A radix heap (Ahuja et al. 1990) with 64 buckets a level: a timer stands in the bucket that the highest digit in
/// which its time differs from `base_` names, so that a bucket of the lowest level holds one time, one of the next 64
/// times, and so on. The first bucket is taken apart when its turn comes: spread over the levels below while it is big,
/// sorted once it is small. Every timer is copied a few times, always to the end of an array, instead of being sifted
/// through a heap; and as the bucket depends on the time alone, equal times stay in order without a sequence number.
class EventQueue {
 public:
  struct Event {
    std::uint64_t when;
    EventKey key;
  };

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  /// The earliest time. The queue must not be empty.
  Instant next_time() const;
  /// `when` is not before the epoch.
  void push(Instant when, EventKey key);
  /// Takes out all timers of the earliest time, appends them to `taken` and gives their time. The queue must not be
  /// empty.
  Instant pop_earliest(std::vector<EventKey>& taken);

  /// Sorts out the next few timers. True if it did; false if there are some already. pop_earliest does the same when
  /// need be. The queue must not be empty.
  bool prepare() { return near_.empty() && refill_near(); }
  /// The next few timers, the latest first.
  const std::vector<Event>& prepared() const { return near_; }

 private:
  static constexpr unsigned digit_bits = 6;
  static constexpr std::size_t bucket_count = std::size_t{1} << digit_bits;
  static constexpr std::size_t level_count = (64 + digit_bits - 1) / digit_bits;
  static constexpr std::size_t near_max = 32;

  // The timers of a bucket in order of insertion, in blocks that are used again at once: the memory at work is small
  // and warm, and nothing is ever moved because an array has to grow.
  static constexpr std::uint32_t no_block = std::numeric_limits<std::uint32_t>::max();
  struct Block {
    static constexpr std::size_t capacity = 16;
    std::array<Event, capacity> events;
    std::uint32_t next = no_block;
  };
  struct Bucket {
    std::uint32_t first = no_block;
    std::uint32_t last = no_block;
    std::size_t size = 0;
  };
  struct Level {
    std::uint64_t used = 0;  // bit i: buckets[i] is not empty
    std::array<Bucket, bucket_count> buckets;
  };
  struct Place {
    unsigned level;
    unsigned bucket;
  };

  Place first_place() const;
  template <class Visit>
  void for_each(const Bucket& bucket, Visit visit) const;
  void append(Bucket& bucket, Event event);
  std::uint32_t acquire_block();
  void put_far(Event event);
  void insert_near(Event event);
  void take_near(const Bucket& bucket);
  void shorten_near();
  bool refill_near();

  std::size_t size_ = 0;
  // Timers before near_end_, the latest first; the rest is in the levels.
  std::vector<Event> near_;
  std::uint64_t near_end_ = 0;
  std::uint64_t base_ = 0;    // at most near_end_
  unsigned levels_used_ = 0;  // bit i: levels_[i].used is not zero
  std::array<Level, level_count> levels_;
  std::vector<Block> blocks_;
  std::uint32_t free_block_ = no_block;  // the first of a chain
};

}  // namespace snapsim
