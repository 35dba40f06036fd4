#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 1'000'000;

/// A coroutine whose start and end are handed on as handles from await_suspend.
struct Transferring {
  struct promise_type {
    std::coroutine_handle<> continuation;
    Transferring get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct FinalAwaiter {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
        return ended.promise().continuation;
      }
      void await_resume() noexcept {}
    };
    FinalAwaiter final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {}
  };

  std::coroutine_handle<promise_type> frame;

  bool await_ready() noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    frame.promise().continuation = awaiting;
    return frame;
  }
  void await_resume() { frame.destroy(); }
};

Transferring nothing() {
  co_return;
}

// GCC PR94794: without optimisation the transfer is a call, and a long loop overflows the stack.
Step<int> forbidden_form() {
  int count = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    Transferring step = nothing();
    co_await step;
    ++count;
  }
  co_return count;
}

}  // namespace snapsim::probe
