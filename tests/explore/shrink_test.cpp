#include "sim/explore/shrink.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "sim/choice/points.hpp"
#include "sim/choice/random.hpp"
#include "sim/choice/recording.hpp"
#include "sim/choice/replay.hpp"

// Three small problems whose simplest failure is known by reasoning, from three random failures each.

namespace snapsim {
namespace {

/// A function that draws what it needs and says whether it fails.
using ShrinkProblem = bool (*)(ChoiceSource&);

std::uint32_t draw(ChoiceSource& choices, std::uint32_t alternatives) {
  return choices.choose(points::schedule_next, alternatives);
}

/// Steps are drawn, each with its value, until a step 0. It fails once a Snap above 17, then a Fail above 1000 and then
/// a Crash have been done.
bool steps_fail(ChoiceSource& choices) {
  enum : std::uint32_t { stop, snap, fail, crash };
  bool has_snapped = false;
  bool has_failed = false;
  while (const std::uint32_t step = draw(choices, 4)) {
    const std::uint32_t value = draw(choices, 10'000);
    has_snapped |= step == snap && value > 17;
    has_failed |= has_snapped && step == fail && value > 1000;
    if (has_failed && step == crash) return true;
  }
  return false;
}

/// A list, its length drawn first, whose sum must not exceed 20,000.
bool sum_fails(ChoiceSource& choices) {
  std::vector<std::uint32_t> values(draw(choices, 20));
  for (std::uint32_t& value : values) value = draw(choices, 10'000);
  return std::accumulate(values.begin(), values.end(), 0U) > 20'000;
}

/// Neighbouring numbers, once they are above 50.
bool neighbours_fail(ChoiceSource& choices) {
  const std::uint32_t one = draw(choices, 1000);
  return draw(choices, 1000) == one + 1 && one > 50;
}

std::function<bool(const Picks&)> fails(ShrinkProblem problem) {
  return [problem](const Picks& picks) {
    ReplayChoices choices(picks);
    return problem(choices);
  };
}

/// The nth failure that random choices find.
Picks random_failure(ShrinkProblem problem, int nth) {
  for (std::uint64_t seed = 1;; ++seed) {
    RandomChoices random(seed);
    RecordingChoices recording(random);
    if (problem(recording) && nth-- == 0) return recording.picks();
  }
}

void check_optimum(ShrinkProblem problem, const Picks& optimum) {
  for (int nth = 0; nth < 3; ++nth) {
    const Picks failure = random_failure(problem, nth);
    CAPTURE(nth, failure);
    const Shrunk shrunk = shrink(failure, fails(problem));
    CHECK(shrunk.picks == optimum);
    CHECK(shrunk.is_fixpoint);
  }
}

TEST_CASE("a failing series of steps shrinks to the three steps that matter, at their bounds", "[explore]") {
  // The Crash's value is 0, as is all that was not drawn.
  check_optimum(&steps_fail, {1, 18, 2, 1001, 3});
}

TEST_CASE("a list whose length is drawn first shrinks to the shortest one, its smallest number first", "[explore]") {
  // Two numbers sum to 19,998 at most; of three, the first is 3 at least.
  check_optimum(&sum_fails, {3, 3, 9999, 9999});
}

TEST_CASE("two numbers that must be neighbours are lowered together", "[explore]") {
  check_optimum(&neighbours_fail, {51, 52});
}

TEST_CASE("a shrunk list still fails, is no less simple, and comes out the same each time", "[explore]") {
  rc::prop("for any failing list", [](const Picks& picks, std::uint32_t sum) {
    const auto still_fails = [sum](const Picks& some) {
      return std::accumulate(some.begin(), some.end(), std::uint64_t{0}) % 7 == sum % 7;
    };
    if (!still_fails(picks)) return;
    const Shrunk shrunk = shrink(picks, still_fails);
    RC_ASSERT(still_fails(shrunk.picks));
    RC_ASSERT(!is_simpler(picks, shrunk.picks));
    RC_ASSERT(shrink(picks, still_fails).picks == shrunk.picks);
  });
}

TEST_CASE("of a fixpoint no number can be left out or lowered by one", "[explore]") {
  rc::prop("for any failure", [] {
    const Picks failure = random_failure(&steps_fail, *rc::gen::inRange(0, 30));
    const Shrunk shrunk = shrink(failure, fails(&steps_fail));
    RC_ASSERT(shrunk.is_fixpoint);
    for (std::size_t i = 0; i < shrunk.picks.size(); ++i) {
      Picks shorter = shrunk.picks;
      shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
      RC_ASSERT(!fails(&steps_fail)(shorter));
      Picks lower = shrunk.picks;
      lower[i] -= lower[i] == 0 ? 0 : 1;
      RC_ASSERT(lower == shrunk.picks || !fails(&steps_fail)(lower));
    }
  });
}

TEST_CASE("no list is tried twice, and the budget of runs is kept", "[explore]") {
  const Picks failure = random_failure(&sum_fails, 0);
  std::vector<Picks> tried;
  const auto still_fails = [&tried](const Picks& picks) {
    tried.push_back(picks);
    return fails(&sum_fails)(picks);
  };
  ShrinkLimits limits;
  limits.runs_max = 40;
  const Shrunk shrunk = shrink(failure, still_fails, limits);
  CHECK_FALSE(shrunk.is_fixpoint);
  CHECK(shrunk.runs == 40);
  CHECK(tried.size() == 40);
  CHECK(fails(&sum_fails)(shrunk.picks));
  CHECK(is_simpler(shrunk.picks, failure));
  std::sort(tried.begin(), tried.end());
  CHECK(std::adjacent_find(tried.begin(), tried.end()) == tried.end());
}

TEST_CASE("shrinking ends when its time is up, with the simplest list so far", "[explore]") {
  ShrinkLimits limits;
  limits.is_time_up = [] { return true; };
  const Picks failure = random_failure(&neighbours_fail, 0);
  const Shrunk shrunk = shrink(failure, fails(&neighbours_fail), limits);
  CHECK(shrunk.picks == failure);
  CHECK(shrunk.runs == 0);
  CHECK_FALSE(shrunk.is_fixpoint);
}

}  // namespace
}  // namespace snapsim
