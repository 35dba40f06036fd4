#pragma once

#include <string>
#include <vector>

#include "sim/cli/options.hpp"
#include "sim/report/finished_run.hpp"

namespace snapsim {

/// Reads the scenario files. Problems of all files are printed to standard error; with any, nothing is given back.
std::vector<Scenario> read_scenarios(const std::vector<std::string>& files);

/// Puts what the command line says over the scenario.
void apply_options(const Options& options, Scenario& scenario);

/// Runs the scenario on the disks that the options name and leaves what it writes in `folder_name` under options.out,
/// which is there. Where it fails, what an earlier run has left there stays as it was. Throws OutsideError, which names
/// the scenario.
FinishedRun run_and_leave_results(const Options& options, const Scenario& scenario, const std::string& folder_name);

/// Runs it on model disks and writes nothing. Throws OutsideError when the user interrupts it.
FinishedRun run_on_model_disks(const Scenario& scenario);

/// Names of the result folders, one a scenario, all different: the file's name without its ending.
std::vector<std::string> folder_names(const std::vector<Scenario>& scenarios);

}  // namespace snapsim
