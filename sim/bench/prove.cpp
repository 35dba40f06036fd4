#include <ctime>
#include <string>
#include <vector>

#include "sim/bench/benchmarks.hpp"
#include "sim/explore/proof.hpp"

namespace snapsim {
namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Cold snapshots of two instances at once, and one of these is deleted meanwhile.
Scenario two_snapshots_and_a_deletion() {
  Scenario scenario;
  scenario.policy = scenario.written_policy = Policy::hardened;
  scenario.config.live_snapshot = false;
  for (std::uint32_t i = 0; i < 2; ++i) {
    InstanceSpec instance;
    instance.name = "vm-" + std::to_string(i);
    scenario.instances.push_back(std::move(instance));
    RequestSpec request;
    request.action = Action::create_image;
    request.instance = i;
    request.name = "snap-" + std::to_string(i);
    scenario.requests.push_back(std::move(request));
  }
  RequestSpec deletion;
  deletion.action = Action::delete_;
  deletion.instance = 0;
  deletion.moment = AtTime{1'000'000};
  scenario.requests.push_back(std::move(deletion));
  return scenario;
}

/// Of plans of at most two faults, spread over the tree until so many runs have been done.
double plans_per_second(std::uint64_t runs) {
  ProofLimits limits;
  limits.reorderings = 0;
  Prover prover(two_snapshots_and_a_deletion(), limits);
  const double begin = cpu_seconds();
  std::vector<WeightedDeparture> firsts;
  Tally tally = prover.root(firsts);
  constexpr std::size_t stride = 97;  // a prime: all branches have their turn
  for (std::size_t i = 0; tally.runs < runs; i = (i + stride) % firsts.size()) {
    tally.merge(prover.subtree(firsts[i], runs - tally.runs, [] { return false; }));
  }
  return static_cast<double>(tally.plans()) / (cpu_seconds() - begin);
}

}  // namespace

std::vector<Contest> prove_plans(bool quick) {
  const std::uint64_t runs = quick ? 10'000 : 50'000;
  Contest contest;
  contest.name = "prove.plans";
  contest.unit = "plans/s";
  contest.ours = [runs] { return plans_per_second(runs); };
  return {contest};
}

}  // namespace snapsim
