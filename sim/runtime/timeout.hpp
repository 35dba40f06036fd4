#pragma once

#include <coroutine>
#include <optional>
#include <utility>

#include "sim/runtime/runtime.hpp"

namespace snapsim {

/// What with_timeout gives to be awaited.
class [[nodiscard]] TimeoutAwaiter {
 public:
  TimeoutAwaiter(Runtime& runtime, Duration patience, Task<void> work)
      : runtime_(runtime), patience_(patience), work_(std::move(work)) {}

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> awaiting) {
    Executor* const executor = awaiting.promise().executor;
    waiter_.suspend(awaiting);
    runtime_.wake_after(waiter_, patience_);
    executor->run_next(work_.start(*executor, awaiting));
  }
  bool await_resume() {
    runtime_.cancel(waiter_);
    if (!work_.done()) {
      work_ = {};
      return false;
    }
    work_.take_result();
    return true;
  }

 private:
  Runtime& runtime_;
  Duration patience_;
  Task<void> work_;
  Waiter waiter_;
};

/// Awaits `work` for at most `patience`. True when it ended in time (what it threw is thrown); false when the time was
/// up first, and its frames are then destroyed where they wait.
///
///     const bool in_time = co_await with_timeout(runtime, 60s, std::move(work));
inline TimeoutAwaiter with_timeout(Runtime& runtime, Duration patience, Task<void> work) {
  return TimeoutAwaiter(runtime, patience, std::move(work));
}

}  // namespace snapsim
