#include "sim/explore/plan_json.hpp"

#include <array>
#include <string>

#include <nlohmann/json.hpp>

#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array phases{"before", "during", "after"};  // AtOperation::Phase

Json departure_json(const Departure& departure) {
  if (const Reordering* const order = departure.reordering()) return {{"choice", order->nth}, {"pick", order->pick}};
  const FaultSpec& fault = *departure.fault();
  Json json{{"at", fault_points()[fault.point].name}, {"nth", fault.nth}};
  if (fault.moment) {
    const auto& at = std::get<AtOperation>(*fault.moment);
    json["nth"] = at.nth;
    json["phase"] = phases[static_cast<std::size_t>(at.phase)];
    json["operation"] = to_string(at.operation);
  }
  if (fault.after_effect) json["after_effect"] = true;
  if (fault.new_id) json["new_id"] = true;
  if (fault.delay_us) json["delay_ms"] = *fault.delay_us / 1000;
  return json;
}

std::optional<Moment> moment_from(const Json& json) {
  const std::optional<Operation> operation = operation_from(json.at("operation").get<std::string>());
  if (!operation) return std::nullopt;
  for (std::size_t i = 0; i < phases.size(); ++i) {
    if (json.at("phase") != phases[i]) continue;
    return AtOperation{static_cast<AtOperation::Phase>(i), *operation, json.at("nth").get<int>(), std::nullopt};
  }
  return std::nullopt;
}

std::optional<FaultSpec> fault_from(const Json& json) {
  const std::optional<std::uint8_t> point = fault_point_from(json.at("at").get<std::string>());
  if (!point) return std::nullopt;
  FaultSpec fault;
  fault.point = *point;
  if (fault_points()[*point].is_event()) {
    fault.moment = moment_from(json);
    if (!fault.moment) return std::nullopt;
  } else {
    fault.nth = json.at("nth").get<int>();
  }
  fault.after_effect = json.value("after_effect", false);
  fault.new_id = json.value("new_id", false);
  if (json.contains("delay_ms")) fault.delay_us = json.at("delay_ms").get<std::int64_t>() * 1000;
  return fault;
}

}  // namespace

Json plan_json(const Plan& plan) {
  Json list = Json::array();
  for (const Departure& departure : plan) list.push_back(departure_json(departure));
  return list;
}

std::optional<Plan> plan_from(const Json& json) {
  Plan plan;
  for (const Json& entry : json) {
    Departure departure;
    if (entry.contains("choice")) {
      departure.what = Reordering{entry.at("choice").get<int>(), entry.at("pick").get<std::uint32_t>()};
    } else {
      const std::optional<FaultSpec> fault = fault_from(entry);
      if (!fault) return std::nullopt;
      departure.what = *fault;
    }
    plan.push_back(std::move(departure));
  }
  return plan;
}

}  // namespace snapsim
