#pragma once

#include <optional>
#include <set>
#include <string>

#include "sim/explore/proof.hpp"

namespace snapsim {

/// The invariants that runs of the scenario may violate: what its file lists for a run under policy nova; under
/// policy hardened nothing.
std::set<std::string> listed_violations(const Scenario& scenario);

/// A scenario file's content that shows the finding: an ordinary scenario that fails when it is run, as it lists what
/// it violates but for this. None where no ordinary run by the plan, with at most one reordering, violates it: a proof
/// lets every operation pass in halves, so threads may be ready in another order.
std::optional<Scenario> scenario_of_finding(const Scenario& scenario, const ViolationKey& key,
                                            const Counterexample& finding);

}  // namespace snapsim
