#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/runtime/runtime.hpp"
#include "tests/engine/simulation.hpp"

namespace snapsim {
namespace {

using namespace std::chrono_literals;
using testing::Events;
using testing::Simulation;

Task<void> note_after(Runtime& runtime, Duration duration, std::string what, Events* events) {
  co_await runtime.sleep(duration);
  events->push_back(what);
}

TEST_CASE("sleepers wake in order of time, whatever the order in which they began", "[runtime]") {
  Simulation simulation;
  Events events;
  simulation.process.spawn("c", note_after(simulation.process, 30ms, "c", &events));
  simulation.process.spawn("a", note_after(simulation.process, 10ms, "a", &events));
  simulation.process.spawn("b", note_after(simulation.process, 20ms, "b", &events));
  simulation.run();
  CHECK(events == Events{"a", "b", "c"});
  CHECK(simulation.now_us() == 30'000);
}

TEST_CASE("sleepers that wake at the same instant go on in the order in which they lay down", "[runtime]") {
  Simulation simulation;
  Events events;
  Events expected;
  for (int i = 0; i < 100; ++i) {
    expected.push_back(std::to_string(i));
    simulation.process.spawn("sleeper", note_after(simulation.process, 10ms, expected.back(), &events));
  }
  simulation.run();
  CHECK(events == expected);
}

Task<void> lie_down_late(Runtime& runtime, Events* events) {
  co_await runtime.sleep(4ms);
  co_await runtime.sleep(6ms);
  events->push_back("late");
}

TEST_CASE("of two that wake at the same instant the one that lay down first is first", "[runtime]") {
  Simulation simulation;
  Events events;
  simulation.process.spawn("late", lie_down_late(simulation.process, &events));
  simulation.process.spawn("early", note_after(simulation.process, 10ms, "early", &events));
  simulation.run();
  CHECK(events == Events{"early", "late"});
}

Task<void> yield_twice(Runtime& runtime, std::string name, Events* events) {
  events->push_back(name + "1");
  co_await runtime.sleep(0s);
  events->push_back(name + "2");
  co_await runtime.sleep(-1s);
  events->push_back(name + "3");
}

TEST_CASE("a sleep of no time, or less, lets the others go first and takes none", "[runtime]") {
  Simulation simulation;
  Events events;
  simulation.process.spawn("a", yield_twice(simulation.process, "a", &events));
  simulation.process.spawn("b", yield_twice(simulation.process, "b", &events));
  simulation.run();
  CHECK(events == Events{"a1", "b1", "a2", "b2", "a3", "b3"});
  CHECK(simulation.now_us() == 0);
}

TEST_CASE("a sleep without end does not wrap around", "[runtime]") {
  Simulation simulation;
  Events events;
  simulation.process.spawn("soon", note_after(simulation.process, 1ms, "soon", &events));
  simulation.run();
  simulation.process.spawn("never", note_after(simulation.process, Duration::max(), "never", &events));
  simulation.process.spawn("later", note_after(simulation.process, 24h * 365, "later", &events));
  simulation.run();
  CHECK(events == Events{"soon", "later", "never"});
  CHECK(simulation.engine.now() == Instant::max());
}

Task<void> spawn_and_note(Runtime& runtime, Events* events) {
  runtime.spawn("child", note_after(runtime, 0s, "child", events));
  events->push_back("parent");
  co_await runtime.sleep(0s);
  events->push_back("parent again");
}

TEST_CASE("a spawned thread begins after its parent has suspended", "[runtime]") {
  Simulation simulation;
  Events events;
  simulation.process.spawn("parent", spawn_and_note(simulation.process, &events));
  simulation.run();
  CHECK(events == Events{"parent", "parent again", "child"});
}

Task<void> look_round(Runtime& runtime, Duration interval, int* rounds) {
  for (;;) {
    co_await runtime.sleep(interval, TimerKind::background);
    ++*rounds;
  }
}

TEST_CASE("a background timer keeps no run alive, and runs while others do", "[runtime]") {
  Simulation simulation;
  Events events;
  int rounds = 0;
  simulation.process.spawn("periodic", look_round(simulation.process, 10ms, &rounds));
  simulation.process.spawn("work", note_after(simulation.process, 35ms, "done", &events));
  CHECK(simulation.engine.run_until_rest(1000));
  CHECK(events == Events{"done"});
  CHECK(rounds == 3);
  CHECK(simulation.now_us() == 35'000);
  CHECK_FALSE(simulation.engine.is_busy());
}

}  // namespace
}  // namespace snapsim
