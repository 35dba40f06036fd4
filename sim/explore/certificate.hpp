#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/explore/proof.hpp"

namespace snapsim {

/// A proof that has been carried out, or as much of it as the budget allowed.
struct Proof {
  Scenario scenario;
  ProofLimits limits;
  Tally tally;
};

/// The certificate of the proof: its scenario and the hash of that, the limits, what was counted, all outcomes and all
/// findings. `prove --check` reads it.
nlohmann::ordered_json certificate_of(const Proof& proof);

/// Checks a certificate by other means than those by which it was made: every plan of at most one departure by plain
/// enumeration, `samples` larger ones at random from `seed`, and every finding by its plan. Gives the differences, in
/// words; none: it holds. `stop` may end it early; then a sentence says so.
std::vector<std::string> check_certificate(const nlohmann::ordered_json& certificate, std::size_t samples,
                                           std::uint64_t seed, const std::function<bool()>& stop);

/// Every plan of exactly one departure, by plain enumeration: each fault at each pass from the first on until it does
/// not happen any more, and each other pick at each choice.
std::vector<Plan> single_departures(const Scenario& scenario, bool has_faults, bool has_reorderings);

}  // namespace snapsim
