#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/choice/choice_source.hpp"
#include "sim/engine/event_queue.hpp"
#include "sim/runtime/runtime.hpp"

namespace snapsim {

class Process;

/// Virtual time: runs what is ready, and when nothing is, moves the clock to the next timer. Of those ready at the same
/// instant the choice source says who is first; alternative 0 is first come, first served.
class Engine {
 public:
  /// `choices` is not owned and must outlive the engine.
  explicit Engine(ChoiceSource& choices);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Instant now() const { return now_; }
  /// A new process (a nova-compute, a client ...), alive from now on. It is owned by the engine, lives as long, and its
  /// address stays.
  Process& add_process(std::string_view name);

  /// Ends every process, as when the machines lose power.
  void kill_all();

  /// Runs one step. False when nothing is ready and no timer is set.
  bool step();
  /// Runs until only background timers are left, or until `steps_max` more steps have been run; false in that case.
  bool run_until_rest(std::uint64_t steps_max);
  /// Runs everything up to and including `until`, background timers as well, and moves the clock there.
  /// False when `steps_max` steps were not enough.
  bool run_until(Instant until, std::uint64_t steps_max);

  /// True while a timer other than a background one is set, or something is ready.
  bool is_busy() const { return foreground_ > 0; }
  std::uint64_t steps() const { return steps_; }
  /// Whether a thread waits for its turn at this instant.
  bool is_anything_ready() const { return ready_.size() - ready_begin_ > ready_stale_; }
  /// When the next step is due: now if something is ready, none if nothing ever will be. A timer that was taken back
  /// may still be told of.
  std::optional<Instant> next_due() const;

 private:
  friend class Process;

  static constexpr std::uint32_t no_slot = std::numeric_limits<std::uint32_t>::max();

  struct Slot {
    Waiter* waiter = nullptr;
    Process* process = nullptr;
    std::uint32_t generation = 0;
    std::uint32_t next_free = no_slot;
    TimerKind kind{};
    bool is_ready = false;  // its key is in ready_, not in timers_
  };

  std::uint32_t schedule(Process& process, Waiter& waiter, Duration duration, TimerKind kind);
  void unschedule(std::uint32_t slot);
  std::uint32_t acquire_slot();
  void add_slot();
  void release_slot(std::uint32_t slot);
  bool is_stale(EventKey key) const { return slots_[key.slot].generation != key.generation; }
  void drop_stale();
  void keep_living();
  bool advance_clock(Instant limit);
  void fetch_prepared() const;
  EventKey take_ready();
  void run_ready();

  ChoiceSource& choices_;
  Executor executor_;
  Instant now_{};
  std::uint64_t steps_ = 0;
  std::uint64_t foreground_ = 0;
  EventQueue timers_;
  std::vector<EventKey> ready_;  // of now_, in order of arrival; consumed from ready_begin_
  std::size_t ready_begin_ = 0;
  std::size_t ready_stale_ = 0;  // how many of them were taken back
  std::vector<Slot> slots_;
  std::uint32_t free_slot_ = no_slot;  // the first of a chain
  std::deque<Process> processes_;
};

}  // namespace snapsim
