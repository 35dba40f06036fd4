#include "sim/engine/event_queue.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <limits>
#include <utility>

namespace snapsim {

namespace {
Instant to_instant(std::uint64_t when) {
  return Instant(Duration(static_cast<std::int64_t>(when)));
}
}  // namespace

Instant EventQueue::next_time() const {
  std::uint64_t earliest;
  if (!near_.empty()) {
    earliest = near_.back().when;
  } else {
    const Place place = first_place();
    earliest = std::numeric_limits<std::uint64_t>::max();
    for_each(levels_[place.level].buckets[place.bucket],
             [&earliest](Event event) { earliest = std::min(earliest, event.when); });
  }
  return to_instant(earliest);
}

void EventQueue::push(Instant when, EventKey key) {
  const Event event{static_cast<std::uint64_t>(when.time_since_epoch().count()), key};
  ++size_;
  if (event.when >= near_end_) {
    put_far(event);
  } else {
    insert_near(event);
    if (near_.size() > near_max) shorten_near();
  }
}

Instant EventQueue::pop_earliest(std::vector<EventKey>& taken) {
  prepare();
  const std::uint64_t due = near_.back().when;
  do {
    taken.push_back(near_.back().key);
    near_.pop_back();
    --size_;
  } while (!near_.empty() && near_.back().when == due);
  if (size_ == 0) base_ = near_end_ = 0;  // whatever comes next may be earlier
  return to_instant(due);
}

EventQueue::Place EventQueue::first_place() const {
  const auto level = static_cast<unsigned>(std::countr_zero(levels_used_));
  return Place{level, static_cast<unsigned>(std::countr_zero(levels_[level].used))};
}

void EventQueue::put_far(Event event) {
  const auto highest_bit = static_cast<unsigned>(std::bit_width((event.when ^ base_) | 1)) - 1;
  const unsigned level = highest_bit / digit_bits;
  const std::size_t bucket = (event.when >> (level * digit_bits)) % bucket_count;
  append(levels_[level].buckets[bucket], event);
  levels_[level].used |= std::uint64_t{1} << bucket;
  levels_used_ |= 1U << level;
}

/// Behind all that are not later, thus before them in the array.
void EventQueue::insert_near(Event event) {
  near_.push_back(event);
  Event* const first = near_.data();
  Event* hole = first + near_.size() - 1;
  for (; hole != first && hole[-1].when <= event.when; --hole) *hole = hole[-1];
  *hole = event;
}

/// Sorts the few timers of the bucket into the empty near_. Each one's place is counted rather than searched for: there
/// is no branch that depends on the times, which are as good as random.
void EventQueue::take_near(const Bucket& bucket) {
  std::array<Event, near_max> events;
  std::array<unsigned, near_max> places;
  std::size_t count = 0;
  for_each(bucket, [&](Event event) {
    unsigned before = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto is_after = static_cast<unsigned>(events[i].when <= event.when);
      places[i] += is_after;
      before += is_after;
    }
    places[count] = static_cast<unsigned>(count) - before;
    events[count++] = event;
  });
  near_.resize(count);
  for (std::size_t i = 0; i < count; ++i) near_[places[i]] = events[i];
}

/// Sends the later half back, so that insertion stays short. Times before base_ have no bucket and stay.
void EventQueue::shorten_near() {
  const std::uint64_t end = std::max(near_[near_.size() / 2].when, base_);
  const auto kept = std::find_if(near_.begin(), near_.end(), [end](const Event& event) { return event.when < end; });
  if (kept == near_.begin()) return;
  for (auto event = std::make_reverse_iterator(kept); event != near_.rend(); ++event) put_far(*event);
  near_.erase(near_.begin(), kept);
  near_end_ = end;
}

template <class Visit>
void EventQueue::for_each(const Bucket& bucket, Visit visit) const {
  std::size_t left = bucket.size;
  for (std::uint32_t block = bucket.first; left > 0; block = blocks_[block].next) {
    const std::size_t count = std::min(left, Block::capacity);
    for (std::size_t i = 0; i < count; ++i) visit(blocks_[block].events[i]);
    left -= count;
  }
}

void EventQueue::append(Bucket& bucket, Event event) {
  const std::size_t place = bucket.size++ % Block::capacity;
  if (place == 0) {
    const std::uint32_t block = acquire_block();
    (bucket.first == no_block ? bucket.first : blocks_[bucket.last].next) = block;
    bucket.last = block;
  }
  blocks_[bucket.last].events[place] = event;
}

std::uint32_t EventQueue::acquire_block() {
  if (free_block_ == no_block) {
    blocks_.emplace_back();
    return static_cast<std::uint32_t>(blocks_.size() - 1);
  }
  return std::exchange(free_block_, blocks_[free_block_].next);
}

/// Takes the first bucket apart until what comes first is a few timers, or timers of one time. Always true: there are.
bool EventQueue::refill_near() {
  for (;;) {
    const Place place = first_place();
    Level& level = levels_[place.level];
    const Bucket bucket = std::exchange(level.buckets[place.bucket], Bucket{});
    level.used &= level.used - 1;
    if (level.used == 0) levels_used_ &= levels_used_ - 1;

    // Its times share the digits from its level upwards.
    const unsigned shift = place.level * digit_bits;
    base_ = blocks_[bucket.first].events[0].when >> shift << shift;
    const bool is_one_time = place.level == 0;
    const bool is_small = bucket.size <= near_max;
    if (is_one_time) {
      for_each(bucket, [this](Event event) { near_.push_back(event); });
      std::reverse(near_.begin(), near_.end());
    } else if (is_small) {
      take_near(bucket);
    } else {
      for_each(bucket, [this](Event event) { put_far(event); });
    }
    blocks_[bucket.last].next = std::exchange(free_block_, bucket.first);
    if (!is_one_time && !is_small) continue;
    near_end_ = base_ + (std::uint64_t{1} << shift);
    return true;
  }
}

}  // namespace snapsim
