#include <algorithm>
#include <cstdint>
#include <string>

#include <catch2/catch.hpp>

#include "sim/choice/random.hpp"
#include "sim/choice/recording.hpp"
#include "sim/choice/replay.hpp"
#include "sim/glue/scenario_generators.hpp"
#include "tests/world/support.hpp"

// A run is a pure function of (scenario, choices): the trace of the same two is the same, byte for byte.

namespace snapsim::testing {
namespace {

constexpr int generated_scenarios = 200;

/// Makes every request one that comes, at a time that many of them share, and that Nova may accept.
void make_busy(Scenario& scenario) {
  for (InstanceSpec& instance : scenario.instances) {
    if (instance.vm_state == VmState::error || instance.vm_state == VmState::rescued)
      instance.vm_state = VmState::active;
  }
  for (std::size_t i = 0; i < scenario.requests.size(); ++i) {
    scenario.requests[i].name = "snap-" + std::to_string(i);
    scenario.requests[i].moment = AtTime{static_cast<std::int64_t>(i % 3) * 500'000};
  }
}

/// The nth of the generated scenarios: small ones first, every other one busy.
Scenario generated_scenario(int number) {
  Scenario scenario = any_scenario()(rc::Random(static_cast<std::uint64_t>(number)), number / 2).value();
  if (number % 2 == 1) make_busy(scenario);
  return scenario;
}

TEST_CASE("a generated scenario runs the same way twice with random choices", "[world]") {
  for (int number = 0; number < generated_scenarios; ++number) {
    const Scenario scenario = generated_scenario(number);
    CAPTURE(number);
    const auto seed = static_cast<std::uint64_t>(number) + 1;
    check_same(run_at_random(scenario, seed), run_at_random(scenario, seed));
  }
}

TEST_CASE("what was recorded of a generated scenario's run replays it", "[world]") {
  for (int number = 0; number < generated_scenarios; ++number) {
    const Scenario scenario = generated_scenario(number);
    CAPTURE(number);
    RandomChoices random(static_cast<std::uint64_t>(number) + 1);
    RecordingChoices recording(random);
    const RunOutput once = run_scenario(scenario, recording);
    ReplayChoices replay(recording.picks());
    check_same(once, run_scenario(scenario, replay));
  }
}

TEST_CASE("a generated scenario runs as it is written, the same way twice", "[world]") {
  for (int number = 0; number < generated_scenarios; ++number) {
    const Scenario scenario = generated_scenario(number);
    CAPTURE(number);
    check_same(run_scenario_as_written(scenario), run_scenario_as_written(scenario));
  }
}

TEST_CASE("the generated scenarios are worth running", "[world]") {
  int with_choices = 0;
  int with_an_active_image = 0;
  int refused = 0;
  for (int number = 0; number < generated_scenarios; ++number) {
    const RunResult result = run_at_random(generated_scenario(number), 1).result;
    const auto is_active = [](const ImageResult& image) { return image.status == "active"; };
    const auto is_refused = [](const RequestResult& request) { return request.status >= 400; };
    with_choices += !result.choices.empty();
    with_an_active_image += std::any_of(result.images.begin(), result.images.end(), is_active);
    refused += std::any_of(result.requests.begin(), result.requests.end(), is_refused);
  }
  CHECK(with_choices > generated_scenarios / 4);
  CHECK(with_an_active_image > generated_scenarios / 5);
  CHECK(refused > generated_scenarios / 10);
}

TEST_CASE("other choices are another run", "[world]") {
  Scenario scenario = scenario_with_instances(4, true);
  for (std::uint32_t i = 0; i < 4; ++i) add_create_image(scenario, i);
  const RunOutput uneventful = run_uneventfully(scenario);
  const RunOutput random = run_at_random(scenario, 7);
  CHECK(uneventful.result.choices.empty());
  CHECK_FALSE(random.result.choices.empty());
  CHECK(uneventful.trace != random.trace);
}

// The trace of this scenario on every compiler, optimisation level and machine. It changes when the flow, a duration of
// sim/world/timing.hpp or the layout of TraceRecord does; where that was meant, take the new number over from
//     build/release/snapsim run --disks model --json scenarios/cold_snapshot.json
// ("fingerprint"), and say in the commit why it changed.
TEST_CASE("the cold snapshot's trace is the one that it has always been", "[world]") {
  const RunResult result = run_scenario_as_written(scenario_named("cold_snapshot.json")).result;
  CHECK(result.fingerprint_high == 0xe06a6da4060fae50);
  CHECK(result.fingerprint_low == 0xedbd300c497ee5ba);
}

}  // namespace
}  // namespace snapsim::testing
