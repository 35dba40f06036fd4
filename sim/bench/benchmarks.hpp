#pragma once

#include <string_view>
#include <vector>

#include "sim/bench/contest.hpp"

namespace snapsim {

/// A benchmark: a function that gives its contests. Each stands in a file of its own and in the list of benchmarks.cpp.
struct Benchmark {
  std::string_view name;
  std::string_view sentence;  ///< what is measured
  std::vector<Contest> (*contests)(bool quick);
};

/// All of them, in the order in which they are run.
const std::vector<Benchmark>& benchmarks();

std::vector<Contest> kernel_events(bool quick);
std::vector<Contest> flow_runs(bool quick);
std::vector<Contest> flow_scale(bool quick);
std::vector<Contest> shrinking(bool quick);
std::vector<Contest> prove_plans(bool quick);
std::vector<Contest> prove_states(bool quick);
std::vector<Contest> disk_snapshot(bool quick);
std::vector<Contest> glance_upload(bool quick);
std::vector<Contest> glance_download(bool quick);
std::vector<Contest> glance_requests(bool quick);
std::vector<Contest> glance_memory(bool quick);

}  // namespace snapsim
