#pragma once

#include <string>
#include <variant>
#include <vector>

#include "sim/world/scenario.hpp"

namespace snapsim {

/// One thing that goes wrong, or one more request that comes between.
struct Mishap {
  std::variant<FaultSpec, RequestSpec> what;

  /// In words, for a report.
  std::string text() const;
};

/// Every single mishap at every place that the scenario's own run comes to: each outcome of each fault point at each
/// pass of its operation, each process dying and starting again, each guest vanishing or shutting down, and each other
/// request of a user, before, during and after each operation. Processes start again, because nobody can repair
/// anything on a host that stays dead.
std::vector<Mishap> every_mishap(const Scenario& scenario);

/// The scenario with those mishaps added.
Scenario with_mishaps(const Scenario& scenario, const std::vector<Mishap>& mishaps);

/// The invariants that a run of the scenario violates, with who and what; empty: none.
std::vector<std::string> violations_of(const Scenario& scenario);

}  // namespace snapsim
