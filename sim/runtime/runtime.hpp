#pragma once

#include <coroutine>
#include <cstdint>
#include <string_view>

#include "sim/runtime/task.hpp"
#include "sim/runtime/time.hpp"

namespace snapsim {

class Runtime;

/// A suspended frame that somebody will wake. It lives in an awaiter, thus in the frame that it wakes; when the frame
/// is destroyed (its process died, its timeout passed), the wake-up is taken back.
class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter();

  /// Runs `frame` once `runtime` wakes this. Throws nothing.
  void suspend(std::coroutine_handle<> frame) { frame_ = frame; }
  std::coroutine_handle<> frame() const { return frame_; }
  bool is_scheduled() const { return runtime_ != nullptr; }

 private:
  friend class Runtime;
  std::coroutine_handle<> frame_;
  Runtime* runtime_ = nullptr;  // set while a wake-up is scheduled
  std::uint32_t ticket_ = 0;    // the runtime's own name for that wake-up
};

/// What keeps a run from being over: everything but a timer that only looks round from time to time.
enum class TimerKind : std::uint8_t { foreground, background };

/// What flow code is written against: time, sleep and concurrent work, within one process (one nova-compute, one
/// nova-api ...). Two kinds stand behind it: sim/engine with virtual time, and a real one. All calls come from the
/// thread that runs the process.
class Runtime {
 public:
  virtual ~Runtime() = default;

  virtual Instant now() const = 0;

  /// Starts `work` as a thread of its own in this process; `name` must outlive the run. It begins after the caller has
  /// suspended. Work that throws is a defect of snapsim: flow code handles its own exceptions.
  virtual void spawn(std::string_view name, Task<void> work) = 0;

  /// Waits for `duration`; with zero, lets others that are ready run first.
  auto sleep(Duration duration, TimerKind kind = TimerKind::foreground) {
    return SleepAwaiter{*this, duration, kind, {}};
  }

  /// Wakes the waiter `duration` from now. It must not be scheduled already.
  void wake_after(Waiter& waiter, Duration duration, TimerKind kind = TimerKind::foreground) {
    waiter.runtime_ = this;
    waiter.ticket_ = schedule(waiter, duration, kind);
  }
  /// Takes a scheduled wake-up back; nothing scheduled is fine.
  void cancel(Waiter& waiter) {
    if (!waiter.runtime_) return;
    unschedule(waiter.ticket_);
    waiter.runtime_ = nullptr;
  }

 protected:
  /// Returns a ticket for unschedule.
  virtual std::uint32_t schedule(Waiter& waiter, Duration duration, TimerKind kind) = 0;
  virtual void unschedule(std::uint32_t ticket) = 0;
  /// The waiter's wake-up has come: it is scheduled no more.
  static void woken(Waiter& waiter) { waiter.runtime_ = nullptr; }

 private:
  struct SleepAwaiter {
    Runtime& runtime;
    Duration duration;
    TimerKind kind;
    Waiter waiter;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) {
      waiter.suspend(frame);
      runtime.wake_after(waiter, duration, kind);
    }
    void await_resume() const noexcept {}
  };
};

inline Waiter::~Waiter() {
  if (runtime_) runtime_->cancel(*this);
}

}  // namespace snapsim
