#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/cli/fuzz_campaign.hpp"
#include "sim/cli/options.hpp"

namespace snapsim {

/// A campaign that has ended, and where the scenario of each of its findings stands.
struct FuzzedScenario {
  const FuzzCampaign& campaign;
  std::vector<std::filesystem::path> files;  ///< by finding; its diagram ends in .mmd instead
};

/// What the run does without that mishap: "passes", or "violates" and the invariants.
std::string without_text(const FuzzFinding::Needed& needed);

/// Prints what the campaigns have found as the options say: for people, or as one JSON object. `is_partial`: the user
/// has interrupted them.
void print_fuzz_report(const Options& options, const std::vector<FuzzedScenario>& all, bool is_partial);

}  // namespace snapsim
