#pragma once

#include <optional>
#include <span>

#include <nlohmann/json_fwd.hpp>

#include "sim/report/judgement.hpp"
#include "sim/report/run_record.hpp"

namespace snapsim {

/// One entry of "runs" of the result (contract, section 6). Every text in it is valid UTF-8; keys stand in the
/// contract's order. A second image of the same name appears as "NAME#2", and so on.
nlohmann::ordered_json run_json(const RunRecord& record);

/// The result of an invocation: what `--json` prints and result.json holds. The verdict is the worst of the runs',
/// unless one is given.
nlohmann::ordered_json result_json(std::span<const RunRecord> runs, std::optional<Verdict> verdict = std::nullopt);

}  // namespace snapsim
