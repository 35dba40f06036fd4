#pragma once

#include <optional>
#include <string>

#include "sim/cli/options.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// The RUN that `replay` and `export` take.
struct RunArgument {
  Scenario scenario;                       ///< with the policy, seed and choices of that run, or of the options
  std::optional<std::string> fingerprint;  ///< of the trace, where the run has left a result and nothing was changed
  std::string folder;                      ///< with that result; empty: none
};

/// Reads what stands on the command line: a scenario file, a token, or a folder that a run has left. Nothing where it
/// is none of them; an error has been printed then.
std::optional<RunArgument> read_run_argument(const Options& options);

}  // namespace snapsim
