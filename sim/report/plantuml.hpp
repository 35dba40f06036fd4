#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// The text as it can stand in a PlantUML message, note or heading: one line, and every character that could begin
/// markup or end the line is written as <U+....>.
std::string plantuml_escaped(std::string_view text);

/// Writes the run as one PlantUML sequence diagram, from @startuml to @enduml.
void write_plantuml(const RunRecord& record, std::ostream& out);

}  // namespace snapsim
