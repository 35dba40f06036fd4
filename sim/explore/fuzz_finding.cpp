#include "sim/explore/fuzz_finding.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "sim/choice/replay.hpp"
#include "sim/runtime/assert.hpp"
#include "sim/world/world.hpp"

namespace snapsim {
namespace {

/// The kinds of the mishaps, in order.
std::vector<std::uint32_t> kinds_of(const std::vector<PlannedMishap>& mishaps) {
  std::vector<std::uint32_t> kinds;
  for (const PlannedMishap& planned : mishaps) kinds.push_back(planned.kind);
  std::ranges::sort(kinds);
  return kinds;
}

FuzzedRun run_of(const FuzzSpace& space, const Picks& picks) {
  ReplayChoices choices(picks);
  return fuzz_once(space, choices);
}

std::vector<std::string> violated_without(const FuzzSpace& space, std::vector<PlannedMishap> mishaps, std::size_t left,
                                          const Picks& schedule) {
  mishaps.erase(mishaps.begin() + static_cast<std::ptrdiff_t>(left));
  std::vector<std::string> violated;
  for (const FuzzViolation& violation : run_of(space, picks_of(mishaps, schedule)).violations) {
    violated.emplace_back(violation.invariant);
  }
  return violated;
}

/// Those whose bit is set.
std::vector<PlannedMishap> some_of(const std::vector<PlannedMishap>& mishaps, std::uint32_t set) {
  std::vector<PlannedMishap> some;
  for (std::size_t i = 0; i < mishaps.size(); ++i) {
    if ((set >> i & 1) != 0) some.push_back(mishaps[i]);
  }
  return some;
}

/// Of the listed invariants, those that the scenario's run violates.
std::vector<std::string> listed_and_violated(const FuzzSpace& space, const Scenario& scenario) {
  ReplayChoices choices(scenario.choices);
  WorldOptions options;
  options.keep = Recorder::Keep::nothing;
  World world(scenario, choices, options);
  world.run();
  std::vector<std::string> violated;
  for (const std::string& name : space.listed()) {
    if (std::ranges::find(world.violations(), name, &Violation::invariant) != world.violations().end()) {
      violated.push_back(name);
    }
  }
  return violated;
}

}  // namespace

std::vector<PlannedMishap> FuzzFinding::planned() const {
  std::vector<PlannedMishap> all;
  for (const Needed& needed : mishaps) all.push_back(needed.mishap);
  return all;
}

std::string FuzzFinding::mishaps_text(const FuzzSpace& space) const {
  std::vector<std::string> texts;
  for (const Needed& needed : mishaps) texts.push_back(mishap_of(space, needed.mishap).text());
  std::ranges::sort(texts);
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : " + ") + text;
  return joined;
}

FuzzFinding finding_of(const FuzzSpace& space, const Picks& picks, std::string_view invariant) {
  const FuzzedRun run = run_of(space, picks);
  FuzzFinding finding;
  finding.invariant = invariant;
  const auto violation = std::ranges::find(run.violations, invariant, &FuzzViolation::invariant);
  SNAPSIM_ASSERT(violation != run.violations.end(), "a finding's run violates its invariant");
  finding.message = violation->message;
  finding.schedule = run.schedule;
  finding.is_minimal = true;
  for (std::size_t i = 0; i < run.mishaps.size(); ++i) {
    std::vector<std::string> without = violated_without(space, run.mishaps, i, run.schedule);
    finding.is_minimal &= std::ranges::find(without, finding.invariant) == without.end();
    finding.mishaps.push_back({run.mishaps[i], std::move(without)});
  }
  return finding;
}

FuzzedRun with_fewest_mishaps(const FuzzSpace& space, const FuzzedRun& run, std::string_view invariant) {
  const std::uint32_t sets = 1U << run.mishaps.size();
  for (std::size_t size = 0; size <= run.mishaps.size(); ++size) {
    for (std::uint32_t set = 0; set < sets; ++set) {
      if (static_cast<std::size_t>(std::popcount(set)) != size) continue;
      const std::vector<PlannedMishap> some = some_of(run.mishaps, set);
      for (const Picks& schedule : {Picks(), run.schedule}) {
        FuzzedRun fewer = run_of(space, picks_of(some, schedule));
        if (fewer.violates(invariant)) return fewer;
      }
    }
  }
  return run;
}

FuzzFinding shrink_finding(const FuzzSpace& space, const FuzzedRun& run, std::string_view invariant,
                           const ShrinkLimits& limits) {
  const std::vector<std::uint32_t> kinds = kinds_of(run.mishaps);
  const auto still_fails = [&space, &kinds, invariant](const Picks& picks) {
    ReplayChoices choices(picks);
    const FuzzPlan plan = draw_plan(space, choices);
    if (!std::ranges::includes(kinds, kinds_of(plan.mishaps))) return false;
    return run_plan(space, plan, choices).violates(invariant);
  };
  const Shrunk shrunk = shrink(picks_of(run.mishaps, run.schedule), still_fails, limits);
  FuzzFinding finding = finding_of(space, shrunk.picks, invariant);
  finding.shrink_runs = shrunk.runs;
  finding.is_minimal &= shrunk.is_fixpoint;
  return finding;
}

Scenario reproducer_of(const FuzzSpace& space, const FuzzFinding& finding) {
  Scenario scenario = scenario_of(space, finding.planned(), finding.schedule);
  const std::string mishaps = finding.mishaps_text(space);
  scenario.title = finding.invariant + " is violated: " + (mishaps.empty() ? "by the scenario itself" : mishaps);
  scenario.why = finding.message;
  scenario.expect = {};
  scenario.written_policy = scenario.policy;
  scenario.violates = listed_and_violated(space, scenario);
  scenario.violates_hardened.clear();
  return scenario;
}

}  // namespace snapsim
