// The claim of policy `hardened`: no invariant is violated under any two mishaps. Every single one is tried here; of
// the pairs 24,000, the same in every run, and all of them by
//     build/release/snapsim_tests "[pairs]"
// which takes some minutes.

#include <algorithm>
#include <iostream>
#include <map>

#include <catch2/catch.hpp>

#include "sim/explore/mishaps.hpp"
#include "sim/world/fault_point.hpp"
#include "tests/world/support.hpp"

namespace snapsim::testing {
namespace {

Scenario small_scenario(bool is_live, VmState vm_state) {
  Scenario scenario;
  scenario.policy = scenario.written_policy = Policy::hardened;
  scenario.config.live_snapshot = is_live;
  InstanceSpec instance;
  instance.name = "vm-1";
  instance.vm_state = vm_state;
  if (is_live) instance.image_properties.emplace_back("hw_qemu_guest_agent", "yes");
  scenario.instances.push_back(instance);
  RequestSpec request;
  request.action = Action::create_image;
  request.instance = 0;
  request.name = "snap-1";
  request.moment = AtTime{0};
  scenario.requests.push_back(request);
  return scenario;
}

std::vector<Scenario> small_scenarios() {
  return {small_scenario(false, VmState::active), small_scenario(true, VmState::active),
          small_scenario(false, VmState::paused), small_scenario(false, VmState::stopped)};
}

std::int64_t seconds_until_rest(const Scenario& scenario) {
  return run_scenario_as_written(scenario).result.virtual_us / 1'000'000;
}

}  // namespace

TEST_CASE("under policy hardened a run ends when a round of the rules has found nothing to do", "[world][hardened]") {
  Scenario scenario = small_scenario(false, VmState::active);
  CHECK(seconds_until_rest(scenario) == 60);
  // A round in which something failed has not seen everything.
  FaultSpec fault;
  fault.point = *fault_point_from("glance.list.error");
  fault.nth = 1;
  scenario.faults = {fault};
  CHECK(seconds_until_rest(scenario) == 120);
  // An image without a task is noted at one round, and removed at a later one; the next finds nothing.
  fault.point = *fault_point_from("queue.cast.lost");
  scenario.faults = {fault};
  CHECK(seconds_until_rest(scenario) == 180);
}

TEST_CASE("under policy hardened no single mishap violates an invariant", "[world][hardened]") {
  for (const Scenario& scenario : small_scenarios()) {
    for (const Mishap& mishap : every_mishap(scenario)) {
      const std::vector<std::string> violations = violations_of(with_mishaps(scenario, {mishap}));
      CAPTURE(scenario.config.live_snapshot, to_string(scenario.instances[0].vm_state), mishap.text(), violations);
      CHECK(violations.empty());
    }
  }
}

TEST_CASE("under policy hardened no two mishaps violate an invariant", "[world][hardened][exhaustive]") {
  // The same pairs in every run, spread over all of them: what is found once is found again.
  constexpr std::size_t pairs = 6000;
  constexpr std::size_t stride = 7'368'787;
  for (const Scenario& scenario : small_scenarios()) {
    const std::vector<Mishap> mishaps = every_mishap(scenario);
    std::size_t place = 0;
    for (std::size_t i = 0; i < pairs; ++i) {
      place = (place + stride) % (mishaps.size() * mishaps.size());
      const Mishap& first = mishaps[place / mishaps.size()];
      const Mishap& second = mishaps[place % mishaps.size()];
      const std::vector<std::string> violations = violations_of(with_mishaps(scenario, {first, second}));
      CAPTURE(scenario.config.live_snapshot, to_string(scenario.instances[0].vm_state), first.text(), second.text(),
              violations);
      CHECK(violations.empty());
    }
  }
}

TEST_CASE("under policy hardened no single mishap violates an invariant in any scenario of the library",
          "[world][hardened][exhaustive]") {
  constexpr std::size_t stride = 397;
  const auto has_no_end = [](const FaultSpec& fault) {
    return fault.nth == FaultSpec::every || !fault.restart_after_us.has_value();
  };
  for (const std::string& file : scenario_files()) {
    Scenario scenario = scenario_from(file);
    scenario.policy = Policy::hardened;
    const bool is_beyond_repair = std::ranges::any_of(scenario.faults, has_no_end);
    if (is_beyond_repair || !violations_of(scenario).empty()) continue;
    const std::vector<Mishap> mishaps = every_mishap(scenario);
    for (std::size_t i = scenario.title.size() % stride; i < mishaps.size(); i += stride) {
      const std::vector<std::string> violations = violations_of(with_mishaps(scenario, {mishaps[i]}));
      CAPTURE(scenario.path, mishaps[i].text(), violations);
      CHECK(violations.empty());
    }
  }
}

TEST_CASE("under policy hardened no two mishaps at all violate an invariant", "[.][pairs]") {
  std::size_t runs = 0;
  std::size_t violated = 0;
  std::map<std::string, std::size_t> by_invariant;
  for (const Scenario& scenario : small_scenarios()) {
    const std::vector<Mishap> mishaps = every_mishap(scenario);
    for (std::size_t first = 0; first < mishaps.size(); ++first) {
      for (std::size_t second = first + 1; second < mishaps.size(); ++second) {
        ++runs;
        const auto violations = violations_of(with_mishaps(scenario, {mishaps[first], mishaps[second]}));
        if (violations.empty()) continue;
        ++violated;
        const std::string invariant = violations.front().substr(0, violations.front().find(':'));
        if (++by_invariant[invariant] > 20) continue;
        std::cerr << (scenario.config.live_snapshot ? "live, " : "cold, ") << to_string(scenario.instances[0].vm_state)
                  << ": " << mishaps[first].text() << " + " << mishaps[second].text() << "\n    " << violations.front()
                  << '\n';
      }
    }
  }
  for (const auto& [invariant, count] : by_invariant) std::cerr << invariant << ": " << count << '\n';
  std::cerr << runs << " runs\n";
  CHECK(violated == 0);
}

}  // namespace snapsim::testing
