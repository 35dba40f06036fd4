#include <algorithm>
#include <atomic>
#include <exception>
#include <iostream>
#include <optional>
#include <thread>
#include <vector>

#include "real/child_process.hpp"
#include "sim/cli/finished_run.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/result_folder.hpp"
#include "sim/cli/verbs.hpp"

namespace snapsim {
namespace {

/// One scenario's run, or what kept it from having a result.
struct Outcome {
  std::optional<FinishedRun> run;
  std::exception_ptr failure;
};

/// Runs all scenarios, `jobs` at a time; once one has failed or the user has interrupted, no further one is begun.
std::vector<Outcome> run_all(const Options& options, const std::vector<Scenario>& scenarios) {
  const std::vector<std::string> folders = folder_names(scenarios);
  std::vector<Outcome> outcomes(scenarios.size());
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  Progress progress(scenarios.size());
  const auto work = [&] {
    for (std::size_t i = next++; i < scenarios.size() && !stop && !interrupt_requested(); i = next++) {
      try {
        outcomes[i].run = run_and_leave_results(options, scenarios[i], folders[i]);
        progress.one_done();
      } catch (...) {
        outcomes[i].failure = std::current_exception();
        stop = true;
      }
    }
  };
  const auto jobs = std::min<std::size_t>(static_cast<std::size_t>(options.jobs), scenarios.size());
  std::vector<std::jthread> helpers;
  for (std::size_t i = 1; i < jobs; ++i) helpers.emplace_back(work);
  work();
  helpers.clear();
  return outcomes;
}

}  // namespace

Exit run_verb(const Options& options) {
  std::vector<Scenario> scenarios = read_scenarios(options.files);
  if (scenarios.empty()) return Exit::bad_input;
  for (Scenario& scenario : scenarios) apply_options(options, scenario);

  const OutFolder out(options.out);
  const std::vector<Outcome> outcomes = run_all(options, scenarios);
  std::vector<RunRecord> records;
  for (const Outcome& outcome : outcomes) {
    if (outcome.run) records.push_back(outcome.run->record());
  }
  print_runs(options, records, records.size() < scenarios.size());
  if (interrupt_requested()) {
    std::cerr << "snapsim: interrupted; " << records.size() << " of " << scenarios.size() << " runs had ended\n";
    return Exit::interrupted;
  }
  for (const Outcome& outcome : outcomes) {
    if (outcome.failure) std::rethrow_exception(outcome.failure);
  }
  return exit_of(records);
}

}  // namespace snapsim
