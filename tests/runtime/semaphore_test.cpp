#include "sim/runtime/semaphore.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "sim/runtime/timeout.hpp"
#include "tests/engine/simulation.hpp"

namespace snapsim {
namespace {

using namespace std::chrono_literals;
using testing::Events;
using testing::Simulation;

Task<void> hold(Runtime& runtime, Semaphore& semaphore, Duration duration, std::string name, Events* events) {
  const Semaphore::Permit permit = co_await semaphore.acquire();
  events->push_back(name + "+");
  co_await runtime.sleep(duration);
  events->push_back(name + "-");
}

Task<void> hold_from(Runtime& runtime, Semaphore& semaphore, Duration begin, std::string name, Events* events) {
  co_await runtime.sleep(begin);
  co_await hold(runtime, semaphore, 5ms, name, events);
}

Task<void> hold_within(Runtime& runtime, Semaphore& semaphore, Duration patience, std::string name, Events* events) {
  Task<void> holding = hold(runtime, semaphore, 5ms, name, events);
  const bool in_time = co_await with_timeout(runtime, patience, std::move(holding));
  if (!in_time) events->push_back(name + " gave up");
}

TEST_CASE("a semaphore lets in as many as it has permits, first come, first served", "[runtime]") {
  Simulation simulation;
  Semaphore semaphore(simulation.process, 2);
  Events events;
  simulation.process.spawn("a", hold(simulation.process, semaphore, 5ms, "a", &events));
  simulation.process.spawn("b", hold(simulation.process, semaphore, 7ms, "b", &events));
  simulation.process.spawn("c", hold(simulation.process, semaphore, 1ms, "c", &events));
  simulation.process.spawn("d", hold(simulation.process, semaphore, 1ms, "d", &events));
  simulation.run();
  CHECK(events == Events{"a+", "b+", "a-", "c+", "c-", "d+", "b-", "d-"});
}

TEST_CASE("who comes as a permit is given back does not overtake those who wait", "[runtime]") {
  Simulation simulation;
  Semaphore semaphore(simulation.process, 1);
  Events events;
  simulation.process.spawn("a", hold(simulation.process, semaphore, 5ms, "a", &events));
  simulation.process.spawn("b", hold(simulation.process, semaphore, 5ms, "b", &events));
  // Wakes at 5 ms, after a has given back and before b could run.
  simulation.process.spawn("c", hold_from(simulation.process, semaphore, 5ms, "c", &events));
  simulation.run();
  CHECK(events == Events{"a+", "a-", "b+", "b-", "c+", "c-"});
}

TEST_CASE("a semaphore with 0 permits has no limit", "[runtime]") {
  Simulation simulation;
  Semaphore semaphore(simulation.process, 0);
  Events events;
  for (const char* name : {"a", "b", "c"}) {
    simulation.process.spawn(name, hold(simulation.process, semaphore, 5ms, name, &events));
  }
  simulation.run();
  CHECK(events == Events{"a+", "b+", "c+", "a-", "b-", "c-"});
}

TEST_CASE("a holder that is destroyed gives its permit back", "[runtime]") {
  Simulation simulation;
  Semaphore semaphore(simulation.process, 1);
  Events events;
  simulation.process.spawn("a", hold_within(simulation.process, semaphore, 2ms, "a", &events));
  simulation.process.spawn("b", hold(simulation.process, semaphore, 5ms, "b", &events));
  simulation.run();
  CHECK(events == Events{"a+", "a gave up", "b+", "b-"});
}

TEST_CASE("who gives up waiting is passed over", "[runtime]") {
  Simulation simulation;
  Semaphore semaphore(simulation.process, 1);
  Events events;
  simulation.process.spawn("a", hold(simulation.process, semaphore, 5ms, "a", &events));
  simulation.process.spawn("b", hold_within(simulation.process, semaphore, 2ms, "b", &events));
  simulation.process.spawn("c", hold(simulation.process, semaphore, 5ms, "c", &events));
  simulation.run();
  CHECK(events == Events{"a+", "b gave up", "a-", "c+", "c-"});
}

TEST_CASE("a permit is not lost with one who was given it and destroyed before it could run", "[runtime]") {
  Simulation simulation;
  Semaphore semaphore(simulation.process, 1);
  Events events;
  // At 5 ms a gives the permit to b, whose time is up before its turn has come.
  simulation.process.spawn("a", hold(simulation.process, semaphore, 5ms, "a", &events));
  simulation.process.spawn("b", hold_within(simulation.process, semaphore, 5ms, "b", &events));
  simulation.process.spawn("c", hold(simulation.process, semaphore, 5ms, "c", &events));
  simulation.run();
  CHECK(events == Events{"a+", "a-", "b gave up", "c+", "c-"});
}

TEST_CASE("a permit is moved, not copied", "[runtime]") {
  Simulation simulation;
  Semaphore semaphore(simulation.process, 1);
  Events events;
  {
    Semaphore::Permit permit;
    REQUIRE(semaphore.acquire().await_ready());
    permit = Semaphore::Permit(semaphore);
    const Semaphore::Permit moved(std::move(permit));
    CHECK_FALSE(semaphore.acquire().await_ready());
  }
  CHECK(semaphore.acquire().await_ready());
  CHECK_FALSE(semaphore.acquire().await_ready());
}

struct Crowd {
  int inside = 0;
  int inside_max = 0;
  int served = 0;
};

Task<void> enter(Runtime& runtime, Semaphore& semaphore, Duration begin, Duration stay, Crowd* crowd) {
  co_await runtime.sleep(begin);
  const Semaphore::Permit permit = co_await semaphore.acquire();
  ++crowd->inside;
  crowd->inside_max = std::max(crowd->inside_max, crowd->inside);
  co_await runtime.sleep(stay);
  --crowd->inside;
  ++crowd->served;
}

Task<void> give_up_after(Runtime& runtime, Duration patience, Task<void> work) {
  co_await with_timeout(runtime, patience, std::move(work));
}

TEST_CASE("everybody is served in the end, and never more at a time than there are permits", "[runtime]") {
  rc::prop("for any crowd", [] {
    const int permits = *rc::gen::inRange(1, 4);
    const auto arrivals = *rc::gen::container<std::vector<std::pair<int, int>>>(
        rc::gen::pair(rc::gen::inRange(0, 20), rc::gen::inRange(0, 10)));
    Simulation simulation;
    Semaphore semaphore(simulation.process, permits);
    Crowd crowd;
    for (const auto& [begin, stay] : arrivals) {
      simulation.process.spawn("visitor",
                               enter(simulation.process, semaphore, Duration(begin), Duration(stay), &crowd));
    }
    simulation.run();
    RC_ASSERT(crowd.served == static_cast<int>(arrivals.size()));
    RC_ASSERT(crowd.inside_max <= permits);
  });
}

TEST_CASE("all permits are back after any mix of those who wait, hold and give up", "[runtime]") {
  rc::prop("for any crowd", [] {
    const int permits = *rc::gen::inRange(1, 4);
    const auto arrivals = *rc::gen::container<std::vector<std::tuple<int, int, int>>>(
        rc::gen::tuple(rc::gen::inRange(0, 10), rc::gen::inRange(0, 5), rc::gen::inRange(0, 15)));
    Simulation simulation;
    Semaphore semaphore(simulation.process, permits);
    Crowd crowd;
    for (const auto& [begin, stay, patience] : arrivals) {
      Task<void> work = enter(simulation.process, semaphore, Duration(begin), Duration(stay), &crowd);
      simulation.process.spawn("visitor", give_up_after(simulation.process, Duration(patience), std::move(work)));
    }
    simulation.run();
    RC_ASSERT(simulation.process.thread_count() == 0U);
    for (int i = 0; i < permits; ++i) RC_ASSERT(semaphore.acquire().await_ready());
    RC_ASSERT_FALSE(semaphore.acquire().await_ready());
  });
}

}  // namespace
}  // namespace snapsim
