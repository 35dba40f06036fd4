#include "sim/cli/divergence.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/report/result_json.hpp"

namespace snapsim {

std::string divergence_from(const RunArgument& asked_for, const FinishedRun& run) {
  // A seed says which choices are made as well as a list does; alternative 0 at the end of a list is not written down.
  std::vector<std::uint32_t> wanted = asked_for.scenario.choices;
  while (!wanted.empty() && wanted.back() == 0) wanted.pop_back();
  const std::vector<std::uint32_t>& made = run.output.result.choices;
  if (!wanted.empty() && wanted != made) {
    const auto differs = std::ranges::mismatch(wanted, made).in1;
    return "the run leaves the given choices at choice " + std::to_string(differs - wanted.begin() + 1) +
           ": they were made for another scenario or version";
  }
  if (!asked_for.fingerprint) return {};
  const std::string fingerprint = run_json(run.record())["fingerprint"].get<std::string>();
  if (fingerprint == *asked_for.fingerprint) return {};
  return "the trace is " + fingerprint + ", that of the run in the folder was " + *asked_for.fingerprint +
         ": the scenario or snapsim has changed since";
}

std::string divergence_between(const FinishedRun& first, const FinishedRun& second) {
  const std::vector<TraceRecord>& one = first.output.trace;
  const std::vector<TraceRecord>& other = second.output.trace;
  const auto differs = std::ranges::mismatch(one, other);
  if (differs.in1 == one.end() && differs.in2 == other.end()) return {};
  const auto choices =
      std::count_if(one.begin(), differs.in1, [](const TraceRecord& step) { return step.kind == TraceKind::choice; });
  return "the same choices gave two different traces, from step " + std::to_string(differs.in1 - one.begin() + 1) +
         " on, after " + std::to_string(choices) + " choices";
}

}  // namespace snapsim
