#pragma once

#include <ostream>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/explore/certificate.hpp"

namespace snapsim {

/// A violation that the scenario does not list, with a smallest plan for it.
struct ProofFinding {
  ViolationKey key;
  Counterexample finding;
  std::string file;  ///< a scenario that shows it; empty: no ordinary run does
};

/// The command that runs the file of a finding.
std::string command_of(const ProofFinding& finding);

/// Tells in words what was enumerated, what came out, and what was not covered.
void write_proof(const Proof& proof, const std::vector<ProofFinding>& findings, bool quiet, std::ostream& out);

/// The same as JSON.
nlohmann::ordered_json proof_json(const Proof& proof, const std::vector<ProofFinding>& findings);

}  // namespace snapsim
