#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// No page of a run is longer: where a run has more steps than fit, the page says how many are left out.
inline constexpr std::size_t page_bytes_max = 500'000;

/// A whole HTML document with our style and script in it, that needs nothing else. `body` is HTML.
std::string html_document(std::string_view title, std::string_view body);

/// Writes the run as one HTML document: verdict, states over time, sequence of steps, copies of disks and logs, all in
/// step with each other, for the keyboard and for screen readers too. With `without_faults`, the same scenario's run
/// without its faults stands beside it. Needs no network.
void write_run_page(const RunRecord& record, const RunRecord* without_faults, std::ostream& out);

}  // namespace snapsim
