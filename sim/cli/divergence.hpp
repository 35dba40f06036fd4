#pragma once

#include <string>

#include "sim/cli/finished_run.hpp"
#include "sim/cli/run_argument.hpp"

namespace snapsim {

/// Where `run` is not the run that was asked for, in words; empty: it is that run.
std::string divergence_from(const RunArgument& asked_for, const FinishedRun& run);

/// Where two runs with the same choices differ, in words; empty: nowhere.
std::string divergence_between(const FinishedRun& first, const FinishedRun& second);

}  // namespace snapsim
