// The hold model of kernel.events on ns-3: a program of its own, because nothing else of snapsim is linked with ns-3.
//
//     snapsim_ns3_events SCHEDULER PENDING EVENTS        prints the seconds that the events took
//
// SCHEDULER is one of ns-3's: MapScheduler, HeapScheduler ... As with the others, the first PENDING events are not
// timed.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ns3/nstime.h>
#include <ns3/object-factory.h>
#include <ns3/simulator.h>
#include <string>
#include <vector>

#include "sim/bench/hold_model.hpp"

namespace {

using Clock = std::chrono::steady_clock;

struct Run {
  std::uint64_t left;
  std::uint64_t events;
  Clock::time_point begin;
};

struct Timer {
  snapsim::HoldTimes times;
  Run* run;

  void schedule() { ns3::Simulator::Schedule(ns3::MicroSeconds(times.next_us()), &Timer::fire, this); }
  void fire() {
    if (--run->left == run->events) run->begin = Clock::now();
    if (run->left == 0) ns3::Simulator::Stop();
    schedule();
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::uint64_t pending = std::strtoull(argv[2], nullptr, 10);
  const std::uint64_t events = std::strtoull(argv[3], nullptr, 10);

  ns3::ObjectFactory scheduler;
  scheduler.SetTypeId("ns3::" + std::string(argv[1]));
  ns3::Simulator::SetScheduler(scheduler);

  Run run{pending + events, events, {}};
  std::vector<Timer> timers;
  timers.reserve(pending);
  for (std::uint64_t number = 0; number < pending; ++number) {
    timers.push_back(Timer{snapsim::HoldTimes(number), &run});
    timers.back().schedule();
  }
  ns3::Simulator::Run();
  const std::chrono::duration<double> taken = Clock::now() - run.begin;
  ns3::Simulator::Destroy();
  std::printf("%.9f\n", taken.count());
}
