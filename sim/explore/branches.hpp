#pragma once

#include <cstddef>
#include <vector>

#include "sim/explore/plan.hpp"
#include "sim/world/run.hpp"

namespace snapsim {

/// Where a finished run could have gone another way: at an operation that begins, at one that has had its effect, and
/// where several threads were ready at the same instant.
class RunBranches {
 public:
  /// `output` is the run of `scenario`; it is done once more to see its choices, which no trace holds. Both must
  /// outlive this.
  RunBranches(const Scenario& scenario, const RunOutput& output);

  /// Everything that could happen instead at the step at `position`, one of each kind of answer; of threads, the orders
  /// that were possible right after it. None for most steps.
  std::vector<Departure> at(std::size_t position) const;

  /// The scenario with that departure added: its run is the same up to the step at which the departure was found.
  Scenario branched(const Departure& departure) const;

 private:
  /// A choice of thread, and the step that came before it.
  struct Choice {
    std::size_t position = 0;
    Place place;
  };

  std::vector<Place> places_at(std::size_t position) const;
  int number_of(std::size_t position) const;

  const Scenario& scenario_;
  const RunOutput& output_;
  std::vector<Choice> choices_;  ///< in order
};

}  // namespace snapsim
