#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/bench/benchmarks.hpp"
#include "sim/bench/hold_model.hpp"
#include "sim/bench/peers/peers.hpp"
#include "sim/choice/uneventful.hpp"
#include "sim/engine/engine.hpp"
#include "sim/engine/process.hpp"

namespace snapsim {
namespace {

struct HoldRun {
  std::uint64_t pending;
  std::uint64_t events;
};

Task<void> timer(Runtime& runtime, HoldTimes times) {
  for (;;) co_await runtime.sleep(Duration(times.next_us()));
}

double events_per_second(const HoldRun& run, double seconds) {
  return static_cast<double>(run.events) / seconds;
}

std::optional<double> measure_engine(const HoldRun& run) {
  UneventfulChoices choices;
  Engine engine(choices);
  Process& process = engine.add_process("timers");
  for (std::uint64_t number = 0; number < run.pending; ++number)
    process.spawn("timer", timer(process, HoldTimes(number)));
  // Each thread begins, and then as many events pass as with the peers before the clock is looked at.
  for (std::uint64_t step = 0; step < 2 * run.pending; ++step) engine.step();
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t step = 0; step < run.events; ++step) engine.step();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  return events_per_second(run, taken.count());
}

Measure program_with(std::vector<std::string> argv, const HoldRun& run) {
  argv.push_back(std::to_string(run.pending));
  argv.push_back(std::to_string(run.events));
  return [argv = std::move(argv), run]() -> std::optional<double> {
    const std::optional<double> seconds = seconds_of(argv);
    if (!seconds) return std::nullopt;
    return events_per_second(run, *seconds);
  };
}

/// With each of its event lists; ns3::MapScheduler is its default.
Peer ns3(const HoldRun& run) {
  Peer peer{"ns-3", "libns3-dev", {}};
  const std::optional<std::string> program = program_beside_this("snapsim_ns3_events");
  if (!program) return peer;
  for (const std::string list : {"Map", "Heap", "Calendar", "PriorityQueue"}) {
    peer.variants.push_back({list, program_with({*program, list + "Scheduler"}, run)});
  }
  return peer;
}

/// The interpreter of the distribution is tried as well: the packages are its own.
Peer simpy(const HoldRun& run) {
  Peer peer{"SimPy", "python3-simpy", {}};
  for (const std::string python : {"python3", "/usr/bin/python3"}) {
    const std::vector<std::string> argv = {python, "-c", simpy_script};
    if (!program_with(argv, HoldRun{1, 1})()) continue;
    peer.variants.push_back({"", program_with(argv, run)});
    break;
  }
  return peer;
}

}  // namespace

std::vector<Contest> kernel_events(bool quick) {
  const std::uint64_t events = quick ? 200'000 : 1'000'000;
  std::vector<Contest> contests;
  for (const auto& [pending, parameter] :
       {std::pair(10, "10 timers"), std::pair(1'000, "1,000 timers"), std::pair(100'000, "100,000 timers")}) {
    const HoldRun run{static_cast<std::uint64_t>(pending), events};
    const HoldRun run_of_simpy{run.pending, events / 20};  // it is slow, and none the faster for more of them
    Contest contest;
    contest.name = "kernel.events";
    contest.parameter = parameter;
    contest.unit = "events/s";
    contest.ours = [run] { return measure_engine(run); };
    contest.peers = {ns3(run), simpy(run_of_simpy)};
    contests.push_back(std::move(contest));
  }
  return contests;
}

}  // namespace snapsim
