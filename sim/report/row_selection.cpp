#include "sim/report/row_selection.hpp"

#include <algorithm>
#include <numeric>

#include "sim/report/step_text.hpp"

namespace snapsim {

RowSelection::RowSelection(const RunNames& names, bool verbose, std::size_t rows_max)
    : names_(names), verbose_(verbose), groups_(names.record().scenario.instances.size() + 1) {
  mark_violations();
  const std::size_t steps = names.record().trace.size();
  std::size_t rows = 0;
  for (std::size_t position = 0; position < steps; ++position) {
    if (!is_worth_a_row(position)) continue;
    ++groups_[group_of(position)].rows;
    ++rows;
  }
  if (verbose || rows <= rows_max) {
    for (Group& group : groups_) group.head = group.rows;
  } else {
    share_out(rows_max);
  }
}

void RowSelection::mark_violations() {
  const RunRecord& record = names_.record();
  if (record.result.violations.empty()) return;
  marked_.resize(record.trace.size());
  for (const ViolationResult& violation : record.result.violations) {
    for (const std::uint32_t step : violation.steps) {
      if (step >= marked_.size()) continue;
      marked_[step] = true;
      groups_[group_of(step)].concerns_violation = true;
    }
    for (std::size_t i = 0; i + 1 < groups_.size(); ++i) {
      if (record.scenario.instances[i].name == violation.subject) groups_[i].concerns_violation = true;
    }
  }
}

void RowSelection::share_out(std::size_t rows_max) {
  // What concerns no instance (a process dies) comes first, then instances that something is wrong with.
  std::vector<std::size_t> order(groups_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto urgency = [this](std::size_t group) {
    return group + 1 == groups_.size() ? 0 : groups_[group].concerns_violation ? 1 : 2;
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return urgency(a) < urgency(b); });
  constexpr std::size_t worthwhile = 8;  // fewer rows of an instance than that tell nothing
  std::size_t rest = rows_max;
  for (const std::size_t index : order) {
    Group& group = groups_[index];
    const std::size_t share = index + 1 == groups_.size() ? std::min(rest, rows_max / 4) : rest;
    const std::size_t shown = std::min(group.rows, share);
    if (shown < std::min(group.rows, worthwhile)) continue;
    group.tail = shown == group.rows ? 0 : shown / 3;
    group.head = shown - group.tail;
    rest -= shown;
  }
}

std::size_t RowSelection::group_of(std::size_t position) const {
  const std::uint32_t instance = subjects_of(names_.record().trace[position], names_).instance;
  return std::min<std::size_t>(instance, groups_.size() - 1);
}

bool RowSelection::is_worth_a_row(std::size_t position) const {
  return verbose_ || step_weight(names_.record().trace[position]) != StepWeight::detail;
}

RowSelection::Answer RowSelection::next(std::size_t position) {
  const bool is_marked = !marked_.empty() && marked_[position];
  if (!is_worth_a_row(position)) return is_marked ? Answer::show_marked : Answer::skip;
  Group& group = groups_[group_of(position)];
  const std::size_t number = group.seen++;
  if (is_marked) return Answer::show_marked;
  if (number < group.head || number + group.tail >= group.rows) return Answer::show;
  ++rows_left_out_;
  return number == group.head && group.head > 0 ? Answer::elide_first : Answer::elide;
}

std::size_t RowSelection::gap_rows(std::size_t position) const {
  const Group& group = groups_[group_of(position)];
  return group.rows - group.head - group.tail;
}

}  // namespace snapsim
