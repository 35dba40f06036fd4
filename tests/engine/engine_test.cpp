#include "sim/engine/engine.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/choice/points.hpp"
#include "tests/engine/simulation.hpp"

namespace snapsim {
namespace {

using namespace std::chrono_literals;
using testing::Events;
using testing::note_after;
using testing::Simulation;

Task<void> tick(Runtime& runtime, Duration interval, int count, Events* events) {
  for (int i = 0; i < count; ++i) {
    co_await runtime.sleep(interval);
    events->push_back(std::to_string(runtime.now().time_since_epoch() / 1ms));
  }
}

Task<void> tick_in_background(Runtime& runtime, Duration interval, Events* events) {
  for (;;) {
    co_await runtime.sleep(interval, TimerKind::background);
    events->push_back("background");
  }
}

Task<void> spin(Runtime& runtime) {
  for (;;) co_await runtime.sleep(0s);
}

TEST_CASE("an engine with nothing to do takes no step", "[engine]") {
  Simulation simulation;
  CHECK_FALSE(simulation.engine.step());
  CHECK(simulation.engine.run_until_rest(0));
  CHECK(simulation.engine.steps() == 0);
  CHECK(simulation.now_us() == 0);
}

TEST_CASE("run_until runs everything up to and including its time, and leaves the clock there", "[engine]") {
  Simulation simulation;
  Events events;
  simulation.process.spawn("ticker", tick(simulation.process, 10ms, 3, &events));

  CHECK(simulation.engine.run_until(Instant(20ms), 100));
  CHECK(events == Events{"10", "20"});
  CHECK(simulation.now_us() == 20'000);

  CHECK(simulation.engine.run_until(Instant(29ms), 100));
  CHECK(events == Events{"10", "20"});
  CHECK(simulation.now_us() == 29'000);

  CHECK(simulation.engine.run_until(Instant(50ms), 100));
  CHECK(events == Events{"10", "20", "30"});
  CHECK(simulation.now_us() == 50'000);
}

TEST_CASE("run_until never turns the clock back", "[engine]") {
  Simulation simulation;
  CHECK(simulation.engine.run_until(Instant(20ms), 100));
  CHECK(simulation.engine.run_until(Instant(10ms), 100));
  CHECK(simulation.now_us() == 20'000);
}

TEST_CASE("work begun after run_until counts its time from there", "[engine]") {
  Simulation simulation;
  Events events;
  simulation.process.spawn("late", tick(simulation.process, 1h, 1, &events));
  CHECK(simulation.engine.run_until(Instant(20ms), 100));
  simulation.process.spawn("early", tick(simulation.process, 5ms, 2, &events));
  simulation.run();
  CHECK(events == Events{"25", "30", "3600000"});
}

TEST_CASE("run_until runs background timers as well, run_until_rest does not wait for them", "[engine]") {
  Simulation simulation;
  Events events;
  simulation.process.spawn("background", tick_in_background(simulation.process, 10ms, &events));
  CHECK(simulation.engine.run_until_rest(100));
  CHECK(events.empty());
  CHECK(simulation.engine.run_until(Instant(25ms), 100));
  CHECK(events == Events{"background", "background"});
}

TEST_CASE("a budget of steps ends a run that would not end by itself", "[engine]") {
  Simulation simulation;
  simulation.process.spawn("spin", spin(simulation.process));
  CHECK_FALSE(simulation.engine.run_until_rest(100));
  CHECK(simulation.engine.steps() == 100);
  CHECK_FALSE(simulation.engine.run_until(Instant(1ms), 50));
  CHECK(simulation.engine.steps() == 150);
  CHECK(simulation.now_us() == 0);
}

TEST_CASE("a budget that is just enough is enough", "[engine]") {
  Simulation simulation;
  Events events;
  simulation.process.spawn("ticker", tick(simulation.process, 10ms, 3, &events));
  CHECK(simulation.engine.run_until_rest(4));
}

Task<void> fail(Runtime& runtime) {
  co_await runtime.sleep(1ms);
  throw std::runtime_error("a defect");
}

TEST_CASE("an exception out of a thread comes out of step, and the others go on", "[engine]") {
  Simulation simulation;
  Events events;
  simulation.process.spawn("fails", fail(simulation.process));
  simulation.process.spawn("ticker", tick(simulation.process, 10ms, 1, &events));
  CHECK_THROWS_WITH(simulation.run(), "a defect");
  CHECK(simulation.process.thread_count() == 1);
  simulation.run();
  CHECK(events == Events{"10"});
  CHECK(simulation.process.thread_count() == 0);
}

/// Notes what it is asked and picks what it is told, from the moment it is told.
class Script final : public ChoiceSource {
 public:
  void begin(std::vector<std::uint32_t> picks) {
    picks_ = std::move(picks);
    asked.clear();
  }
  std::uint32_t choose(const ChoicePoint& point, std::uint32_t alternatives) override {
    CHECK(point.name == points::schedule_next.name);
    asked.push_back(alternatives);
    return asked.size() <= picks_.size() ? picks_[asked.size() - 1] : 0;
  }

  std::vector<std::uint32_t> asked;

 private:
  std::vector<std::uint32_t> picks_;
};

/// Runs a, b and c, which are ready at 5 ms, and d, at 9 ms, as `picks` says.
Events run_four(Script& choices, std::vector<std::uint32_t> picks) {
  Engine engine(choices);
  Process& process = engine.add_process("process");
  Events events;
  for (const char* name : {"a", "b", "c"}) process.spawn(name, note_after(process, 5ms, name, &events));
  process.spawn("d", note_after(process, 9ms, "d", &events));
  engine.run_until(Instant(1ms), 100);
  choices.begin(std::move(picks));
  while (engine.step()) {
  }
  return events;
}

TEST_CASE("a choice is asked for only when several are ready, with as many alternatives as there are", "[engine]") {
  Script choices;
  run_four(choices, {});
  CHECK(choices.asked == std::vector<std::uint32_t>{3, 2});
}

TEST_CASE("a pick other than 0 reorders those that are ready at the same instant, and no others", "[engine]") {
  Script choices;
  CHECK(run_four(choices, {0, 0}) == Events{"a", "b", "c", "d"});
  CHECK(run_four(choices, {0, 1}) == Events{"a", "c", "b", "d"});
  CHECK(run_four(choices, {1, 0}) == Events{"b", "a", "c", "d"});
  CHECK(run_four(choices, {1, 1}) == Events{"b", "c", "a", "d"});
  CHECK(run_four(choices, {2, 0}) == Events{"c", "a", "b", "d"});
  CHECK(run_four(choices, {2, 1}) == Events{"c", "b", "a", "d"});
}

Task<void> kill_after(Runtime& runtime, Duration duration, Process& victim) {
  co_await runtime.sleep(duration);
  victim.kill();
}

TEST_CASE("a wake-up that was taken back is no alternative", "[engine]") {
  Script choices;
  Engine engine(choices);
  Process& killer = engine.add_process("killer");
  Process& victim = engine.add_process("victim");
  Events events;
  killer.spawn("kill", kill_after(killer, 5ms, victim));
  victim.spawn("a", note_after(victim, 5ms, "a", &events));
  killer.spawn("b", note_after(killer, 5ms, "b", &events));
  victim.spawn("c", note_after(victim, 5ms, "c", &events));
  killer.spawn("d", note_after(killer, 5ms, "d", &events));
  engine.run_until(Instant(1ms), 100);
  choices.begin({});
  while (engine.step()) {
  }
  CHECK(events == Events{"b", "d"});
  CHECK(choices.asked == std::vector<std::uint32_t>{5, 2});
}

}  // namespace
}  // namespace snapsim
