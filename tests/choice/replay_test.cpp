#include "sim/choice/replay.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "sim/choice/points.hpp"
#include "sim/choice/random.hpp"
#include "sim/choice/recording.hpp"
#include "sim/choice/uneventful.hpp"
#include "sim/engine/engine.hpp"
#include "sim/engine/process.hpp"

namespace snapsim {
namespace {

using Picks = std::vector<std::uint32_t>;
/// For each thread, how long it sleeps, time after time.
using Program = std::vector<std::vector<int>>;
/// Which thread ran, and when.
using Steps = std::vector<std::pair<std::size_t, std::int64_t>>;

Task<void> run_thread(Runtime& runtime, std::size_t number, std::vector<int> sleeps, Steps* steps) {
  for (const int sleep : sleeps) {
    steps->emplace_back(number, runtime.now().time_since_epoch().count());
    co_await runtime.sleep(Duration(sleep));
  }
  steps->emplace_back(number, runtime.now().time_since_epoch().count());
}

Steps run(const Program& program, ChoiceSource& choices) {
  Engine engine(choices);
  Process& process = engine.add_process("process");
  Steps steps;
  for (std::size_t number = 0; number < program.size(); ++number) {
    process.spawn("thread", run_thread(process, number, program[number], &steps));
  }
  while (engine.step()) {
  }
  return steps;
}

/// Short sleeps, so that many threads are ready at the same instant.
rc::Gen<Program> programs() {
  return rc::gen::container<Program>(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4)));
}

Picks ask(ChoiceSource& choices, std::uint32_t alternatives, int count) {
  Picks picks;
  for (int i = 0; i < count; ++i) picks.push_back(choices.choose(points::schedule_next, alternatives));
  return picks;
}

TEST_CASE("a replay picks what the list says, and is uneventful after its end", "[choice]") {
  ReplayChoices choices({2, 0, 1});
  CHECK(ask(choices, 3, 5) == Picks{2, 0, 1, 0, 0});
}

TEST_CASE("a number that is out of range is taken as the last alternative", "[choice]") {
  ReplayChoices choices({9, 4, 3});
  CHECK(ask(choices, 4, 3) == Picks{3, 3, 3});
}

TEST_CASE("a recording passes picks through, and leaves the zeros at the end out", "[choice]") {
  ReplayChoices script({0, 2, 0, 1, 0, 0});
  RecordingChoices choices(script);
  CHECK(ask(choices, 3, 6) == Picks{0, 2, 0, 1, 0, 0});
  CHECK(choices.picks() == Picks{0, 2, 0, 1});
}

TEST_CASE("the recording of an uneventful run is empty", "[choice]") {
  UneventfulChoices uneventful;
  RecordingChoices choices(uneventful);
  ask(choices, 5, 10);
  CHECK(choices.picks().empty());
}

TEST_CASE("a replay of a recording takes the same steps in the same order", "[choice]") {
  rc::prop("for any program and seed", [](std::uint64_t seed) {
    const Program program = *programs();
    RandomChoices random(seed);
    RecordingChoices recording(random);
    const Steps recorded = run(program, recording);
    ReplayChoices replay(recording.picks());
    RecordingChoices again(replay);
    RC_ASSERT(run(program, again) == recorded);
    RC_ASSERT(again.picks() == recording.picks());
  });
}

TEST_CASE("any list of numbers is a run, in which every thread does all its steps at the same times", "[choice]") {
  rc::prop("for any program and list", [](const Picks& picks) {
    const Program program = *programs();
    UneventfulChoices uneventful;
    ReplayChoices replay(picks);
    Steps expected = run(program, uneventful);
    Steps replayed = run(program, replay);
    const auto is_earlier = [](const auto& a, const auto& b) { return a.second < b.second; };
    RC_ASSERT(std::is_sorted(replayed.begin(), replayed.end(), is_earlier));
    std::stable_sort(expected.begin(), expected.end());
    std::stable_sort(replayed.begin(), replayed.end());
    RC_ASSERT(replayed == expected);
  });
}

}  // namespace
}  // namespace snapsim
