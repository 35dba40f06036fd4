#pragma once

#include <coroutine>
#include <deque>
#include <exception>
#include <optional>
#include <utility>

/// A coroutine type as small as it can be, which stands alone: what fails here is the compiler's fault, not that of
/// sim/runtime/task.hpp, which works the same way.
namespace snapsim::probe {

/// What became of all Counted values since the last reset.
struct Ledger {
  int made = 0;
  int destroyed = 0;
  int bad_uses = 0;  ///< uses of an object at a place where none was made: a bitwise copy, or one that is dead

  bool balanced() const { return made == destroyed && bad_uses == 0; }
};
inline Ledger ledger;

/// An int that knows where it was made, so that a bitwise copy of it shows.
class Counted {
 public:
  explicit Counted(int value) : self_(this), value_(value) { ++ledger.made; }
  Counted(const Counted& other) : Counted(other.value()) {}
  Counted(Counted&& other) noexcept : Counted(other.value()) {}
  Counted& operator=(const Counted& other) {
    check();
    value_ = other.value();
    return *this;
  }
  ~Counted() {
    check();
    self_ = nullptr;
    ++ledger.destroyed;
  }

  int value() const {
    check();
    return value_;
  }

 private:
  void check() const {
    if (self_ != this) ++ledger.bad_uses;
  }

  const Counted* volatile self_;
  int value_;
};

/// Frames that wait for their turn; the only thing that resumes one, so that nothing is ever resumed from within
/// await_suspend.
inline std::deque<std::coroutine_handle<>> ready;

struct StepPromiseBase {
  std::coroutine_handle<> continuation;
  std::exception_ptr failure;

  std::suspend_always initial_suspend() noexcept { return {}; }
  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      if (ended.promise().continuation) ready.push_back(ended.promise().continuation);
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { failure = std::current_exception(); }
  void rethrow_failure() {
    if (failure) std::rethrow_exception(failure);
  }
};

/// A lazy coroutine, awaited once.
template <class T>
class [[nodiscard]] Step {
 public:
  struct promise_type : StepPromiseBase {
    std::optional<T> result;

    Step get_return_object() { return Step(std::coroutine_handle<promise_type>::from_promise(*this)); }
    void return_value(T value) { result.emplace(std::move(value)); }
  };

  Step(Step&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  ~Step() {
    if (frame_) frame_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    frame_.promise().continuation = awaiting;
    ready.push_back(frame_);
  }
  T await_resume() {
    frame_.promise().rethrow_failure();
    return std::move(*frame_.promise().result);
  }

  /// Makes it ready to run, with nobody awaiting it.
  void start() { ready.push_back(frame_); }

 private:
  explicit Step(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

  std::coroutine_handle<promise_type> frame_;
};

/// Suspends until the frames that are ready now have had their turn.
struct Yield {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> frame) { ready.push_back(frame); }
  void await_resume() const noexcept {}
};

/// Runs frames until none is ready, but at most so many turns.
inline void run_turns(int turns_max) {
  for (int turn = 0; turn < turns_max && !ready.empty(); ++turn) {
    const std::coroutine_handle<> frame = ready.front();
    ready.pop_front();
    frame.resume();
  }
}

/// Runs a step to its end and gives its result.
template <class T>
T run(Step<T> step) {
  step.start();
  while (!ready.empty()) run_turns(1000);
  return step.await_resume();
}

/// The value after a suspension; the parameter is a temporary at most call sites.
inline Step<int> read(Counted counted) {
  Yield yield;
  co_await yield;
  co_return counted.value();
}

/// The value as an object with a lifetime.
inline Step<Counted> make(int value) {
  Yield yield;
  co_await yield;
  co_return Counted(value);
}

/// Throws the value after a suspension.
inline Step<int> fail(int value) {
  Yield yield;
  co_await yield;
  throw value;
}

/// Two of them, as an aggregate.
struct Pair {
  Counted first;
  Counted second;
};

inline Step<int> sum(Pair pair) {
  Yield yield;
  co_await yield;
  co_return pair.first.value() + pair.second.value();
}

}  // namespace snapsim::probe
