// What the page in simulator.html calls. Texts go in and JSON comes out; one run at a time is kept, which is asked
// about afterwards.

#include <cstddef>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/explore/branches.hpp"
#include "sim/page/run_page.hpp"
#include "sim/report/finished_run.hpp"
#include "sim/report/judgement.hpp"
#include "sim/report/result_json.hpp"
#include "sim/report/text.hpp"
#include "sim/scenario/reader.hpp"
#include "sim/scenario/writer.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

using Json = nlohmann::ordered_json;

/// The run that the page shows.
struct Shown {
  explicit Shown(Scenario scenario) : run(simulate(std::move(scenario))), branches(run.scenario, run.output) {}

  FinishedRun run;
  RunBranches branches;
};

std::unique_ptr<Shown>& shown() {
  static std::unique_ptr<Shown> one;
  return one;
}

Json problems_json(const std::vector<Problem>& problems) {
  Json texts = Json::array();
  for (const Problem& problem : problems) texts.push_back(valid_utf8(to_string(problem)));
  return {{"problems", std::move(texts)}};
}

/// As a user wrote it, but for the policy.
ScenarioOrProblems scenario_from(const char* text, std::string_view policy) {
  ScenarioOrProblems read = read_scenario(text, "scenario");
  if (read && !policy.empty()) read->policy = policy == "hardened" ? Policy::hardened : Policy::nova;
  return read;
}

std::string page_of(const FinishedRun& run) {
  std::ostringstream out;
  Scenario uneventful = run.scenario;
  uneventful.faults.clear();
  if (run.scenario.faults.empty()) {
    write_run_page(run.record(), nullptr, out);
  } else {
    const FinishedRun without_faults = simulate(std::move(uneventful));
    const RunRecord record = without_faults.record();
    write_run_page(run.record(), &record, out);
  }
  return std::move(out).str();
}

std::string run_text(const char* text, const char* policy) {
  ScenarioOrProblems read = scenario_from(text, policy);
  if (!read) return problems_json(read.error()).dump();
  const FinishedRun run = simulate(std::move(*read));
  const Judgement judgement = judge(run.scenario, run.output.result);
  return Json{{"verdict", to_string(judgement.verdict)}, {"run", run_json(run.record())}}.dump();
}

std::string show_text(const char* text, const char* policy) {
  ScenarioOrProblems read = scenario_from(text, policy);
  if (!read) return problems_json(read.error()).dump();
  shown() = std::make_unique<Shown>(std::move(*read));
  return Json{{"page", page_of(shown()->run)}, {"scenario", write_scenario(shown()->run.scenario)}}.dump();
}

std::string branches_text(int position) {
  Json texts = Json::array();
  if (shown() && position >= 0) {
    for (const Departure& departure : shown()->branches.at(static_cast<std::size_t>(position))) {
      const FaultSpec* const fault = departure.fault();
      texts.push_back({{"text", valid_utf8(departure.text())},
                       {"cause", fault ? Json(fault_points()[fault->point].cause) : Json()}});
    }
  }
  return texts.dump();
}

std::string branch_text(int position, int index) {
  if (!shown() || position < 0 || index < 0) return {};
  const std::vector<Departure> departures = shown()->branches.at(static_cast<std::size_t>(position));
  if (static_cast<std::size_t>(index) >= departures.size()) return {};
  return write_scenario(shown()->branches.branched(departures[static_cast<std::size_t>(index)]));
}

/// What the page reads until its next call.
const char* kept(std::string text) {
  static std::string answer;
  answer = std::move(text);
  return answer.c_str();
}

}  // namespace
}  // namespace snapsim

extern "C" {

/// Runs the scenario: {"verdict", "run": as in a result}, or {"problems": texts}. `policy` may be empty: the
/// scenario's.
const char* snapsim_run(const char* text, const char* policy) {
  return snapsim::kept(snapsim::run_text(text, policy));
}

/// Runs it and keeps the run: {"page": an HTML document, "scenario": its text}, or {"problems": texts}.
const char* snapsim_show(const char* text, const char* policy) {
  return snapsim::kept(snapsim::show_text(text, policy));
}

/// What else could have happened at a step of the run that is kept: an array of {"text", "cause"}; the cause is null
/// where only the order of threads would be another.
const char* snapsim_branches(int position) {
  return snapsim::kept(snapsim::branches_text(position));
}

/// The text of the scenario with one of these added; empty: there is no such one.
const char* snapsim_branch(int position, int index) {
  return snapsim::kept(snapsim::branch_text(position, index));
}
}
