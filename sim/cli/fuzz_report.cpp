#include "sim/cli/fuzz_report.hpp"

#include <iostream>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/choice/replay.hpp"
#include "sim/cli/output.hpp"
#include "sim/report/finished_run.hpp"
#include "sim/report/judgement.hpp"
#include "sim/report/story.hpp"
#include "sim/report/text.hpp"
#include "sim/scenario/scenario_names.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// So many findings of a scenario are told with their story; -v tells all.
constexpr std::size_t stories_max = 5;
constexpr std::size_t story_rows = 20;
constexpr std::size_t columns = 100;

std::string replay_command_of(const fs::path& file) {
  return "./snapsim replay " + shell_quoted(file.string());
}

fs::path diagram_of(fs::path file) {
  return file.replace_extension(".mmd");
}

void print_paragraph(const std::string& text) {
  for (const std::string& line : wrapped(text, columns - 2, 6)) std::cout << "  " << line << '\n';
}

void print_mishaps(const FuzzSpace& space, const FuzzFinding& finding) {
  if (finding.mishaps.empty()) std::cout << "  no fault and no further request is needed\n";
  for (const FuzzFinding::Needed& needed : finding.mishaps) {
    std::cout << "  needs " << visible(mishap_of(space, needed.mishap).text())
              << "\n      without it: " << without_text(needed) << '\n';
  }
  if (finding.schedule.empty()) return;
  print_paragraph(fmt::format("needs racing events in this order: {}", fmt::join(finding.schedule, ".")));
}

void print_story(const Options& options, const FuzzSpace& space, const FuzzFinding& finding, const fs::path& file) {
  Scenario scenario = reproducer_of(space, finding);
  scenario.path = file.string();
  ReplayChoices choices(scenario.choices);
  const FinishedRun run = simulate(std::move(scenario), choices);
  StoryOptions story;
  story.verbose = options.verbose;
  story.rows_max = story_rows;
  story.color = wants_color(options.color);
  std::cout << '\n';
  write_story(run.record(), story, std::cout);
}

void print_finding(const Options& options, const FuzzedScenario& fuzzed, std::size_t i) {
  const FuzzSpace& space = fuzzed.campaign.space();
  const FoundGroup& group = fuzzed.campaign.groups()[i];
  const FuzzFinding& finding = group.finding;
  const std::string command = replay_command_of(fuzzed.files[i]);
  std::cout << '\n' << command << '\n';
  std::cout << "  finding " << i + 1 << ": " << finding.invariant << '\n';
  if (!options.quiet) {
    print_paragraph(finding.message);
    print_mishaps(space, finding);
    std::cout << "  first in run " << group.first_run << ", seen " << group.seen << " times; "
              << (finding.is_minimal ? "minimal" : "may not be minimal") << ", after " << finding.shrink_runs
              << " runs of shrinking\n";
    std::cout << "  diagram: " << visible(diagram_of(fuzzed.files[i]).string()) << '\n';
    if (options.verbose || i < stories_max) print_story(options, space, finding, fuzzed.files[i]);
  }
  std::cout << command << '\n';
}

void print_scenario(const Options& options, const FuzzedScenario& fuzzed) {
  const FuzzCampaign& campaign = fuzzed.campaign;
  for (std::size_t i = 0; i < campaign.groups().size(); ++i) print_finding(options, fuzzed, i);
  if (!campaign.groups().empty()) std::cout << '\n';
  const FuzzProgress& progress = campaign.progress();
  std::cout << visible(campaign.space().scenario().path) << ": " << progress.next_run << " runs from seed "
            << progress.seed << ", " << progress.violating << " violated an invariant; " << campaign.groups().size()
            << " findings, " << campaign.outcomes() << " different ends, mishaps at " << campaign.places()
            << " places, fingerprint " << fmt::format("{:016x}", progress.fingerprint) << '\n';
}

Json json_of(const FuzzedScenario& fuzzed, std::size_t i) {
  const FuzzSpace& space = fuzzed.campaign.space();
  const FoundGroup& group = fuzzed.campaign.groups()[i];
  Json faults = Json::array();
  for (const FuzzFinding::Needed& needed : group.finding.mishaps) {
    faults.push_back(
        {{"fault", mishap_of(space, needed.mishap).text()}, {"violated_without", needed.violated_without}});
  }
  return {{"invariant", group.finding.invariant},
          {"message", valid_utf8(group.finding.message)},
          {"faults", std::move(faults)},
          {"choices", group.finding.schedule},
          {"minimal", group.finding.is_minimal},
          {"first_run", group.first_run},
          {"seen", group.seen},
          {"shrink_runs", group.finding.shrink_runs},
          {"scenario", valid_utf8(fuzzed.files[i].string())},
          {"diagram", valid_utf8(diagram_of(fuzzed.files[i]).string())},
          {"replay", valid_utf8(replay_command_of(fuzzed.files[i]))}};
}

Json json_of(const FuzzedScenario& fuzzed) {
  const FuzzCampaign& campaign = fuzzed.campaign;
  Json findings = Json::array();
  for (std::size_t i = 0; i < campaign.groups().size(); ++i) findings.push_back(json_of(fuzzed, i));
  return {{"scenario", valid_utf8(campaign.space().scenario().path)},
          {"policy", to_string(campaign.space().scenario().policy)},
          {"seed", campaign.progress().seed},
          {"runs", campaign.progress().next_run},
          {"violating_runs", campaign.progress().violating},
          {"fingerprint", fmt::format("{:016x}", campaign.progress().fingerprint)},
          {"outcomes", campaign.outcomes()},
          {"places", campaign.places()},
          {"findings", std::move(findings)}};
}

void print_json(const std::vector<FuzzedScenario>& all, bool is_partial) {
  Verdict verdict = is_partial ? Verdict::undecided : Verdict::consistent;
  Json scenarios = Json::array();
  for (const FuzzedScenario& fuzzed : all) {
    if (!fuzzed.campaign.groups().empty()) verdict = Verdict::violated;
    scenarios.push_back(json_of(fuzzed));
  }
  const Json json{
      {"snapsim_version", SNAPSIM_VERSION}, {"verdict", to_string(verdict)}, {"scenarios", std::move(scenarios)}};
  std::cout << json.dump(2) << '\n';
}

}  // namespace

std::string without_text(const FuzzFinding::Needed& needed) {
  const std::vector<std::string>& violated = needed.violated_without;
  return violated.empty() ? "passes" : fmt::format("violates {}", fmt::join(violated, ", "));
}

void print_fuzz_report(const Options& options, const std::vector<FuzzedScenario>& all, bool is_partial) {
  if (options.json) {
    print_json(all, is_partial);
  } else {
    for (const FuzzedScenario& fuzzed : all) print_scenario(options, fuzzed);
  }
  flush_standard_output();
}

}  // namespace snapsim
