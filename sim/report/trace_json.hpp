#pragma once

#include <cstddef>
#include <ostream>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// Writes the trace as JSON Lines, one object a record, with names for numbers. Every object begins with virtual_us,
/// kind, component, host, instance, image and request (its index in the scenario), null where there is none; then
/// follow the fields of its kind. The same trace gives the same bytes. One pass, one line at a time. The first
/// `skipped` records are left out.
void write_trace_json(const RunRecord& record, std::ostream& out, std::size_t skipped = 0);

}  // namespace snapsim
