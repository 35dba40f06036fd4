#pragma once

#include <optional>

#include <nlohmann/json_fwd.hpp>

#include "sim/explore/plan.hpp"

namespace snapsim {

/// The plan as a JSON list, for certificates.
nlohmann::ordered_json plan_json(const Plan& plan);
/// Reads what plan_json writes; none where it is something else.
std::optional<Plan> plan_from(const nlohmann::ordered_json& json);

}  // namespace snapsim
