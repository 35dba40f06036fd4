#pragma once

#include <coroutine>

#include "sim/runtime/wait_list.hpp"

namespace snapsim {

/// Whether a server is up, and everybody who waits for an answer of it: when it dies, they wait no longer.
class Outage {
 private:
  struct Node : WaitList::Node {
    Runtime* runtime = nullptr;
  };

 public:
  bool is_up() const { return is_up_; }
  /// Whether somebody waits for an answer.
  bool is_waited_for() const { return waiting_.first() != nullptr; }
  void begin();
  void end();

  /// Waits for `duration`, or until the server dies. True when the time has passed.
  ///
  ///     const bool is_served = co_await outage.wait(runtime, duration);
  auto wait(Runtime& runtime, Duration duration) { return Awaiter{*this, runtime, duration, {}}; }
  /// Waits until the server is up; for ever, if it never is. Not to be awaited while it is.
  auto wait_for_end(Runtime& runtime) { return EndAwaiter{*this, runtime, {}}; }

 private:
  struct Awaiter {
    Outage& outage;
    Runtime& runtime;
    Duration duration;
    Node node;
    bool await_ready() const noexcept { return !outage.is_up_; }
    void await_suspend(std::coroutine_handle<> frame) {
      node.runtime = &runtime;
      node.waiter.suspend(frame);
      outage.waiting_.join(node);
      runtime.wake_after(node.waiter, duration);
    }
    bool await_resume() const noexcept { return outage.is_up_ && !node.was_woken(); }
  };

  struct EndAwaiter {
    Outage& outage;
    Runtime& runtime;
    Node node;
    bool await_ready() const noexcept { return outage.is_up_; }
    void await_suspend(std::coroutine_handle<> frame) {
      node.runtime = &runtime;
      node.waiter.suspend(frame);
      outage.waiting_for_end_.join(node);
    }
    void await_resume() const noexcept {}
  };

  static void wake_all(WaitList& list);

  WaitList waiting_;
  WaitList waiting_for_end_;
  bool is_up_ = true;
};

}  // namespace snapsim
