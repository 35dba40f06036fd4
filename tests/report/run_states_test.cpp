#include "sim/report/run_states.hpp"

#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>

#include "sim/report/finished_run.hpp"
#include "sim/scenario/reader.hpp"
#include "tests/sanitized.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

std::string last_value(const std::vector<StateHistory>& histories, StateTrack::Kind kind, std::uint32_t subject) {
  const StateHistory* history = find_history(histories, {kind, subject});
  return history == nullptr ? "no history" : history->changes.back().value;
}

}  // namespace

TEST_CASE("the last value of every state is what the result of the run says", "[report][often]") {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(SNAPSIM_SOURCE_DIR) / "scenarios")) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  REQUIRE(files.size() > 100);
  // A sample where a run is slow.
  for (std::size_t i = 0; i < files.size(); i += test::is_sanitized ? 4 : 1) {
    const fs::path& file = files[i];
    const ScenarioOrProblems scenario = read_scenario_file(file.string());
    REQUIRE(scenario.has_value());
    const FinishedRun run = simulate(*scenario);
    const std::vector<StateHistory> histories = state_histories(run.record());
    CAPTURE(file.filename());
    for (std::uint32_t at = 0; at < run.output.result.instances.size(); ++at) {
      const InstanceResult& instance = run.output.result.instances[at];
      CHECK(last_value(histories, StateTrack::Kind::vm_state, at) == to_string(instance.vm_state));
      CHECK(last_value(histories, StateTrack::Kind::task_state, at) == to_string(instance.task_state));
      CHECK(last_value(histories, StateTrack::Kind::power_state, at) == to_string(instance.power_state));
      // nova-compute dies between defining a new domain and starting it: no step tells of the domain.
      if (file.stem() == "unshelve_nova_compute_dies_in_spawn") continue;
      CHECK(last_value(histories, StateTrack::Kind::guest, at) == instance.guest);
    }
    for (const ImageResult& image : run.output.result.images) {
      if (!image.id.exists()) continue;
      const std::string status = last_value(histories, StateTrack::Kind::image_status, image.id.value);
      CHECK((status == "deleted" ? "absent" : status) == image.status);
    }
  }
}

}  // namespace snapsim
