#pragma once

#include "sim/choice/choice_source.hpp"
#include "sim/report/run_record.hpp"
#include "sim/world/run.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// A scenario and what its run gave.
struct FinishedRun {
  Scenario scenario;
  RunOutput output;

  /// For the reports; refers to this.
  RunRecord record() const { return {scenario, output.result, output.trace}; }
};

/// Runs the scenario on model disks with the choices of `choices`. The texts of its result are filled in.
FinishedRun simulate(Scenario scenario, ChoiceSource& choices);

/// The same with the choices that the scenario itself names: its list, or random ones from its seed, or alternative 0.
FinishedRun simulate(Scenario scenario);

}  // namespace snapsim
