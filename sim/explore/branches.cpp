#include "sim/explore/branches.hpp"

#include <algorithm>

namespace snapsim {
namespace {

/// The how-manieth such record of its kind and code it is, from 1.
int number_of(std::span<const TraceRecord> trace, std::size_t position) {
  const TraceRecord& record = trace[position];
  return static_cast<int>(std::ranges::count_if(trace.first(position + 1), [&record](const TraceRecord& other) {
    return other.kind == record.kind && other.code == record.code;
  }));
}

}  // namespace

std::vector<Place> places_of_step(std::span<const TraceRecord> trace, std::size_t position) {
  const TraceRecord& record = trace[position];
  Place place;
  place.nth = number_of(trace, position);
  std::vector<Place> places;
  const auto add = [&places, &place](Place::Kind kind) {
    place.kind = kind;
    places.push_back(place);
  };
  switch (record.kind) {
    case TraceKind::operation_begun:
      place.operation = static_cast<Operation>(record.code);
      add(Place::Kind::met);
      add(Place::Kind::before);
      add(Place::Kind::during);
      break;
    case TraceKind::operation_ended:
      place.operation = static_cast<Operation>(record.code);
      add(Place::Kind::after);
      break;
    case TraceKind::choice:
      place.alternatives = static_cast<std::uint32_t>(record.b);
      place.picked = static_cast<std::uint32_t>(record.a);
      add(Place::Kind::choice);
      break;
    default:
      break;
  }
  return places;
}

std::vector<Departure> branches_at(std::span<const TraceRecord> trace, std::size_t position) {
  std::vector<Departure> branches;
  for (const Place& place : places_of_step(trace, position)) {
    for (WeightedDeparture& departure : departures_at(place, true)) branches.push_back(std::move(departure.departure));
  }
  return branches;
}

Scenario branched(const Scenario& scenario, const RunResult& result, const Departure& departure) {
  Scenario branch = scenario;
  if (const FaultSpec* const fault = departure.fault()) {
    branch.faults.push_back(*fault);
    return branch;
  }
  const Reordering& order = *departure.reordering();
  branch.choices = result.choices;
  branch.choices.resize(static_cast<std::size_t>(order.nth));
  branch.choices.back() = order.pick;
  return branch;
}

}  // namespace snapsim
