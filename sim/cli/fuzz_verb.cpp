#include <algorithm>
#include <chrono>
#include <deque>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "real/child_process.hpp"
#include "sim/cli/finished_run.hpp"
#include "sim/cli/fuzz_campaign.hpp"
#include "sim/cli/fuzz_report.hpp"
#include "sim/cli/fuzz_store.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/result_folder.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/scenario/scenario_names.hpp"

namespace snapsim {
namespace {

using Clock = std::chrono::steady_clock;

/// Where neither --runs nor --time says how long to go on.
constexpr std::uint64_t runs_by_default = 10'000;

/// How long the campaign on one scenario goes on.
struct Budget {
  std::uint64_t runs = UINT64_MAX;
  Clock::time_point end = Clock::time_point::max();

  bool is_over() const { return interrupt_requested() || Clock::now() >= end; }
};

/// --time is shared out evenly among the scenarios that are left.
Budget budget_of(const Options& options, Clock::time_point begun, std::size_t scenarios_left) {
  Budget budget;
  if (options.fuzz_runs) budget.runs = *options.fuzz_runs;
  if (!options.fuzz_runs && !options.fuzz_time) budget.runs = runs_by_default;
  if (options.fuzz_time) {
    const Clock::time_point now = Clock::now();
    const auto left = std::max(begun + *options.fuzz_time - now, Clock::duration::zero());
    budget.end = now + left / static_cast<int>(scenarios_left);
  }
  return budget;
}

/// A campaign and the space that it refers to.
struct Campaign {
  FuzzSpace space;
  FuzzCampaign runs;
  std::vector<std::filesystem::path> files;

  Campaign(FuzzSpace made, const FuzzProgress& from, int jobs) : space(std::move(made)), runs(space, from, jobs) {}
};

/// Batches are as long as this: short enough to lose little when the program is killed.
constexpr std::chrono::milliseconds batch_time{200};

/// Does the runs of one scenario; gives how many those were. Where one batch ends and the next begins changes nothing
/// in what is found.
std::uint64_t go_on(FuzzCampaign& campaign, FuzzStore& store, const Budget& budget) {
  const std::uint64_t begun_at = campaign.progress().next_run;
  const auto is_over = [&budget] { return budget.is_over(); };
  Progress progress(budget.runs == UINT64_MAX ? 0 : budget.runs);
  std::uint64_t done = 0;
  for (std::uint64_t size = 256; done < budget.runs && !budget.is_over();) {
    const Clock::time_point begun = Clock::now();
    store.keep(campaign, campaign.do_batch(std::min(size, budget.runs - done), is_over));
    size = Clock::now() - begun < batch_time ? size * 2 : std::max<std::uint64_t>(size / 2, 64);
    const std::uint64_t before = done;
    done = campaign.progress().next_run - begun_at;
    progress.some_done(done - before);
  }
  return done;
}

/// The folders of a scenario that runs under another policy than its own are told apart.
std::vector<std::string> names_of(const std::vector<Scenario>& scenarios) {
  std::vector<std::string> names = folder_names(scenarios);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (scenarios[i].policy != scenarios[i].written_policy)
      names[i] += "." + std::string(to_string(scenarios[i].policy));
  }
  return names;
}

void tell_rate(std::uint64_t runs, Clock::duration wall_time, int jobs) {
  const double seconds = std::max(std::chrono::duration<double>(wall_time).count(), 1e-9);
  const double rate = static_cast<double>(runs) / seconds;
  std::cerr << fmt::format("snapsim: {} runs in {:.1f} s: {:.0f} runs/s, {:.0f} a job\n", runs, seconds, rate,
                           rate / jobs);
}

}  // namespace

Exit fuzz_verb(const Options& options) {
  std::vector<Scenario> scenarios = read_scenarios(options.files);
  if (scenarios.empty()) return Exit::bad_input;
  for (Scenario& scenario : scenarios) {
    if (options.policy) scenario.policy = *options.policy;
  }
  const OutFolder out(options.out);
  FuzzStore store(options.out, options.fuzz_resume);
  const std::vector<std::string> names = names_of(scenarios);
  const Clock::time_point begun = Clock::now();
  std::deque<Campaign> campaigns;
  std::uint64_t runs = 0;
  for (std::size_t i = 0; i < scenarios.size() && !interrupt_requested(); ++i) {
    FuzzSpace space(scenarios[i]);
    const FuzzProgress from = store.begin(space, names[i], options.seed.value_or(1));
    Campaign& campaign = campaigns.emplace_back(std::move(space), from, options.jobs);
    store.recall(campaign.runs);
    runs += go_on(campaign.runs, store, budget_of(options, begun, scenarios.size() - i));
    for (std::size_t group = 0; group < campaign.runs.groups().size(); ++group) {
      campaign.files.push_back(store.scenario_file(campaign.runs, group));
    }
  }
  tell_rate(runs, Clock::now() - begun, options.jobs);
  std::vector<FuzzedScenario> fuzzed;
  bool has_found = false;
  for (const Campaign& campaign : campaigns) {
    fuzzed.push_back({campaign.runs, campaign.files});
    has_found |= !campaign.runs.groups().empty();
  }
  print_fuzz_report(options, fuzzed, interrupt_requested());
  if (interrupt_requested()) {
    std::cerr << "snapsim: interrupted; --resume goes on from here\n";
    return Exit::interrupted;
  }
  return has_found ? Exit::failed : Exit::held;
}

}  // namespace snapsim
