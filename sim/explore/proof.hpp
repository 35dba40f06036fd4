#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/explore/forked_run.hpp"
#include "sim/explore/plan_run.hpp"
#include "sim/explore/rewinder.hpp"

namespace snapsim {

/// Which plans there are.
struct ProofLimits {
  std::size_t faults = 2;        ///< at most so many faults
  std::size_t reorderings = 1;   ///< at most so many reorderings
  std::size_t together = 2;      ///< at most so many of both
  std::size_t counted_from = 0;  ///< smaller plans are run on the way to larger ones, and not counted
  bool by_class = true;          ///< answers that the flow cannot tell apart are tried once
  bool by_moment = true;         ///< events are tried once where they come to the same at several moments
  /// Whether the departure is one of those that are tried; empty: all are. Where some are not, events are tried at
  /// every moment: the one that would stand for others may be among them.
  std::function<bool(const Departure&)> is_wanted = {};
};

/// Plans of one size.
struct PlanCount {
  std::uint64_t plans = 0;
  std::uint64_t runs = 0;    ///< each for one plan, or for a class of them
  std::uint64_t digest = 0;  ///< sum of digest_of() each plan
  bool operator==(const PlanCount&) const = default;
};

/// What was violated, and by which plans.
struct Counterexample {
  Plan plan;  ///< a smallest one
  std::string message;
  std::uint64_t runs = 0;  ///< that violate the same
  bool operator==(const Counterexample&) const = default;
};

/// What is known of the plans that have been run.
struct Tally {
  using Size = std::pair<std::size_t, std::size_t>;  ///< faults, reorderings

  std::map<Size, PlanCount> counts;
  std::set<std::uint64_t> outcomes;
  std::map<ViolationKey, Counterexample> findings;
  std::set<std::uint64_t> places;  ///< packed
  std::set<std::uint8_t> points;   ///< indexes into fault_points()
  std::uint64_t runs = 0;          ///< those that turned out to be no plan included
  std::uint64_t states = 0;        ///< places that they came to, those left out that their parents had come to
  std::uint64_t never_fired = 0;   ///< their last fault did not happen, because another one of that place did
  std::uint64_t held = 0;          ///< ended with a step held for ever
  bool is_whole = true;            ///< nothing was cut off
  std::size_t whole_up_to = 0;     ///< every plan of at most so many departures was run

  /// Puts what `other` knows to it, but for whole_up_to; of two plans of the same size for one finding, this one's
  /// stays.
  void merge(const Tally& other);
  std::uint64_t plans() const;
};

/// A number from the places of a plan and what it ended in. The same for all plans of a class; a sum of such numbers
/// does not depend on the order.
std::uint64_t digest_of(const Plan& plan, std::uint64_t outcome);

/// Goes through the plans of one scenario as a tree: the children of a plan have one more departure, at a place to
/// which its run comes at or after its own last one. docs/prove.md says why each plan is met exactly once.
class Prover {
 public:
  /// With a `rewinder`, which must outlive this, subtrees are run from copies of what their plans have in common, and
  /// come to the same several times as fast.
  Prover(Scenario scenario, ProofLimits limits, Rewinder* rewinder = nullptr);

  /// Runs the scenario without a departure, and lists the plans with one of them; their subtrees are independent.
  Tally root(std::vector<WeightedDeparture>& children);
  /// Runs the plan with that one departure, which is of root()'s list, and all below it, at most `runs_max` runs and
  /// until `stop` says true.
  Tally subtree(const WeightedDeparture& first, std::uint64_t runs_max, const std::function<bool()>& stop);

 private:
  /// Where a walk has come to.
  struct Walk {
    Plan plan;
    Tally tally;
    std::uint64_t runs_max;
    const std::function<bool()>& stop;
  };

  bool may_depart(const Plan& plan) const;
  bool is_allowed(const Plan& plan, const Departure& next) const;
  std::vector<WeightedDeparture> children_at(const Plan& plan, std::span<const Place> places, std::uint64_t first_index,
                                             const Standing* before, Tally& tally) const;
  std::vector<WeightedDeparture> children_of(const Plan& plan, const WeightedDeparture& last,
                                             std::span<const Place> places, const Standing* before, Tally& tally) const;
  bool is_over(Walk& walk) const;
  bool take_in(Walk& walk, const PlanRun& run, const WeightedDeparture& last, std::uint64_t weight) const;
  std::vector<WeightedDeparture> children_to_run(Walk& walk, const PlanRun& run, const WeightedDeparture& last,
                                                 std::span<const Place> places, const Standing* before,
                                                 std::uint64_t weight) const;
  void visit(Walk& walk, const WeightedDeparture& last, std::uint64_t weight);
  void visit_forked(Walk& walk, const WeightedDeparture& last, std::uint64_t weight);
  void visit_children_forked(Walk& walk, const WeightedDeparture& last, std::uint64_t weight,
                             const std::vector<WeightedDeparture>& children);

  PlanRunner runner_;
  std::optional<ForkedRun> forked_;
  ProofLimits limits_;
};

}  // namespace snapsim
