#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/explain/diagnosis.hpp"
#include "sim/report/finished_run.hpp"
#include "sim/report/fired_faults.hpp"
#include "sim/report/oslo_log.hpp"
#include "sim/scenario/reader.hpp"

namespace snapsim::test {
namespace {

/// What came of explaining a run's own logs.
struct Explained {
  std::set<std::string> fired;    ///< the faults that happened
  std::set<std::string> missing;  ///< those that are not among the first two causes of any of its snapshots
  std::string causes;             ///< for the message
  bool is_same = false;           ///< other causes log the very same lines, but for the timing of a moment
};

bool takes_snapshots(const Scenario& scenario) {
  return std::ranges::any_of(scenario.requests, [](const RequestSpec& request) {
    return request.action == Action::create_image || request.action == Action::create_backup;
  });
}

/// Rebuilds, rescues and shelvings have faults of their own, which are no snapshot's.
bool has_other_flows(const Scenario& scenario) {
  return std::ranges::any_of(scenario.requests, [](const RequestSpec& request) {
    return request.action == Action::rebuild || request.action == Action::rescue ||
           request.action == Action::unrescue || request.action == Action::shelve || request.action == Action::unshelve;
  });
}

Explained explain_own_logs(Scenario scenario, CandidateStore& store) {
  const FinishedRun run = simulate(std::move(scenario));
  Explained result;
  for (const FiredFault& fault : fired_faults(run.record())) result.fired.emplace(fault.at);
  LogBook book;
  for (const LogFile file : {LogFile::nova_api, LogFile::nova_compute, LogFile::glance_api}) {
    std::ostringstream text;
    write_oslo_log(run.record(), file, text);
    book.read_text(text.view(), "run.log");
  }
  std::string named;
  const std::vector<SnapshotStory> stories = find_stories(book);
  for (const SnapshotStory& story : stories) {
    const Diagnosis diagnosis = diagnose(book, story, stories, store);
    for (std::size_t i = 0; i < std::min<std::size_t>(2, diagnosis.causes.size()); ++i) {
      named += " " + diagnosis.causes[i].name + " ";
      for (const std::string& same : diagnosis.causes[i].same_lines) named += " " + same + " ";
    }
    constexpr double timing = 0.21;
    result.is_same |= diagnosis.causes.front().cost < timing;
  }
  result.causes = named;
  for (const std::string& name : result.fired) {
    if (named.find(" " + name + " ") == std::string::npos) result.missing.insert(name);
  }
  return result;
}

Scenario scenario_in(const std::filesystem::path& path) {
  const ScenarioOrProblems read = read_scenario_file(path.string());
  REQUIRE(read.has_value());
  return *read;
}

}  // namespace

TEST_CASE("a run's own logs give back its fault", "[explain]") {
  CandidateStore store;
  for (const char* const name : {"qemu_img_is_killed", "resume_fails_with_the_power_sync_off", "upload_is_forbidden",
                                 "image_create_answered_503_after_its_effect"}) {
    INFO(name);
    const Explained result =
        explain_own_logs(scenario_in(std::string(SNAPSIM_SOURCE_DIR) + "/scenarios/" + name + ".json"), store);
    CHECK_FALSE(result.fired.empty());
    INFO(result.causes);
    CHECK(result.missing.empty());
  }
}

// Minutes without optimisation: build/release/snapsim_exhaustive "[explain_sweep]"
TEST_CASE("of the faults of all scenarios that leave a trace in the logs, 95 of 100 are given back",
          "[explain][exhaustive][.explain_sweep]") {
  CandidateStore store;
  int shown = 0;
  int found = 0;
  int without_trace = 0;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(SNAPSIM_SOURCE_DIR) + "/scenarios")) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  for (const std::filesystem::path& path : paths) {
    Scenario scenario = scenario_in(path);
    if (!takes_snapshots(scenario) || has_other_flows(scenario)) continue;
    const Explained result = explain_own_logs(std::move(scenario), store);
    if (result.fired.empty()) continue;
    if (result.missing.empty()) {
      ++shown;
      ++found;
    } else if (result.is_same || result.causes.empty()) {
      ++without_trace;
    } else {
      ++shown;
      std::string missing;
      for (const std::string& name : result.missing) missing += " " + name;
      UNSCOPED_INFO(path.stem().string() << " lacks" << missing << ", has" << result.causes);
    }
  }
  INFO(found << " of " << shown << " given back; " << without_trace << " log the same as something else");
  CHECK(shown > 100);
  CHECK(found * 100 >= shown * 95);
}

}  // namespace snapsim::test
