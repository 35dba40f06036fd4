#pragma once

#include <vector>

#include "sim/check/trace.hpp"
#include "sim/choice/choice_source.hpp"
#include "sim/world/result.hpp"
#include "sim/world/scenario.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {

class Ledger;

/// What the books say of each request of the scenario.
std::vector<RequestResult> request_results(const Scenario& scenario, const Ledger& ledger);

/// A run that has ended: what it ended in, and every step.
struct RunOutput {
  RunResult result;
  std::vector<TraceRecord> trace;
};

/// Runs the scenario with the choices of `choices`, on model disks, or on real ones where `real` is given (not owned).
/// `is_interrupted`, where given, is asked now and then. Throws OutsideError when a real file or tool fails, or it says
/// true.
RunOutput run_scenario(const Scenario& scenario, ChoiceSource& choices, RealStorage* real = nullptr,
                       bool (*is_interrupted)() = nullptr);

/// The same with the choices that the scenario itself names: its list if it has one, random ones from its seed if it
/// has that, and otherwise nothing but alternative 0.
RunOutput run_scenario_as_written(const Scenario& scenario, RealStorage* real = nullptr,
                                  bool (*is_interrupted)() = nullptr);

}  // namespace snapsim
