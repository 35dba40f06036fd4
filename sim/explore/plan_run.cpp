#include "sim/explore/plan_run.hpp"

#include <memory>

#include "sim/explore/outcome.hpp"
#include "sim/explore/run_places.hpp"
#include "sim/world/world.hpp"

namespace snapsim {
namespace {

/// Writes down the places of a run.
class ListedPlaces final : public RunPlaces {
 public:
  explicit ListedPlaces(std::vector<Place>* list) : list_(list) {}

 private:
  bool is_wanted() const override { return list_ != nullptr; }
  void at(const Place& place) override { list_->push_back(place); }

  std::vector<Place>* list_;
};

/// The scenario's own choices, but for those that the plan makes.
class PlannedChoices final : public ChoiceSource {
 public:
  PlannedChoices(const Scenario& scenario, const Plan& plan, RunPlaces& places)
      : own_(own_choices(scenario)), plan_(plan), places_(places) {}

  std::uint32_t choose(const ChoicePoint& point, std::uint32_t alternatives) override {
    ++asked_;
    std::uint32_t picked = own_->choose(point, alternatives);
    for (const Departure& departure : plan_) {
      const Reordering* const order = departure.reordering();
      if (order && order->nth == asked_ && order->pick < alternatives) picked = order->pick;
    }
    places_.chosen(asked_, alternatives, picked);
    return picked;
  }

 private:
  std::unique_ptr<ChoiceSource> own_;
  const Plan& plan_;
  RunPlaces& places_;
  int asked_ = 0;
};

}  // namespace

const Scenario& PlanRunner::scenario_of(const Plan& plan) {
  scenario_.faults.resize(own_faults_);
  for (const Departure& departure : plan) {
    if (departure.fault()) scenario_.faults.push_back(departure.planned_fault());
  }
  return scenario_;
}

PlanRun PlanRunner::run(const Plan& plan, bool wants_places) {
  std::vector<Place> list;
  if (wants_places) list.reserve(512);
  const Scenario& scenario = scenario_of(plan);
  ListedPlaces places(wants_places ? &list : nullptr);
  PlannedChoices choices(scenario, plan, places);
  WorldOptions options;
  options.keep = Recorder::Keep::nothing;
  options.places = &places;
  World world(scenario, choices, options);
  places.watch(world);
  world.run();
  PlanRun run = outcome_of_run(world, own_faults_);
  run.place_count = places.count();
  run.places = std::move(list);
  return run;
}

}  // namespace snapsim
