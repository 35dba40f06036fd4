#pragma once

#include <chrono>
#include <optional>

#include "sim/cli/options.hpp"
#include "sim/explore/certificate.hpp"

namespace snapsim {

/// Carries out the proof, with `options.jobs` threads. What comes out is the same for any number of them, unless a
/// deadline or an interrupt ends it. The options' limit on runs is met exactly.
Tally prove_branches(const Options& options, const Scenario& scenario, const ProofLimits& limits,
                     std::optional<std::chrono::steady_clock::time_point> deadline);

}  // namespace snapsim
