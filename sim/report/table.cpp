#include "sim/report/table.hpp"

#include <algorithm>
#include <numeric>

#include "sim/report/text.hpp"

namespace snapsim {
namespace {

constexpr std::size_t gap = 2;

std::vector<std::size_t> natural_widths(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 1);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  return widths;
}

}  // namespace

std::vector<std::string> table_lines(const std::vector<std::vector<std::string>>& rows, std::size_t columns) {
  std::vector<std::string> lines;
  if (rows.empty()) return lines;
  std::vector<std::size_t> widths = natural_widths(rows);
  const std::size_t room = std::max(columns, widths.size() * (gap + 1)) - gap * (widths.size() - 1);
  for (std::size_t sum = std::accumulate(widths.begin(), widths.end(), std::size_t{0}); sum > room;) {
    // Down to the second widest, or by as much as is too much: a cell may be very long.
    const auto widest = std::max_element(widths.begin(), widths.end());
    std::size_t second = 1;
    for (auto width = widths.begin(); width != widths.end(); ++width) {
      if (width != widest) second = std::max(second, std::min(*width, *widest - 1));
    }
    const std::size_t cut = std::min(*widest - second, sum - room);
    *widest -= cut;
    sum -= cut;
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool is_last = i + 1 == widths.size();
      line += is_last ? shortened(row[i], widths[i]) : padded(row[i], widths[i]) + std::string(gap, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace snapsim
