#include "tests/mutation/library_cases.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "sim/explore/mishaps.hpp"
#include "sim/scenario/reader.hpp"
#include "tests/mutation/reached.hpp"

namespace snapsim::mutation {
namespace {

namespace fs = std::filesystem;

/// Of the mishaps of a story each so many-th is made: all of them would take an hour.
constexpr std::size_t mishap_stride = 13;

/// The stories that mishaps are made in.
constexpr std::array stories = {
    "cold_snapshot.json",
    "live_snapshot.json",
    "quiesced_live_snapshot.json",
    "cold_snapshot_of_paused_guest.json",
    "snapshot_of_stopped_instance.json",
    "snapshot_of_suspended_instance.json",
    "backup_rotation_1.json",
    "soft_reboot.json",
    "hard_reboot.json",
    "pause_and_unpause.json",
    "suspend_and_resume.json",
    "stop.json",
    "start.json",
    "soft_delete.json",
    "delete.json",
    "two_hosts.json",
    "shelve_and_unshelve.json",
    "rebuild_from_snapshot.json",
    "rescue_and_unrescue.json",
};

Scenario scenario_at(const std::string& file) {
  ScenarioOrProblems read = read_scenario_file(file);
  if (!read) throw std::runtime_error(file + " is not a scenario");
  return std::move(*read);
}

/// False where the run is not consistent without any mutant.
bool add_case(std::vector<LibraryCase>& cases, Scenario scenario, const std::string& name) {
  LibraryCase one;
  one.scenario = std::move(scenario);
  one.name = name;
  const RunResult result = run_scenario_as_written(one.scenario).result;
  one.reached = take_reached();
  one.fingerprint_high = result.fingerprint_high;
  one.fingerprint_low = result.fingerprint_low;
  if (judge(one.scenario, result).verdict != Verdict::consistent) return false;
  cases.push_back(std::move(one));
  return true;
}

}  // namespace

std::vector<LibraryCase> library_cases(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::vector<LibraryCase> cases;
  for (const std::string& file : files) {
    Scenario scenario = scenario_at(file);
    const std::string name = fs::path(file).filename().string();
    bool is_consistent = add_case(cases, scenario, name);
    if (scenario.policy != Policy::hardened) {
      scenario.policy = Policy::hardened;
      is_consistent = add_case(cases, std::move(scenario), name + " under hardened") && is_consistent;
    }
    if (!is_consistent) throw std::runtime_error(name + " is not consistent without any mutant");
  }
  return cases;
}

std::vector<LibraryCase> mishap_cases(const std::string& folder) {
  std::vector<LibraryCase> cases;
  for (const std::string story : stories) {
    Scenario scenario = scenario_at(folder + "/" + story);
    scenario.policy = scenario.written_policy = Policy::hardened;
    scenario.expect = {};
    scenario.violates.clear();
    const std::vector<Mishap> mishaps = every_mishap(scenario);
    for (std::size_t i = 0; i < mishaps.size(); i += mishap_stride) {
      const Mishap& mishap = mishaps[i];
      add_case(cases, with_mishaps(scenario, {mishap}), story + " under hardened with " + mishap.text());
    }
  }
  return cases;
}

CaseVerdict run_case(const LibraryCase& one) {
  const RunResult result = run_scenario_as_written(one.scenario).result;
  const Judgement judgement = judge(one.scenario, result);
  CaseVerdict verdict;
  verdict.trace_differs =
      result.fingerprint_high != one.fingerprint_high || result.fingerprint_low != one.fingerprint_low;
  if (!judgement.unlisted.empty()) verdict.violated = result.violations[judgement.unlisted.front()].invariant;
  for (const ExpectationFailure& failure : judgement.failures) {
    std::string& first = failure.what == "invariant" ? verdict.held : verdict.expectation;
    if (first.empty()) first = failure.what == "invariant" ? failure.subject : failure.what;
  }
  return verdict;
}

}  // namespace snapsim::mutation
