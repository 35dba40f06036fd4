#include "tests/world/support.hpp"

#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>

#include "sim/choice/random.hpp"
#include "sim/choice/uneventful.hpp"
#include "sim/scenario/reader.hpp"

namespace snapsim::testing {
namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path(SNAPSIM_SOURCE_DIR) / "scenarios";

}  // namespace

std::vector<std::string> scenario_files() {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  REQUIRE_FALSE(files.empty());
  return files;
}

Scenario scenario_from(const std::string& path) {
  ScenarioOrProblems scenario = read_scenario_file(path);
  CAPTURE(path);
  REQUIRE(scenario.has_value());
  return std::move(*scenario);
}

Scenario scenario_named(const std::string& file_name) {
  return scenario_from((folder / file_name).string());
}

Scenario scenario_with_instances(std::size_t count, bool live_snapshot) {
  Scenario scenario;
  scenario.config.live_snapshot = live_snapshot;
  for (std::size_t i = 1; i <= count; ++i) {
    InstanceSpec instance;
    instance.name = "vm-" + std::to_string(i);
    instance.writes_mib_per_s = 2;
    scenario.instances.push_back(std::move(instance));
  }
  return scenario;
}

void add_create_image(Scenario& scenario, std::uint32_t instance, const Moment& moment) {
  RequestSpec request;
  request.action = Action::create_image;
  request.instance = instance;
  request.name = "snap-" + std::to_string(scenario.requests.size() + 1);
  request.moment = moment;
  scenario.requests.push_back(std::move(request));
}

RunOutput run_uneventfully(const Scenario& scenario) {
  UneventfulChoices choices;
  return run_scenario(scenario, choices);
}

RunOutput run_at_random(const Scenario& scenario, std::uint64_t seed) {
  RandomChoices choices(seed);
  return run_scenario(scenario, choices);
}

void check_same(const RunOutput& one, const RunOutput& other) {
  CHECK(one.trace == other.trace);
  CHECK(one.result.fingerprint_high == other.result.fingerprint_high);
  CHECK(one.result.fingerprint_low == other.result.fingerprint_low);
  CHECK(one.result.choices == other.result.choices);
  CHECK(one.result.virtual_us == other.result.virtual_us);
  CHECK(violated(one.result) == violated(other.result));
}

std::vector<std::string> violated(const RunResult& result) {
  std::vector<std::string> found;
  for (const ViolationResult& violation : result.violations) {
    if (std::find(found.begin(), found.end(), violation.invariant) == found.end()) found.push_back(violation.invariant);
  }
  return found;
}

std::vector<std::string> names(const std::vector<ImageStatus>& statuses) {
  std::vector<std::string> texts;
  for (const ImageStatus status : statuses) texts.emplace_back(to_string(status));
  return texts;
}

std::vector<std::string> names(const std::vector<TaskState>& states) {
  std::vector<std::string> texts;
  for (const TaskState state : states) texts.emplace_back(to_string(state));
  return texts;
}

}  // namespace snapsim::testing
