#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/report/run_names.hpp"

namespace snapsim {

/// Which steps of a run a story shows when there are too many: those of the instances that matter most, from the
/// beginning and the end of each.
class RowSelection {
 public:
  /// Chooses about `rows_max` of the trace's steps. `verbose`: all steps, whatever their number.
  RowSelection(const RunNames& names, bool verbose, std::size_t rows_max);

  enum class Answer : std::uint8_t {
    show,
    show_marked,  ///< the step led to a violation
    skip,         ///< not worth a row
    elide,        ///< worth a row, but there are too many
    elide_first,  ///< as `elide`, and the first one of a gap that is worth a line
  };
  /// Decides about the next step; must be asked for each position of the trace in order.
  Answer next(std::size_t position);

  /// How many rows of the step's gap are left out, after `elide_first`.
  std::size_t gap_rows(std::size_t position) const;
  /// How many rows are left out altogether.
  std::size_t rows_left_out() const { return rows_left_out_; }

 private:
  /// The rows of one instance, or of none.
  struct Group {
    std::size_t rows = 0;
    std::size_t head = 0;  ///< rows shown from the beginning
    std::size_t tail = 0;  ///< rows shown up to the end
    std::size_t seen = 0;
    bool concerns_violation = false;
  };

  std::size_t group_of(std::size_t position) const;
  bool is_worth_a_row(std::size_t position) const;
  void mark_violations();
  void share_out(std::size_t rows_max);

  const RunNames& names_;
  bool verbose_;
  std::vector<Group> groups_;  ///< by instance; the last one is of no instance
  std::vector<bool> marked_;   ///< by position; empty where nothing was violated
  std::size_t rows_left_out_ = 0;
};

}  // namespace snapsim
