#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "sim/report/run_names.hpp"
#include "sim/report/sequence.hpp"

namespace snapsim {

/// A step that a page shows.
struct PageRow {
  std::size_t position = 0;           ///< of its record in the trace
  std::optional<SequenceStep> drawn;  ///< its arrow or note; none: a note of whoever does it
  bool is_change = false;             ///< a state changes
  bool is_fault = false;              ///< a planned fault happens, or a process dies
  bool is_trouble = false;            ///< something failed or was refused
  bool led_to_violation = false;
};

/// The steps of a run that a page shows, and how many more there would be.
struct PageRows {
  std::vector<PageRow> rows;  ///< in the order of the trace
  std::size_t left_out = 0;

  /// The last row at or before the record at `position`; 0 where there is none.
  std::size_t row_at(std::size_t position) const;
};

/// Chooses about `rows_max` steps, the beginning and the end, and of the rest at most as many again that led to a
/// violation or are faults.
PageRows page_rows(const RunNames& names, std::size_t rows_max);

}  // namespace snapsim
