#pragma once

#include <functional>

namespace snapsim {

/// Runs a function that can be put back to where it was, any number of times: to a function what fork() is to a
/// process. What the function changes must lie in memory that it got itself since begin(), its stack included; all of
/// that is copied and put back at the same addresses, so that pointers stay right. What lies elsewhere is not put back.
///
/// Marks are a stack. One thread's, which has one at a time; the function is that thread's, too. Neither may be within
/// a handler of an exception when the function pauses or goes on: what is being handled is not put back.
class Rewinder {
 public:
  virtual ~Rewinder() = default;

  /// Forgets what was there, without destroying it, and runs `body` in fresh memory until it pauses or ends. `body`
  /// must not throw.
  virtual void begin(std::function<void()> body) = 0;
  /// Lets the function go on from where it paused until it pauses again or ends.
  virtual void go_on() = 0;
  /// From inside the function: back to whoever called begin() or go_on().
  virtual void pause() = 0;

  /// Keeps things as they are, while the function pauses.
  virtual void push_mark() = 0;
  /// Back to the last mark, which is kept.
  virtual void rewind() = 0;
  virtual void pop_mark() = 0;

  /// What this thread allocates from now on is the function's, or is not: as between its pauses, or outside of them.
  virtual void enter() = 0;
  virtual void leave() = 0;
};

/// Works on what the function has, from outside of it, as long as this is there.
class EnteredRewinder {
 public:
  explicit EnteredRewinder(Rewinder& rewinder) : rewinder_(rewinder) { rewinder_.enter(); }
  ~EnteredRewinder() { rewinder_.leave(); }
  EnteredRewinder(const EnteredRewinder&) = delete;
  EnteredRewinder& operator=(const EnteredRewinder&) = delete;

 private:
  Rewinder& rewinder_;
};

/// Works on what is not put back, from within the function, as long as this is there.
class LeftRewinder {
 public:
  explicit LeftRewinder(Rewinder& rewinder) : rewinder_(rewinder) { rewinder_.leave(); }
  ~LeftRewinder() { rewinder_.enter(); }
  LeftRewinder(const LeftRewinder&) = delete;
  LeftRewinder& operator=(const LeftRewinder&) = delete;

 private:
  Rewinder& rewinder_;
};

}  // namespace snapsim
