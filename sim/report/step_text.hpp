#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/report/run_names.hpp"

namespace snapsim {

/// How much a reader wants to see a step.
enum class StepWeight : std::uint8_t {
  detail,   ///< only on request: DEBUG lines, begin and end of operations
  plain,    ///< one thing that a learner should see
  trouble,  ///< something failed, was refused or was injected
};

/// Which weight the step has. Depends on the record alone.
StepWeight step_weight(const TraceRecord& record);

/// The step in words, without its time, its component and its instance, as in
/// "task_state image_snapshot -> image_pending_upload". One line that is fit to print; as long as it needs to be.
std::string step_text(const RunNames& names, const TraceRecord& record);

/// The request that a record of kind `http` tells of, with names for ids, as in "PUT /v2/images/snap-1/file". Fit to
/// print.
std::string http_call_text(const RunNames& names, const TraceRecord& record);

/// Who does the step, as in "nova-compute@compute-1". Fit to print.
std::string actor_text(const RunNames& names, const TraceRecord& record);

}  // namespace snapsim
