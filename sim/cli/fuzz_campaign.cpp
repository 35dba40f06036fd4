#include "sim/cli/fuzz_campaign.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <thread>

#include "real/child_process.hpp"
#include "sim/choice/random.hpp"
#include "sim/cli/options.hpp"
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
  DefectWatch watch(space_, progress_.seed);
  for (const FuzzedRun& run : runs) {
    if (is_over()) break;
    watch.begin(progress_.next_run);
    look_at(run, batch);
    ++progress_.next_run;
  }
  return batch;
}

std::vector<FuzzedRun> FuzzCampaign::run_side_by_side(std::uint64_t count, const std::function<bool()>& is_over) const {
  std::vector<FuzzedRun> runs(count);
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> has_failed{false};
  std::exception_ptr failure;
  const auto work = [&] {
    DefectWatch watch(space_, progress_.seed);
    while (!has_failed && !is_over()) {
      const std::uint64_t begin = next.fetch_add(chunk);
      if (begin >= count) return;
      try {
        for (std::uint64_t i = begin; i < std::min(begin + chunk, count); ++i) {
          watch.begin(progress_.next_run + i);
          runs[i] = fuzz_numbered(space_, progress_.seed, progress_.next_run + i);
        }
      } catch (...) {
        if (!has_failed.exchange(true)) failure = std::current_exception();
      }
    }
  };
  const auto chunks = static_cast<int>((count + chunk - 1) / chunk);
  std::vector<std::jthread> helpers;
  for (int i = 1; i < std::min(jobs_, chunks); ++i) helpers.emplace_back(work);
  work();
  helpers.clear();
  if (failure) std::rethrow_exception(failure);
  // Chunks are taken in order and done whole, so what was done is a beginning.
  runs.resize(std::min<std::uint64_t>(next, count));
  return runs;
}

void FuzzCampaign::look_at(const FuzzedRun& run, FuzzBatch& batch) {
  progress_.fingerprint = mix_bits(progress_.fingerprint ^ run.fingerprint);
  if (!run.violations.empty()) ++progress_.violating;
  note_reached(run, batch);
  for (const FuzzViolation& violation : run.violations) note_violation(run, violation.invariant, batch);
}

void FuzzCampaign::note_reached(const FuzzedRun& run, FuzzBatch& batch) {
  const auto note = [&](bool is_outcome, std::uint64_t digest) {
    if (!(is_outcome ? outcomes_ : places_).insert(digest).second) return;
    batch.interesting.push_back({progress_.next_run, is_outcome, digest, picks_of(run.mishaps, run.schedule)});
  };
  for (const PlannedMishap& reached : run.reached) note(false, digest_of(reached));
  note(true, run.outcome);
}

void FuzzCampaign::note_violation(const FuzzedRun& run, std::string_view invariant, FuzzBatch& batch) {
  const Known* const known = known_cause(run, invariant);
  const std::size_t group = known ? known->group : group_of(run, invariant, batch);
  ++groups_[group].seen;
  batch.seen_groups.insert(group);
}

/// Whether some of the run's mishaps are known to violate the invariant by themselves.
const FuzzCampaign::Known* FuzzCampaign::known_cause(const FuzzedRun& run, std::string_view invariant) const {
  const std::vector<PlannedMishap> mishaps = sorted(run.mishaps);
  for (std::uint32_t set = 0; set < 1U << mishaps.size(); ++set) {
    Cause cause{std::string(invariant), {}};
    for (std::size_t i = 0; i < mishaps.size(); ++i) {
      if ((set >> i & 1) != 0) cause.second.push_back(mishaps[i]);
    }
    const auto found = causes_.find(cause);
    if (found != causes_.end()) return &found->second;
  }
  return nullptr;
}

std::size_t FuzzCampaign::group_of(const FuzzedRun& run, std::string_view invariant, FuzzBatch& batch) {
  const FuzzedRun fewest = with_fewest_mishaps(space_, run, invariant);
  const bool is_racing = !fewest.schedule.empty();
  const Cause cause{std::string(invariant), sorted(fewest.mishaps)};
  Known& known = (is_racing ? racing_causes_ : causes_)[cause];
  if (known.times == racing_cause_times_max) return known.group;
  ++known.times;
  known.group = group_of_simplest(fewest, invariant, batch);
  batch.causes.push_back({cause.first, cause.second, is_racing, known.group, known.times});
  return known.group;
}

std::size_t FuzzCampaign::group_of_simplest(const FuzzedRun& run, std::string_view invariant, FuzzBatch& batch) {
  ShrinkLimits limits;
  limits.runs_max = shrink_runs_max;
  limits.is_time_up = [] { return interrupt_requested(); };
  FuzzFinding finding = shrink_finding(space_, run, invariant, limits);
  const Cause simplest{finding.invariant, sorted(finding.planned())};
  const auto [found, is_new] = group_of_simplest_.try_emplace(simplest, groups_.size());
  if (!is_new) return found->second;
  batch.new_groups.push_back(groups_.size());
  groups_.push_back({std::move(finding), progress_.next_run, 0});
  return found->second;
}

}  // namespace snapsim
