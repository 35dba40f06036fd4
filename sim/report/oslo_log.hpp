#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// The log files of the simulated services, named as devstack names them.
enum class LogFile : std::uint8_t {
  nova_api,      ///< n-api.log
  nova_compute,  ///< n-cpu.log: of all hosts; their process ids differ
  glance_api,    ///< g-api.log
};

/// Writes what that service logs in the run, in oslo.log's format of the Zed release, DEBUG lines included. Virtual
/// time 0 is 2026-01-01 00:00:00 UTC; no time zone, locale or clock of the machine takes part. Tracebacks are left out:
/// there was no Python stack. One pass over the trace, one line at a time.
void write_oslo_log(const RunRecord& record, LogFile file, std::ostream& out);

/// A line of a log and the step of the run that wrote it.
struct OsloLogLine {
  std::size_t position = 0;  ///< of the record in the trace
  std::string text;          ///< without its line end
};

/// The same, line by line.
std::vector<OsloLogLine> oslo_log_lines(const RunRecord& record, LogFile file);

}  // namespace snapsim
