#include <algorithm>

#include "sim/serve/control_front.hpp"
#include "sim/world/run.hpp"

// The session as a scenario.

namespace snapsim {
namespace {

/// The passes at which fault number `fault` has happened, in order.
std::vector<int> passes_hit(const std::vector<TraceRecord>& trace, std::uint32_t fault) {
  std::vector<int> passes;
  for (const TraceRecord& record : trace) {
    if (record.kind == TraceKind::fault && record.b == std::int64_t{fault}) {
      passes.push_back(static_cast<int>(record.a));
    }
  }
  return passes;
}

}  // namespace

RunResult result_so_far(const Cloud::Inside& inside) {
  RunResult result;
  result.requests = request_results(inside.scenario, inside.world.ledger());
  return result;
}

Scenario session_scenario(const Cloud::Inside& inside) {
  Scenario session = inside.scenario;
  session.faults.clear();
  const FaultPlan& plan = inside.world.faults();
  for (std::uint32_t i = 0; i < inside.scenario.faults.size(); ++i) {
    FaultSpec fault = inside.scenario.faults[i];
    const std::vector<int> hit = passes_hit(inside.world.recorder().trace(), i);
    if (fault_points()[fault.point].is_event()) {
      // Once it has happened, it is of no matter that it was taken back.
      if (!hit.empty() || !plan.is_off(i)) session.faults.push_back(std::move(fault));
      continue;
    }
    const bool is_to_come = hit.empty() && !plan.is_off(i);
    if (is_to_come) {
      session.faults.push_back(std::move(fault));
      continue;
    }
    for (const int pass : hit) {
      fault.nth = pass;
      session.faults.push_back(fault);
    }
  }
  return session;
}

}  // namespace snapsim
