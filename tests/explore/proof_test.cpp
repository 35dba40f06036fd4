// The tree of plans beside plain enumeration: every list of departures out of a universe is run, nothing is skipped,
// and what is a plan is told from the run alone. Both must come to the same plans, outcomes and violations.

#include "sim/explore/proof.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include <catch2/catch.hpp>

#include "real/rewind/make_rewinder.hpp"
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

Tally prove(const Scenario& scenario, const ProofLimits& limits, Rewinder* rewinder = nullptr) {
  Prover prover(scenario, limits, rewinder);
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

/// All that two walks must have in common.
void check_alike(const Tally& tally, const Tally& other) {
  CHECK(tally.counts == other.counts);
  CHECK(tally.outcomes == other.outcomes);
  CHECK(tally.findings == other.findings);
  CHECK(tally.places == other.places);
  CHECK(tally.points == other.points);
  CHECK(tally.runs == other.runs);
  CHECK(tally.states == other.states);
  CHECK(tally.never_fired == other.never_fired);
  CHECK(tally.held == other.held);
  CHECK(tally.is_whole == other.is_whole);
}

/// All that a walk comes to, whatever it leaves out.
void check_same_ends(const Tally& tally, const Tally& other) {
  CHECK(tally.outcomes == other.outcomes);
  REQUIRE(tally.findings.size() == other.findings.size());
  for (const auto& [key, finding] : other.findings) {
    CAPTURE(key.invariant, key.subject);
    REQUIRE(tally.findings.contains(key));
    CHECK(tally.findings.at(key).plan.size() == finding.plan.size());
  }
}

/// Passes on, and counts.
class CountedRewinder final : public Rewinder {
 public:
  explicit CountedRewinder(Rewinder& rewinder) : rewinder_(rewinder) {}

  void begin(std::function<void()> body) override {
    ++begun;
    rewinder_.begin(std::move(body));
  }
  void go_on() override { rewinder_.go_on(); }
  void pause() override { rewinder_.pause(); }
  void push_mark() override { rewinder_.push_mark(); }
  void rewind() override {
    ++rewound;
    rewinder_.rewind();
  }
  void pop_mark() override { rewinder_.pop_mark(); }
  void enter() override { rewinder_.enter(); }
  void leave() override { rewinder_.leave(); }

  std::size_t begun = 0;
  std::size_t rewound = 0;

 private:
  Rewinder& rewinder_;
};

/// Walks with runs that are put back, and with runs from the start. Gives how many runs there were.
std::uint64_t check_forked(const Scenario& scenario, const ProofLimits& limits) {
  const std::unique_ptr<Rewinder> made = make_rewinder();
  REQUIRE(made);
  CountedRewinder rewinder(*made);
  Prover forked(scenario, limits, &rewinder);
  Prover plainly(scenario, limits);
  std::vector<WeightedDeparture> children;
  Tally forked_tally = forked.root(children);
  Tally tally = forked_tally;
  const auto never = [] { return false; };
  for (const WeightedDeparture& child : children) {
    forked_tally.merge(forked.subtree(child, UINT64_MAX, never));
    tally.merge(plainly.subtree(child, UINT64_MAX, never));
  }
  check_alike(forked_tally, tally);
  const auto continued = static_cast<std::size_t>(std::ranges::count(children, false, &WeightedDeparture::is_repeated));
  CHECK(rewinder.begun == continued);  // it never fell back
  CHECK(rewinder.rewound > continued);
  return tally.runs;
}

bool is_of_the_universes(const Departure& departure) {
  return std::ranges::any_of(universes, [&](const Universe& universe) { return universe.contains(departure); });
}

TEST_CASE("runs that are put back come to the same as runs from the start", "[explore][exhaustive]") {
  for (const Policy policy : {Policy::nova, Policy::hardened}) {
    for (const bool is_live : {false, true}) {
      CAPTURE(policy == Policy::nova, is_live);
      ProofLimits limits;
      limits.is_wanted = is_of_the_universes;
      check_forked(one_snapshot(policy, is_live), limits);
      limits.by_class = false;
      limits.faults = limits.together = limits.counted_from = 3;
      limits.is_wanted = [](const Departure& departure) {
        return departure.place().nth <= 1 && universes[2].contains(departure);
      };
      CHECK(check_forked(one_snapshot(policy, is_live), limits) > 300);
    }
  }
}

TEST_CASE("runs that are put back leave out the same moments as runs from the start", "[explore][exhaustive]") {
  for (const bool is_live : {false, true}) {
    CAPTURE(is_live);
    Scenario scenario = one_snapshot(is_live ? Policy::hardened : Policy::nova, is_live);
    FaultSpec fault;
    fault.point = *fault_point_from("compute.crash");
    fault.moment = AtOperation{AtOperation::Phase::during, Operation::disk_extract, 1, std::nullopt};
    scenario.faults.push_back(fault);
    CHECK(check_forked(scenario, {}) > 10'000);
  }
}

TEST_CASE("the moments that are left out come to nothing new", "[explore][exhaustive]") {
  const std::unique_ptr<Rewinder> rewinder = make_rewinder();
  REQUIRE(rewinder);
  for (const Policy policy : {Policy::nova, Policy::hardened}) {
    Scenario scenario = one_snapshot(policy, policy == Policy::nova);
    RequestSpec deletion;
    deletion.action = Action::delete_;
    deletion.instance = 0;
    deletion.moment = AtOperation{AtOperation::Phase::during, Operation::glance_upload, 1, std::nullopt};
    if (policy == Policy::hardened) scenario.requests.push_back(deletion);
    CAPTURE(policy == Policy::nova);
    ProofLimits limits;
    limits.reorderings = 0;
    const Tally tally = prove(scenario, limits, rewinder.get());
    limits.by_moment = false;
    const Tally at_every_moment = prove(scenario, limits, rewinder.get());
    CHECK(tally.runs < at_every_moment.runs / 3);
    CHECK(tally.counts.at({1, 0}) == at_every_moment.counts.at({1, 0}));
    check_same_ends(tally, at_every_moment);
  }
}

TEST_CASE("runs that are put back keep the scenario's own faults, seed and choices", "[explore][exhaustive]") {
  ProofLimits limits;
  limits.is_wanted = is_of_the_universes;
  Scenario scenario = scenario_with_instances(2, false);
  testing::add_create_image(scenario, 0);
  testing::add_create_image(scenario, 1);
  SECTION("faults of both kinds") {
    FaultSpec fault;
    fault.point = *fault_point_from("glance.update.error");
    scenario.faults.push_back(fault);
    fault.point = *fault_point_from("compute.crash");
    fault.moment = AtOperation{AtOperation::Phase::during, Operation::glance_upload, 1, 1U};
    scenario.faults.push_back(fault);
  }
  SECTION("a seed") {
    scenario.seed = 7;
  }
  SECTION("choices") {
    scenario.choices = {1, 0, 1, 1};
  }
  CHECK(check_forked(scenario, limits) > 500);
}

TEST_CASE("where there is no memory to put runs back, they go from the start", "[explore][exhaustive]") {
  const Scenario scenario = one_snapshot(Policy::nova, false);
  ProofLimits limits;
  limits.is_wanted = [](const Departure& departure) { return universes[0].contains(departure); };
  const Tally tally = prove(scenario, limits);
  std::size_t fell_back = 0;
  for (std::size_t kib = 4; kib <= 256; kib += 4) {
    CAPTURE(kib);
    const std::unique_ptr<Rewinder> small = make_rewinder(kib * 1024);
    REQUIRE(small);
    CountedRewinder rewinder(*small);
    check_alike(prove(scenario, limits, &rewinder), tally);
    fell_back += rewinder.begun == 1;
  }
  CHECK(fell_back > 2);
  CHECK(fell_back < 60);
}

TEST_CASE("a budget ends a walk of runs that are put back where it ends one of runs from the start",
          "[explore][exhaustive]") {
  const std::unique_ptr<Rewinder> rewinder = make_rewinder();
  REQUIRE(rewinder);
  const Scenario scenario = one_snapshot(Policy::nova, false);
  std::vector<WeightedDeparture> children;
  Prover plainly(scenario, {});
  Prover forked(scenario, {}, rewinder.get());
  plainly.root(children);
  for (const std::size_t child : {std::size_t{0}, children.size() / 2, children.size() - 1}) {
    for (const std::uint64_t runs : {1U, 2U, 50U, 333U}) {
      CAPTURE(child, runs);
      int asked = 0;
      int asked_plainly = 0;
      const Tally tally = forked.subtree(children[child], runs, [&] { return ++asked > 100; });
      CHECK(tally.runs <= std::min<std::uint64_t>(runs, 100));
      check_alike(tally, plainly.subtree(children[child], runs, [&] { return ++asked_plainly > 100; }));
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
    check_same_ends(by_class, one_by_one);
  }
}

}  // namespace snapsim
