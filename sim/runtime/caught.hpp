#pragma once

#include <coroutine>
#include <exception>
#include <typeinfo>
#include <utility>

#include "sim/runtime/assert.hpp"
#include "sim/runtime/task.hpp"

namespace snapsim {

/// What a task threw, if it threw an E (or what derives from it): a failure as a value, that can be looked at, kept
/// over awaits and raised again without unwinding a stack for each.
template <class E>
class Caught {
 public:
  /// Nothing was thrown.
  Caught() = default;
  /// `failure` is null or holds an E; of anything else than an E only `foreign()` is true.
  explicit Caught(std::exception_ptr failure) : failure_(std::move(failure)), error_(error_in(failure_)) {}

  explicit operator bool() const { return error_ != nullptr; }
  const E& operator*() const { return *error_; }
  const E* operator->() const { return error_; }
  /// It as a D, which derives from E; null if it is none.
  template <class D>
  const D* as() const {
    return dynamic_cast<const D*>(error_);
  }
  template <class D>
  bool is() const {
    return as<D>() != nullptr;
  }

  /// Something was thrown that is no E.
  bool foreign() const { return failure_ && !error_; }
  const std::exception_ptr& failure() const { return failure_; }
  /// For where no task can be ended with it (see raised): throws it.
  [[noreturn]] void rethrow() const { std::rethrow_exception(failure_); }

 private:
  static const E* error_in(const std::exception_ptr& failure) {
    if (!failure) return nullptr;
#ifdef __GLIBCXX__
    // What C++26 calls exception_ptr_cast: the library's own test of a handler, without the unwinding that leads to it.
    void* object = *reinterpret_cast<void* const*>(&failure);
    const bool is_caught = typeid(E).__do_catch(failure.__cxa_exception_type(), &object, 1);
    return is_caught ? static_cast<const E*>(object) : nullptr;
#else
    try {
      std::rethrow_exception(failure);
    } catch (const E& error) {
      return &error;  // `failure` keeps it
    } catch (...) {
      return nullptr;
    }
#endif
  }

  std::exception_ptr failure_;
  const E* error_ = nullptr;
};

/// What catching() gives to be awaited.
template <class E>
class [[nodiscard]] CatchingAwaiter {
 public:
  explicit CatchingAwaiter(Task<void> task) : task_(std::move(task)) {}

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> awaiting) noexcept {
    Executor* const executor = awaiting.promise().executor;
    executor->run_next(task_.start(*executor, awaiting));
  }
  Caught<E> await_resume() {
    Caught<E> caught(task_.take_failure());
    if (caught.foreign()) caught.rethrow();
    return caught;
  }

 private:
  Task<void> task_;
};

/// Awaits `task` and gives the E that it threw, or nothing; whatever else it threw is thrown. The same as a handler
/// that keeps the exception, and C++ can await what it leads to, which it cannot in a handler:
///
///     const Caught<Exception> failure = co_await catching<Exception>(std::move(work));
template <class E>
CatchingAwaiter<E> catching(Task<void> task) {
  return CatchingAwaiter<E>(std::move(task));
}

/// What raised() gives to be awaited.
class [[nodiscard]] RaisingAwaiter {
 public:
  explicit RaisingAwaiter(std::exception_ptr failure) : failure_(std::move(failure)) {}

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> raising) noexcept {
    raising.promise().failure = std::move(failure_);
    raising.promise().executor->run_next(raising.promise().continuation);
  }
  void await_resume() const noexcept { SNAPSIM_ASSERT(false, "a task that has raised a failure has ended"); }

 private:
  std::exception_ptr failure_;
};

/// Ends the task that awaits it with the failure, as `throw` does; nothing after it is run. Its locals are destroyed
/// with the task, thus not before its awaiter goes on: for tasks whose locals nobody waits for.
///
///     if (failure) co_await raised(failure);
template <class E>
RaisingAwaiter raised(const Caught<E>& caught) {
  return RaisingAwaiter(caught.failure());
}

}  // namespace snapsim
