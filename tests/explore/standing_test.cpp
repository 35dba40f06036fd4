// An event that is said to come to the same at two moments does so: both runs are made and end alike.

#include "sim/explore/standing.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/explore/plan_run.hpp"
#include "sim/scenario/reader.hpp"
#include "sim/world/fault_point.hpp"
#include "tests/world/support.hpp"

namespace snapsim {
namespace {

bool is_moment(const Place& place) {
  return place.kind != Place::Kind::met && place.kind != Place::Kind::choice;
}

Plan with(Plan plan, const Departure& departure) {
  plan.push_back(departure);
  return plan;
}

/// Compares events at each moment of a plan's run with those at the moment before, from place number `from` on.
struct PairCheck {
  PlanRunner& runner;
  std::size_t pairs = 0;
  std::size_t crashes = 0;

  void check(const Plan& plan, std::size_t from = 0) {
    const PlanRun run = runner.run(plan, true);
    const Place* before = nullptr;
    for (std::size_t i = 0; i < run.places.size(); ++i) {
      const Place& place = run.places[i];
      if (!is_moment(place)) continue;
      if (before && i >= from) check_moments(plan, *before, place);
      if (!place.standing.others_are_ready) before = &place;
    }
  }

 private:
  void check_moments(const Plan& plan, const Place& before, const Place& place) {
    const std::vector<WeightedDeparture> earlier = departures_at(before, true);
    const std::vector<WeightedDeparture> later = departures_at(place, true);
    for (std::size_t i = 0; i < later.size(); ++i) {
      const FaultSpec& event = *later[i].departure.fault();
      if (!comes_to_the_same(event, before.standing, place.standing)) continue;
      const PlanRun one = runner.run(with(plan, earlier[i].departure), false);
      const PlanRun other = runner.run(with(plan, later[i].departure), false);
      // Something of the scenario's own at that moment may be in the way.
      if (!one.all_fired || !other.all_fired) continue;
      ++pairs;
      crashes += fault_points()[event.point].outcome == Outcome::crash;
      if (one.outcome == other.outcome) continue;
      UNSCOPED_INFO(text_of(with(plan, earlier[i].departure)));
      UNSCOPED_INFO(text_of(with(plan, later[i].departure)));
      CHECK(one.outcome == other.outcome);
    }
  }
};

Scenario read(const std::filesystem::path& path) {
  const ScenarioOrProblems read = read_scenario_file(path);
  REQUIRE(read.has_value());
  return *read;
}

/// Every `stride`th scenario of the folder, under both policies.
std::size_t check_scenarios(std::size_t stride) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(SNAPSIM_SOURCE_DIR "/scenarios")) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < paths.size(); i += stride) {
    Scenario scenario = read(paths[i]);
    for (const Policy policy : {Policy::nova, Policy::hardened}) {
      CAPTURE(paths[i], policy == Policy::nova);
      scenario.policy = policy;
      PlanRunner runner(scenario);
      PairCheck check{runner};
      check.check({});
      pairs += check.pairs;
    }
  }
  return pairs;
}

Scenario one_snapshot(bool is_live) {
  Scenario scenario = testing::scenario_with_instances(1, is_live);
  testing::add_create_image(scenario, 0);
  return scenario;
}

FaultSpec event(std::string_view point) {
  FaultSpec fault;
  fault.point = *fault_point_from(point);
  return fault;
}

/// Places of the cold snapshot, by name.
class ColdSnapshot {
 public:
  ColdSnapshot() : run_(PlanRunner(one_snapshot(false)).run({}, true)) {}

  const Standing& at(Place::Kind kind, Operation operation, int nth = 1) const {
    for (const Place& place : run_.places) {
      if (place.kind == kind && place.operation == operation && place.nth == nth) return place.standing;
    }
    FAIL("the run comes to the place");
    return run_.places.front().standing;
  }
  const Dealings& dealings() const { return run_.dealings; }

 private:
  PlanRun run_;
};

}  // namespace

TEST_CASE("an event comes to the same until somebody deals with what it hits", "[explore]") {
  using Kind = Place::Kind;
  const ColdSnapshot run;
  const auto is_same = [](std::string_view point, const Standing& earlier, const Standing& later) {
    return comes_to_the_same(event(point), earlier, later);
  };

  const Standing& before_save = run.at(Kind::before, Operation::db_save, 6);
  const Standing& during_save = run.at(Kind::during, Operation::db_save, 6);
  const Standing& after_save = run.at(Kind::after, Operation::db_save, 6);
  for (const char* service : {"api.crash", "glance.crash", "queue.crash"}) {
    CAPTURE(service);
    CHECK(is_same(service, before_save, during_save));
    CHECK(is_same(service, during_save, after_save));
  }
  CHECK(is_same("compute.crash", before_save, during_save));
  CHECK_FALSE(is_same("compute.crash", during_save, after_save));  // it has written its state by then

  // A request is with Glance, then answered; that nova-compute has read an image, nobody else knows.
  const Standing& before_get = run.at(Kind::before, Operation::glance_get, 3);
  const Standing& during_get = run.at(Kind::during, Operation::glance_get, 3);
  const Standing& after_get = run.at(Kind::after, Operation::glance_get, 3);
  CHECK_FALSE(is_same("glance.crash", before_get, during_get));
  CHECK_FALSE(is_same("glance.crash", during_get, after_get));
  CHECK(is_same("compute.crash", before_get, after_get));

  // libvirtd carries out what it was asked for, whether who asked lives or not.
  const Standing& before_resume = run.at(Kind::before, Operation::hypervisor_resume);
  const Standing& during_resume = run.at(Kind::during, Operation::hypervisor_resume);
  CHECK_FALSE(is_same("compute.crash", before_resume, during_resume));

  // The guest is saved meanwhile, and off: nobody looks, and there is nothing to shut down.
  const Standing& after_extract = run.at(Kind::after, Operation::disk_extract);
  CHECK(is_same("hypervisor.guest.vanishes", after_save, after_extract));
  CHECK(is_same("hypervisor.guest.shuts_down", after_save, during_resume));
  CHECK_FALSE(is_same("hypervisor.guest.shuts_down", during_resume, run.at(Kind::after, Operation::hypervisor_resume)));

  // The processes would start again on other beats.
  const Standing& during_suspend = run.at(Kind::during, Operation::hypervisor_suspend);
  CHECK(during_suspend.dealings.api == before_save.dealings.api);
  CHECK_FALSE(is_same("api.crash", during_suspend, before_save));
}

TEST_CASE("a crash of what nobody deals with any more comes to nothing", "[explore]") {
  using Kind = Place::Kind;
  const ColdSnapshot run;
  const Standing& claim = run.at(Kind::before, Operation::db_save);
  const Standing& extraction = run.at(Kind::during, Operation::disk_extract);
  for (const char* point : {"api.crash", "queue.crash"}) {
    CAPTURE(point);
    CHECK_FALSE(comes_to_nothing(event(point), claim, run.dealings()));
    CHECK(comes_to_nothing(event(point), extraction, run.dealings()));
  }
  for (const char* point : {"compute.crash", "glance.crash", "hypervisor.guest.vanishes"}) {
    CAPTURE(point);
    CHECK_FALSE(comes_to_nothing(event(point), extraction, run.dealings()));
  }
}

TEST_CASE("events end alike at moments at which they are said to come to the same", "[explore][exhaustive]") {
  CHECK(check_scenarios(13) > 10'000);
}

TEST_CASE("events end alike at such moments of every scenario", "[explore][every_moment][.]") {
  CHECK(check_scenarios(1) > 200'000);
}

TEST_CASE("events end alike at such moments after another fault", "[explore][exhaustive]") {
  for (const bool is_live : {false, true}) {
    for (const Policy policy : {Policy::nova, Policy::hardened}) {
      CAPTURE(is_live, policy == Policy::nova);
      Scenario scenario = one_snapshot(is_live);
      scenario.policy = policy;
      PlanRunner runner(scenario);
      PairCheck check{runner};
      const std::vector<Place> places = runner.run({}, true).places;
      std::size_t number = 0;
      constexpr std::size_t stride = 23;
      for (std::size_t i = 0; i < places.size(); ++i) {
        for (const WeightedDeparture& first : departures_at(places[i], true)) {
          if (number++ % stride != 0) continue;
          CAPTURE(first.departure.text());
          check.check({first.departure}, i + 1);
        }
      }
      CHECK(check.pairs > 1'000);
      CHECK(check.crashes > check.pairs / 2);
    }
  }
}

}  // namespace snapsim
