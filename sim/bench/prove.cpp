#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "real/rewind/make_rewinder.hpp"
#include "sim/bench/benchmarks.hpp"
#include "sim/bench/contest.hpp"
#include "sim/bench/peers/peers.hpp"
#include "sim/explore/proof.hpp"

namespace snapsim {
namespace {

/// Cold snapshots of two instances at once.
Scenario two_snapshots() {
  Scenario scenario;
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
  return scenario;
}

/// And one of these instances is deleted meanwhile.
Scenario two_snapshots_and_a_deletion() {
  Scenario scenario = two_snapshots();
  scenario.policy = scenario.written_policy = Policy::hardened;
  RequestSpec deletion;
  deletion.action = Action::delete_;
  deletion.instance = 0;
  deletion.moment = AtTime{1'000'000};
  scenario.requests.push_back(std::move(deletion));
  return scenario;
}

/// How many a second, of plans of at most two faults, spread over the tree until so many runs have been done.
double counted_per_second(Scenario scenario, std::uint64_t runs, std::uint64_t (*counted)(const Tally&)) {
  ProofLimits limits;
  limits.reorderings = 0;
  const std::unique_ptr<Rewinder> rewinder = make_rewinder();
  Prover prover(std::move(scenario), limits, rewinder.get());
  const double begin = cpu_seconds();
  std::vector<WeightedDeparture> firsts;
  Tally tally = prover.root(firsts);
  constexpr std::size_t stride = 97;  // a prime: all branches have their turn
  for (std::size_t i = 0; tally.runs < runs; i = (i + stride) % firsts.size()) {
    tally.merge(prover.subtree(firsts[i], runs - tally.runs, [] { return false; }));
  }
  return static_cast<double>(counted(tally)) / (cpu_seconds() - begin);
}

std::uint64_t runs_of(bool quick) {
  return quick ? 10'000 : 50'000;
}

/// A search for states that have not been seen, of tests/explore/cold_snapshot.pml with two servers and two faults.
Peer spin() {
  Peer peer{"SPIN", "spin", {}};
  const std::optional<std::string> verifier = program_beside_this("snapsim_spin");
  if (verifier) peer.variants.push_back({"", [verifier] { return states_per_second_of({*verifier, "-m1000000"}); }});
  return peer;
}

}  // namespace

std::vector<Contest> prove_plans(bool quick) {
  Contest contest;
  contest.name = "prove.plans";
  contest.unit = "plans/s";
  contest.ours = [runs = runs_of(quick)] {
    return counted_per_second(two_snapshots_and_a_deletion(), runs, [](const Tally& tally) { return tally.plans(); });
  };
  return {contest};
}

std::vector<Contest> prove_states(bool quick) {
  Contest contest;
  contest.name = "prove.states";
  contest.unit = "states/s";
  contest.ours = [runs = runs_of(quick)] {
    return counted_per_second(two_snapshots(), runs, [](const Tally& tally) { return tally.states; });
  };
  contest.peers = {spin()};
  return {contest};
}

}  // namespace snapsim
