#include "sim/cli/fuzz_campaign.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "real/child_process.hpp"
#include "sim/choice/random.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/side_by_side.hpp"
#include "sim/report/text.hpp"
#include "sim/runtime/assert.hpp"

namespace snapsim {
namespace {

/// Memory is needed for so many runs at a time.
constexpr std::uint64_t batch_max = 8192;
/// For one finding; few need a tenth of it.
constexpr std::uint64_t shrink_runs_max = 5000;
/// Runs that a job takes at a time.
constexpr std::uint64_t chunk = 64;
/// A cause that needs an order of its own may come down to more than one finding: so often that is worked out.
constexpr int racing_cause_times_max = 4;

/// The run that a thread is doing, for the report of a defect.
struct Running {
  const FuzzSpace* space = nullptr;
  std::uint64_t seed = 0;
  std::uint64_t number = 0;
};
thread_local Running running;

void report_and_exit(const char* condition, const char* why, const char* file, int line) {
  std::fprintf(stderr,
               "snapsim: defect at %s:%d: %s (%s)\nit was in or after run %llu; the same runs again:\n"
               "./snapsim fuzz %s --seed %llu --runs %llu\n",
               file, line, why, condition, static_cast<unsigned long long>(running.number),
               shell_quoted(running.space->scenario().path).c_str(), static_cast<unsigned long long>(running.seed),
               static_cast<unsigned long long>(running.number + 1));
  std::_Exit(static_cast<int>(Exit::defect));
}

/// While this lives, a defect of this thread's runs tells how to come to it again.
class DefectWatch {
 public:
  DefectWatch(const FuzzSpace& space, std::uint64_t seed) {
    running = {&space, seed, 0};
    set_assertion_hook(report_and_exit);
  }
  DefectWatch(const DefectWatch&) = delete;
  DefectWatch& operator=(const DefectWatch&) = delete;
  ~DefectWatch() { set_assertion_hook(nullptr); }

  void begin(std::uint64_t number) { running.number = number; }
};

std::vector<PlannedMishap> sorted(std::vector<PlannedMishap> mishaps) {
  std::ranges::sort(mishaps);
  return mishaps;
}

std::uint64_t digest_of(const PlannedMishap& reached) {
  return mix_bits(mix_bits(std::uint64_t{reached.kind} << 32 | reached.place) ^ reached.later);
}

}  // namespace

FuzzCampaign::FuzzCampaign(const FuzzSpace& space, const FuzzProgress& from, int jobs)
    : space_(space), progress_(from), jobs_(jobs) {}

void FuzzCampaign::remember(FoundGroup group) {
  const Cause simplest{group.finding.invariant, sorted(group.finding.planned())};
  group_of_simplest_.emplace(simplest, groups_.size());
  groups_.push_back(std::move(group));
}

void FuzzCampaign::remember_cause(const FoundCause& cause) {
  (cause.is_racing ? racing_causes_ : causes_)[{cause.invariant, cause.mishaps}] = {cause.group, cause.times};
}

void FuzzCampaign::remember_reached(bool is_outcome, std::uint64_t digest) {
  (is_outcome ? outcomes_ : places_).insert(digest);
}

FuzzBatch FuzzCampaign::do_batch(std::uint64_t runs_max, const std::function<bool()>& is_over) {
  FuzzBatch batch;
  const std::vector<FuzzedRun> runs = run_side_by_side(std::min(runs_max, batch_max), is_over);
  Reductions reductions = reduce_side_by_side(runs, is_over);
  DefectWatch watch(space_, progress_.seed);
  for (const FuzzedRun& run : runs) {
    if (is_over()) break;
    watch.begin(progress_.next_run);
    look_at(run, reductions, batch);
    ++progress_.next_run;
  }
  return batch;
}

std::vector<FuzzedRun> FuzzCampaign::run_side_by_side(std::uint64_t count, const std::function<bool()>& is_over) const {
  std::vector<FuzzedRun> runs(count);
  const auto make_worker = [this, &runs] {
    return [this, &runs, watch = std::make_shared<DefectWatch>(space_, progress_.seed)](std::uint64_t i) {
      watch->begin(progress_.next_run + i);
      runs[i] = fuzz_numbered(space_, progress_.seed, progress_.next_run + i);
    };
  };
  runs.resize(side_by_side(jobs_, count, chunk, is_over, make_worker));
  return runs;
}

/// Works out beforehand, with all jobs, what the looking at the runs will most likely ask for. What it leaves out or
/// does in vain takes time and changes nothing: a reduction is a function of the run and the invariant.
FuzzCampaign::Reductions FuzzCampaign::reduce_side_by_side(const std::vector<FuzzedRun>& runs,
                                                           const std::function<bool()>& is_over) const {
  std::vector<Reductions::key_type> wanted;
  for (const FuzzedRun& run : runs) {
    for (const FuzzViolation& violation : run.violations) {
      if (!known_cause(causes_, run, violation.invariant)) wanted.push_back({&run, violation.invariant});
    }
  }
  Reductions reductions;
  Causes causes;  // of this batch, in the order in which they are found
  Causes racing_causes = racing_causes_;
  std::mutex mutex;
  const auto reduce = [&](const FuzzedRun& run, std::string_view invariant) {
    {
      const std::scoped_lock lock(mutex);
      if (known_cause(causes, run, invariant)) return;
    }
    Reduction reduction{with_fewest_mishaps(space_, run, invariant), {}};
    const bool is_racing = !reduction.fewest.schedule.empty();
    bool is_new = false;
    {
      const std::scoped_lock lock(mutex);
      const Cause cause{std::string(invariant), sorted(reduction.fewest.mishaps)};
      is_new = (is_racing ? racing_causes : causes)[cause].times++ < (is_racing ? racing_cause_times_max : 1);
    }
    if (is_new) reduction.simplest = simplest_of(reduction.fewest, invariant);
    const std::scoped_lock lock(mutex);
    reductions.emplace(Reductions::key_type{&run, invariant}, std::move(reduction));
  };
  const auto make_worker = [&] {
    return [&, watch = std::make_shared<DefectWatch>(space_, progress_.seed)](std::uint64_t i) {
      watch->begin(progress_.next_run + static_cast<std::uint64_t>(wanted[i].first - runs.data()));
      reduce(*wanted[i].first, wanted[i].second);
    };
  };
  side_by_side(jobs_, wanted.size(), 1, is_over, make_worker);
  return reductions;
}

void FuzzCampaign::look_at(const FuzzedRun& run, Reductions& reductions, FuzzBatch& batch) {
  progress_.fingerprint = mix_bits(progress_.fingerprint ^ run.fingerprint);
  if (!run.violations.empty()) ++progress_.violating;
  note_reached(run, batch);
  for (const FuzzViolation& violation : run.violations) note_violation(run, violation.invariant, reductions, batch);
}

void FuzzCampaign::note_reached(const FuzzedRun& run, FuzzBatch& batch) {
  const auto note = [&](bool is_outcome, std::uint64_t digest) {
    if (!(is_outcome ? outcomes_ : places_).insert(digest).second) return;
    batch.interesting.push_back({progress_.next_run, is_outcome, digest, picks_of(run.mishaps, run.schedule)});
  };
  for (const PlannedMishap& reached : run.reached) note(false, digest_of(reached));
  note(true, run.outcome);
}

void FuzzCampaign::note_violation(const FuzzedRun& run, std::string_view invariant, Reductions& reductions,
                                  FuzzBatch& batch) {
  const Known* const known = known_cause(causes_, run, invariant);
  std::size_t group = 0;
  if (known) {
    group = known->group;
  } else {
    const auto ready = reductions.find({&run, invariant});
    if (ready == reductions.end()) {
      group = group_of({with_fewest_mishaps(space_, run, invariant), {}}, invariant, batch);
    } else {
      group = group_of(std::move(ready->second), invariant, batch);
    }
  }
  ++groups_[group].seen;
  batch.seen_groups.insert(group);
}

/// Whether some of the run's mishaps are known to violate the invariant by themselves.
const FuzzCampaign::Known* FuzzCampaign::known_cause(const Causes& causes, const FuzzedRun& run,
                                                     std::string_view invariant) {
  const std::vector<PlannedMishap> mishaps = sorted(run.mishaps);
  for (std::uint32_t set = 0; set < 1U << mishaps.size(); ++set) {
    Cause cause{std::string(invariant), {}};
    for (std::size_t i = 0; i < mishaps.size(); ++i) {
      if ((set >> i & 1) != 0) cause.second.push_back(mishaps[i]);
    }
    const auto found = causes.find(cause);
    if (found != causes.end()) return &found->second;
  }
  return nullptr;
}

std::size_t FuzzCampaign::group_of(Reduction reduction, std::string_view invariant, FuzzBatch& batch) {
  const bool is_racing = !reduction.fewest.schedule.empty();
  const Cause cause{std::string(invariant), sorted(reduction.fewest.mishaps)};
  Known& known = (is_racing ? racing_causes_ : causes_)[cause];
  if (known.times == racing_cause_times_max) return known.group;
  ++known.times;
  if (!reduction.simplest) reduction.simplest = simplest_of(reduction.fewest, invariant);
  known.group = group_of_simplest(std::move(*reduction.simplest), batch);
  batch.causes.push_back({cause.first, cause.second, is_racing, known.group, known.times});
  return known.group;
}

FuzzFinding FuzzCampaign::simplest_of(const FuzzedRun& run, std::string_view invariant) const {
  ShrinkLimits limits;
  limits.runs_max = shrink_runs_max;
  limits.is_time_up = [] { return interrupt_requested(); };
  return shrink_finding(space_, run, invariant, limits);
}

std::size_t FuzzCampaign::group_of_simplest(FuzzFinding finding, FuzzBatch& batch) {
  const Cause simplest{finding.invariant, sorted(finding.planned())};
  const auto [found, is_new] = group_of_simplest_.try_emplace(simplest, groups_.size());
  if (!is_new) return found->second;
  batch.new_groups.push_back(groups_.size());
  groups_.push_back({std::move(finding), progress_.next_run, 0});
  return found->second;
}

}  // namespace snapsim
