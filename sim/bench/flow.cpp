#include <algorithm>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "sim/bench/benchmarks.hpp"
#include "sim/bench/contest.hpp"
#include "sim/choice/uneventful.hpp"
#include "sim/world/world.hpp"

namespace snapsim {
namespace {

constexpr std::uint32_t instances_per_host = 1000;
/// Each host begins one snapshot in this time, so that about one in three hosts has one under way.
constexpr std::int64_t spacing_us = 5'000'000;

/// 1000000 as "1,000,000".
std::string grouped(std::uint32_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

void add_snapshot(Scenario& scenario, std::uint32_t index, std::uint32_t host, std::int64_t at_us) {
  InstanceSpec instance;
  instance.name = "vm-" + std::to_string(index);
  instance.host = host;
  instance.writes_mib_per_s = 2;
  scenario.instances.push_back(std::move(instance));
  RequestSpec request;
  request.action = Action::create_image;
  request.instance = index;
  request.name = "snap-" + std::to_string(index);
  request.moment = AtTime{at_us};
  scenario.requests.push_back(std::move(request));
}

/// What a run with many instances costs.
struct FlowScale {
  double seconds = 0;           // CPU time, the scenario's making included
  std::int64_t peak_bytes = 0;  // of memory, over what the process had before
};

/// What the measured process tells the one that waits for it.
struct Told {
  double seconds = 0;
  std::int64_t bytes_at_begin = 0;  // resident before anything was made
  bool is_consistent = false;
};

/// What of this process is in memory now.
std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t total_pages = 0;
  std::int64_t resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return resident_pages * sysconf(_SC_PAGESIZE);
}

Told run_at_scale(std::uint32_t instances) {
  const std::int64_t bytes_at_begin = resident_bytes();
  const double begin = cpu_seconds();
  Scenario scenario;
  scenario.config.live_snapshot = false;
  scenario.hosts.clear();
  scenario.instances.reserve(instances);
  scenario.requests.reserve(instances);
  const std::uint32_t hosts = std::max<std::uint32_t>(1, instances / instances_per_host);
  for (std::uint32_t host = 0; host < hosts; ++host) scenario.hosts.push_back("compute-" + std::to_string(host));
  for (std::uint32_t i = 0; i < instances; ++i) {
    const std::int64_t round_us = i / hosts * spacing_us;
    add_snapshot(scenario, i, i % hosts, round_us + i % hosts * spacing_us / hosts);
  }
  UneventfulChoices choices;
  WorldOptions options;
  options.keep = Recorder::Keep::fingerprint;
  World world(scenario, choices, options);
  world.run();
  bool all_active = world.image_count() == instances;
  for (std::uint32_t i = 0; all_active && i < instances; ++i) {
    all_active = world.image(i).status == ImageStatus::active;
  }
  return {cpu_seconds() - begin, bytes_at_begin, all_active && world.violations().empty()};
}

[[noreturn]] void fail(const std::string& what) {
  throw OutsideError(OutsideError::Kind::failed, "bench: " + what);
}

double runs_per_second(std::uint64_t runs) {
  Scenario scenario;
  scenario.config.live_snapshot = false;
  add_snapshot(scenario, 0, 0, 0);
  UneventfulChoices choices;
  WorldOptions options;
  options.keep = Recorder::Keep::fingerprint;
  std::size_t violations = 0;
  const double begin = cpu_seconds();
  for (std::uint64_t run = 0; run < runs; ++run) {
    World world(scenario, choices, options);
    world.run();
    violations += world.violations().size();
  }
  const double seconds = cpu_seconds() - begin;
  SNAPSIM_ASSERT(violations == 0, "a snapshot without faults violates nothing");
  return static_cast<double>(runs) / seconds;
}

/// Done in a process of its own, so that its memory can be told apart.
FlowScale measure_scale(std::uint32_t instances) {
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) fail("no pipe");
  const pid_t child = fork();
  if (child < 0) fail("no process");
  if (child == 0) {
    const Told told = run_at_scale(instances);
    const bool is_told = write(pipe_ends[1], &told, sizeof told) == sizeof told;
    _exit(is_told ? 0 : 1);
  }
  close(pipe_ends[1]);
  Told told;
  const bool is_told = read(pipe_ends[0], &told, sizeof told) == sizeof told;
  close(pipe_ends[0]);
  rusage usage{};
  int status = 0;
  wait4(child, &status, 0, &usage);
  if (!is_told || status != 0) fail("the measured process failed");
  if (!told.is_consistent) fail("a snapshot of the rolling backup did not end well");
  return {told.seconds, usage.ru_maxrss * 1024 - told.bytes_at_begin};
}

Contest contest(std::string name, std::string parameter, std::string unit, Better better, Measure ours) {
  Contest made;
  made.name = std::move(name);
  made.parameter = std::move(parameter);
  made.unit = std::move(unit);
  made.better = better;
  made.ours = std::move(ours);
  return made;
}

}  // namespace

std::vector<Contest> flow_runs(bool quick) {
  const std::uint64_t runs = quick ? 20'000 : 100'000;
  return {contest("flow.runs", "", "runs/s", Better::more, [runs] { return runs_per_second(runs); })};
}

std::vector<Contest> flow_scale(bool quick) {
  std::vector<std::uint32_t> sizes{1'000, 10'000, 100'000};
  if (!quick) sizes.push_back(1'000'000);
  std::vector<Contest> contests;
  for (const std::uint32_t size : sizes) {
    // Both values are of the same run: the second contest tells what the first has measured.
    const auto last = std::make_shared<FlowScale>();
    const std::string parameter = grouped(size) + " instances";
    contests.push_back(contest("flow.scale", parameter, "us", Better::less, [size, last] {
      *last = measure_scale(size);
      return last->seconds * 1e6 / size;
    }));
    contests.push_back(contest("flow.scale", parameter, "bytes", Better::less,
                               [size, last] { return static_cast<double>(last->peak_bytes) / size; }));
    for (Contest& held : contests) held.rounds_max = 3;
  }
  return contests;
}

}  // namespace snapsim
