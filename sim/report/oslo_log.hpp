#pragma once

#include <cstdint>
#include <ostream>

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

}  // namespace snapsim
