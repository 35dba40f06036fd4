#include "sim/explore/proof.hpp"

#include <algorithm>

#include "sim/choice/random.hpp"
#include "sim/runtime/assert.hpp"

namespace snapsim {
namespace {

std::uint64_t packed(const Place& place) {
  return static_cast<std::uint64_t>(place.nth) << 16 | static_cast<std::uint64_t>(place.operation) << 8 |
         static_cast<std::uint64_t>(place.kind);
}

/// Puts one run into the tally.
void count(const Plan& plan, const PlanRun& run, std::uint64_t weight, Tally& tally) {
  const std::size_t faults = fault_count(plan);
  PlanCount& of_size = tally.counts[{faults, plan.size() - faults}];
  of_size.plans += weight;
  ++of_size.runs;
  of_size.digest += weight * digest_of(plan, run.outcome);
  tally.outcomes.insert(run.outcome);
  tally.held += run.is_held;
  std::set<ViolationKey> seen;
  for (const PlanRun::Found& found : run.violations) {
    if (!seen.insert(found.key).second) continue;
    Counterexample& finding = tally.findings[found.key];
    if (finding.runs++ == 0 || plan.size() < finding.plan.size()) {
      finding.plan = plan;
      finding.message = found.message;
    }
  }
}

/// The index of the first place at which a further departure may happen.
std::size_t next_place(const Plan& plan, const std::vector<Place>& places) {
  if (plan.empty()) return 0;
  const Place last = plan.back().place();
  const auto found = std::ranges::find_if(places, [&last](const Place& place) { return place.is(last); });
  SNAPSIM_ASSERT(found != places.end(), "a run comes to the place where its last departure has happened");
  const bool takes_more = last.kind != Place::Kind::met && last.kind != Place::Kind::choice;
  return static_cast<std::size_t>(found - places.begin()) + (takes_more ? 0 : 1);
}

}  // namespace

std::uint64_t digest_of(const Plan& plan, std::uint64_t outcome) {
  std::uint64_t bits = 0;
  for (const Departure& departure : plan) bits = mix_bits(bits ^ packed(departure.place()));
  return mix_bits(bits ^ outcome);
}

void Tally::merge(const Tally& other) {
  for (const auto& [size, count] : other.counts) {
    PlanCount& sum = counts[size];
    sum.plans += count.plans;
    sum.runs += count.runs;
    sum.digest += count.digest;
  }
  outcomes.insert(other.outcomes.begin(), other.outcomes.end());
  for (const auto& [key, finding] : other.findings) {
    Counterexample& mine = findings[key];
    const bool is_smaller = mine.runs == 0 || finding.plan.size() < mine.plan.size();
    mine.runs += finding.runs;
    if (!is_smaller) continue;
    mine.plan = finding.plan;
    mine.message = finding.message;
  }
  places.insert(other.places.begin(), other.places.end());
  points.insert(other.points.begin(), other.points.end());
  runs += other.runs;
  states += other.states;
  never_fired += other.never_fired;
  held += other.held;
  is_whole &= other.is_whole;
}

std::uint64_t Tally::plans() const {
  std::uint64_t sum = 0;
  for (const auto& [size, count] : counts) sum += count.plans;
  return sum;
}

bool Prover::may_depart(const Plan& plan) const {
  const std::size_t faults = fault_count(plan);
  return plan.size() < limits_.together && (faults < limits_.faults || plan.size() - faults < limits_.reorderings);
}

bool Prover::is_allowed(const Plan& plan, const Departure& next) const {
  const std::size_t faults = fault_count(plan);
  const bool fits = next.fault() ? faults < limits_.faults : plan.size() - faults < limits_.reorderings;
  // Two different events at one moment are two plans, one for each order; the same one again is nothing new.
  return fits && std::ranges::find(plan, next) == plan.end() && (!limits_.is_wanted || limits_.is_wanted(next));
}

std::vector<WeightedDeparture> Prover::children_of(const Plan& plan, const std::vector<Place>& places,
                                                   Tally& tally) const {
  std::vector<WeightedDeparture> children;
  for (std::size_t i = next_place(plan, places); i < places.size(); ++i) {
    for (WeightedDeparture& next : departures_at(places[i], limits_.by_class)) {
      if (!is_allowed(plan, next.departure)) continue;
      tally.places.insert(packed(places[i]));
      next.places_before = i;
      if (next.departure.fault()) tally.points.insert(next.departure.fault()->point);
      children.push_back(std::move(next));
    }
  }
  return children;
}

void Prover::visit(Walk& walk, const WeightedDeparture& last, std::uint64_t weight) {
  if (walk.tally.runs >= walk.runs_max || walk.stop()) {
    walk.tally.is_whole = false;
    return;
  }
  const bool has_children = may_depart(walk.plan);
  const PlanRun run = runner_.run(walk.plan, has_children);
  ++walk.tally.runs;
  walk.tally.states += run.place_count - last.places_before;
  const bool is_counted = walk.plan.size() >= limits_.counted_from;
  if (!run.all_fired) {
    walk.tally.never_fired += is_counted;
    return;
  }
  if (is_counted) count(walk.plan, run, weight, walk.tally);
  if (!has_children) return;
  for (const WeightedDeparture& next : children_of(walk.plan, run.places, walk.tally)) {
    walk.plan.push_back(next.departure);
    visit(walk, next, weight * next.weight);
    walk.plan.pop_back();
    if (!walk.tally.is_whole) return;
  }
}

Tally Prover::root(std::vector<WeightedDeparture>& children) {
  Tally tally;
  const PlanRun run = runner_.run({}, true);
  tally.runs = 1;
  tally.states = run.place_count;
  count({}, run, 1, tally);
  if (may_depart({})) children = children_of({}, run.places, tally);
  return tally;
}

Tally Prover::subtree(const WeightedDeparture& first, std::uint64_t runs_max, const std::function<bool()>& stop) {
  Walk walk{{first.departure}, {}, runs_max, stop};
  visit(walk, first, first.weight);
  return std::move(walk.tally);
}

}  // namespace snapsim
