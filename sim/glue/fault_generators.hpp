#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <vector>

#include <rapidcheck.h>

#include "sim/glue/scenario_generators.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {

namespace generators {

inline FaultSpec make_fault(const Scenario& scenario) {
  FaultSpec fault;
  fault.point = static_cast<std::uint8_t>(index_in(fault_points().size()));
  const FaultPoint& point = fault_points()[fault.point];
  const auto wants = [&point](FaultParameter parameter) { return point.takes_parameter(parameter) && maybe(); };
  if (point.is_event()) {
    fault.moment = any_moment(scenario);
  } else {
    fault.nth = *rc::gen::element(1, 2, 3, FaultSpec::every);
  }
  if (wants(FaultParameter::instance) && !scenario.instances.empty()) {
    fault.instance = index_in(scenario.instances.size());
  }
  if (wants(FaultParameter::host)) fault.host = index_in(scenario.hosts.size());
  if (wants(FaultParameter::after_effect)) fault.after_effect = true;
  if (wants(FaultParameter::after_bytes)) fault.after_bytes = whole<std::int64_t>(0, std::int64_t{64} << 20);
  if (wants(FaultParameter::delay_ms)) fault.delay_us = whole<std::int64_t>(0, 60'000) * 1000;
  if (wants(FaultParameter::new_id)) fault.new_id = true;
  if (wants(FaultParameter::restart_after_ms)) fault.restart_after_us.reset();
  return fault;
}

}  // namespace generators

/// A fault plan for the scenario: up to `faults_max` faults of any kind, each with parameters that its point takes and,
/// of an event, a moment. Shrinks towards fewer faults. To be put into Scenario::faults.
inline rc::Gen<std::vector<FaultSpec>> fault_plan(const Scenario& scenario, int faults_max = 3) {
  const auto fault = rc::gen::exec([scenario] { return generators::make_fault(scenario); });
  return rc::gen::resize(faults_max,
                         rc::gen::container<std::vector<FaultSpec>>(rc::gen::resize(rc::kNominalSize, fault)));
}

/// For RapidCheck's messages: the point, and at which pass. A scenario that holds the plan shows all of it.
inline void showValue(const FaultSpec& fault, std::ostream& out) {
  out << fault_points()[fault.point].name;
  if (fault.moment) return;
  out << " at ";
  if (fault.nth == FaultSpec::every) {
    out << "every pass";
  } else {
    out << "pass " << fault.nth;
  }
}

}  // namespace snapsim
