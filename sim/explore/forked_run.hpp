#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <vector>

#include "sim/explore/plan_run.hpp"
#include "sim/explore/rewinder.hpp"

namespace snapsim {

/// A run that is put back did not come to its end: it ran out of the memory that can be put back, or something in it
/// threw.
class ForkFailed : public std::exception {
 public:
  const char* what() const noexcept override { return "a run that is put back failed"; }
};

/// A run of a scenario that stops at places, goes another way there, and is put back: what two plans have in common is
/// run once. It goes the same way as PlanRunner::run() does by the departures that it has taken.
///
/// Places are counted from 0. Whatever the run changes lies in the rewinder's memory, but for what stands here.
class ForkedRun {
 public:
  /// Runs will take at most `departures_max` departures one after the other. The rewinder must outlive this, and is its
  /// alone while it is there.
  ForkedRun(Scenario scenario, std::size_t departures_max, Rewinder& rewinder);
  ForkedRun(const ForkedRun&) = delete;
  ForkedRun& operator=(const ForkedRun&) = delete;

  /// Starts the scenario's run anew and stops at place number `index`, to which it comes. Throws ForkFailed.
  void begin(std::uint64_t index);
  /// From the place at which it stopped on to a later one, to which it comes. Throws ForkFailed.
  void go_on_to(std::uint64_t index);
  /// At the place at which it stopped: the departure, which is one of that place, happens when it goes on. Throws
  /// ForkFailed.
  void depart(const Departure& departure);
  /// On to the end. `PlanRun::places` are those from the one on at which it stopped, if they are wanted. Throws
  /// ForkFailed.
  PlanRun finish(bool wants_places);

  /// Marks, as the rewinder's, of what the run is and has taken. push_mark() throws ForkFailed.
  void push_mark();
  void rewind();
  void pop_mark();

 private:
  class Places;
  class Choices;
  struct Inside;

  static constexpr std::uint64_t nowhere = std::numeric_limits<std::uint64_t>::max();

  void run();
  void check_that_it_stopped() const;

  Scenario scenario_;  // with the faults that were taken; their list never moves
  std::size_t own_faults_;
  Rewinder& rewinder_;
  struct Mark {
    std::size_t faults;  // how many the scenario had
    Place stopped_at;
  };
  std::vector<Mark> marks_;
  Inside* inside_ = nullptr;  // what the run consists of, in its own memory
  std::uint64_t stop_at_ = nowhere;
  Place stopped_at_;
  std::vector<Place>* list_ = nullptr;
  enum class State : std::uint8_t { stopped, ended, failed };
  State state_ = State::stopped;
};

}  // namespace snapsim
