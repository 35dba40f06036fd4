#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "sim/runtime/assert.hpp"
#include "sim/runtime/frame_pool.hpp"

namespace snapsim {

/// The loop that runs coroutines. A coroutine that awaits a Task, or ends, names the frame to run next and returns to
/// the loop; nothing is resumed from within await_suspend, so the depth of the stack never depends on the depth of the
/// flow (and GCC 12 cannot turn a tail call into recursion).
class Executor {
 public:
  /// Runs `frame` and every frame named meanwhile, until one suspends without naming another.
  void run(std::coroutine_handle<> frame) {
    while (frame) {
      next_ = nullptr;
      frame.resume();
      frame = next_;
    }
  }
  void run_next(std::coroutine_handle<> frame) { next_ = frame; }

 private:
  std::coroutine_handle<> next_;
};

namespace detail {

struct PromiseBase {
  Executor* executor = nullptr;
  std::coroutine_handle<> continuation;  ///< who awaits; null for a root
  std::exception_ptr failure;

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* frame, std::size_t size) { free_frame(frame, size); }

  std::suspend_always initial_suspend() noexcept { return {}; }
  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      PromiseBase& promise = ended.promise();
      promise.executor->run_next(promise.continuation);
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { failure = std::current_exception(); }
  [[gnu::always_inline]] void rethrow_failure() {
    if (failure) [[unlikely]]
      std::rethrow_exception(std::move(failure));
  }
};

}  // namespace detail

/// A piece of straight-line flow that may wait: a lazy coroutine that gives a T or throws. Move-only, awaited at most
/// once, as an rvalue. Destroying a Task destroys its frame wherever it is suspended, and the frames it awaits with it.
/// An empty Task<void> is nothing to do: to await it goes on at once.
template <class T = void>
class [[nodiscard]] Task {
 public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  Task() = default;
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      destroy();
      frame_ = std::exchange(other.frame_, nullptr);
    }
    return *this;
  }
  ~Task() { destroy(); }

  /// It has ended; one that raised a failure (caught.hpp), until that is taken.
  bool done() const { return frame_ && (frame_.done() || frame_.promise().failure); }

  /// Makes the task ready to run on `executor` with nobody awaiting it, and gives the frame to run.
  std::coroutine_handle<> start(Executor& executor) {
    frame_.promise().executor = &executor;
    return frame_;
  }
  /// The same with `continuation` run when it has ended.
  std::coroutine_handle<> start(Executor& executor, std::coroutine_handle<> continuation) {
    frame_.promise().continuation = continuation;
    return start(executor);
  }
  /// What the task ended with; throws what it threw.
  T take_result();
  /// What it threw, or null.
  std::exception_ptr take_failure() noexcept { return std::exchange(frame_.promise().failure, nullptr); }

  struct Awaiter {
    Handle frame;
    bool await_ready() const noexcept {
      if constexpr (std::is_void_v<T>) return !frame;
      return false;
    }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> awaiting) noexcept {
      Executor* const executor = awaiting.promise().executor;
      frame.promise().continuation = awaiting;
      frame.promise().executor = executor;
      executor->run_next(frame);
    }
    [[gnu::always_inline]] T await_resume() {
      if constexpr (std::is_void_v<T>) {
        if (!frame) return;
      }
      return frame.promise().take();
    }
  };
  Awaiter operator co_await() && noexcept { return Awaiter{frame_}; }

 private:
  explicit Task(Handle frame) : frame_(frame) {}
  void destroy() {
    if (frame_) frame_.destroy();
  }

  Handle frame_;
};

template <class T>
struct Task<T>::promise_type : detail::PromiseBase {
  std::optional<T> value;

  Task get_return_object() { return Task(Handle::from_promise(*this)); }
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  [[gnu::always_inline]] T take() {
    rethrow_failure();
    SNAPSIM_ASSERT(value.has_value(), "a task is awaited once");
    return std::move(*value);
  }
};

template <>
struct Task<void>::promise_type : detail::PromiseBase {
  Task get_return_object() { return Task(Handle::from_promise(*this)); }
  void return_void() noexcept {}
  [[gnu::always_inline]] void take() { rethrow_failure(); }
};

template <class T>
T Task<T>::take_result() {
  return frame_.promise().take();
}

}  // namespace snapsim
