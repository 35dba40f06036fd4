// The coroutine forms that the sources are made of, each with values whose lifetimes are counted: a compiler that lays
// a frame out wrong or copies an object bit by bit shows here, at the optimisation of this build. The forms that GCC 12
// gets wrong stand in forbidden/, see probe_forbidden_forms.sh.
#include <catch2/catch.hpp>

#include "tests/compiler/probe.hpp"

namespace snapsim::probe {
namespace {

/// Runs a form; afterwards every value that was made must have been destroyed, once, where it was made.
template <class T>
T run_balanced(Step<T> (*form)()) {
  ledger = {};
  T result = run(form());
  CHECK(ledger.made > 0);
  CHECK(ledger.balanced());
  return result;
}

Step<int> await_alone() {
  const Counted local(1);
  co_await read(local);
  co_return local.value();
}

Step<int> await_initialises() {
  const Counted local = co_await make(2);
  co_return local.value();
}

Step<int> await_is_assigned() {
  Counted local(1);
  local = co_await make(3);
  co_return local.value();
}

Step<int> await_is_returned() {
  co_return co_await read(Counted(4));
}

Step<int> temporary_argument() {
  const int value = co_await read(Counted(5));
  co_return value;
}

Step<int> conditional_argument() {
  const bool condition = ledger.made == 0;
  const int value = co_await read(Counted(condition ? 6 : 0));
  co_return value;
}

Step<int> named_condition() {
  int rounds = 0;
  bool again = true;
  while (again) {
    ++rounds;
    const int value = co_await read(Counted(rounds));
    again = value < 7;
  }
  if (again) co_return 0;
  co_return rounds;
}

Step<int> named_aggregate_moved_in() {
  Pair pair{Counted(3), Counted(5)};
  const int total = co_await sum(std::move(pair));
  co_return total;
}

template <class Function>
Step<int> call(Function function) {
  Yield yield;
  co_await yield;
  co_return function();
}

Step<int> named_lambda_moved_in() {
  const Counted captured(9);
  auto function = [captured] { return captured.value(); };
  const int value = co_await call(std::move(function));
  co_return value;
}

Step<int> structured_binding() {
  const auto [first, second] = co_await []() -> Step<Pair> { co_return Pair{Counted(4), Counted(6)}; }();
  co_return first.value() + second.value();
}

Step<int> captureless_coroutine_lambda() {
  const auto lambda = [](Counted argument) -> Step<int> {
    const int value = co_await read(argument);
    co_return value + argument.value();
  };
  const int value = co_await lambda(Counted(11));
  co_return value / 2;
}

Step<int> kept_exception() {
  const Counted local(12);
  std::exception_ptr failure;
  try {
    co_await fail(12);
  } catch (int) {
    failure = std::current_exception();
  }
  const int value = co_await read(local);
  co_return failure ? value : 0;
}

Step<int> await_in_a_branch_without_braces() {
  const bool condition = ledger.made == 0;
  if (condition) co_await read(Counted(1));
  for (int i = 0; i < 3; ++i) co_await read(Counted(i));
  co_return 13;
}

TEST_CASE("every allowed place of an await keeps its values right", "[compiler]") {
  CHECK(run_balanced(await_alone) == 1);
  CHECK(run_balanced(await_initialises) == 2);
  CHECK(run_balanced(await_is_assigned) == 3);
  CHECK(run_balanced(await_is_returned) == 4);
  CHECK(run_balanced(await_in_a_branch_without_braces) == 13);
}

TEST_CASE("arguments of an awaited call live until it has ended, and end once", "[compiler]") {
  CHECK(run_balanced(temporary_argument) == 5);
  CHECK(run_balanced(conditional_argument) == 6);
  CHECK(run_balanced(named_aggregate_moved_in) == 8);
  CHECK(run_balanced(named_lambda_moved_in) == 9);
}

TEST_CASE("a named result may be a condition", "[compiler]") {
  CHECK(run_balanced(named_condition) == 7);
}

TEST_CASE("an awaited pair may be bound to two names", "[compiler]") {
  CHECK(run_balanced(structured_binding) == 10);
}

TEST_CASE("a coroutine lambda without captures keeps its parameters", "[compiler]") {
  CHECK(run_balanced(captureless_coroutine_lambda) == 11);
}

TEST_CASE("a kept exception can be acted on after its handler", "[compiler]") {
  CHECK(run_balanced(kept_exception) == 12);
}

TEST_CASE("an exception passes through awaiting frames and destroys what they hold", "[compiler]") {
  ledger = {};
  const auto outer = []() -> Step<int> {
    const Counted local(1);
    const int value = co_await fail(42);
    co_return value + local.value();
  };
  CHECK_THROWS_AS(run(outer()), int);
  CHECK(ledger.made == 1);
  CHECK(ledger.balanced());
}

TEST_CASE("a frame that is destroyed while it waits destroys all that it and its callees hold", "[compiler]") {
  ledger = {};
  {
    Step<int> step = named_aggregate_moved_in();
    step.start();
    run_turns(2);
    CHECK(ledger.made > ledger.destroyed);
    ready.clear();
  }
  CHECK(ledger.balanced());
}

Step<int> descend(int levels) {
  if (levels == 0) co_return 0;
  const int below = co_await descend(levels - 1);
  co_return below + 1;
}

TEST_CASE("a hundred thousand nested awaits need no stack", "[compiler]") {
  CHECK(run(descend(100'000)) == 100'000);
}

}  // namespace
}  // namespace snapsim::probe
