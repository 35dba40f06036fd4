#include "sim/explore/plan.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "sim/explore/mishaps.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

using Kind = Place::Kind;
using Phase = AtOperation::Phase;

/// What happens at an operation, its pass left open.
struct OutcomeTemplate {
  FaultSpec fault;
  std::uint64_t weight = 1;
};

struct Catalogue {
  std::array<std::vector<OutcomeTemplate>, operation_count> outcomes;  // by operation
  std::vector<FaultSpec> events;
};

/// nova/image/glance.py translates the status into an exception and looks at it no more. The outcome whose exception
/// is that of this one too; most stand for themselves alone.
Outcome class_of(Operation operation, Outcome outcome) {
  const bool is_delete = operation == Operation::glance_delete;
  switch (outcome) {
    case Outcome::bad_gateway:
    case Outcome::gone:
      return Outcome::error;  // HTTPException
    case Outcome::conflict:
      return is_delete ? outcome : Outcome::error;
    case Outcome::reset:
      return operation == Operation::glance_upload ? outcome : Outcome::unavailable;  // retried, GlanceConnectionFailed
    case Outcome::forbidden:
      return is_delete ? outcome : Outcome::unauthorized;  // Forbidden, or ImageNotAuthorized
    default:
      return outcome;
  }
}

FaultSpec class_of(Operation operation, FaultSpec fault) {
  if (!is_of_glance(operation)) return fault;
  // What reads only has no effect that could be there although the answer is bad.
  if (reads_only(operation)) fault.after_effect = false;
  const auto points = fault_points();
  const Outcome wanted = class_of(operation, points[fault.point].outcome);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].operation == operation && points[i].outcome == wanted) fault.point = static_cast<std::uint8_t>(i);
  }
  return fault;
}

void add(std::vector<OutcomeTemplate>& all, const FaultSpec& fault) {
  const auto same = std::ranges::find(all, fault, &OutcomeTemplate::fault);
  if (same == all.end()) {
    all.push_back({fault});
  } else {
    ++same->weight;
  }
}

/// The variants that every_mishap() makes, too.
std::vector<FaultSpec> variants_of(const FaultPoint& point, FaultSpec fault) {
  std::vector<FaultSpec> variants{fault};
  if (point.takes_parameter(FaultParameter::after_effect)) {
    fault.after_effect = true;
    variants.push_back(fault);
  }
  if (point.takes_parameter(FaultParameter::new_id)) {
    fault.new_id = true;
    variants.push_back(fault);
    fault.delay_us = 30'000'000;
    variants.push_back(fault);
  }
  return variants;
}

Catalogue make_catalogue(bool by_class) {
  Catalogue catalogue;
  const auto points = fault_points();
  for (std::size_t i = 0; i < points.size(); ++i) {
    FaultSpec fault;
    fault.point = static_cast<std::uint8_t>(i);
    if (points[i].is_event()) {
      catalogue.events.push_back(fault);
      continue;
    }
    const Operation operation = *points[i].operation;
    for (const FaultSpec& variant : variants_of(points[i], fault)) {
      add(catalogue.outcomes[static_cast<std::size_t>(operation)], by_class ? class_of(operation, variant) : variant);
    }
  }
  return catalogue;
}

const Catalogue& catalogue_of(bool by_class) {
  static const Catalogue by_point = make_catalogue(false);
  static const Catalogue by_classes = make_catalogue(true);
  return by_class ? by_classes : by_point;
}

Phase phase_of(Kind kind) {
  return kind == Kind::before ? Phase::before : kind == Kind::during ? Phase::during : Phase::after;
}

Kind kind_of(Phase phase) {
  return phase == Phase::before ? Kind::before : phase == Phase::during ? Kind::during : Kind::after;
}

}  // namespace

Place Departure::place() const {
  Place place;
  if (const Reordering* const order = reordering()) {
    place.kind = Kind::choice;
    place.nth = order->nth;
    return place;
  }
  const FaultSpec& spec = *fault();
  if (!spec.moment) {
    place.kind = Kind::met;
    place.operation = *fault_points()[spec.point].operation;
    place.nth = spec.nth;
    return place;
  }
  const auto& at = std::get<AtOperation>(*spec.moment);
  place.kind = kind_of(at.phase);
  place.operation = at.operation;
  place.nth = at.nth;
  return place;
}

FaultSpec Departure::planned_fault() const {
  FaultSpec planned = *fault();
  planned.is_of_a_proof = true;
  return planned;
}

std::string Departure::text() const {
  if (const FaultSpec* const spec = fault()) return Mishap{*spec}.text();
  const Reordering& order = *reordering();
  return "schedule.next " + std::to_string(order.nth) + " takes thread " + std::to_string(order.pick);
}

std::size_t fault_count(const Plan& plan) {
  return static_cast<std::size_t>(
      std::ranges::count_if(plan, [](const Departure& departure) { return departure.fault() != nullptr; }));
}

std::string text_of(const Plan& plan) {
  std::string text;
  for (const Departure& departure : plan) text += (text.empty() ? "" : ", then ") + departure.text();
  return text.empty() ? "nothing" : text;
}

std::vector<WeightedDeparture> departures_at(const Place& place, bool by_class) {
  std::vector<WeightedDeparture> all;
  const Catalogue& catalogue = catalogue_of(by_class);
  switch (place.kind) {
    case Kind::met:
      for (OutcomeTemplate outcome : catalogue.outcomes[static_cast<std::size_t>(place.operation)]) {
        outcome.fault.nth = place.nth;
        all.push_back({{outcome.fault}, outcome.weight});
      }
      break;
    case Kind::choice:
      for (std::uint32_t pick = 0; pick < place.alternatives; ++pick) {
        if (pick == place.picked) continue;
        all.emplace_back().departure.what.emplace<Reordering>(Reordering{place.nth, pick});
      }
      break;
    default:
      for (FaultSpec event : catalogue.events) {
        event.moment = AtOperation{phase_of(place.kind), place.operation, place.nth, std::nullopt};
        all.push_back({{event}});
      }
  }
  return all;
}

}  // namespace snapsim
