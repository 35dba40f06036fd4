#include "sim/explore/mishaps.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "sim/choice/uneventful.hpp"
#include "sim/world/fault_point.hpp"
#include "sim/world/run.hpp"
#include "sim/world/world.hpp"

namespace snapsim {
namespace {

using Phase = AtOperation::Phase;

/// How often the scenario's own run does each operation.
std::map<Operation, int> passes_of(const Scenario& scenario) {
  std::map<Operation, int> passes;
  for (const TraceRecord& record : run_scenario_as_written(scenario).trace) {
    if (record.kind == TraceKind::operation_begun) ++passes[static_cast<Operation>(record.code)];
  }
  return passes;
}

void add_outcomes(const std::map<Operation, int>& passes, std::vector<Mishap>& all) {
  const auto points = fault_points();
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].is_event()) continue;
    const auto found = passes.find(*points[i].operation);
    const int count = found == passes.end() ? 0 : found->second;
    for (int nth = 1; nth <= count; ++nth) {
      FaultSpec fault;
      fault.point = static_cast<std::uint8_t>(i);
      fault.nth = nth;
      all.push_back({fault});
      if (points[i].takes_parameter(FaultParameter::after_effect)) {
        fault.after_effect = true;
        all.push_back({fault});
      }
      if (points[i].takes_parameter(FaultParameter::new_id)) {
        fault.new_id = true;
        all.push_back({fault});
        fault.delay_us = 30'000'000;
        all.push_back({fault});
      }
    }
  }
}

void add_events(const Moment& moment, std::vector<Mishap>& all) {
  const auto points = fault_points();
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!points[i].is_event()) continue;
    FaultSpec fault;
    fault.point = static_cast<std::uint8_t>(i);
    fault.moment = moment;
    all.push_back({fault});
  }
}

/// The name of the first image that the scenario makes; empty: none.
std::string first_image_name(const Scenario& scenario) {
  for (const RequestSpec& request : scenario.requests) {
    const std::string name = made_image_name(scenario, request);
    if (!name.empty()) return name;
  }
  return {};
}

void add_requests(const Scenario& scenario, const Moment& moment, std::vector<Mishap>& all) {
  const std::string image = first_image_name(scenario);
  for (const Action action : {Action::delete_, Action::force_delete, Action::stop, Action::reset_state,
                              Action::create_image, Action::reboot, Action::delete_image, Action::pause}) {
    if (action == Action::delete_image && image.empty()) continue;
    for (const bool hold : {false, true}) {
      RequestSpec request;
      request.action = action;
      request.moment = moment;
      request.hold = hold;
      request.instance = 0;
      request.reboot_type = RebootType::hard;
      request.state = VmState::active;
      if (action == Action::create_image) request.name = "snap-of-the-race";
      if (action == Action::delete_image) {
        request.instance.reset();
        request.name = image;
      }
      all.push_back({request});
    }
  }
}

std::string text_of(const Moment& moment) {
  const auto& at = std::get<AtOperation>(moment);
  constexpr std::array<const char*, 3> words{"before", "during", "after"};
  return std::string(words[static_cast<std::size_t>(at.phase)]) + " " + std::string(to_string(at.operation)) + " " +
         std::to_string(at.nth);
}

}  // namespace

std::string Mishap::text() const {
  if (const auto* const request = std::get_if<RequestSpec>(&what)) {
    return std::string(to_string(request->action)) + " " + text_of(request->moment) + (request->hold ? " held" : "");
  }
  const auto& fault = std::get<FaultSpec>(what);
  std::string text = fault_points()[fault.point].name;
  text += fault.moment ? " " + text_of(*fault.moment) : " " + std::to_string(fault.nth);
  if (fault.after_effect) text += " after its effect";
  if (fault.new_id) text += " with a new id";
  if (fault.delay_us) text += " late";
  return text;
}

std::vector<Mishap> every_mishap(const Scenario& scenario) {
  const std::map<Operation, int> passes = passes_of(scenario);
  std::vector<Mishap> all;
  add_outcomes(passes, all);
  for (const auto& [operation, count] : passes) {
    for (int nth = 1; nth <= count; ++nth) {
      for (const Phase phase : {Phase::before, Phase::during, Phase::after}) {
        const Moment moment = AtOperation{phase, operation, nth, std::nullopt};
        add_events(moment, all);
        add_requests(scenario, moment, all);
      }
    }
  }
  return all;
}

Scenario with_mishaps(const Scenario& scenario, const std::vector<Mishap>& mishaps) {
  Scenario hit = scenario;
  for (const Mishap& mishap : mishaps) {
    if (const auto* const fault = std::get_if<FaultSpec>(&mishap.what)) {
      hit.faults.push_back(*fault);
      continue;
    }
    RequestSpec request = std::get<RequestSpec>(mishap.what);
    if (request.action == Action::create_image) request.name += "-" + std::to_string(hit.requests.size());
    hit.requests.push_back(std::move(request));
  }
  return hit;
}

std::vector<std::string> violations_of(const Scenario& scenario) {
  UneventfulChoices choices;
  WorldOptions options;
  options.keep = Recorder::Keep::nothing;
  World world(scenario, choices, options);
  world.run();
  std::vector<std::string> found;
  // A step that is held for a request which in turn waits for the step's lock: nothing that a real cloud could do.
  if (world.ledger().is_any_step_held()) return found;
  for (const Violation& violation : world.violations()) {
    found.push_back(std::string(violation.invariant) + ": " + violation.message);
  }
  return found;
}

}  // namespace snapsim
