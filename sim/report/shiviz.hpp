#pragma once

#include <ostream>
#include <string_view>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// How ShiViz reads what write_shiviz() writes: its "log parsing regular expression".
inline constexpr std::string_view shiviz_pattern = R"((?<date>\S+) (?<host>\S+) (?<clock>{.*}) (?<event>.*))";

/// Writes the run as a log with vector clocks for ShiViz. Its first lines are the pattern to read it by and the
/// delimiter of executions, which is empty; then follows one line an event. Each column of a sequence diagram is a
/// host.
void write_shiviz(const RunRecord& record, std::ostream& out);

}  // namespace snapsim
