#include <algorithm>
#include <atomic>
#include <exception>
#include <iostream>
#include <optional>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "real/child_process.hpp"
#include "sim/cli/finished_run.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/report/judgement.hpp"
#include "sim/report/replay_token.hpp"
#include "sim/report/result_json.hpp"
#include "sim/report/story.hpp"

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
  const auto work = [&] {
    for (std::size_t i = next++; i < scenarios.size() && !stop && !interrupt_requested(); i = next++) {
      try {
        outcomes[i].run = run_and_leave_results(options, scenarios[i], folders[i]);
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

void print(const Options& options, const std::vector<RunRecord>& records) {
  if (options.json) {
    std::cout << result_json(records).dump(2) << '\n';
    return;
  }
  StoryOptions story;
  story.color = wants_color(options.color);
  story.verbose = options.verbose;
  story.quiet = options.quiet;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (i > 0 && !options.quiet) std::cout << '\n';
    write_story(records[i], story, std::cout);
  }
}

Exit verdict_of(const std::vector<RunRecord>& records) {
  const bool all_held = std::all_of(records.begin(), records.end(), [](const RunRecord& record) {
    return judge(record.scenario, record.result).verdict == Verdict::consistent;
  });
  return all_held ? Exit::held : Exit::failed;
}

}  // namespace

Exit run_verb(const Options& options) {
  const std::vector<Scenario> scenarios = read_scenarios(options, options.files);
  if (scenarios.empty()) return Exit::bad_input;

  const std::vector<Outcome> outcomes = run_all(options, scenarios);
  std::vector<RunRecord> records;
  for (const Outcome& outcome : outcomes) {
    if (outcome.run) records.push_back(outcome.run->record());
  }
  print(options, records);
  flush_standard_output();
  if (interrupt_requested()) {
    std::cerr << "snapsim: interrupted; " << records.size() << " of " << scenarios.size() << " runs had ended\n";
    return Exit::interrupted;
  }
  for (const Outcome& outcome : outcomes) {
    if (outcome.failure) std::rethrow_exception(outcome.failure);
  }
  return verdict_of(records);
}

}  // namespace snapsim
