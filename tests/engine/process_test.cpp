#include "sim/engine/process.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "sim/runtime/mailbox.hpp"
#include "sim/runtime/semaphore.hpp"
#include "tests/engine/simulation.hpp"

namespace snapsim {
namespace {

using namespace std::chrono_literals;
using testing::Counted;
using testing::Events;
using testing::note_after;
using testing::Simulation;

Task<void> sleep_holding(Runtime& runtime, Duration duration, Counted held) {
  const Counted local = held;
  co_await runtime.sleep(duration);
  static_cast<void>(local);
}

Task<void> receive_holding(Mailbox<int>& mailbox, Counted held, Events* events) {
  const int message = co_await mailbox.receive();
  static_cast<void>(held);
  events->push_back(std::to_string(message));
}

Task<void> acquire_holding(Runtime& runtime, Semaphore& semaphore, Counted held, Events* events) {
  const Semaphore::Permit permit = co_await semaphore.acquire();
  static_cast<void>(held);
  events->push_back("acquired");
  co_await runtime.sleep(1h);
}

Task<void> clean_up(Runtime& runtime, Events* events) {
  try {
    co_await note_after(runtime, 5ms, "worked", events);
  } catch (...) {
    events->push_back("handled");
  }
  events->push_back("cleaned up");
}

Task<void> kill_after(Runtime& runtime, Duration duration, Process& victim, Events* events) {
  co_await runtime.sleep(duration);
  victim.kill();
  events->push_back("killed");
}

TEST_CASE("a process counts its threads", "[engine]") {
  Simulation simulation;
  Events events;
  simulation.process.spawn("a", note_after(simulation.process, 1ms, "a", &events));
  simulation.process.spawn("b", note_after(simulation.process, 3ms, "b", &events));
  CHECK(simulation.process.thread_count() == 2);
  simulation.engine.run_until(Instant(2ms), 100);
  CHECK(simulation.process.thread_count() == 1);
  simulation.run();
  CHECK(simulation.process.thread_count() == 0);
}

TEST_CASE("a killed process runs nothing of what stands after an await, not even clean-up", "[engine]") {
  Simulation simulation;
  Events events;
  simulation.process.spawn("work", clean_up(simulation.process, &events));
  simulation.engine.run_until(Instant(1ms), 100);
  simulation.process.kill();
  CHECK_FALSE(simulation.process.is_alive());
  simulation.run();
  CHECK(events.empty());
}

TEST_CASE("killing a process destroys its frames wherever they wait, and takes its timers back", "[engine]") {
  Simulation simulation;
  Mailbox<int> mailbox(simulation.process);
  Semaphore semaphore(simulation.process, 1);
  Events events;
  int alive = 0;
  Process& process = simulation.process;
  process.spawn("holder", acquire_holding(process, semaphore, Counted(alive), &events));
  process.spawn("waits", acquire_holding(process, semaphore, Counted(alive), &events));
  process.spawn("waits too", acquire_holding(process, semaphore, Counted(alive), &events));
  process.spawn("reader", receive_holding(mailbox, Counted(alive), &events));
  process.spawn("next reader", receive_holding(mailbox, Counted(alive), &events));
  process.spawn("sleeper", sleep_holding(process, 1h, Counted(alive)));

  SECTION("before they have begun") {}
  SECTION("after they have begun") {
    simulation.engine.run_until(Instant(1ms), 100);
  }
  SECTION("after they were woken") {
    simulation.engine.run_until(Instant(1ms), 100);
    mailbox.put(1);
  }
  SECTION("in the middle") {
    for (int i = 0; i < 3; ++i) simulation.engine.step();
  }
  CHECK(alive > 0);
  events.clear();
  process.kill();
  CHECK(alive == 0);
  CHECK(process.thread_count() == 0);
  CHECK_FALSE(simulation.engine.is_busy());
  CHECK_FALSE(simulation.engine.step());
  CHECK(events.empty());
}

TEST_CASE("a thread of one process may kill another, and the others go on", "[engine]") {
  Simulation simulation;
  Events events;
  int alive = 0;
  Process& victim = simulation.engine.add_process("victim");
  Process& bystander = simulation.engine.add_process("bystander");
  victim.spawn("holds", sleep_holding(victim, 1h, Counted(alive)));
  victim.spawn("works", note_after(victim, 9ms, "victim", &events));
  bystander.spawn("works", note_after(bystander, 9ms, "bystander", &events));
  simulation.process.spawn("kill", kill_after(simulation.process, 5ms, victim, &events));
  simulation.run();
  CHECK(events == Events{"killed", "bystander"});
  CHECK(alive == 0);
  CHECK(simulation.now_us() == 9'000);
}

TEST_CASE("threads that are ready at the instant of the kill do not run", "[engine]") {
  Simulation simulation;
  Events events;
  Process& victim = simulation.engine.add_process("victim");
  victim.spawn("before", note_after(victim, 5ms, "before", &events));
  simulation.process.spawn("kill", kill_after(simulation.process, 5ms, victim, &events));
  victim.spawn("after", note_after(victim, 5ms, "after", &events));
  simulation.run();
  CHECK(events == Events{"before", "killed"});
}

TEST_CASE("a process killed twice is dead once", "[engine]") {
  Simulation simulation;
  simulation.process.kill();
  simulation.process.kill();
  CHECK_FALSE(simulation.process.is_alive());
}

TEST_CASE("a restarted process begins with no threads, and has nothing of its former life", "[engine]") {
  Simulation simulation;
  Events events;
  simulation.process.spawn("work", note_after(simulation.process, 5ms, "former life", &events));
  simulation.engine.run_until(Instant(1ms), 100);
  simulation.process.kill();
  simulation.process.restart();
  CHECK(simulation.process.is_alive());
  CHECK(simulation.process.thread_count() == 0);
  simulation.process.spawn("work", note_after(simulation.process, 5ms, "new life", &events));
  simulation.run();
  CHECK(events == Events{"new life"});
  CHECK(simulation.now_us() == 6'000);
}

TEST_CASE("an engine that is destroyed with work under way destroys all its frames", "[engine]") {
  int alive = 0;
  {
    Simulation simulation;
    Process& other = simulation.engine.add_process("other");
    simulation.process.spawn("a", sleep_holding(simulation.process, 1h, Counted(alive)));
    other.spawn("b", sleep_holding(other, 2h, Counted(alive)));
    simulation.engine.step();
    CHECK(alive > 0);
  }
  CHECK(alive == 0);
}

Task<void> sleep_in_steps(Runtime& runtime, std::vector<int> steps, Counted held) {
  for (const int step : steps) co_await sleep_holding(runtime, Duration(step), held);
}

TEST_CASE("a kill at any moment leaks nothing and leaves no timer", "[engine]") {
  rc::prop("for any threads", [] {
    const auto threads = *rc::gen::container<std::vector<std::vector<int>>>(
        rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 20)));
    const int moment = *rc::gen::inRange(0, 60);
    Simulation simulation;
    int alive = 0;
    for (const std::vector<int>& steps : threads) {
      simulation.process.spawn("thread", sleep_in_steps(simulation.process, steps, Counted(alive)));
    }
    for (int step = 0; step < moment && simulation.engine.step(); ++step) {
    }
    simulation.process.kill();
    RC_ASSERT(alive == 0);
    RC_ASSERT_FALSE(simulation.engine.is_busy());
    RC_ASSERT_FALSE(simulation.engine.step());
  });
}

}  // namespace
}  // namespace snapsim
