#pragma once

#include <cstddef>
#include <span>

#include "sim/cli/options.hpp"
#include "sim/report/run_record.hpp"
#include "sim/scenario/problem.hpp"

namespace snapsim {

// What GitHub Actions reads of a program in one of its jobs, where the environment says that this is one
// (GITHUB_ACTIONS is "true"). Elsewhere these do nothing.

/// Prints an annotation for each reason for which a run failed, at the line of the expectation that was not met or at
/// the first one: on standard output, with --json on standard error. Where GITHUB_STEP_SUMMARY names a file, appends to
/// it what became of the runs; `scenarios` were to be run. A summary that cannot be written is only told.
void report_to_github(const Options& options, std::span<const RunRecord> runs, std::size_t scenarios);

/// Prints an annotation for each of the problems on standard error.
void annotate_on_github(std::span<const Problem> problems);

}  // namespace snapsim
