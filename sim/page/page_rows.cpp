#include "sim/page/page_rows.hpp"

#include <algorithm>
#include <unordered_map>

#include "sim/report/run_states.hpp"
#include "sim/report/step_text.hpp"

namespace snapsim {

std::size_t PageRows::row_at(std::size_t position) const {
  const auto after = std::ranges::upper_bound(rows, position, {}, &PageRow::position);
  return after == rows.begin() ? 0 : static_cast<std::size_t>(after - rows.begin()) - 1;
}

PageRows page_rows(const RunNames& names, std::size_t rows_max) {
  const RunRecord& run = names.record();
  std::vector<bool> marked(run.trace.size());
  for (const ViolationResult& violation : run.result.violations) {
    for (const std::uint32_t step : violation.steps) {
      if (step < marked.size()) marked[step] = true;
    }
  }
  std::unordered_map<std::size_t, SequenceStep> drawn;
  for (const SequenceStep& step : sequence_of(names, HttpForm::one_arrow).steps) drawn.emplace(step.position, step);

  std::vector<PageRow> all;
  for (std::size_t position = 0; position < run.trace.size(); ++position) {
    const TraceRecord& record = run.trace[position];
    const auto found = drawn.find(position);
    const bool is_worth_it = step_weight(record) != StepWeight::detail || found != drawn.end() || marked[position];
    if (!is_worth_it) continue;
    PageRow row;
    row.position = position;
    if (found != drawn.end()) row.drawn = found->second;
    row.is_change = state_written(record).has_value();
    row.is_fault = record.kind == TraceKind::fault || record.kind == TraceKind::process_died;
    row.is_trouble = step_weight(record) == StepWeight::trouble;
    row.led_to_violation = marked[position];
    all.push_back(row);
  }
  PageRows result;
  const std::size_t head = rows_max * 2 / 3;
  const std::size_t tail = rows_max - head;
  std::size_t wanted_left = rows_max;
  for (std::size_t i = 0; i < all.size(); ++i) {
    bool is_in = all.size() <= rows_max || i < head || i + tail >= all.size();
    if (!is_in && (all[i].led_to_violation || all[i].is_fault) && wanted_left > 0) {
      is_in = true;
      --wanted_left;
    }
    if (is_in) {
      result.rows.push_back(all[i]);
    } else {
      ++result.left_out;
    }
  }
  return result;
}

}  // namespace snapsim
