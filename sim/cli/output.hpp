#pragma once

#include <cstddef>
#include <span>

#include "sim/cli/options.hpp"
#include "sim/report/run_record.hpp"

namespace snapsim {

/// Prints the runs as the options say: stories, or one JSON object. `is_partial`: there would have been more of them,
/// so that good ones alone decide nothing.
void print_runs(const Options& options, std::span<const RunRecord> runs, bool is_partial);

/// Whether standard output gets colours.
bool wants_color(ColorMode mode);

/// How wide lines of text may be: the usual width, or the terminal's where standard output is a narrower one.
std::size_t output_columns(std::size_t usual);

/// Held, if every run did what its scenario expects.
Exit exit_of(std::span<const RunRecord> runs);

/// Writes out what standard output still holds. Throws OutsideError when it cannot be written (a full disk, /dev/full).
void flush_standard_output();

}  // namespace snapsim
