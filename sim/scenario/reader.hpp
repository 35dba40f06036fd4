#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

#include "sim/scenario/problem.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// More problems of one file than these are not told.
inline constexpr std::size_t problems_max = 20;

struct ReaderOptions {
  /// The names that `violates` may hold; none: all are taken.
  std::span<const std::string_view> invariant_names;
};

using ScenarioOrProblems = boost::system::result<Scenario, std::vector<Problem>>;

/// Reads the scenario file at `path` ("-": the standard input). The problems are sorted by place; there is at least one
/// where there is no scenario. Never throws on account of the file, and nothing but the file is touched.
ScenarioOrProblems read_scenario_file(const std::string& path, const ReaderOptions& options = {});

/// The same for a text in memory; `path` is for messages and becomes Scenario::path.
ScenarioOrProblems read_scenario(std::string_view text, const std::string& path, const ReaderOptions& options = {});

}  // namespace snapsim
