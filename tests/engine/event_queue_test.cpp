#include "sim/engine/event_queue.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "sim/choice/random.hpp"

namespace snapsim {
namespace {

Instant at(std::int64_t us) {
  return Instant(Duration(us));
}

/// The same queue, written so that it is plainly right.
class ModelQueue {
 public:
  void push(std::int64_t when, std::uint32_t slot) { timers_.emplace(when, slot); }
  bool empty() const { return timers_.empty(); }
  std::size_t size() const { return timers_.size(); }
  std::int64_t next_time() const { return timers_.begin()->first; }
  std::vector<std::uint32_t> pop_earliest() {
    std::vector<std::uint32_t> slots;
    const auto [begin, end] = timers_.equal_range(next_time());
    for (auto timer = begin; timer != end; ++timer) slots.push_back(timer->second);
    timers_.erase(begin, end);
    return slots;
  }

 private:
  std::multimap<std::int64_t, std::uint32_t> timers_;
};

std::vector<std::uint32_t> pop_slots(EventQueue& queue) {
  std::vector<EventKey> keys;
  queue.pop_earliest(keys);
  std::vector<std::uint32_t> slots;
  for (const EventKey key : keys) slots.push_back(key.slot);
  return slots;
}

/// Keeps an EventQueue and its model in step; `Check` is told whether they agree.
template <class Check>
class Pair {
 public:
  explicit Pair(Check check) : check_(check) {}

  void push(std::int64_t when) {
    queue_.push(at(when), EventKey{pushed_, 0});
    model_.push(when, pushed_++);
    check_(queue_.size() == model_.size());
  }
  /// Gives the time of what it took out.
  std::int64_t pop() {
    const std::int64_t when = model_.next_time();
    check_(queue_.next_time() == at(when));
    check_(pop_slots(queue_) == model_.pop_earliest());
    check_(queue_.empty() == model_.empty());
    return when;
  }
  bool empty() const { return model_.empty(); }

 private:
  Check check_;
  EventQueue queue_;
  ModelQueue model_;
  std::uint32_t pushed_ = 0;
};

void rc_check(bool agrees) {
  RC_ASSERT(agrees);
}
void catch_check(bool agrees) {
  if (!agrees) FAIL("the queue and its model differ");
}

TEST_CASE("timers of one time come out together, in the order of insertion", "[engine]") {
  EventQueue queue;
  for (const std::int64_t when : {5, 3, 5, 3, 9, 5}) {
    queue.push(at(when), EventKey{static_cast<std::uint32_t>(queue.size()), 0});
  }
  CHECK(queue.next_time() == at(3));
  CHECK(pop_slots(queue) == std::vector<std::uint32_t>{1, 3});
  CHECK(pop_slots(queue) == std::vector<std::uint32_t>{0, 2, 5});
  CHECK(pop_slots(queue) == std::vector<std::uint32_t>{4});
  CHECK(queue.empty());
}

TEST_CASE("the queue gives a key back as it was pushed", "[engine]") {
  EventQueue queue;
  queue.push(at(1), EventKey{7, 99});
  std::vector<EventKey> keys;
  CHECK(queue.pop_earliest(keys) == at(1));
  REQUIRE(keys.size() == 1);
  CHECK(keys[0].slot == 7);
  CHECK(keys[0].generation == 99);
}

TEST_CASE("the queue holds the whole range of time", "[engine]") {
  EventQueue queue;
  queue.push(Instant::max(), EventKey{0, 0});
  queue.push(at(0), EventKey{1, 0});
  queue.push(Instant::max(), EventKey{2, 0});
  CHECK(pop_slots(queue) == std::vector<std::uint32_t>{1});
  CHECK(queue.next_time() == Instant::max());
  CHECK(pop_slots(queue) == std::vector<std::uint32_t>{0, 2});
}

TEST_CASE("an empty queue may begin again at any time", "[engine]") {
  EventQueue queue;
  queue.push(at(1'000'000), EventKey{0, 0});
  CHECK(pop_slots(queue) == std::vector<std::uint32_t>{0});
  queue.push(at(5), EventKey{1, 0});
  queue.push(at(2'000'000), EventKey{2, 0});
  queue.push(at(4), EventKey{3, 0});
  CHECK(pop_slots(queue) == std::vector<std::uint32_t>{3});
  CHECK(pop_slots(queue) == std::vector<std::uint32_t>{1});
  CHECK(pop_slots(queue) == std::vector<std::uint32_t>{2});
}

/// A program for the queue: what is not negative is pushed (that long after the last time taken out), what is negative
/// is a pop. Times from a narrow and from a wide range, so that there are both equal ones and far ones.
rc::Gen<std::vector<std::int64_t>> queue_programs() {
  return rc::gen::container<std::vector<std::int64_t>>(
      rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 8), rc::gen::inRange<std::int64_t>(0, 5'000),
                     rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 40), rc::gen::just<std::int64_t>(-1)));
}

TEST_CASE("the queue and a sorted map agree on any program of a simulation", "[engine]") {
  rc::prop("times count from the last one taken out", [] {
    Pair pair(&rc_check);
    std::int64_t now = 0;
    const std::vector<std::int64_t> program = *queue_programs();
    for (const std::int64_t step : program) {
      if (step >= 0) {
        pair.push(now + step);
      } else if (!pair.empty()) {
        now = pair.pop();
      }
    }
    while (!pair.empty()) pair.pop();
  });
}

TEST_CASE("the queue and a sorted map agree when times go backwards as well", "[engine]") {
  rc::prop("times count from the start", [] {
    Pair pair(&rc_check);
    const std::vector<std::int64_t> program = *queue_programs();
    for (const std::int64_t step : program) {
      if (step >= 0) {
        pair.push(step);
      } else if (!pair.empty()) {
        pair.pop();
      }
    }
    while (!pair.empty()) pair.pop();
  });
}

TEST_CASE("the queue and a sorted map agree on many timers at once", "[engine]") {
  struct Case {
    int pending;
    std::uint64_t range_us;
  };
  const Case c =
      GENERATE(Case{3'000, 50}, Case{3'000, 1'000'000}, Case{20'000, 1'000'000}, Case{200, 1'000'000'000'000});
  Pair pair(&catch_check);
  std::uint64_t bits = 1;
  const auto draw = [&bits, &c] {
    bits = mix_bits(bits);
    return static_cast<std::int64_t>(bits % c.range_us);
  };
  for (int i = 0; i < c.pending; ++i) pair.push(draw());
  for (int i = 0; i < 2 * c.pending && !pair.empty(); ++i) {
    const std::int64_t now = pair.pop();
    pair.push(now + draw());
    if (i % 3 == 0) pair.push(now + draw() / 1000);
    if (i % 97 == 0) pair.push(now + draw() / 2 * 2);
  }
  while (!pair.empty()) pair.pop();
}

TEST_CASE("a crowd that comes between now and a lone late timer stays in order", "[engine]") {
  // The late timer has the first bucket to itself; what comes before it then has to be sorted out again.
  Pair pair(&catch_check);
  pair.push(10);
  pair.push(600'000'000);
  pair.push(600'000'001);
  pair.pop();
  pair.pop();
  std::uint64_t bits = 1;
  for (int i = 0; i < 2'000; ++i) {
    bits = mix_bits(bits);
    pair.push(600'000'000 + static_cast<std::int64_t>(bits % 1'000));
  }
  while (!pair.empty()) pair.pop();
}

}  // namespace
}  // namespace snapsim
