#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "sim/check/invariant.hpp"
#include "sim/report/fired_faults.hpp"
#include "sim/report/judgement.hpp"
#include "sim/report/run_record.hpp"
#include "sim/world/fault_point.hpp"
#include "tests/world/support.hpp"

// The scenarios of this project as a whole: each says what its run ends in, and together they meet everything that can
// go wrong.

namespace snapsim {
namespace {

/// Invariants that hold under Nova whatever fails, and why.
const std::map<std::string, std::string> never_violated{
    {"source_disk_unchanged", "qemu-img and the block copy only read the disk of a snapshot"},
    {"legal_image_transitions", "Glance checks each transition itself"},
    {"quiesces", "a wait without end needs a million steps to be seen; tests/check breaks it in a few"},
    {"legal_task_state_transitions", "each update names the states that it expects"},
};

/// What all runs of the library met.
struct Met {
  std::set<std::string> fault_points;
  std::set<std::string> invariants;
};

Met run_the_library() {
  Met met;
  for (const std::string& file : testing::scenario_files()) {
    CAPTURE(file);
    const Scenario scenario = testing::scenario_from(file);
    const RunOutput run = run_scenario_as_written(scenario);
    const RunResult& result = run.result;
    const Judgement judgement = judge(scenario, result);
    for (const ExpectationFailure& failure : judgement.failures) {
      UNSCOPED_INFO(failure.subject << " " << failure.what << ": expected " << failure.expected << ", seen "
                                    << failure.seen);
    }
    for (const std::size_t index : judgement.unlisted) UNSCOPED_INFO(result.violations[index].message);
    CHECK(judgement.verdict == Verdict::consistent);
    for (const FiredFault& fault : fired_faults(RunRecord{scenario, result, run.trace}))
      met.fault_points.emplace(fault.at);
    if (scenario.policy != Policy::nova) continue;
    for (const std::string& name : testing::violated(result)) met.invariants.insert(name);
  }
  return met;
}

TEST_CASE("docs/findings.md names every scenario that shows how Nova leaves something inconsistent", "[world]") {
  std::ifstream file(SNAPSIM_SOURCE_DIR "/docs/findings.md");
  const std::string findings((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const std::string& path : testing::scenario_files()) {
    const Scenario scenario = testing::scenario_from(path);
    if (scenario.policy != Policy::nova || scenario.violates.empty()) continue;
    const std::string name = std::filesystem::path(path).stem().string();
    INFO(name);
    CHECK(findings.find("`" + name + "`") != std::string::npos);
  }
}

TEST_CASE("the scenarios end as they say, and together meet every fault point and invariant", "[world]") {
  const Met met = run_the_library();
  for (const FaultPoint& point : fault_points()) {
    INFO("never fired: " << point.name);
    CHECK(met.fault_points.contains(point.name));
  }
  for (const Invariant& invariant : invariants()) {
    const std::string name(invariant.name);
    INFO("invariant: " << name);
    CHECK(met.invariants.contains(name) != never_violated.contains(name));
  }
}

}  // namespace
}  // namespace snapsim
