#include <algorithm>
#include <iostream>
#include <set>

#include <nlohmann/json.hpp>

#include "sim/cli/finished_run.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/nova/rules.hpp"
#include "sim/report/table.hpp"
#include "sim/report/text.hpp"
#include "sim/scenario/problem.hpp"

namespace snapsim {
namespace {

/// What one scenario violates once a rule is off.
struct Need {
  std::string scenario;
  std::vector<std::string> invariants;
};

std::vector<std::string> violated_without(const Scenario& scenario, const Rule* rule_off) {
  Scenario hardened = scenario;
  hardened.policy = Policy::hardened;
  if (rule_off) hardened.rules_off.insert(*rule_off);
  const FinishedRun run = run_on_model_disks(hardened);
  std::set<std::string> names;
  for (const ViolationResult& violation : run.output.result.violations) names.insert(violation.invariant);
  return {names.begin(), names.end()};
}

/// The scenarios that need the rule: with all rules they violate nothing.
std::vector<Need> needs_of(const std::vector<Scenario>& sound, Rule rule) {
  std::vector<Need> needs;
  for (const Scenario& scenario : sound) {
    const std::vector<std::string> invariants = violated_without(scenario, &rule);
    if (!invariants.empty()) needs.push_back({scenario.path, invariants});
  }
  return needs;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

void print_table(const std::vector<std::vector<Need>>& needs) {
  for (std::size_t i = 0; i < needs.size(); ++i) {
    const RuleInfo& rule = rules()[i];
    std::cout << rule.name << " off: " << needs[i].size() << (needs[i].size() == 1 ? " scenario" : " scenarios")
              << " violated\n";
    for (const Need& need : needs[i]) {
      std::cout << "    " << visible(need.scenario) << "\n        " << joined(need.invariants) << '\n';
    }
  }
}

void print_json(const std::vector<std::vector<Need>>& needs) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < needs.size(); ++i) {
    nlohmann::ordered_json scenarios = nlohmann::ordered_json::array();
    for (const Need& need : needs[i]) {
      scenarios.push_back({{"scenario", valid_utf8(need.scenario)}, {"violated", need.invariants}});
    }
    list.push_back({{"rule", rules()[i].name}, {"sentence", rules()[i].sentence}, {"off", std::move(scenarios)}});
  }
  std::cout << nlohmann::ordered_json{{"rules", std::move(list)}}.dump(2) << '\n';
}

}  // namespace

Exit ablate_verb(const Options& options) {
  const std::vector<Scenario> scenarios = read_scenarios(options.files);
  if (scenarios.empty()) return Exit::bad_input;
  std::vector<Scenario> sound;
  bool all_are_as_listed = true;
  for (const Scenario& scenario : scenarios) {
    const std::vector<std::string> violated = violated_without(scenario, nullptr);
    const bool is_listed = std::set(violated.begin(), violated.end()) ==
                           std::set(scenario.violates_hardened.begin(), scenario.violates_hardened.end());
    all_are_as_listed &= is_listed;
    if (violated.empty()) {
      sound.push_back(scenario);
    } else if (!is_listed) {
      std::cerr << "snapsim: " << printable(scenario.path) << " violates " << joined(violated)
                << " with every rule in force; it is left out\n";
    }
  }
  std::vector<std::vector<Need>> needs;
  for (const RuleInfo& rule : rules()) needs.push_back(needs_of(sound, rule.rule));
  options.json ? print_json(needs) : print_table(needs);
  flush_standard_output();
  const bool is_each_needed = std::none_of(needs.begin(), needs.end(), [](const auto& of) { return of.empty(); });
  return is_each_needed && all_are_as_listed ? Exit::held : Exit::failed;
}

}  // namespace snapsim
