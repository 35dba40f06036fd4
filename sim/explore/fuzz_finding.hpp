#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/explore/fuzz_plan.hpp"
#include "sim/explore/shrink.hpp"

namespace snapsim {

/// A violated invariant, with the simplest run that violates it.
struct FuzzFinding {
  /// One of the mishaps that are left, and what the run does when just this one is left out.
  struct Needed {
    PlannedMishap mishap;
    std::vector<std::string> violated_without;  ///< unlisted invariants; empty: it passes
  };

  std::string invariant;
  std::string message;  ///< who violates it, and how
  std::vector<Needed> mishaps;
  Picks schedule;
  std::uint64_t shrink_runs = 0;
  bool is_minimal = false;  ///< shrinking came to its end, and without any one of the mishaps the invariant holds

  std::vector<PlannedMishap> planned() const;
  /// The mishaps in words, in a fixed order, joined by " + "; of findings with the same invariant it tells them apart.
  std::string mishaps_text(const FuzzSpace& space) const;
};

/// The run of those choices as a finding; it violates the invariant. Whether it is minimal is known only as far as its
/// mishaps go.
FuzzFinding finding_of(const FuzzSpace& space, const Picks& picks, std::string_view invariant);

/// The fewest of the run's own mishaps, in order, that violate the invariant, first come, first served where that does
/// it, else in the run's own order. With those that were there before, where nothing less does it.
FuzzedRun with_fewest_mishaps(const FuzzSpace& space, const FuzzedRun& run, std::string_view invariant);

/// Makes the run, which violates the invariant, as simple as it gets. A mishap may move to another place, but it stays
/// of its kind: what comes out is an example of what was found, not of another defect.
FuzzFinding shrink_finding(const FuzzSpace& space, const FuzzedRun& run, std::string_view invariant,
                           const ShrinkLimits& limits);

/// An ordinary scenario that fails when it is run: the finding's mishaps and choices stand in it, nothing is expected
/// of its end, and `violates` names what the scenario listed and this run violates.
Scenario reproducer_of(const FuzzSpace& space, const FuzzFinding& finding);

}  // namespace snapsim
