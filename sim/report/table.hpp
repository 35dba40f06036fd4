#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace snapsim {

/// Rows of equally many cells as lines of at most `columns`, the cells aligned and two spaces apart. The widest columns
/// give way first where there is not enough room. Cells must be fit to print.
std::vector<std::string> table_lines(const std::vector<std::vector<std::string>>& rows, std::size_t columns);

}  // namespace snapsim
