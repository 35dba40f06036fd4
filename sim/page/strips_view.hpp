#pragma once

#include <string>

#include "sim/page/page_rows.hpp"

namespace snapsim {

/// The states of instances and images over the steps as strips of an SVG picture, with what was copied and what the
/// guest wrote meanwhile below them, and a table that says the same. `id` begins the ids of elements.
std::string strips_html(const RunNames& names, const PageRows& rows, const std::string& id);

}  // namespace snapsim
