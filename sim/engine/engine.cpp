#include "sim/engine/engine.hpp"

#include <algorithm>
#include <utility>

#include "sim/choice/points.hpp"
#include "sim/engine/process.hpp"

namespace snapsim {

Engine::Engine(ChoiceSource& choices) : choices_(choices) {}

Engine::~Engine() {
  kill_all();
}

void Engine::kill_all() {
  for (Process& process : processes_) process.kill();
}

Process& Engine::add_process(std::string_view name) {
  return processes_.emplace_back(*this, name);
}

std::uint32_t Engine::schedule(Process& process, Waiter& waiter, Duration duration, TimerKind kind) {
  const std::uint32_t index = acquire_slot();
  Slot& slot = slots_[index];
  slot.waiter = &waiter;
  slot.process = &process;
  slot.kind = kind;
  if (kind == TimerKind::foreground) ++foreground_;
  const EventKey key{index, slot.generation};
  if (duration <= Duration::zero()) {
    slot.is_ready = true;
    ready_.push_back(key);
  } else {
    // A sleep without end must not wrap around.
    timers_.push(now_ + std::min(duration, Instant::max() - now_), key);
  }
  return index;
}

void Engine::unschedule(std::uint32_t slot) {
  if (slots_[slot].is_ready) ++ready_stale_;
  release_slot(slot);
}

std::uint32_t Engine::acquire_slot() {
  if (free_slot_ == no_slot) add_slot();
  const std::uint32_t index = free_slot_;
  free_slot_ = slots_[index].next_free;
  return index;
}

void Engine::add_slot() {
  slots_.emplace_back();
  free_slot_ = static_cast<std::uint32_t>(slots_.size() - 1);
}

void Engine::release_slot(std::uint32_t index) {
  Slot& slot = slots_[index];
  if (slot.kind == TimerKind::foreground) --foreground_;
  slot.is_ready = false;
  ++slot.generation;  // a key that is still queued means nothing from now on
  slot.next_free = std::exchange(free_slot_, index);
}

/// Keys of wake-ups that were taken back are no alternatives: out with them before anyone chooses.
void Engine::drop_stale() {
  const auto begin = ready_.begin() + static_cast<std::ptrdiff_t>(ready_begin_);
  ready_.erase(std::remove_if(begin, ready_.end(), [this](EventKey key) { return is_stale(key); }), ready_.end());
  ready_stale_ = 0;
}

/// Sees to it that something is ready, moving the clock to the next timer if need be, though not beyond `limit`.
/// False when there is nothing to run until then.
bool Engine::advance_clock(Instant limit) {
  if (ready_stale_ > 0) drop_stale();
  if (ready_begin_ < ready_.size()) return true;
  ready_.clear();
  ready_begin_ = 0;
  while (!timers_.empty()) {
    if (timers_.next_time() > limit) return false;
    if (timers_.prepare()) fetch_prepared();
    const Instant due = timers_.pop_earliest(ready_);
    keep_living();
    if (ready_.empty()) continue;
    now_ = due;
    return true;
  }
  return false;
}

/// Of the timers that have just become ready, keeps those that were not taken back.
void Engine::keep_living() {
  std::size_t kept = 0;
  for (const EventKey key : ready_) {
    if (is_stale(key)) continue;
    slots_[key.slot].is_ready = true;
    ready_[kept++] = key;
  }
  ready_.resize(kept);
}

/// With many timers, the frames that wait for them are in no cache. Those of the next few are read together here, which
/// takes little longer than for one. (Reading does what a prefetch may not: it also waits for the page table.)
void Engine::fetch_prepared() const {
  constexpr std::size_t line_bytes = 64;  // a frame with a Waiter in it is longer
  for (const EventQueue::Event& event : timers_.prepared()) {
    if (is_stale(event.key)) continue;
    const auto* const frame = static_cast<const volatile char*>(slots_[event.key.slot].waiter->frame().address());
    static_cast<void>(frame[0]);
    static_cast<void>(frame[line_bytes]);
  }
}

EventKey Engine::take_ready() {
  const auto count = static_cast<std::uint32_t>(ready_.size() - ready_begin_);
  if (count > 1) {
    const std::uint32_t pick = choices_.choose(points::schedule_next, count);
    SNAPSIM_ASSERT(pick < count, "a choice is one of the alternatives");
    const auto first = ready_.begin() + static_cast<std::ptrdiff_t>(ready_begin_);
    std::rotate(first, first + pick, first + pick + 1);
  }
  return ready_[ready_begin_++];
}

void Engine::run_ready() {
  const EventKey key = take_ready();
  const Slot& slot = slots_[key.slot];
  Waiter& waiter = *slot.waiter;
  Process& process = *slot.process;
  release_slot(key.slot);
  ++steps_;
  process.run(executor_, waiter);
}

std::optional<Instant> Engine::next_due() const {
  if (is_anything_ready()) return now_;
  if (timers_.empty()) return std::nullopt;
  return timers_.next_time();
}

bool Engine::step() {
  if (!advance_clock(Instant::max())) return false;
  run_ready();
  return true;
}

bool Engine::run_until_rest(std::uint64_t steps_max) {
  const std::uint64_t limit = steps_ + steps_max;
  while (is_busy()) {
    if (steps_ >= limit) return false;
    step();
  }
  return true;
}

bool Engine::run_until(Instant until, std::uint64_t steps_max) {
  const std::uint64_t limit = steps_ + steps_max;
  while (advance_clock(until)) {
    if (steps_ >= limit) return false;
    run_ready();
  }
  now_ = std::max(now_, until);
  return true;
}

}  // namespace snapsim
