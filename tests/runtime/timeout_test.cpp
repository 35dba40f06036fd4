#include "sim/runtime/timeout.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "tests/engine/simulation.hpp"

namespace snapsim {
namespace {

using namespace std::chrono_literals;
using testing::Counted;
using testing::Events;
using testing::Simulation;

Task<void> work_for(Runtime& runtime, Duration duration, Events* events) {
  co_await runtime.sleep(duration);
  events->push_back("worked");
}

Task<void> fail_after(Runtime& runtime, Duration duration) {
  co_await runtime.sleep(duration);
  throw std::runtime_error("failed");
}

Task<void> work_at_once(Events* events) {
  events->push_back("worked");
  co_return;
}

Task<void> try_for(Runtime& runtime, Duration patience, Task<void> work, Events* events) {
  std::string outcome;
  try {
    const bool in_time = co_await with_timeout(runtime, patience, std::move(work));
    outcome = in_time ? "in time" : "late";
  } catch (const std::runtime_error& error) {
    outcome = error.what();
  }
  events->push_back(outcome + " at " + std::to_string(runtime.now().time_since_epoch() / 1ms));
}

TEST_CASE("work that ends before its timeout is in time, and the timeout is forgotten", "[runtime]") {
  Simulation simulation;
  Events events;
  Task<void> work = work_for(simulation.process, 3ms, &events);
  simulation.process.spawn("test", try_for(simulation.process, 5ms, std::move(work), &events));
  simulation.run();
  CHECK(events == Events{"worked", "in time at 3"});
  CHECK(simulation.now_us() == 3'000);
}

TEST_CASE("work that is not done when the time is up is destroyed where it waits", "[runtime]") {
  Simulation simulation;
  Events events;
  Task<void> work = work_for(simulation.process, 9ms, &events);
  simulation.process.spawn("test", try_for(simulation.process, 5ms, std::move(work), &events));
  simulation.run();
  CHECK(events == Events{"late at 5"});
  CHECK(simulation.now_us() == 5'000);
}

TEST_CASE("work that never waits is in time, even without patience", "[runtime]") {
  Simulation simulation;
  Events events;
  simulation.process.spawn("test", try_for(simulation.process, 0ms, work_at_once(&events), &events));
  simulation.run();
  CHECK(events == Events{"worked", "in time at 0"});
}

TEST_CASE("what the work throws in time is thrown to who awaits it, what it would have thrown later is not",
          "[runtime]") {
  Simulation simulation;
  Events events;
  simulation.process.spawn("a", try_for(simulation.process, 5ms, fail_after(simulation.process, 3ms), &events));
  simulation.process.spawn("b", try_for(simulation.process, 5ms, fail_after(simulation.process, 9ms), &events));
  simulation.run();
  CHECK(events == Events{"failed at 3", "late at 5"});
}

/// Picks the alternative it was given whenever two are ready.
class Always final : public ChoiceSource {
 public:
  explicit Always(std::uint32_t pick) : pick_(pick) {}
  std::uint32_t choose(const ChoicePoint&, std::uint32_t) override { return pick_; }

 private:
  std::uint32_t pick_;
};

TEST_CASE("when the work ends at the instant of its timeout, the choice says which of them is first", "[runtime]") {
  // The timer of the timeout was set first, so that alternative 0 is late.
  const std::uint32_t pick = GENERATE(0U, 1U);
  Always choices(pick);
  Engine engine(choices);
  Process& process = engine.add_process("process");
  Events events;
  process.spawn("test", try_for(process, 5ms, work_for(process, 5ms, &events), &events));
  while (engine.step()) {
  }
  CHECK(events == (pick == 0 ? Events{"late at 5"} : Events{"worked", "in time at 5"}));
}

TEST_CASE("the shorter of two nested timeouts is the one that counts", "[runtime]") {
  Simulation simulation;
  Events events;
  const Duration inner_patience = GENERATE(Duration(3ms), Duration(9ms));
  Task<void> work = work_for(simulation.process, 20ms, &events);
  Task<void> inner = try_for(simulation.process, inner_patience, std::move(work), &events);
  simulation.process.spawn("test", try_for(simulation.process, 5ms, std::move(inner), &events));
  simulation.run();
  if (inner_patience < 5ms) {
    CHECK(events == Events{"late at 3", "in time at 3"});
  } else {
    CHECK(events == Events{"late at 5"});
  }
}

Task<void> hold_for(Runtime& runtime, Counted held) {
  const Counted local = held;
  co_await runtime.sleep(1h);
  static_cast<void>(local);
}

TEST_CASE("a timeout destroys what the work held, once", "[runtime]") {
  Simulation simulation;
  Events events;
  int alive = 0;
  Task<void> work = hold_for(simulation.process, Counted(alive));
  simulation.process.spawn("test", try_for(simulation.process, 5ms, std::move(work), &events));
  simulation.engine.step();
  CHECK(alive == 2);
  simulation.run();
  CHECK(events == Events{"late at 5"});
  CHECK(alive == 0);
}

TEST_CASE("a process that dies inside a timeout leaves no timer behind", "[runtime]") {
  Simulation simulation;
  Events events;
  int alive = 0;
  Task<void> work = hold_for(simulation.process, Counted(alive));
  simulation.process.spawn("test", try_for(simulation.process, 5ms, std::move(work), &events));
  simulation.engine.step();
  simulation.process.kill();
  CHECK(alive == 0);
  CHECK_FALSE(simulation.engine.is_busy());
  CHECK_FALSE(simulation.engine.step());
  CHECK(events.empty());
}

}  // namespace
}  // namespace snapsim
