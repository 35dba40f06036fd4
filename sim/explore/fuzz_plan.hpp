#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/choice/choice_source.hpp"
#include "sim/explore/mishaps.hpp"
#include "sim/explore/shrink.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// Mishaps that differ only in their place and in how their effect is told: one fault point, or one user's request.
struct MishapKind {
  std::string name;            ///< of the fault point or request
  std::vector<Mishap> places;  ///< in the order of the run; never empty
};

/// What a fuzzer may do to a scenario. Made once; any number of threads may read it.
class FuzzSpace {
 public:
  /// Its own seed and choices are left out: the fuzzer draws them.
  explicit FuzzSpace(Scenario scenario);

  const Scenario& scenario() const { return scenario_; }
  std::span<const MishapKind> kinds() const { return kinds_; }
  /// How many choices between racing events the scenario's own run has.
  std::uint32_t choices_asked() const { return choices_asked_; }
  /// Invariants that the scenario itself says are violated: no findings.
  const std::vector<std::string>& listed() const { return listed_; }

 private:
  Scenario scenario_;
  std::vector<MishapKind> kinds_;
  std::uint32_t choices_asked_ = 0;
  std::vector<std::string> listed_;
};

/// One mishap of a plan, by number.
struct PlannedMishap {
  std::uint32_t kind = 0;   ///< index into FuzzSpace::kinds()
  std::uint32_t place = 0;  ///< index into its places
  std::uint32_t later = 0;  ///< so many passes of the operation later; the mishaps before it may make it come again

  auto operator<=>(const PlannedMishap&) const = default;
};

/// The mishap that it stands for.
Mishap mishap_of(const FuzzSpace& space, const PlannedMishap& planned);

/// How a run orders what is ready at the same instant.
enum class ScheduleStyle : std::uint8_t {
  any,          ///< as the choices say, each time
  first_come,   ///< first come, first served
  few_changes,  ///< so too, but for a few changes of priority
  last_come,    ///< last come, first served, but for a few changes of priority
};

/// What one run of the fuzzer is to do, but for the order of racing events.
struct FuzzPlan {
  std::vector<PlannedMishap> mishaps;
  ScheduleStyle style{};
  std::vector<std::uint32_t> changes;  ///< of the styles with few changes: at which choices, counted from 0
};

/// Draws a plan. Alternative 0 everywhere is the scenario's own run. Each run first draws which kinds of mishap it uses
/// at all (swarm testing, Groce et al., ISSTA 2012).
FuzzPlan draw_plan(const FuzzSpace& space, ChoiceSource& choices);

/// A violated invariant.
struct FuzzViolation {
  std::string_view invariant;
  std::string message;
};

/// A run of the fuzzer that has ended.
struct FuzzedRun {
  std::vector<PlannedMishap> mishaps;
  Picks schedule;                         ///< what was picked between racing events, zeros at the end left out
  std::vector<FuzzViolation> violations;  ///< that the scenario does not list; of each invariant the first
  std::uint64_t fingerprint = 0;          ///< over every record of the run
  std::uint64_t outcome = 0;              ///< the same for runs that end in the same states and violate the same
  std::vector<PlannedMishap> reached;     ///< those of the mishaps that happened; requests always count

  bool violates(std::string_view invariant) const;
};

/// Does the plan's run; what it has to order, `choices` picks as the plan's style says. A run whose held step waits for
/// a request that needs the step, which no real cloud could do, violates nothing.
FuzzedRun run_plan(const FuzzSpace& space, const FuzzPlan& plan, ChoiceSource& choices);

/// A run of the fuzzer is a pure function of a list of choices: draws the plan, then does its run.
FuzzedRun fuzz_once(const FuzzSpace& space, ChoiceSource& choices);

/// The choices that lead to those mishaps and that order, with nothing left to a swarm or a style: what shrinking
/// starts from. fuzz_once does the same run with them.
Picks picks_of(const std::vector<PlannedMishap>& mishaps, const Picks& schedule);

/// Run `number` of a campaign: it depends on nothing else than the space, the seed and the number.
FuzzedRun fuzz_numbered(const FuzzSpace& space, std::uint64_t seed, std::uint64_t number);

/// The scenario that does the run when it is run by itself.
Scenario scenario_of(const FuzzSpace& space, const std::vector<PlannedMishap>& mishaps, const Picks& schedule);

}  // namespace snapsim
