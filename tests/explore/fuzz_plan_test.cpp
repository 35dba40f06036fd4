#include "sim/explore/fuzz_plan.hpp"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "sim/choice/replay.hpp"
#include "sim/choice/uneventful.hpp"
#include "sim/explore/fuzz_finding.hpp"
#include "sim/report/finished_run.hpp"
#include "sim/report/judgement.hpp"
#include "sim/scenario/reader.hpp"
#include "sim/scenario/writer.hpp"

namespace snapsim {
namespace {

Scenario scenario_named(const std::string& name) {
  const auto scenario = read_scenario_file(std::string(SNAPSIM_SOURCE_DIR) + "/scenarios/" + name + ".json");
  REQUIRE(scenario.has_value());
  return *scenario;
}

const FuzzSpace& cold_snapshot() {
  static const FuzzSpace space(scenario_named("cold_snapshot"));
  return space;
}

void check_same(const FuzzedRun& one, const FuzzedRun& other) {
  CHECK(one.mishaps == other.mishaps);
  CHECK(one.schedule == other.schedule);
  CHECK(one.outcome == other.outcome);
  CHECK(one.violations.size() == other.violations.size());
}

/// The first so many findings that random runs come to.
std::vector<FuzzFinding> some_findings(const FuzzSpace& space, std::size_t count) {
  std::vector<FuzzFinding> findings;
  for (std::uint64_t number = 0; findings.size() < count; ++number) {
    const FuzzedRun run = fuzz_numbered(space, 7, number);
    for (const FuzzViolation& violation : run.violations) {
      findings.push_back(shrink_finding(space, run, violation.invariant, {}));
    }
  }
  return findings;
}

TEST_CASE("where nothing but alternative 0 is chosen, the scenario's own run is done", "[explore]") {
  UneventfulChoices uneventful;
  const FuzzedRun run = fuzz_once(cold_snapshot(), uneventful);
  CHECK(run.mishaps.empty());
  CHECK(run.schedule.empty());
  CHECK(run.violations.empty());
  CHECK(picks_of(run.mishaps, run.schedule).empty());
}

TEST_CASE("a run depends on its seed and number only", "[explore]") {
  for (std::uint64_t number = 0; number < 50; ++number) {
    check_same(fuzz_numbered(cold_snapshot(), 3, number), fuzz_numbered(cold_snapshot(), 3, number));
  }
}

TEST_CASE("the choices left of a run do the same run, without its swarm and style", "[explore]") {
  for (const char* const name : {"cold_snapshot", "two_create_image_requests_race_for_the_server"}) {
    const FuzzSpace space(scenario_named(name));
    for (std::uint64_t number = 0; number < 200; ++number) {
      CAPTURE(name, number);
      const FuzzedRun run = fuzz_numbered(space, 5, number);
      ReplayChoices choices(picks_of(run.mishaps, run.schedule));
      check_same(run, fuzz_once(space, choices));
    }
  }
}

TEST_CASE("any list of numbers is a run", "[explore]") {
  rc::prop("for any list", [](const Picks& picks) {
    ReplayChoices choices(picks);
    const FuzzedRun run = fuzz_once(cold_snapshot(), choices);
    RC_ASSERT(run.mishaps.size() <= 4);
    RC_ASSERT(run.reached.size() <= run.mishaps.size());
  });
}

TEST_CASE("random runs use all numbers of mishaps, and violate invariants of the released Nova", "[explore]") {
  std::vector<int> by_count(5);
  int violated = 0;
  for (std::uint64_t number = 0; number < 500; ++number) {
    const FuzzedRun run = fuzz_numbered(cold_snapshot(), 1, number);
    ++by_count[run.mishaps.size()];
    violated += run.violations.empty() ? 0 : 1;
  }
  CHECK(*std::ranges::min_element(by_count) > 50);
  CHECK(violated > 50);
}

TEST_CASE("a finding is minimal: without any one of its mishaps its invariant holds", "[explore]") {
  for (const FuzzFinding& finding : some_findings(cold_snapshot(), 60)) {
    CAPTURE(finding.invariant, finding.mishaps_text(cold_snapshot()));
    CHECK(finding.is_minimal);
    CHECK_FALSE(finding.message.empty());
    for (const FuzzFinding::Needed& needed : finding.mishaps) {
      CHECK(std::ranges::find(needed.violated_without, finding.invariant) == needed.violated_without.end());
    }
  }
}

TEST_CASE("a finding's scenario is an ordinary one that violates the same invariant when it is run", "[explore]") {
  for (const FuzzFinding& finding : some_findings(cold_snapshot(), 60)) {
    const std::string text = write_scenario(reproducer_of(cold_snapshot(), finding));
    CAPTURE(finding.invariant, text);
    const auto scenario = read_scenario(text, "found.json");
    REQUIRE(scenario.has_value());
    const FinishedRun run = simulate(*scenario);
    CHECK(judge(run.scenario, run.output.result).verdict == Verdict::violated);
    const auto& violations = run.output.result.violations;
    CHECK(std::ranges::find(violations, finding.invariant, &ViolationResult::invariant) != violations.end());
  }
}

TEST_CASE("what the scenario lists as violated is no finding", "[explore]") {
  Scenario scenario = scenario_named("cold_snapshot");
  scenario.violates = {"no_orphan_image"};
  const FuzzSpace space(scenario);
  for (std::uint64_t number = 0; number < 300; ++number) {
    CHECK_FALSE(fuzz_numbered(space, 1, number).violates("no_orphan_image"));
  }
}

TEST_CASE("the fewest mishaps of a run still violate what it violated", "[explore]") {
  int fewer = 0;
  for (std::uint64_t number = 0; number < 200; ++number) {
    const FuzzedRun run = fuzz_numbered(cold_snapshot(), 9, number);
    for (const FuzzViolation& violation : run.violations) {
      const FuzzedRun small = with_fewest_mishaps(cold_snapshot(), run, violation.invariant);
      CHECK(small.violates(violation.invariant));
      CHECK(small.mishaps.size() <= run.mishaps.size());
      fewer += small.mishaps.size() < run.mishaps.size() ? 1 : 0;
    }
  }
  CHECK(fewer > 10);
}

}  // namespace
}  // namespace snapsim
