#include "sim/cli/prove_branches.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "real/child_process.hpp"
#include "real/rewind/make_rewinder.hpp"
#include "sim/cli/defect_report.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/side_by_side.hpp"

namespace snapsim {
namespace {

using Clock = std::chrono::steady_clock;

/// The branches of a proof's tree, worked off by several threads. A limit on the runs holds for them in their order,
/// as if one thread had worked them off.
class Branches {
 public:
  Branches(const Scenario& scenario, const ProofLimits& limits, const std::vector<WeightedDeparture>& firsts,
           std::uint64_t runs_max, std::function<bool()> is_over)
      : scenario_(scenario),
        limits_(limits),
        firsts_(firsts),
        runs_max_(runs_max),
        is_over_(std::move(is_over)),
        tallies_(firsts.size()),
        progress_(firsts.size(), "branches") {}

  void work_off(int jobs) {
    const auto stop = [this] { return is_spent_ || is_over_(); };
    side_by_side(jobs, firsts_.size(), 1, stop, [this] {
      return [this, worker = std::make_shared<Worker>(scenario_, limits_)](std::uint64_t i) { work(*worker, i); };
    });
  }

  /// Puts all branches into the tally, up to the limit on the runs.
  void merge_into(Tally& tally) {
    std::uint64_t left = runs_max_;
    Prover prover(scenario_, limits_);
    for (std::size_t i = 0; i < tallies_.size(); ++i) {
      const bool is_last = !tallies_[i] || tallies_[i]->runs > left;
      if (!is_last) {
        tally.merge(*tallies_[i]);
        left -= tallies_[i]->runs;
        continue;
      }
      tally.is_whole = false;
      if (is_over_()) continue;
      tally.merge(prover.subtree(firsts_[i], left, is_over_));
      return;
    }
  }

 private:
  /// What each thread has for itself.
  struct Worker {
    Worker(const Scenario& scenario, const ProofLimits& limits)
        : rewinder(make_rewinder()), prover(scenario, limits, rewinder.get()), defect_report(scenario) {}
    std::unique_ptr<Rewinder> rewinder;
    Prover prover;
    DefectReport defect_report;
  };

  void work(Worker& worker, std::size_t index) {
    try {
      Tally tally = worker.prover.subtree(firsts_[index], runs_max_, [this] { return is_spent_ || is_over_(); });
      if (!is_spent_) keep(index, std::move(tally));
    } catch (...) {
      is_spent_ = true;
      throw;
    }
  }

  void keep(std::size_t index, Tally tally) {
    const std::scoped_lock lock(mutex_);
    tallies_[index] = std::move(tally);
    progress_.one_done();
    while (first_missing_ < tallies_.size() && tallies_[first_missing_]) {
      runs_in_order_ += tallies_[first_missing_++]->runs;
    }
    if (runs_in_order_ > runs_max_) is_spent_ = true;
  }

  const Scenario& scenario_;
  const ProofLimits& limits_;
  const std::vector<WeightedDeparture>& firsts_;
  std::uint64_t runs_max_;
  std::function<bool()> is_over_;
  std::atomic<bool> is_spent_{false};
  std::mutex mutex_;
  std::vector<std::optional<Tally>> tallies_;
  std::size_t first_missing_ = 0;
  std::uint64_t runs_in_order_ = 0;  // of the branches before that
  Progress progress_;
};

}  // namespace

Tally prove_branches(const Options& options, const Scenario& scenario, const ProofLimits& limits,
                     std::optional<Clock::time_point> deadline) {
  const auto is_over = [deadline] { return interrupt_requested() || (deadline && Clock::now() >= *deadline); };
  std::vector<WeightedDeparture> firsts;
  Tally tally = Prover(scenario, limits).root(firsts);
  const std::uint64_t runs_max = options.prove.runs.value_or(UINT64_MAX);
  // All plans of one size come before all of the next: what a budget covers is small plans first.
  for (std::size_t size = 1; size <= limits.together && tally.is_whole; ++size) {
    ProofLimits of_size = limits;
    of_size.together = of_size.counted_from = size;
    Branches branches(scenario, of_size, firsts, runs_max - tally.runs, is_over);
    branches.work_off(options.jobs);
    branches.merge_into(tally);
    if (tally.is_whole) tally.whole_up_to = size;
  }
  return tally;
}

}  // namespace snapsim
