#include "sim/explore/forked_run.hpp"

#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "sim/explore/outcome.hpp"
#include "sim/explore/run_places.hpp"
#include "sim/runtime/assert.hpp"
#include "sim/world/world.hpp"

namespace snapsim {

/// Stops where it is told to.
class ForkedRun::Places final : public RunPlaces {
 public:
  explicit Places(ForkedRun& run) : run_(run) {}

 private:
  bool is_wanted() const override { return run_.list_ || count() - 1 == run_.stop_at_; }
  void at(const Place& place) override {
    if (run_.list_) {
      const LeftRewinder outside(run_.rewinder_);
      run_.list_->push_back(place);
    }
    if (count() - 1 != run_.stop_at_) return;
    run_.stopped_at_ = place;
    run_.rewinder_.pause();
  }

  ForkedRun& run_;
};

/// The scenario's own choices, but for those at which the run departs.
class ForkedRun::Choices final : public ChoiceSource {
 public:
  Choices(const Scenario& scenario, Places& places) : own_(own_choices(scenario)), places_(places) {}

  std::uint32_t choose(const ChoicePoint& point, std::uint32_t alternatives) override {
    const std::uint32_t picked = own_->choose(point, alternatives);
    places_.chosen(++asked_, alternatives, picked);
    return std::exchange(departure_, std::nullopt).value_or(picked);
  }
  /// In the choice at which the run stopped.
  void depart(std::uint32_t pick) { departure_ = pick; }

 private:
  std::unique_ptr<ChoiceSource> own_;
  Places& places_;
  int asked_ = 0;
  std::optional<std::uint32_t> departure_;
};

struct ForkedRun::Inside {
  explicit Inside(ForkedRun& run)
      : places(run), choices(run.scenario_, places), world(run.scenario_, choices, watched_by(places)) {
    world.expect_growth();
    places.watch(world);
  }

  static WorldOptions watched_by(Places& places) {
    WorldOptions options;
    options.keep = Recorder::Keep::nothing;
    options.places = &places;
    return options;
  }

  Places places;
  Choices choices;
  World world;
};

ForkedRun::ForkedRun(Scenario scenario, std::size_t departures_max, Rewinder& rewinder)
    : scenario_(std::move(scenario)), own_faults_(scenario_.faults.size()), rewinder_(rewinder) {
  scenario_.faults.reserve(own_faults_ + departures_max);
}

/// What happens in the rewinder's memory.
void ForkedRun::run() {
  try {
    Inside inside(*this);
    inside_ = &inside;
    inside.world.run();
    state_ = State::ended;
    rewinder_.pause();  // for ever: nothing of it is destroyed
  } catch (...) {
    state_ = State::failed;
  }
}

void ForkedRun::check_that_it_stopped() const {
  if (state_ == State::failed) throw ForkFailed();
  SNAPSIM_ASSERT(state_ == State::stopped, "the run comes to the place");
}

void ForkedRun::begin(std::uint64_t index) {
  scenario_.faults.resize(own_faults_);
  marks_.clear();
  state_ = State::stopped;
  stop_at_ = index;
  rewinder_.begin([this] { run(); });
  check_that_it_stopped();
}

void ForkedRun::go_on_to(std::uint64_t index) {
  stop_at_ = index;
  rewinder_.go_on();
  check_that_it_stopped();
}

void ForkedRun::depart(const Departure& departure) {
  // Were anything that a run changes not put back, runs would soon come to other places.
  SNAPSIM_ASSERT(stopped_at_.is(departure.place()), "the run stopped at the place of the departure");
  if (const Reordering* const order = departure.reordering()) {
    inside_->choices.depart(order->pick);
    return;
  }
  scenario_.faults.push_back(departure.planned_fault());
  try {
    const EnteredRewinder entered(rewinder_);
    inside_->world.take_in_fault(departure.place().nth - 1);
  } catch (const std::bad_alloc&) {
    throw ForkFailed();
  }
}

PlanRun ForkedRun::finish(bool wants_places) {
  std::vector<Place> places;
  if (wants_places) places.push_back(stopped_at_);
  stop_at_ = nowhere;
  list_ = wants_places ? &places : nullptr;
  rewinder_.go_on();
  list_ = nullptr;
  if (state_ == State::failed) throw ForkFailed();
  PlanRun run = outcome_of_run(inside_->world, own_faults_);
  run.place_count = inside_->places.count();
  run.places = std::move(places);
  return run;
}

void ForkedRun::push_mark() {
  try {
    rewinder_.push_mark();
    marks_.push_back({scenario_.faults.size(), stopped_at_});
  } catch (const std::bad_alloc&) {
    throw ForkFailed();
  }
}

void ForkedRun::rewind() {
  rewinder_.rewind();
  scenario_.faults.resize(marks_.back().faults);
  stopped_at_ = marks_.back().stopped_at;
  state_ = State::stopped;
}

void ForkedRun::pop_mark() {
  rewinder_.pop_mark();
  marks_.pop_back();
}

}  // namespace snapsim
