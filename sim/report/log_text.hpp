#pragma once

#include <string>

#include "sim/check/trace.hpp"
#include "sim/report/run_names.hpp"

namespace snapsim {

/// The message of a record of kind `log`, as the service would have written it: the text of log_messages.hpp with its
/// placeholders filled. One line; nothing in it that came from a user can end the line.
std::string log_text(const RunNames& names, const TraceRecord& record);

}  // namespace snapsim
