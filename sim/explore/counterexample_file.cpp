#include "sim/explore/counterexample_file.hpp"

#include <algorithm>

#include "sim/choice/counting.hpp"
#include "sim/choice/replay.hpp"
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
  Scenario file = PlanRunner(scenario).scenario_of(finding.plan);
  file.written_policy = file.policy;
  file.expect = {};
  file.violates.clear();
  file.violates_hardened.clear();
  file.why = key.invariant + " does not hold for " + key.subject + ": " + finding.message;
  file.title = scenario.title + "; and " + text_of(finding.plan);
  RunOutput run = run_scenario_as_written(file);
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
