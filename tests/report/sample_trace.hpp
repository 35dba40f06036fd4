#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// Runs made by hand, as the world would record them, for tests of the reports.
struct SampleRun {
  Scenario scenario;
  RunResult result;
  std::vector<TraceRecord> trace;

  RunRecord record() const { return {scenario, result, trace}; }
};

/// A cold snapshot of one running server that succeeds.
SampleRun happy_cold_run();

/// The same until qemu-img fails: image deleted, fault, event Error. The image is then said to violate an invariant.
SampleRun failed_cold_run();

/// So many servers on two hosts, each going through the task states of a snapshot.
SampleRun crowded_run(std::uint32_t instances, int rounds);

/// A record of every kind with every code that the kind can have, with numbers around their limits.
SampleRun every_record_run();

/// The run with every name and text of a user replaced by that one.
SampleRun renamed(SampleRun run, const std::string& name);

/// Names that break careless output: control characters, escape sequences, wide and combining characters, syntax of
/// shells, JSON and Mermaid, bytes that are no UTF-8, very long ones.
std::vector<std::string> nasty_names();

/// The text's lines, without their line ends.
std::vector<std::string> lines_of(const std::string& text);

}  // namespace snapsim
