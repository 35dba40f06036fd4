#include "sim/glue/rapidcheck.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/choice/replay.hpp"
#include "sim/report/finished_run.hpp"
#include "sim/scenario/reader.hpp"
#include "sim/scenario/writer.hpp"

namespace snapsim {
namespace {

using Picks = std::vector<std::uint32_t>;

/// Fails the property where the reader does not take the scenario, or takes it for another one.
void assert_reads_back(const Scenario& scenario) {
  const auto read = read_scenario(write_scenario(scenario), scenario.path);
  if (!read) RC_FAIL(to_string(read.error().front()));
  RC_ASSERT(*read == scenario);
}

/// The values that RapidCheck tries, in its order, when this one fails.
template <class Value>
std::vector<Value> shrinks_of(const rc::Shrinkable<Value>& shrinkable) {
  std::vector<Value> values;
  rc::Seq<rc::Shrinkable<Value>> shrinks = shrinkable.shrinks();
  for (auto next = shrinks.next(); next; next = shrinks.next()) values.push_back(next->value());
  return values;
}

TEST_CASE("a plain scenario with a fault plan is one that the reader accepts", "[glue]") {
  const bool held = rc::check("write, then read", [] {
    Scenario scenario = *plain_scenario();
    scenario.faults = *fault_plan(scenario);
    RC_ASSERT(scenario.faults.size() <= 3U);
    assert_reads_back(scenario);
  });
  CHECK(held);
}

TEST_CASE("any scenario takes a fault plan, even one without instances or images", "[glue]") {
  const bool held = rc::check("write, then read", [](Scenario scenario) {
    scenario.faults = *fault_plan(scenario);
    assert_reads_back(scenario);
  });
  CHECK(held);
}

TEST_CASE("a fault plan meets every fault point sooner or later", "[glue]") {
  std::vector<bool> met(fault_points().size());
  const Scenario scenario = plain_scenario()(rc::Random(1), rc::kNominalSize).value();
  const rc::Gen<std::vector<FaultSpec>> plan = fault_plan(scenario);
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    for (const FaultSpec& fault : plan(rc::Random(seed), rc::kNominalSize).value()) met[fault.point] = true;
  }
  CHECK(std::ranges::count(met, false) == 0);
}

TEST_CASE("a plain scenario runs to its end, whatever is chosen", "[glue]") {
  const bool held = rc::check("run", [] {
    Scenario scenario = *plain_scenario();
    scenario.faults = *fault_plan(scenario);
    ReplayChoices choices(*choice_list());
    const FinishedRun run = simulate(std::move(scenario), choices);
    RC_ASSERT(run.output.result.requests.size() == run.scenario.requests.size());
  });
  CHECK(held);
}

TEST_CASE("a list of choices shrinks to shorter ones first, then to smaller numbers", "[glue]") {
  const rc::Gen<Picks> lists = choice_list(20);
  std::size_t tried = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const rc::Shrinkable<Picks> list = lists(rc::Random(seed), rc::kNominalSize);
    const Picks picks = list.value();
    const std::vector<Picks> shrinks = shrinks_of(list);
    tried += shrinks.size();
    const auto is_shorter = [&picks](const Picks& shrunk) { return shrunk.size() < picks.size(); };
    const auto is_smaller = [&picks](const Picks& shrunk) {
      return shrunk.size() == picks.size() && std::ranges::lexicographical_compare(shrunk, picks);
    };
    CHECK(picks.size() <= 20U);
    CHECK(std::ranges::is_partitioned(shrinks, is_shorter));
    CHECK(std::ranges::all_of(std::ranges::find_if_not(shrinks, is_shorter), shrinks.end(), is_smaller));
  }
  CHECK(tried > 0);
}

}  // namespace
}  // namespace snapsim
