#include "sim/explore/fuzz_plan.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "sim/choice/counting.hpp"
#include "sim/choice/random.hpp"
#include "sim/choice/recording.hpp"
#include "sim/choice/uneventful.hpp"
#include "sim/scenario/reader.hpp"
#include "sim/scenario/writer.hpp"
#include "sim/world/fault_point.hpp"
#include "sim/world/world.hpp"

namespace snapsim {
namespace {

// What a plan is drawn by. These are asked before a run begins, so they are in no trace.
constexpr ChoicePoint which_kinds{0, "fuzz.kinds", "Which kinds of mishap the run uses at all; 0: all of them."};
constexpr ChoicePoint how_many{1, "fuzz.mishaps", "How many mishaps there are."};
constexpr ChoicePoint which_kind{2, "fuzz.kind", "Of which kind the next mishap is."};
constexpr ChoicePoint which_place{3, "fuzz.place", "Where it happens."};
constexpr ChoicePoint how_much_later{4, "fuzz.later", "How many passes of its operation later."};
constexpr ChoicePoint which_style{5, "fuzz.schedule", "How racing events are ordered."};
constexpr ChoicePoint which_change{6, "fuzz.change", "At which choice the order changes."};

constexpr std::uint32_t swarms = 1 << 16;
constexpr std::uint32_t mishaps_max = 4;
/// Of so many draws all but the last few leave a mishap where it is.
constexpr std::uint32_t later_draws = 8;
constexpr std::uint32_t draws_of_not_later = 6;
constexpr std::uint32_t styles = 4;
constexpr std::uint32_t changes_max = 3;

std::string kind_name(const Mishap& mishap) {
  if (const auto* const fault = std::get_if<FaultSpec>(&mishap.what)) return fault_points()[fault->point].name;
  return std::string(to_string(std::get<RequestSpec>(mishap.what).action));
}

/// What the scenario file cannot express in this scenario could not be reproduced by one: the deletion of an image that
/// no request names. It is the same for every place of a kind.
bool can_be_written(const Scenario& scenario, const Mishap& mishap) {
  return read_scenario(write_scenario(with_mishaps(scenario, {mishap})), scenario.path).has_value();
}

/// In the order of their first place.
std::vector<MishapKind> kinds_of(const Scenario& scenario) {
  std::vector<MishapKind> kinds;
  std::map<std::string, std::size_t> index_of;
  for (Mishap& mishap : every_mishap(scenario)) {
    const auto [found, is_new] = index_of.try_emplace(kind_name(mishap), kinds.size());
    if (is_new) kinds.push_back({found->first, {}});
    kinds[found->second].places.push_back(std::move(mishap));
  }
  std::erase_if(kinds, [&scenario](const MishapKind& kind) { return !can_be_written(scenario, kind.places.front()); });
  return kinds;
}

/// A half, a quarter, an eighth or a sixteenth of the kinds; all of them where that would be none.
std::vector<std::uint32_t> enabled_kinds(std::size_t kinds, std::uint32_t swarm) {
  std::vector<std::uint32_t> all;
  std::vector<std::uint32_t> some;
  const std::uint64_t mask = (std::uint64_t{2} << swarm % 4) - 1;
  for (std::uint32_t kind = 0; kind < kinds; ++kind) {
    all.push_back(kind);
    if ((mix_bits(std::uint64_t{swarm} << 32 | kind) & mask) == 0) some.push_back(kind);
  }
  return swarm == 0 || some.empty() ? all : some;
}

void draw_mishaps(const FuzzSpace& space, ChoiceSource& choices, FuzzPlan& plan) {
  const std::uint32_t swarm = choices.choose(which_kinds, swarms);
  const std::uint32_t count = choices.choose(how_many, mishaps_max + 1);
  if (space.kinds().empty()) return;
  const std::vector<std::uint32_t> enabled = enabled_kinds(space.kinds().size(), swarm);
  for (std::uint32_t i = 0; i < count; ++i) {
    PlannedMishap planned;
    planned.kind = enabled[choices.choose(which_kind, static_cast<std::uint32_t>(enabled.size()))];
    const std::size_t places = space.kinds()[planned.kind].places.size();
    planned.place = choices.choose(which_place, static_cast<std::uint32_t>(places));
    const std::uint32_t later = choices.choose(how_much_later, later_draws);
    planned.later = later < draws_of_not_later ? 0 : later - draws_of_not_later + 1;
    plan.mishaps.push_back(planned);
  }
}

/// So many choices of a run are drawn; from there on it is first come, first served, so that no thread starves. What
/// goes wrong makes a run longer than the scenario's own.
std::uint32_t eventful_choices(const FuzzSpace& space) {
  return 2 * space.choices_asked() + 64;
}

void draw_schedule(const FuzzSpace& space, ChoiceSource& choices, FuzzPlan& plan) {
  plan.style = static_cast<ScheduleStyle>(choices.choose(which_style, styles));
  if (plan.style != ScheduleStyle::few_changes && plan.style != ScheduleStyle::last_come) return;
  for (std::uint32_t i = 0; i < changes_max; ++i) {
    plan.changes.push_back(choices.choose(which_change, eventful_choices(space)));
  }
}

/// Picks between racing events as the plan's style says.
class ScheduleChoices final : public ChoiceSource {
 public:
  ScheduleChoices(const FuzzSpace& space, const FuzzPlan& plan, ChoiceSource& source)
      : plan_(plan), source_(source), eventful_(eventful_choices(space)) {}

  std::uint32_t choose(const ChoicePoint& point, std::uint32_t alternatives) override {
    if (asked_ == eventful_) return 0;
    const std::uint32_t number = asked_++;
    if (plan_.style == ScheduleStyle::any) return source_.choose(point, alternatives);
    if (std::ranges::find(plan_.changes, number) != plan_.changes.end()) return source_.choose(point, alternatives);
    return plan_.style == ScheduleStyle::last_come ? alternatives - 1 : 0;
  }

 private:
  const FuzzPlan& plan_;
  ChoiceSource& source_;
  std::uint32_t eventful_;
  std::uint32_t asked_ = 0;
};

std::vector<Mishap> mishaps_of(const FuzzSpace& space, const std::vector<PlannedMishap>& planned) {
  std::vector<Mishap> mishaps;
  for (const PlannedMishap& one : planned) mishaps.push_back(mishap_of(space, one));
  return mishaps;
}

/// Mixes numbers, one after the other, into one.
class Digest {
 public:
  template <class Number>
  void add(Number number) {
    value_ = mix_bits(value_ ^ static_cast<std::uint64_t>(number));
  }
  void add(std::string_view text) {
    for (const char c : text) add(static_cast<unsigned char>(c));
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

std::uint64_t outcome_of(const World& world, const std::vector<FuzzViolation>& violations) {
  Digest digest;
  for (std::uint32_t i = 0; i < world.instance_count(); ++i) {
    const InstanceView view = world.instance(i);
    digest.add(view.vm_state);
    digest.add(view.task_state);
    digest.add(view.power_state);
    digest.add(view.guest);
    digest.add(view.has_domain);
    digest.add(view.is_deleted);
  }
  for (std::uint32_t i = 0; i < world.image_count(); ++i) digest.add(world.image(i).status);
  for (std::uint32_t i = 0; i < world.request_count(); ++i) digest.add(world.request(i).status);
  for (const FuzzViolation& violation : violations) digest.add(violation.invariant);
  return digest.value();
}

std::vector<FuzzViolation> unlisted_violations(const FuzzSpace& space, const World& world) {
  std::vector<FuzzViolation> found;
  if (world.ledger().is_any_step_held()) return found;
  for (const Violation& violation : world.violations()) {
    if (std::ranges::find(space.listed(), violation.invariant) != space.listed().end()) continue;
    if (std::ranges::find(found, violation.invariant, &FuzzViolation::invariant) != found.end()) continue;
    found.push_back({violation.invariant, violation.message});
  }
  return found;
}

std::vector<PlannedMishap> reached_of(const FuzzSpace& space, const FuzzPlan& plan, const World& world) {
  std::vector<PlannedMishap> reached;
  auto fault = static_cast<std::uint32_t>(space.scenario().faults.size());
  for (const PlannedMishap& planned : plan.mishaps) {
    const bool is_fault = std::holds_alternative<FaultSpec>(space.kinds()[planned.kind].places[planned.place].what);
    if (!is_fault || world.faults().times(fault) > 0) reached.push_back(planned);
    if (is_fault) ++fault;
  }
  return reached;
}

}  // namespace

FuzzSpace::FuzzSpace(Scenario scenario) : scenario_(std::move(scenario)) {
  scenario_.seed.reset();
  scenario_.choices.clear();
  listed_ = expected_violations(scenario_);
  UneventfulChoices uneventful;
  CountingChoices counting(uneventful);
  WorldOptions options;
  options.keep = Recorder::Keep::nothing;
  World world(scenario_, counting, options);
  world.run();
  choices_asked_ = static_cast<std::uint32_t>(counting.alternatives().size());
  if (!scenario_.requests.empty() && !scenario_.instances.empty()) kinds_ = kinds_of(scenario_);
}

Mishap mishap_of(const FuzzSpace& space, const PlannedMishap& planned) {
  Mishap mishap = space.kinds()[planned.kind].places[planned.place];
  const auto later = static_cast<int>(planned.later);
  if (auto* const request = std::get_if<RequestSpec>(&mishap.what)) {
    std::get<AtOperation>(request->moment).nth += later;
  } else if (auto& fault = std::get<FaultSpec>(mishap.what); fault.moment) {
    std::get<AtOperation>(*fault.moment).nth += later;
  } else {
    fault.nth += later;
  }
  return mishap;
}

bool FuzzedRun::violates(std::string_view invariant) const {
  return std::ranges::find(violations, invariant, &FuzzViolation::invariant) != violations.end();
}

FuzzPlan draw_plan(const FuzzSpace& space, ChoiceSource& choices) {
  FuzzPlan plan;
  draw_mishaps(space, choices, plan);
  draw_schedule(space, choices, plan);
  return plan;
}

FuzzedRun run_plan(const FuzzSpace& space, const FuzzPlan& plan, ChoiceSource& choices) {
  const Scenario scenario = with_mishaps(space.scenario(), mishaps_of(space, plan.mishaps));
  ScheduleChoices schedule(space, plan, choices);
  RecordingChoices recording(schedule);
  WorldOptions options;
  options.keep = Recorder::Keep::fingerprint;
  World world(scenario, recording, options);
  world.run();
  FuzzedRun run;
  run.mishaps = plan.mishaps;
  run.schedule = recording.picks();
  run.fingerprint = world.recorder().fingerprint().low;
  run.violations = unlisted_violations(space, world);
  run.outcome = outcome_of(world, run.violations);
  run.reached = reached_of(space, plan, world);
  return run;
}

FuzzedRun fuzz_once(const FuzzSpace& space, ChoiceSource& choices) {
  const FuzzPlan plan = draw_plan(space, choices);
  return run_plan(space, plan, choices);
}

Picks picks_of(const std::vector<PlannedMishap>& mishaps, const Picks& schedule) {
  Picks picks{0, static_cast<std::uint32_t>(mishaps.size())};
  for (const PlannedMishap& planned : mishaps) {
    const std::uint32_t later = planned.later == 0 ? 0 : planned.later + draws_of_not_later - 1;
    picks.insert(picks.end(), {planned.kind, planned.place, later});
  }
  picks.push_back(static_cast<std::uint32_t>(ScheduleStyle::any));
  picks.insert(picks.end(), schedule.begin(), schedule.end());
  while (!picks.empty() && picks.back() == 0) picks.pop_back();
  return picks;
}

FuzzedRun fuzz_numbered(const FuzzSpace& space, std::uint64_t seed, std::uint64_t number) {
  RandomChoices random(mix_bits(mix_bits(seed) ^ number));
  return fuzz_once(space, random);
}

Scenario scenario_of(const FuzzSpace& space, const std::vector<PlannedMishap>& mishaps, const Picks& schedule) {
  Scenario scenario = with_mishaps(space.scenario(), mishaps_of(space, mishaps));
  scenario.choices = schedule;
  return scenario;
}

}  // namespace snapsim
