#include <algorithm>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/bench/benchmarks.hpp"
#include "sim/bench/contest.hpp"
#include "sim/explore/fuzz_finding.hpp"
#include "sim/explore/fuzz_plan.hpp"

namespace snapsim {
namespace {

/// What shrinking many failing runs has cost and brought.
struct Shrinking {
  std::vector<double> microseconds;  ///< CPU time of each finding, in order
  std::size_t minimal = 0;           ///< without any one of its mishaps the invariant holds
  std::size_t fewest = 0;            ///< no fewer of the run's own mishaps violate the invariant

  double share(std::size_t count) const {
    return 100 * static_cast<double>(count) / static_cast<double>(microseconds.size());
  }
};

FuzzSpace cold_snapshot_space() {
  Scenario scenario;
  scenario.path = "bench";
  scenario.title = "A cold snapshot";
  scenario.why = "Most of what can go wrong goes wrong in it.";
  scenario.config.live_snapshot = false;
  InstanceSpec instance;
  instance.name = "vm-1";
  instance.writes_mib_per_s = 2;
  scenario.instances.push_back(std::move(instance));
  RequestSpec request;
  request.action = Action::create_image;
  request.instance = 0;
  request.name = "snap-1";
  request.moment = AtTime{0};
  scenario.requests.push_back(std::move(request));
  return FuzzSpace(std::move(scenario));
}

void shrink_one(const FuzzSpace& space, const FuzzedRun& run, std::string_view invariant, Shrinking& all) {
  const double begin = cpu_seconds();
  const FuzzFinding finding = shrink_finding(space, run, invariant, {});
  all.microseconds.push_back((cpu_seconds() - begin) * 1e6);
  // Breadth first: the sets of one mishap before those of two.
  const std::size_t fewest = with_fewest_mishaps(space, run, invariant).mishaps.size();
  all.minimal += finding.is_minimal ? 1 : 0;
  all.fewest += finding.mishaps.size() <= fewest ? 1 : 0;
}

Shrinking shrink_many(std::size_t findings) {
  const FuzzSpace space = cold_snapshot_space();
  Shrinking all;
  for (std::uint64_t number = 0; all.microseconds.size() < findings; ++number) {
    const FuzzedRun run = fuzz_numbered(space, 1, number);
    for (const FuzzViolation& violation : run.violations) shrink_one(space, run, violation.invariant, all);
  }
  std::ranges::sort(all.microseconds);
  return all;
}

Contest contest(std::string parameter, std::string unit, Better better, Measure ours) {
  Contest made;
  made.name = "shrink";
  made.parameter = std::move(parameter);
  made.unit = std::move(unit);
  made.better = better;
  made.ours = std::move(ours);
  made.rounds_max = 3;
  return made;
}

}  // namespace

std::vector<Contest> shrinking(bool quick) {
  const std::size_t findings = quick ? 200 : 1000;
  // All values are of the same work: the first contest does it, the others tell what it has measured.
  const auto last = std::make_shared<Shrinking>();
  return {contest("median", "us", Better::less,
                  [findings, last] {
                    *last = shrink_many(findings);
                    return last->microseconds[last->microseconds.size() / 2];
                  }),
          contest("worst", "us", Better::less, [last] { return last->microseconds.back(); }),
          contest("1-minimal", "%", Better::more, [last] { return last->share(last->minimal); }),
          contest("fewest mishaps", "%", Better::more, [last] { return last->share(last->fewest); })};
}

}  // namespace snapsim
