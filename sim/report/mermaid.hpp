#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// Mermaid refuses longer diagrams unless it is configured otherwise (maxTextSize).
inline constexpr std::size_t mermaid_bytes_max = 50'000;

/// The text as it can stand in a label or a message of a Mermaid diagram: one line, and what Mermaid would read as
/// syntax is written as entity codes.
std::string mermaid_escaped(std::string_view text);

/// The run as Mermaid sequence diagrams. Each is a whole diagram shorter than `bytes_max`, which must be at least 4096
/// and more than twice what the participants take; together they show every step worth seeing.
std::vector<std::string> mermaid_diagrams(const RunRecord& record, std::size_t bytes_max = mermaid_bytes_max);

/// Writes the run as one diagram, or, where it takes several, as a page of Markdown in which each stands in a fence of
/// its own.
void write_mermaid(const RunRecord& record, std::ostream& out);

}  // namespace snapsim
