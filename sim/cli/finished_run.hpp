#pragma once

#include <string>
#include <vector>

#include "sim/cli/options.hpp"
#include "sim/report/run_record.hpp"
#include "sim/world/run.hpp"

namespace snapsim {

/// A scenario and what its run gave.
struct FinishedRun {
  Scenario scenario;
  RunOutput output;

  RunRecord record() const { return {scenario, output.result, output.trace}; }
};

/// Reads the scenario files, with what the command line says put over them. Problems of all files are printed to
/// standard error; with any, nothing is given back.
std::vector<Scenario> read_scenarios(const Options& options, const std::vector<std::string>& files);

/// Runs the scenario on the disks that the options name and leaves what it writes in `folder_name` under options.out.
/// Throws OutsideError.
FinishedRun run_and_leave_results(const Options& options, const Scenario& scenario, const std::string& folder_name);

/// Runs it on model disks and writes nothing.
FinishedRun run_on_model_disks(const Scenario& scenario);

/// Names of the result folders, one a scenario, all different: the file's name without its ending.
std::vector<std::string> folder_names(const std::vector<Scenario>& scenarios);

/// Whether standard output gets colours.
bool wants_color(ColorMode mode);

/// Writes out what standard output still holds. Throws OutsideError when it cannot be written (a full disk, /dev/full).
void flush_standard_output();

}  // namespace snapsim
