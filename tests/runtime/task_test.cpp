#include "sim/runtime/task.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "tests/engine/simulation.hpp"

namespace snapsim {
namespace {

using namespace std::chrono_literals;
using testing::Counted;
using testing::Simulation;

/// Runs a task that never waits.
template <class T>
T run_now(Task<T> task) {
  Executor executor;
  executor.run(task.start(executor));
  REQUIRE(task.done());
  return task.take_result();
}

Task<int> give(int value) {
  co_return value;
}

Task<int> sum_of_two() {
  const int first = co_await give(1);
  const int second = co_await give(2);
  co_return first + second;
}

TEST_CASE("a task gives the values of the tasks it awaits", "[runtime]") {
  CHECK(run_now(sum_of_two()) == 3);
}

Task<void> mark_as_run(bool* has_run) {
  *has_run = true;
  co_return;
}

TEST_CASE("a task does nothing before it is awaited", "[runtime]") {
  bool has_run = false;
  Task<void> task = mark_as_run(&has_run);
  CHECK_FALSE(has_run);
  CHECK_FALSE(task.done());
  run_now(std::move(task));
  CHECK(has_run);
}

Task<std::unique_ptr<std::string>> give_pointer() {
  co_return std::make_unique<std::string>("image");
}

Task<std::unique_ptr<std::string>> pass_pointer_on() {
  std::unique_ptr<std::string> pointer = co_await give_pointer();
  *pointer += " bytes";
  co_return pointer;
}

TEST_CASE("a result that can only be moved passes through", "[runtime]") {
  const std::unique_ptr<std::string> pointer = run_now(pass_pointer_on());
  CHECK(*pointer == "image bytes");
}

Task<int> throw_error() {
  throw std::runtime_error("upload failed");
  co_return 0;
}

Task<int> pass_through(Counted guard) {
  const int value = co_await throw_error();
  static_cast<void>(guard);
  co_return value;
}

Task<std::string> catch_error(int* alive) {
  std::string caught;
  try {
    co_await pass_through(Counted(*alive));
  } catch (const std::runtime_error& error) {
    caught = error.what();
  }
  co_return caught;
}

TEST_CASE("an exception goes up through the tasks that await, and destroys what they held", "[runtime]") {
  int alive = 0;
  CHECK(run_now(catch_error(&alive)) == "upload failed");
  CHECK(alive == 0);
}

TEST_CASE("an exception that nobody catches is thrown by take_result", "[runtime]") {
  CHECK_THROWS_AS(run_now(throw_error()), std::runtime_error);
}

Task<int> throw_a_number_after(Runtime& runtime, Duration duration) {
  co_await runtime.sleep(duration);
  throw 7;
  co_return 0;
}

Task<void> keep_number_caught(Runtime& runtime, int* caught) {
  try {
    co_await throw_a_number_after(runtime, 1ms);
  } catch (int number) {
    *caught = number;
  }
}

TEST_CASE("an exception thrown after a wait reaches the task that awaits", "[runtime]") {
  Simulation simulation;
  int caught = 0;
  simulation.process.spawn("test", keep_number_caught(simulation.process, &caught));
  simulation.run();
  CHECK(caught == 7);
}

Task<void> hold_for(Runtime& runtime, Counted held, int levels) {
  const Counted local = held;
  co_await runtime.sleep(1ms);
  if (levels > 0) {
    Task<void> below = hold_for(runtime, held, levels - 1);
    co_await std::move(below);
  }
  co_await runtime.sleep(1ms);
  static_cast<void>(local);
}

TEST_CASE("destroying a task where it waits destroys every frame below it once", "[runtime]") {
  // Three levels that wait twice each: six waits, and before the first and after the last of them.
  for (int steps = 0; steps <= 8; ++steps) {
    int alive = 0;
    {
      Simulation simulation;
      simulation.process.spawn("test", hold_for(simulation.process, Counted(alive), 2));
      for (int step = 0; step < steps; ++step) simulation.engine.step();
      INFO("after " << steps << " steps");
      CHECK((alive > 0) == (steps < 7));
    }
    CHECK(alive == 0);
  }
}

TEST_CASE("a task that was never started frees what it was given", "[runtime]") {
  int alive = 0;
  Simulation simulation;
  { const Task<void> task = hold_for(simulation.process, Counted(alive), 2); }
  CHECK(alive == 0);
}

TEST_CASE("assigning to a task destroys the one it was", "[runtime]") {
  int alive = 0;
  Simulation simulation;
  Task<void> task = hold_for(simulation.process, Counted(alive), 0);
  CHECK(alive == 1);
  task = {};
  CHECK(alive == 0);
  CHECK_FALSE(task.done());
}

Task<int> depth(int levels) {
  if (levels == 0) co_return 0;
  const int below = co_await depth(levels - 1);
  co_return below + 1;
}

TEST_CASE("a hundred thousand awaited levels do not use up the stack", "[runtime]") {
  CHECK(run_now(depth(100'000)) == 100'000);
}

Task<int> throw_at_depth(int levels) {
  if (levels == 0) throw std::runtime_error("the deepest level");
  const int below = co_await throw_at_depth(levels - 1);
  co_return below;
}

TEST_CASE("an exception comes up a thousand levels", "[runtime]") {
  CHECK_THROWS_WITH(run_now(throw_at_depth(1000)), "the deepest level");
}

Task<int> add_up(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) {
    const int one = co_await give(1);
    sum += one;
  }
  co_return sum;
}

TEST_CASE("a hundred thousand tasks in a row do not use up the stack", "[runtime]") {
  CHECK(run_now(add_up(100'000)) == 100'000);
}

}  // namespace
}  // namespace snapsim
