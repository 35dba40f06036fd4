#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/explore/fuzz_finding.hpp"
#include "sim/explore/fuzz_plan.hpp"

namespace snapsim {

/// A finding, and how often the campaign came to it.
struct FoundGroup {
  FuzzFinding finding;
  std::uint64_t first_run = 0;
  std::uint64_t seen = 0;  ///< runs that came down to it
};

/// A run that reached something new: a mishap at a place where none had happened, or an end that no run had.
struct InterestingRun {
  std::uint64_t number = 0;
  bool is_outcome = false;   ///< a new end; else a new place
  std::uint64_t digest = 0;  ///< of the end or the place
  Picks picks;
};

/// Mishaps of a run that violate an invariant, and the finding that they came down to.
struct FoundCause {
  std::string invariant;
  std::vector<PlannedMishap> mishaps;  ///< in a fixed order
  bool is_racing = false;              ///< they need an order of racing events of their own
  std::size_t group = 0;               ///< index into FuzzCampaign::groups()
  int times = 0;                       ///< how often that was worked out
};

/// What some more runs of a campaign have brought.
struct FuzzBatch {
  std::vector<InterestingRun> interesting;
  std::set<std::size_t> seen_groups;    ///< that runs of the batch came down to
  std::vector<FoundCause> causes;       ///< new ones, and those that were worked out again
  std::vector<std::size_t> new_groups;  ///< indexes into FuzzCampaign::groups()
};

/// How far a campaign has come.
struct FuzzProgress {
  std::uint64_t seed = 1;
  std::uint64_t next_run = 0;   ///< runs before it are done
  std::uint64_t violating = 0;  ///< runs that violated what the scenario does not list
  /// Over all that those runs did, in order: the same on every machine, with every compiler.
  std::uint64_t fingerprint = 0;
};

/// Runs of the fuzzer on one scenario, numbered from 0. What is known after n runs is the same for any number of jobs:
/// runs, and what they come down to, are worked out side by side, and looked at in order.
class FuzzCampaign {
 public:
  /// `space` must outlive the campaign.
  FuzzCampaign(const FuzzSpace& space, const FuzzProgress& from, int jobs);

  /// Makes known what an earlier campaign has found and reached.
  void remember(FoundGroup group);
  void remember_cause(const FoundCause& cause);
  void remember_reached(bool is_outcome, std::uint64_t digest);

  /// Does up to `runs_max` more runs, not too many at a time. Ends early once `is_over` says so, between two runs; all
  /// runs before next_run have been looked at then.
  FuzzBatch do_batch(std::uint64_t runs_max, const std::function<bool()>& is_over);

  const FuzzSpace& space() const { return space_; }
  const FuzzProgress& progress() const { return progress_; }
  /// In the order in which they were found.
  const std::vector<FoundGroup>& groups() const { return groups_; }
  std::size_t outcomes() const { return outcomes_.size(); }
  std::size_t places() const { return places_.size(); }

 private:
  /// An invariant and mishaps of a run, in a fixed order.
  using Cause = std::pair<std::string, std::vector<PlannedMishap>>;
  /// What a cause came down to, and how often that was worked out.
  struct Known {
    std::size_t group = 0;
    int times = 0;
  };

  using Causes = std::map<Cause, Known>;
  /// What a run that violates an invariant comes down to.
  struct Reduction {
    FuzzedRun fewest;                     ///< with_fewest_mishaps
    std::optional<FuzzFinding> simplest;  ///< of that, where it was worked out
  };
  using Reductions = std::map<std::pair<const FuzzedRun*, std::string_view>, Reduction>;

  std::vector<FuzzedRun> run_side_by_side(std::uint64_t count, const std::function<bool()>& is_over) const;
  Reductions reduce_side_by_side(const std::vector<FuzzedRun>& runs, const std::function<bool()>& is_over) const;
  void look_at(const FuzzedRun& run, Reductions& reductions, FuzzBatch& batch);
  void note_reached(const FuzzedRun& run, FuzzBatch& batch);
  void note_violation(const FuzzedRun& run, std::string_view invariant, Reductions& reductions, FuzzBatch& batch);
  static const Known* known_cause(const Causes& causes, const FuzzedRun& run, std::string_view invariant);
  std::size_t group_of(Reduction reduction, std::string_view invariant, FuzzBatch& batch);
  FuzzFinding simplest_of(const FuzzedRun& run, std::string_view invariant) const;
  std::size_t group_of_simplest(FuzzFinding finding, FuzzBatch& batch);

  const FuzzSpace& space_;
  FuzzProgress progress_;
  int jobs_;
  std::vector<FoundGroup> groups_;
  std::map<Cause, std::size_t> group_of_simplest_;
  Causes causes_;         // first come, first served
  Causes racing_causes_;  // that need an order of their own
  std::set<std::uint64_t> outcomes_;
  std::set<std::uint64_t> places_;
};

}  // namespace snapsim
