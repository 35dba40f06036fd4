#pragma once

#include <span>

#include "sim/cli/options.hpp"
#include "sim/report/run_record.hpp"

namespace snapsim {

/// Prints the runs as the options say: stories, or one JSON object. `is_partial`: there would have been more of them,
/// so that good ones alone decide nothing.
void print_runs(const Options& options, std::span<const RunRecord> runs, bool is_partial);

/// Whether standard output gets colours.
bool wants_color(ColorMode mode);

/// Held, if every run did what its scenario expects.
Exit exit_of(std::span<const RunRecord> runs);

/// Writes out what standard output still holds. Throws OutsideError when it cannot be written (a full disk, /dev/full).
void flush_standard_output();

}  // namespace snapsim
