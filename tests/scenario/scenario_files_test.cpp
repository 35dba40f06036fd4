#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/scenario/reader.hpp"
#include "sim/scenario/writer.hpp"

namespace snapsim {
namespace {

std::vector<std::string> scenario_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(SNAPSIM_SCENARIOS_DIR)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST_CASE("every scenario of this project reads cleanly and says what it is about", "[scenario]") {
  const std::vector<std::string> files = scenario_files();
  REQUIRE_FALSE(files.empty());
  for (const std::string& file : files) {
    CAPTURE(file);
    const ScenarioOrProblems scenario = read_scenario_file(file);
    if (!scenario) {
      for (const Problem& problem : scenario.error()) UNSCOPED_INFO(to_string(problem));
    }
    REQUIRE(scenario.has_value());
    CHECK_FALSE(scenario->title.empty());
    CHECK_FALSE(scenario->why.empty());
  }
}

TEST_CASE("every scenario of this project expects something of each instance, image and request", "[scenario]") {
  for (const std::string& file : scenario_files()) {
    CAPTURE(file);
    const ScenarioOrProblems scenario = read_scenario_file(file);
    REQUIRE(scenario.has_value());
    CHECK(scenario->expect.instances.size() == scenario->instances.size());
    CHECK(scenario->expect.requests.size() == scenario->requests.size());
    const auto images =
        std::count_if(scenario->requests.begin(), scenario->requests.end(),
                      [](const RequestSpec& request) { return request.action == Action::create_image; });
    CHECK(scenario->expect.images.size() >= static_cast<std::size_t>(images));
  }
}

TEST_CASE("every scenario of this project survives being written", "[scenario]") {
  for (const std::string& file : scenario_files()) {
    CAPTURE(file);
    const ScenarioOrProblems scenario = read_scenario_file(file);
    REQUIRE(scenario.has_value());
    const ScenarioOrProblems again = read_scenario(write_scenario(*scenario), file);
    REQUIRE(again.has_value());
    CHECK(*again == *scenario);
  }
}

}  // namespace
}  // namespace snapsim
