// The tree of plans beside plain enumeration: every list of departures out of a universe is run, nothing is skipped,
// and what is a plan is told from the run alone. Both must come to the same plans, outcomes and violations.

#include "sim/explore/proof.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "sim/world/fault_point.hpp"
#include "tests/world/support.hpp"

namespace snapsim {
namespace {

using testing::scenario_with_instances;

constexpr int nth_max = 3;
constexpr int choices_max = 40;
constexpr std::uint32_t threads_max = 6;

/// Faults of these points and events at these operations are in the universe.
struct Universe {
  std::vector<std::string> points;
  std::vector<Operation> operations;
  bool has_reorderings = false;

  bool contains(const Departure& departure) const {
    const Place place = departure.place();
    if (const Reordering* const order = departure.reordering()) {
      return has_reorderings && place.nth <= choices_max && order->pick < threads_max;
    }
    const FaultPoint& point = fault_points()[departure.fault()->point];
    if (place.nth > nth_max || std::ranges::find(points, point.name) == points.end()) return false;
    return !point.is_event() || std::ranges::find(operations, place.operation) != operations.end();
  }

  std::vector<Departure> all() const {
    std::vector<Departure> all;
    const auto add_at = [&](const Place& place) {
      for (const WeightedDeparture& next : departures_at(place, false)) {
        if (contains(next.departure)) all.push_back(next.departure);
      }
    };
    for (int operation = 0; operation < operation_count; ++operation) {
      for (int nth = 1; nth <= nth_max; ++nth) {
        for (const auto kind : {Place::Kind::met, Place::Kind::before, Place::Kind::during, Place::Kind::after}) {
          add_at({kind, static_cast<Operation>(operation), nth});
        }
      }
    }
    for (int nth = 1; nth <= choices_max; ++nth) add_at({Place::Kind::choice, {}, nth, threads_max, 0});
    return all;
  }
};

/// What the enumerations must agree about.
struct Enumerated {
  std::uint64_t plans = 0;
  std::uint64_t digest = 0;
  std::set<std::uint64_t> outcomes;
  std::map<ViolationKey, std::size_t> smallest;  // number of departures
};

bool happens_in_order(const Plan& plan, const PlanRun& run) {
  if (!run.all_fired) return false;
  auto from = run.places.begin();
  Place::Kind last = Place::Kind::before;
  for (const Departure& departure : plan) {
    const Place place = departure.place();
    const bool takes_more = last != Place::Kind::met && last != Place::Kind::choice;
    if (&departure != &plan.front() && !takes_more) ++from;
    from = std::find_if(from, run.places.end(), [&place](const Place& seen) { return seen.is(place); });
    if (from == run.places.end()) return false;
    if (const Reordering* const order = departure.reordering(); order && from->picked != order->pick) return false;
    last = place.kind;
  }
  return true;
}

void enumerate(PlanRunner& runner, const Plan& plan, Enumerated& all) {
  const PlanRun run = runner.run(plan, true);
  if (!happens_in_order(plan, run)) return;
  ++all.plans;
  all.digest += digest_of(plan, run.outcome);
  all.outcomes.insert(run.outcome);
  for (const PlanRun::Found& found : run.violations) {
    const auto [place, is_new] = all.smallest.emplace(found.key, plan.size());
    place->second = std::min(place->second, plan.size());
  }
}

/// Every list of at most two different departures of the universe.
Enumerated enumerate_plainly(const Scenario& scenario, const Universe& universe, std::size_t reorderings_max) {
  PlanRunner runner(scenario);
  Enumerated all;
  enumerate(runner, {}, all);
  const std::vector<Departure> departures = universe.all();
  for (const Departure& first : departures) {
    enumerate(runner, {first}, all);
    for (const Departure& second : departures) {
      const Plan plan{first, second};
      if (first != second && plan.size() - fault_count(plan) <= reorderings_max) enumerate(runner, plan, all);
    }
  }
  return all;
}

Tally prove(const Scenario& scenario, const ProofLimits& limits) {
  Prover prover(scenario, limits);
  std::vector<WeightedDeparture> children;
  Tally tally = prover.root(children);
  for (const WeightedDeparture& child : children) {
    tally.merge(prover.subtree(child, UINT64_MAX, [] { return false; }));
  }
  return tally;
}

Enumerated enumerate_as_tree(const Scenario& scenario, const ProofLimits& limits) {
  const Tally tally = prove(scenario, limits);
  Enumerated all;
  all.plans = tally.plans();
  for (const auto& [size, count] : tally.counts) all.digest += count.digest;
  all.outcomes = tally.outcomes;
  for (const auto& [key, finding] : tally.findings) all.smallest.emplace(key, finding.plan.size());
  return all;
}

Scenario one_snapshot(Policy policy, bool is_live) {
  Scenario scenario = scenario_with_instances(1, is_live);
  scenario.policy = scenario.written_policy = policy;
  testing::add_create_image(scenario, 0);
  return scenario;
}

const std::vector<Universe> universes{
    {{"disk.extract.exit", "disk.extract.full", "db.save.error", "glance.delete.error", "glance.delete.forbidden",
      "compute.crash"},
     {Operation::disk_extract, Operation::glance_upload}},
    {{"glance.upload.reset", "glance.upload.unavailable", "glance.create.timeout", "glance.crash",
      "queue.cast.duplicated", "hypervisor.guest.vanishes", "compute.crash"},
     {Operation::glance_upload, Operation::queue_deliver, Operation::glance_create}},
    {{"db.save.error", "api.crash", "queue.crash"}, {Operation::queue_cast, Operation::db_save}, true},
};

}  // namespace

TEST_CASE("the tree meets exactly the plans that plain enumeration finds", "[explore][exhaustive]") {
  for (const Policy policy : {Policy::nova, Policy::hardened}) {
    for (std::size_t i = 0; i < universes.size(); ++i) {
      const Universe& universe = universes[i];
      const Scenario scenario = one_snapshot(policy, i == 1);
      CAPTURE(i, policy == Policy::nova);
      const std::size_t reorderings = universe.has_reorderings ? 1 : 0;
      const Enumerated plainly = enumerate_plainly(scenario, universe, reorderings);
      ProofLimits limits;
      limits.reorderings = reorderings;
      limits.by_class = false;
      limits.is_wanted = [&universe](const Departure& departure) { return universe.contains(departure); };
      const Enumerated as_tree = enumerate_as_tree(scenario, limits);
      CHECK(plainly.plans > 20);
      CHECK(as_tree.plans == plainly.plans);
      CHECK(as_tree.digest == plainly.digest);
      CHECK(as_tree.outcomes == plainly.outcomes);
      CHECK(as_tree.smallest == plainly.smallest);
    }
  }
}

TEST_CASE("classes of answers come to the outcomes and violations of all answers", "[explore][exhaustive]") {
  const auto is_of_glance = [](const Departure& departure) {
    return departure.fault() && fault_points()[departure.fault()->point].name.starts_with("glance.");
  };
  for (const Policy policy : {Policy::nova, Policy::hardened}) {
    const Scenario scenario = one_snapshot(policy, false);
    ProofLimits limits;
    limits.reorderings = 0;
    limits.is_wanted = [&](const Departure& departure) {
      return is_of_glance(departure) && departure.place().kind == Place::Kind::met;
    };
    const Tally by_class = prove(scenario, limits);
    limits.by_class = false;
    const Tally one_by_one = prove(scenario, limits);
    CHECK(by_class.runs < one_by_one.runs / 2);
    CHECK(by_class.plans() == one_by_one.plans());
    CHECK(by_class.outcomes == one_by_one.outcomes);
    REQUIRE(by_class.findings.size() == one_by_one.findings.size());
    for (const auto& [key, finding] : one_by_one.findings) {
      CAPTURE(key.invariant, key.subject);
      REQUIRE(by_class.findings.contains(key));
      CHECK(by_class.findings.at(key).plan.size() == finding.plan.size());
    }
  }
}

}  // namespace snapsim
