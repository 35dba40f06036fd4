#include "sim/explore/proof.hpp"

#include <algorithm>

#include "sim/choice/random.hpp"
#include "sim/runtime/assert.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

std::uint64_t packed(const Place& place) {
  return static_cast<std::uint64_t>(place.nth) << 16 | static_cast<std::uint64_t>(place.operation) << 8 |
         static_cast<std::uint64_t>(place.kind);
}

/// Puts a plan and those of its class into the tally, for which there were so many runs, 1 or 0.
void count(const Plan& plan, const PlanRun& run, std::uint64_t runs, std::uint64_t weight, Tally& tally) {
  const std::size_t faults = fault_count(plan);
  PlanCount& of_size = tally.counts[{faults, plan.size() - faults}];
  of_size.plans += weight;
  of_size.runs += runs;
  of_size.digest += weight * digest_of(plan, run.outcome);
  tally.outcomes.insert(run.outcome);
  tally.held += runs * run.is_held;
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

/// Events may happen at the place, one after the other; at others, one thing happens.
bool is_moment(const Place& place) {
  return place.kind != Place::Kind::met && place.kind != Place::Kind::choice;
}

/// With which later moments are compared: the last one at which only the thread was ready whose step it is in.
const Standing* moment_before(std::span<const Place> places) {
  for (std::size_t i = places.size(); i-- > 0;) {
    if (is_moment(places[i]) && !places[i].standing.others_are_ready) return &places[i].standing;
  }
  return nullptr;
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

Prover::Prover(Scenario scenario, ProofLimits limits, Rewinder* rewinder)
    : runner_(scenario), limits_(std::move(limits)) {
  if (limits_.is_wanted) limits_.by_moment = false;
  if (rewinder) forked_.emplace(std::move(scenario), limits_.together, *rewinder);
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

/// What may happen next, at one of these places, the first of which is number `first_index` of the run; `before` is the
/// last moment before them, if there is one, with which they are to be compared.
std::vector<WeightedDeparture> Prover::children_at(const Plan& plan, std::span<const Place> places,
                                                   std::uint64_t first_index, const Standing* before,
                                                   Tally& tally) const {
  std::vector<WeightedDeparture> children;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place& place = places[i];
    const bool is_compared = limits_.by_moment && before && is_moment(place);
    for (WeightedDeparture& next : departures_at(place, limits_.by_class)) {
      if (!is_allowed(plan, next.departure)) continue;
      next.is_repeated = is_compared && comes_to_the_same(*next.departure.fault(), *before, place.standing);
      // One departure alone is run at every moment, and only not continued.
      if (next.is_repeated && !plan.empty()) continue;
      tally.places.insert(packed(place));
      next.places_before = first_index + i;
      if (before) next.moment_before = *before;
      if (next.departure.fault()) tally.points.insert(next.departure.fault()->point);
      children.push_back(std::move(next));
    }
    if (is_moment(place) && !place.standing.others_are_ready) before = &place.standing;
  }
  return children;
}

/// What may happen after the plan's last departure, at whose place `places` begin.
std::vector<WeightedDeparture> Prover::children_of(const Plan& plan, const WeightedDeparture& last,
                                                   std::span<const Place> places, const Standing* before,
                                                   Tally& tally) const {
  SNAPSIM_ASSERT(!places.empty() && places.front().is(last.departure.place()),
                 "a run comes to the place of its last departure");
  // At that moment, the last event may have changed everything.
  if (is_moment(places.front())) return children_at(plan, places, last.places_before, nullptr, tally);
  return children_at(plan, places.subspan(1), last.places_before + 1, before, tally);
}

/// Whether the walk ends here.
bool Prover::is_over(Walk& walk) const {
  if (walk.tally.runs >= walk.runs_max || walk.stop()) walk.tally.is_whole = false;
  return !walk.tally.is_whole;
}

/// Puts the run of the walk's plan into its tally. False when the plan turns out to be none.
bool Prover::take_in(Walk& walk, const PlanRun& run, const WeightedDeparture& last, std::uint64_t weight) const {
  ++walk.tally.runs;
  walk.tally.states += run.place_count - last.places_before;
  const bool is_counted = walk.plan.size() >= limits_.counted_from;
  if (!run.all_fired) {
    walk.tally.never_fired += is_counted;
    return false;
  }
  if (is_counted) count(walk.plan, run, 1, weight, walk.tally);
  return true;
}

/// The children of the walk's plan, whose run this is, that have to be run. Not: largest plans that end as it does;
/// they are counted.
std::vector<WeightedDeparture> Prover::children_to_run(Walk& walk, const PlanRun& run, const WeightedDeparture& last,
                                                       std::span<const Place> places, const Standing* before,
                                                       std::uint64_t weight) const {
  std::vector<WeightedDeparture> children = children_of(walk.plan, last, places, before, walk.tally);
  if (!limits_.by_moment || fault_count(walk.plan) == 0) return children;
  std::erase_if(children, [&](const WeightedDeparture& next) {
    const FaultSpec* const event = next.departure.fault();
    const Standing& standing = places[next.places_before - last.places_before].standing;
    if (!event || !event->moment || !comes_to_nothing(*event, standing, run.dealings)) return false;
    walk.plan.push_back(next.departure);
    const bool is_largest = !may_depart(walk.plan);
    const bool is_counted = is_largest && walk.plan.size() >= limits_.counted_from;
    if (is_counted) count(walk.plan, run, 0, weight * next.weight, walk.tally);
    walk.plan.pop_back();
    return is_largest;
  });
  return children;
}

void Prover::visit(Walk& walk, const WeightedDeparture& last, std::uint64_t weight) {
  if (is_over(walk)) return;
  const bool has_children = may_depart(walk.plan) && !last.is_repeated;
  const PlanRun run = runner_.run(walk.plan, has_children);
  if (!take_in(walk, run, last, weight) || !has_children) return;
  const auto places = std::span(run.places);
  const auto before = moment_before(places.first(last.places_before));
  const auto from_last = places.subspan(last.places_before);
  for (const WeightedDeparture& next : children_to_run(walk, run, last, from_last, before, weight)) {
    walk.plan.push_back(next.departure);
    visit(walk, next, weight * next.weight);
    walk.plan.pop_back();
    if (!walk.tally.is_whole) return;
  }
}

/// The same, where the run stands at the place of the plan's last departure and has taken it. Leaves the run anywhere.
void Prover::visit_forked(Walk& walk, const WeightedDeparture& last, std::uint64_t weight) {
  if (is_over(walk)) return;
  const bool has_children = may_depart(walk.plan) && !last.is_repeated;
  if (has_children) forked_->push_mark();
  const PlanRun run = forked_->finish(has_children);
  if (take_in(walk, run, last, weight) && has_children) {
    forked_->rewind();
    const Standing* const before = last.moment_before ? &*last.moment_before : nullptr;
    visit_children_forked(walk, last, weight, children_to_run(walk, run, last, run.places, before, weight));
  }
  if (has_children) forked_->pop_mark();
}

/// The children are in the order of their places: the run goes from one place on to the next, and from each as often as
/// there are children at it.
void Prover::visit_children_forked(Walk& walk, const WeightedDeparture& last, std::uint64_t weight,
                                   const std::vector<WeightedDeparture>& children) {
  std::uint64_t place = last.places_before;
  for (std::size_t i = 0; i < children.size() && walk.tally.is_whole;) {
    if (children[i].places_before != place) {
      place = children[i].places_before;
      forked_->go_on_to(place);
    }
    forked_->push_mark();
    for (; i < children.size() && children[i].places_before == place && walk.tally.is_whole; ++i) {
      walk.plan.push_back(children[i].departure);
      forked_->depart(children[i].departure);
      visit_forked(walk, children[i], weight * children[i].weight);
      walk.plan.pop_back();
      forked_->rewind();
    }
    forked_->pop_mark();
  }
}

Tally Prover::root(std::vector<WeightedDeparture>& children) {
  Tally tally;
  const PlanRun run = runner_.run({}, true);
  tally.runs = 1;
  tally.states = run.place_count;
  count({}, run, 1, 1, tally);
  if (may_depart({})) children = children_at({}, run.places, 0, nullptr, tally);
  return tally;
}

Tally Prover::subtree(const WeightedDeparture& first, std::uint64_t runs_max, const std::function<bool()>& stop) {
  // What goes on from here goes on from the moment before.
  if (first.is_repeated && limits_.counted_from > 1) return {};
  if (forked_ && may_depart({first.departure}) && !first.is_repeated) {
    try {
      Walk walk{{first.departure}, {}, runs_max, stop};
      forked_->begin(first.places_before);
      forked_->depart(first.departure);
      visit_forked(walk, first, first.weight);
      return std::move(walk.tally);
    } catch (const ForkFailed&) {
      forked_.reset();
    }
  }
  Walk walk{{first.departure}, {}, runs_max, stop};
  visit(walk, first, first.weight);
  return std::move(walk.tally);
}

}  // namespace snapsim
