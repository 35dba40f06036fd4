#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/choice/replay.hpp"
#include "tests/sanitized.hpp"
#include "tests/world/support.hpp"

// A run is a pure function of (scenario, choices): the trace of the same two is the same, byte for byte.

namespace snapsim::testing {
namespace {

/// The scenarios of this project; each fifth where a run is slow.
std::vector<std::string> affordable_files() {
  const std::vector<std::string> files = scenario_files();
  std::vector<std::string> taken;
  for (std::size_t i = 0; i < files.size(); i += test::is_sanitized ? 5 : 1) taken.push_back(files[i]);
  return taken;
}

TEST_CASE("every scenario of this project runs the same way twice", "[world][often]") {
  for (const std::string& file : affordable_files()) {
    CAPTURE(file);
    const Scenario scenario = scenario_from(file);
    const RunOutput once = run_scenario_as_written(scenario);
    CHECK_FALSE(once.trace.empty());
    check_same(once, run_scenario_as_written(scenario));
  }
}

TEST_CASE("every scenario of this project runs the same way twice with random choices, and when replayed",
          "[world][often]") {
  for (const std::string& file : affordable_files()) {
    const Scenario scenario = scenario_from(file);
    for (std::uint64_t seed = 1; seed <= (test::is_sanitized ? 1 : 5); ++seed) {
      CAPTURE(file, seed);
      const RunOutput once = run_at_random(scenario, seed);
      check_same(once, run_at_random(scenario, seed));
      ReplayChoices replay(once.result.choices);
      check_same(once, run_scenario(scenario, replay));
    }
  }
}

}  // namespace
}  // namespace snapsim::testing
