#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/world/run.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim::testing {

/// Paths of the scenarios of this project, sorted.
std::vector<std::string> scenario_files();
/// Reads one; fails the test where it cannot be read.
Scenario scenario_from(const std::string& path);
/// That file of scenarios/.
Scenario scenario_named(const std::string& file_name);

/// `count` active instances vm-1, vm-2 ... on one host, whose guests write while they run, and no requests.
Scenario scenario_with_instances(std::size_t count, bool live_snapshot);
/// Adds a create_image of the instance; the image is called snap-1, snap-2 ... by the request's number.
void add_create_image(Scenario& scenario, std::uint32_t instance, const Moment& moment = AtTime{});

/// Runs with alternative 0 everywhere, on model disks.
RunOutput run_uneventfully(const Scenario& scenario);

/// Runs with random choices of that seed, on model disks.
RunOutput run_at_random(const Scenario& scenario, std::uint64_t seed);
/// Checks that the two are the same run: traces, results and choices.
void check_same(const RunOutput& one, const RunOutput& other);

/// The invariants that were violated, each once, in the order of their first violation.
std::vector<std::string> violated(const RunResult& result);
/// "queued" and so on.
std::vector<std::string> names(const std::vector<ImageStatus>& statuses);
std::vector<std::string> names(const std::vector<TaskState>& states);

/// Positions in the trace of the records that `matches` picks.
template <class Matches>
std::vector<std::size_t> places(const std::vector<TraceRecord>& trace, Matches matches) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (matches(trace[i])) found.push_back(i);
  }
  return found;
}

}  // namespace snapsim::testing
