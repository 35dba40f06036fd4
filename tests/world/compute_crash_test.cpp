#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include <catch2/catch.hpp>

#include "fake_glance/glance.hpp"
#include "sim/choice/uneventful.hpp"
#include "sim/world/world.hpp"
#include "tests/sanitized.hpp"
#include "tests/world/support.hpp"

// nova-compute is killed before every single step of a snapshot in turn, and started again. Whatever step that is, the
// run must come to rest with the instance free again, without a crash, a hang or (under ASan) a leak.

namespace snapsim::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t steps_max = 1'000'000;

/// What no crash of nova-compute may bring about.
constexpr std::array<std::string_view, 7> never_violated{"no_stuck_task_state",      "one_task_per_instance",
                                                         "legal_image_transitions",  "legal_task_state_transitions",
                                                         "source_disk_unchanged",    "quiesces",
                                                         "message_takes_effect_once"};

/// Runs `steps` steps. False when the run was over before.
bool step_engine(World& world, std::uint64_t steps) {
  for (std::uint64_t step = 0; step < steps; ++step) {
    if (!world.engine().is_busy()) return false;
    world.engine().step();
  }
  return true;
}

void check_aftermath(World& world) {
  CHECK(world.came_to_rest());
  for (std::uint32_t i = 0; i < world.instance_count(); ++i) CHECK(world.instance(i).task_state == TaskState::none);
  for (const Violation& violation : world.violations()) {
    CAPTURE(violation.invariant, violation.message);
    CHECK(std::find(never_violated.begin(), never_violated.end(), violation.invariant) == never_violated.end());
  }
  for (const TraceRecord& record : world.recorder().trace()) {
    if (record.kind != TraceKind::image_status || record.a < 0) continue;
    CHECK(is_valid_transition(static_cast<ImageStatus>(record.a), static_cast<ImageStatus>(record.code)));
  }
}

/// Kills nova-compute after `steps` steps and starts it again after `downtime`. False when the run was over by then.
bool run_with_crash_after(const Scenario& scenario, std::uint64_t steps, Duration downtime) {
  CAPTURE(steps);
  UneventfulChoices choices;
  World world(scenario, choices, {});
  world.begin();
  if (!step_engine(world, steps)) return false;
  world.services().kill(Service::compute, HostId(0));
  if (downtime > Duration::zero()) REQUIRE(world.engine().run_until(world.engine().now() + downtime, steps_max));
  world.services().start(Service::compute, HostId(0));
  world.run();
  check_aftermath(world);
  return true;
}

/// The same with a second crash `more_steps` after the first one's restart.
bool run_with_two_crashes(const Scenario& scenario, std::uint64_t steps, std::uint64_t more_steps) {
  CAPTURE(steps, more_steps);
  UneventfulChoices choices;
  World world(scenario, choices, {});
  world.begin();
  if (!step_engine(world, steps)) return false;
  for (const std::uint64_t until_next : {more_steps, std::uint64_t{0}}) {
    world.services().kill(Service::compute, HostId(0));
    world.services().start(Service::compute, HostId(0));
    if (!step_engine(world, until_next)) break;
  }
  world.run();
  check_aftermath(world);
  return true;
}

/// How many steps there were to kill it at.
std::uint64_t crash_at_every_step(const Scenario& scenario, Duration downtime) {
  std::uint64_t steps = 0;
  while (run_with_crash_after(scenario, steps, downtime)) ++steps;
  return steps;
}

TEST_CASE("nova-compute may die at any step of a snapshot", "[world]") {
  const auto [is_live, has_agent] = GENERATE(table<bool, bool>({{false, false}, {true, false}, {true, true}}));
  CAPTURE(is_live, has_agent);
  const Duration downtime = GENERATE(0ms, 5000ms);
  Scenario scenario = scenario_with_instances(1, is_live);
  if (has_agent) scenario.instances[0].image_properties = {{"hw_qemu_guest_agent", "yes"}};
  add_create_image(scenario, 0);
  CHECK(crash_at_every_step(scenario, downtime) >= 40);
}

TEST_CASE("nova-compute may die at any step of two snapshots at a time", "[world]") {
  const bool is_live = GENERATE(false, true);
  Scenario scenario = scenario_with_instances(2, is_live);
  scenario.config.max_concurrent_snapshots = 1;
  add_create_image(scenario, 0);
  add_create_image(scenario, 1);
  CHECK(crash_at_every_step(scenario, 0ms) >= 80);
}

TEST_CASE("nova-compute may die again at any step of its start-up", "[world][often]") {
  Scenario scenario = scenario_with_instances(1, GENERATE(false, true));
  add_create_image(scenario, 0);
  constexpr std::uint64_t start_up_steps = 20;
  // Each of them, or where a run is slow, another of them at each step.
  constexpr std::uint64_t one_of = test::is_sanitized ? 5 : 1;
  std::uint64_t steps = 0;
  while (run_with_two_crashes(scenario, steps, 0)) {
    for (std::uint64_t more = 1 + steps % one_of; more <= start_up_steps; more += one_of) {
      run_with_two_crashes(scenario, steps, more);
    }
    ++steps;
  }
  CHECK(steps >= 40);
}

TEST_CASE("nova-compute may die without ever coming back", "[world]") {
  Scenario scenario = scenario_with_instances(1, false);
  add_create_image(scenario, 0);
  const std::uint64_t steps = GENERATE(0u, 10u, 25u, 40u);
  UneventfulChoices choices;
  World world(scenario, choices, {});
  world.begin();
  REQUIRE(step_engine(world, steps));
  world.services().kill(Service::compute, HostId(0));
  world.run();
  CHECK(world.came_to_rest());
}

}  // namespace
}  // namespace snapsim::testing
