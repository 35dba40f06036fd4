#pragma once

#include <string>

#include "sim/page/page_rows.hpp"

namespace snapsim {

/// The steps of a run as a table whose second column is a sequence diagram: a row a step. The row with index i has the
/// id `id` + i.
std::string steps_html(const RunNames& names, const PageRows& rows, const std::string& id);

/// The three logs, a line each with the row that it belongs to. `lines_max` of each; what is left out is counted.
std::string logs_html(const RunNames& names, const PageRows& rows, std::size_t lines_max);

/// What instances and images ended as, and what is left over.
std::string outcome_html(const RunNames& names);

}  // namespace snapsim
