#include "sim/explore/branches.hpp"

#include <algorithm>
#include <utility>

#include "sim/choice/replay.hpp"
#include "sim/world/world.hpp"

namespace snapsim {
namespace {

/// Replays a run's choices and notes how many steps had been written down at each.
class NotedChoices final : public ChoiceSource {
 public:
  struct Note {
    std::uint64_t steps = 0;
    std::uint32_t alternatives = 0;
    std::uint32_t picked = 0;
  };

  explicit NotedChoices(std::vector<std::uint32_t> picks) : replay_(std::move(picks)) {}

  void watch(Recorder& recorder) { recorder_ = &recorder; }
  std::uint32_t choose(const ChoicePoint& point, std::uint32_t alternatives) override {
    const std::uint32_t picked = replay_.choose(point, alternatives);
    notes_.push_back({recorder_ == nullptr ? 0 : recorder_->count(), alternatives, picked});
    return picked;
  }
  const std::vector<Note>& notes() const { return notes_; }

 private:
  ReplayChoices replay_;
  Recorder* recorder_ = nullptr;
  std::vector<Note> notes_;
};

}  // namespace

RunBranches::RunBranches(const Scenario& scenario, const RunOutput& output) : scenario_(scenario), output_(output) {
  NotedChoices choices(output.result.choices);
  WorldOptions options;
  options.keep = Recorder::Keep::nothing;
  options.check_always = false;
  World world(scenario, choices, options);
  choices.watch(world.recorder());
  world.run();
  for (std::size_t i = 0; i < choices.notes().size(); ++i) {
    const NotedChoices::Note& note = choices.notes()[i];
    Place place;
    place.kind = Place::Kind::choice;
    place.nth = static_cast<int>(i) + 1;
    place.alternatives = note.alternatives;
    place.picked = note.picked;
    choices_.push_back({static_cast<std::size_t>(note.steps == 0 ? 0 : note.steps - 1), place});
  }
}

int RunBranches::number_of(std::size_t position) const {
  const TraceRecord& record = output_.trace[position];
  const auto end = output_.trace.begin() + static_cast<std::ptrdiff_t>(position) + 1;
  return static_cast<int>(std::count_if(output_.trace.begin(), end, [&record](const TraceRecord& other) {
    return other.kind == record.kind && other.code == record.code;
  }));
}

std::vector<Place> RunBranches::places_at(std::size_t position) const {
  const TraceRecord& record = output_.trace[position];
  std::vector<Place> places;
  const bool begins = record.kind == TraceKind::operation_begun;
  if (begins || record.kind == TraceKind::operation_ended) {
    const auto operation = static_cast<Operation>(record.code);
    const int nth = number_of(position);
    if (begins) {
      for (const Place::Kind kind : {Place::Kind::met, Place::Kind::before, Place::Kind::during}) {
        places.push_back({kind, operation, nth});
      }
    } else {
      places.push_back({Place::Kind::after, operation, nth});
    }
  }
  for (const Choice& choice : choices_) {
    if (choice.position == position && choice.place.alternatives > 1) places.push_back(choice.place);
  }
  return places;
}

std::vector<Departure> RunBranches::at(std::size_t position) const {
  std::vector<Departure> branches;
  for (const Place& place : places_at(position)) {
    for (WeightedDeparture& departure : departures_at(place, true)) branches.push_back(std::move(departure.departure));
  }
  return branches;
}

Scenario RunBranches::branched(const Departure& departure) const {
  Scenario branch = scenario_;
  if (const FaultSpec* const fault = departure.fault()) {
    branch.faults.push_back(*fault);
    return branch;
  }
  const Reordering& order = *departure.reordering();
  branch.choices = output_.result.choices;
  branch.choices.resize(static_cast<std::size_t>(order.nth));
  branch.choices.back() = order.pick;
  return branch;
}

}  // namespace snapsim
