#include "sim/explore/counterexample_file.hpp"

#include <algorithm>

#include "sim/choice/counting.hpp"
#include "sim/choice/replay.hpp"
#include "sim/world/fault_point.hpp"
#include "sim/world/run.hpp"

namespace snapsim {
namespace {

bool violates(const RunResult& result, const ViolationKey& key) {
  return std::ranges::any_of(result.violations,
                             [&key](const ViolationResult& seen) { return seen.invariant == key.invariant; });
}

/// What is listed of what the run violates; the finding's own invariant is not.
void list_violations(Scenario& scenario, const RunResult& result, const std::set<std::string>& listed) {
  std::set<std::string> names;
  for (const ViolationResult& violation : result.violations) {
    if (listed.contains(violation.invariant)) names.insert(violation.invariant);
  }
  scenario.violates.assign(names.begin(), names.end());
}

/// A file knows of no beats: its processes are down for the usual time.
void restart_as_usual(Scenario& scenario) {
  for (FaultSpec& fault : scenario.faults) fault.is_of_a_proof = false;
}

/// Or for as long as until the beat in the run by the plan, in whole milliseconds. The plan's faults are the last ones.
void restart_near_the_beat(Scenario& scenario, const std::vector<Place>& places, const Plan& plan) {
  auto fault = scenario.faults.end() - static_cast<std::ptrdiff_t>(fault_count(plan));
  for (const Departure& departure : plan) {
    if (!departure.fault()) continue;
    FaultSpec& written = *fault++;
    if (fault_points()[written.point].outcome != Outcome::crash) continue;
    const Place where = departure.place();
    const auto found = std::ranges::find_if(places, [&where](const Place& place) { return place.is(where); });
    if (found == places.end()) continue;
    const Instant died = found->standing.now;
    const Duration down = next_beat(died + Duration(*written.restart_after_us)) - died;
    written.restart_after_us = Duration(std::chrono::round<std::chrono::milliseconds>(down)).count();
  }
}

/// Choices for an ordinary run that violates the finding's invariant, with one reordering.
std::optional<std::vector<std::uint32_t>> order_that_violates(const Scenario& scenario, const ViolationKey& key) {
  ReplayChoices own(scenario.choices);
  CountingChoices counting(own);
  run_scenario(scenario, counting);
  const std::vector<std::uint32_t>& alternatives = counting.alternatives();
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    for (std::uint32_t pick = 0; pick < alternatives[i]; ++pick) {
      std::vector<std::uint32_t> picks = scenario.choices;
      picks.resize(std::max(picks.size(), i + 1));
      picks[i] = pick;
      ReplayChoices choices(picks);
      if (violates(run_scenario(scenario, choices).result, key)) return picks;
    }
  }
  return std::nullopt;
}

}  // namespace

std::set<std::string> listed_violations(const Scenario& scenario) {
  if (scenario.policy == Policy::hardened || scenario.policy != scenario.written_policy) return {};
  return {scenario.violates.begin(), scenario.violates.end()};
}

std::optional<Scenario> scenario_of_finding(const Scenario& scenario, const ViolationKey& key,
                                            const Counterexample& finding) {
  PlanRunner runner(scenario);
  Scenario file = runner.scenario_of(finding.plan);
  restart_as_usual(file);
  file.written_policy = file.policy;
  file.expect = {};
  file.violates.clear();
  file.violates_hardened.clear();
  file.why = key.invariant + " does not hold for " + key.subject + ": " + finding.message;
  file.title = scenario.title + "; and " + text_of(finding.plan);
  RunOutput run = run_scenario_as_written(file);
  if (!violates(run.result, key)) {
    restart_near_the_beat(file, runner.run(finding.plan, true).places, finding.plan);
    run = run_scenario_as_written(file);
  }
  if (!violates(run.result, key)) {
    const auto picks = order_that_violates(file, key);
    if (!picks) return std::nullopt;
    file.choices = *picks;
    run = run_scenario_as_written(file);
  }
  list_violations(file, run.result, listed_violations(scenario));
  return file;
}

}  // namespace snapsim
