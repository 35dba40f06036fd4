#pragma once

#include <cstddef>
#include <ostream>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// How a story is told.
struct StoryOptions {
  bool color = false;               ///< ANSI colours
  bool verbose = false;             ///< every step, none left out
  bool quiet = false;               ///< the verdict only
  std::size_t width = 100;          ///< columns; at least 60 are used
  std::size_t rows_max = 300;       ///< steps shown, more or less; the rest is counted
  std::size_t table_rows_max = 40;  ///< rows of the tables at the end
};

/// Writes what happened in the run for a person: what was asked for, one line for each step worth seeing, the verdict,
/// what everything ended as, and how to run it again where it failed. No line is wider than the options say, whatever
/// the names and titles hold, and nothing in them reaches the terminal as a control character.
///
/// Steps that led to a violation are marked with '>' and always shown.
void write_story(const RunRecord& record, const StoryOptions& options, std::ostream& out);

}  // namespace snapsim
