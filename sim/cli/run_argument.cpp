#include "sim/cli/run_argument.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/cli/finished_run.hpp"
#include "sim/report/replay_token.hpp"
#include "sim/scenario/problem.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

/// What result.json says of the one run in it.
struct LeftResult {
  std::string token;
  std::string fingerprint;
};

std::optional<std::string> text_at(const nlohmann::json& result, const char* pointer) {
  const nlohmann::json::json_pointer place(pointer);
  if (!result.is_object() || !result.contains(place) || !result[place].is_string()) return std::nullopt;
  return result[place].get<std::string>();
}

std::optional<LeftResult> result_in(const fs::path& folder) {
  std::ifstream file(folder / "result.json");
  const nlohmann::json result = nlohmann::json::parse(file, nullptr, false);
  auto token = text_at(result, "/runs/0/token");
  auto fingerprint = text_at(result, "/runs/0/fingerprint");
  if (!token || !fingerprint) return std::nullopt;
  return LeftResult{std::move(*token), std::move(*fingerprint)};
}

std::optional<Scenario> scenario_of_file(const std::string& file) {
  std::vector<Scenario> scenarios = read_scenarios({file});
  if (scenarios.empty()) return std::nullopt;
  return std::move(scenarios.front());
}

std::optional<Scenario> scenario_of_token(const ReplayToken& token) {
  std::optional<Scenario> scenario = scenario_of_file(token.path);
  if (!scenario) return std::nullopt;
  scenario->policy = token.policy;
  scenario->seed = token.seed;
  scenario->choices = token.choices;
  return scenario;
}

/// A file's name may hold a '#', so a file that is there is never taken for a token.
std::optional<Scenario> scenario_of_text(const std::string& text) {
  std::error_code ignored;
  if (text == "-" || fs::exists(text, ignored) || text.find('#') == std::string::npos) return scenario_of_file(text);
  const auto token = parse_replay_token(text);
  if (token) return scenario_of_token(*token);
  std::cerr << "snapsim: bad token: " << token.error().message << '\n';
  return std::nullopt;
}

}  // namespace

std::optional<RunArgument> read_run_argument(const Options& options) {
  const std::string& run = options.files.front();
  std::error_code ignored;
  std::optional<LeftResult> left;
  if (fs::is_directory(run, ignored)) {
    left = result_in(run);
    if (!left) {
      std::cerr << "snapsim: the folder " << printable(run) << " holds no result of a run\n";
      return std::nullopt;
    }
  }
  std::optional<Scenario> scenario = scenario_of_text(left ? left->token : run);
  if (!scenario) return std::nullopt;
  apply_options(options, *scenario);
  RunArgument argument{std::move(*scenario), std::nullopt, {}};
  if (left && !options.policy && !options.seed) {
    argument.fingerprint = std::move(left->fingerprint);
    argument.folder = run;
  }
  return argument;
}

}  // namespace snapsim
