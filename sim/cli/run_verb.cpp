#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "real/child_process.hpp"
#include "sim/cli/finished_run.hpp"
#include "sim/cli/github.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/result_folder.hpp"
#include "sim/cli/side_by_side.hpp"
#include "sim/cli/step_session.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/report/junit.hpp"

namespace snapsim {
namespace {

using Clock = std::chrono::steady_clock;

/// One scenario's run, or what kept it from having a result.
struct RunOfFile {
  std::optional<FinishedRun> run;
  std::exception_ptr failure;
  Clock::duration wall_time{0};
};

/// Runs all scenarios, `jobs` at a time; once one has failed or the user has interrupted, no further one is begun.
std::vector<RunOfFile> run_all(const Options& options, const std::vector<Scenario>& scenarios) {
  const std::vector<std::string> folders = folder_names(scenarios);
  std::vector<RunOfFile> outcomes(scenarios.size());
  std::atomic<bool> has_failed{false};
  Progress progress(scenarios.size());
  const auto run_one = [&](std::uint64_t i) {
    const Clock::time_point begun = Clock::now();
    try {
      outcomes[i].run = run_and_leave_results(options, scenarios[i], folders[i]);
      progress.one_done();
    } catch (...) {
      outcomes[i].failure = std::current_exception();
      has_failed = true;
    }
    outcomes[i].wall_time = Clock::now() - begun;
  };
  const auto is_over = [&has_failed] { return has_failed || interrupt_requested(); };
  side_by_side(options.jobs, scenarios.size(), 1, is_over, [&run_one] { return run_one; });
  return outcomes;
}

std::string words_of(const std::exception_ptr& failure) {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

void write_junit_file(const std::string& path, const std::vector<Scenario>& scenarios,
                      const std::vector<RunOfFile>& outcomes) {
  std::vector<JunitCase> cases;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const RunOfFile& outcome = outcomes[i];
    std::optional<RunRecord> run;
    if (outcome.run) run.emplace(outcome.run->record());
    const bool was_begun = outcome.run || outcome.failure;
    const auto wall_us = std::chrono::duration_cast<std::chrono::microseconds>(outcome.wall_time).count();
    cases.push_back({scenarios[i].path, run, words_of(outcome.failure),
                     was_begun ? std::optional<std::int64_t>(wall_us) : std::nullopt});
  }
  write_output_file(path, [&cases](std::ostream& out) { write_junit(cases, out); });
}

}  // namespace

Exit run_verb(const Options& options) {
  std::vector<Scenario> scenarios = read_scenarios(options.files);
  if (scenarios.empty()) return Exit::bad_input;
  for (Scenario& scenario : scenarios) apply_options(options, scenario);
  if (options.step) return step_through(scenarios.front());

  const OutFolder out(options.out);
  const std::vector<RunOfFile> outcomes = run_all(options, scenarios);
  std::vector<RunRecord> records;
  for (const RunOfFile& outcome : outcomes) {
    if (outcome.run) records.push_back(outcome.run->record());
  }
  print_runs(options, records, records.size() < scenarios.size());
  report_to_github(options, records, scenarios.size());
  if (!options.junit.empty()) write_junit_file(options.junit, scenarios, outcomes);
  if (interrupt_requested()) {
    std::cerr << "snapsim: interrupted; " << records.size() << " of " << scenarios.size() << " runs had ended\n";
    return Exit::interrupted;
  }
  for (const RunOfFile& outcome : outcomes) {
    if (outcome.failure) std::rethrow_exception(outcome.failure);
  }
  return exit_of(records);
}

}  // namespace snapsim
