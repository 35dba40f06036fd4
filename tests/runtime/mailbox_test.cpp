#include "sim/runtime/mailbox.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "sim/runtime/timeout.hpp"
#include "tests/engine/simulation.hpp"

namespace snapsim {
namespace {

using namespace std::chrono_literals;
using testing::Events;
using testing::Simulation;

Task<void> read(Mailbox<int>& mailbox, int count, std::string name, Events* events) {
  for (int i = 0; i < count; ++i) {
    const int message = co_await mailbox.receive();
    events->push_back(name + std::to_string(message));
  }
}

Task<void> put_after(Runtime& runtime, Duration duration, Mailbox<int>& mailbox, int message) {
  co_await runtime.sleep(duration);
  mailbox.put(message);
}

Task<void> read_for(Mailbox<int>& mailbox, Duration patience, Events* events) {
  const std::optional<int> message = co_await mailbox.receive_for(patience);
  events->push_back(message ? std::to_string(*message) : "nothing");
}

Task<void> read_within(Runtime& runtime, Mailbox<int>& mailbox, Duration patience, Events* events) {
  Task<void> reading = read(mailbox, 1, "hasty ", events);
  const bool in_time = co_await with_timeout(runtime, patience, std::move(reading));
  if (!in_time) events->push_back("hasty gave up");
}

TEST_CASE("messages are read in the order in which they were put", "[runtime]") {
  Simulation simulation;
  Mailbox<int> mailbox(simulation.process);
  Events events;
  mailbox.put(1);
  mailbox.put(2);
  simulation.process.spawn("reader", read(mailbox, 4, "", &events));
  simulation.process.spawn("writer", put_after(simulation.process, 2ms, mailbox, 4));
  simulation.process.spawn("writer", put_after(simulation.process, 1ms, mailbox, 3));
  simulation.run();
  CHECK(events == Events{"1", "2", "3", "4"});
  CHECK(mailbox.empty());
}

TEST_CASE("readers are served in the order in which they came", "[runtime]") {
  Simulation simulation;
  Mailbox<int> mailbox(simulation.process);
  Events events;
  simulation.process.spawn("a", read(mailbox, 1, "a", &events));
  simulation.process.spawn("b", read(mailbox, 1, "b", &events));
  simulation.run();
  mailbox.put(1);
  mailbox.put(2);
  simulation.run();
  CHECK(events == Events{"a1", "b2"});
}

TEST_CASE("a reader that waits for a message keeps no run alive", "[runtime]") {
  Simulation simulation;
  Mailbox<int> mailbox(simulation.process);
  Events events;
  simulation.process.spawn("reader", read(mailbox, 1, "", &events));
  CHECK(simulation.engine.run_until_rest(10));
  CHECK(events.empty());
  CHECK(simulation.process.thread_count() == 1);
}

TEST_CASE("receive_for gives what comes in time, and nothing when the time is up", "[runtime]") {
  Simulation simulation;
  Mailbox<int> mailbox(simulation.process);
  Events events;
  simulation.process.spawn("writer", put_after(simulation.process, 4ms, mailbox, 1));

  SECTION("in time") {
    simulation.process.spawn("reader", read_for(mailbox, 5ms, &events));
    simulation.run();
    CHECK(events == Events{"1"});
    CHECK(simulation.now_us() == 4'000);
  }
  SECTION("late") {
    simulation.process.spawn("reader", read_for(mailbox, 3ms, &events));
    simulation.run();
    CHECK(events == Events{"nothing"});
    CHECK_FALSE(mailbox.empty());
  }
  SECTION("at once") {
    simulation.process.spawn("reader", read_for(mailbox, 0ms, &events));
    simulation.run();
    CHECK(events == Events{"nothing"});
  }
}

TEST_CASE("a message at the very instant of the timeout is read, or left for the next reader", "[runtime]") {
  Simulation simulation;
  Mailbox<int> mailbox(simulation.process);
  Events events;

  SECTION("the message is first") {
    simulation.process.spawn("writer", put_after(simulation.process, 5ms, mailbox, 1));
    simulation.process.spawn("reader", read_for(mailbox, 5ms, &events));
    simulation.run();
    CHECK(events == Events{"1"});
    CHECK(mailbox.empty());
  }
  SECTION("the timeout is first") {
    simulation.process.spawn("reader", read_for(mailbox, 5ms, &events));
    simulation.process.spawn("writer", put_after(simulation.process, 5ms, mailbox, 1));
    simulation.run();
    CHECK(events == Events{"nothing"});
    CHECK_FALSE(mailbox.empty());
  }
}

TEST_CASE("a reader that is destroyed while it waits takes no message along", "[runtime]") {
  Simulation simulation;
  Mailbox<int> mailbox(simulation.process);
  Events events;
  simulation.process.spawn("hasty", read_within(simulation.process, mailbox, 1ms, &events));
  simulation.process.spawn("patient", read(mailbox, 1, "patient ", &events));
  simulation.process.spawn("writer", put_after(simulation.process, 2ms, mailbox, 1));
  simulation.run();
  CHECK(events == Events{"hasty gave up", "patient 1"});
}

TEST_CASE("a message wakes the next reader when the first is destroyed before it could run", "[runtime]") {
  Simulation simulation;
  Mailbox<int> mailbox(simulation.process);
  Events events;
  // At 1 ms the writer wakes the hasty reader, whose time is up before its turn has come.
  simulation.process.spawn("writer", put_after(simulation.process, 1ms, mailbox, 1));
  simulation.process.spawn("hasty", read_within(simulation.process, mailbox, 1ms, &events));
  simulation.process.spawn("patient", read(mailbox, 1, "patient ", &events));
  simulation.run();
  CHECK(events == Events{"hasty gave up", "patient 1"});
}

TEST_CASE("a cleared mailbox sends a woken reader back to wait", "[runtime]") {
  Simulation simulation;
  Mailbox<int> mailbox(simulation.process);
  Events events;
  simulation.process.spawn("reader", read(mailbox, 1, "", &events));
  simulation.run();
  mailbox.put(1);
  mailbox.clear();
  simulation.run();
  CHECK(events.empty());
  mailbox.put(2);
  simulation.run();
  CHECK(events == Events{"2"});
}

Task<void> unwrap(Mailbox<std::unique_ptr<int>>& mailbox, int* sum) {
  const std::unique_ptr<int> first = co_await mailbox.receive();
  const std::optional<std::unique_ptr<int>> second = co_await mailbox.receive_for(1ms);
  *sum = *first + **second;
}

TEST_CASE("messages may be of a kind that can only be moved", "[runtime]") {
  Simulation simulation;
  Mailbox<std::unique_ptr<int>> mailbox(simulation.process);
  int sum = 0;
  simulation.process.spawn("reader", unwrap(mailbox, &sum));
  mailbox.put(std::make_unique<int>(3));
  mailbox.put(std::make_unique<int>(4));
  simulation.run();
  CHECK(sum == 7);
}

}  // namespace
}  // namespace snapsim
