#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include <nlohmann/json.hpp>

#include "sim/check/invariant.hpp"
#include "sim/cli/finished_run.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/report/judgement.hpp"
#include "sim/report/mermaid.hpp"
#include "sim/report/oslo_log.hpp"
#include "sim/report/replay_token.hpp"
#include "sim/report/result_json.hpp"
#include "sim/report/story.hpp"
#include "sim/report/trace_json.hpp"
#include "sim/scenario/schema.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

/// The token that stands in the result.json of a folder that a run has left.
std::optional<std::string> token_in(const fs::path& folder) {
  std::ifstream file(folder / "result.json");
  const nlohmann::json result = nlohmann::json::parse(file, nullptr, false);
  const nlohmann::json::json_pointer token("/runs/0/token");
  if (!result.is_object() || !result.contains(token) || !result[token].is_string()) return std::nullopt;
  return result[token].get<std::string>();
}

/// What a RUN on the command line means: a file, a token, or a folder with a result. Nothing where it means none of
/// them; an error has been printed then.
std::optional<Scenario> scenario_of_run(const Options& options, const std::string& run) {
  std::string text = run;
  std::error_code error;
  if (fs::is_directory(run, error)) {
    const std::optional<std::string> token = token_in(run);
    if (!token) {
      std::cerr << "snapsim: " << run << " holds no result of a run\n";
      return std::nullopt;
    }
    text = *token;
  }
  const bool is_file = text == "-" || fs::exists(text, error);
  const auto token = parse_replay_token(text);
  if (!is_file && !token && text.find('#') != std::string::npos) {
    std::cerr << "snapsim: bad token: " << token.error().message << '\n';
    return std::nullopt;
  }
  const bool is_token = !is_file && token.has_value();
  std::vector<Scenario> scenarios = read_scenarios(options, {is_token ? token->path : text});
  if (scenarios.empty()) return std::nullopt;
  Scenario scenario = std::move(scenarios.front());
  if (is_token) {
    scenario.policy = token->policy;
    scenario.seed = token->seed;
    scenario.choices = token->choices;
  }
  return scenario;
}

}  // namespace

Exit replay_verb(const Options& options) {
  const std::optional<Scenario> scenario = scenario_of_run(options, options.files.front());
  if (!scenario) return Exit::bad_input;
  const FinishedRun again = run_on_model_disks(*scenario);
  const FinishedRun run = run_and_leave_results(options, *scenario, folder_names({*scenario}).front());
  const RunRecord record = run.record();
  if (options.json) {
    std::cout << result_json(std::span<const RunRecord>(&record, 1)).dump(2) << '\n';
  } else {
    StoryOptions story;
    story.color = wants_color(options.color);
    story.verbose = options.verbose;
    story.quiet = options.quiet;
    write_story(record, story, std::cout);
  }
  flush_standard_output();
  const auto differs = std::mismatch(run.output.trace.begin(), run.output.trace.end(), again.output.trace.begin(),
                                     again.output.trace.end());
  if (differs.first != run.output.trace.end() || differs.second != again.output.trace.end()) {
    std::cerr << "snapsim: the same choices gave two different traces, from step "
              << differs.first - run.output.trace.begin() << " on\n";
    return Exit::diverged;
  }
  return judge(*scenario, run.output.result).verdict == Verdict::consistent ? Exit::held : Exit::failed;
}

Exit export_verb(const Options& options) {
  const std::optional<Scenario> scenario = scenario_of_run(options, options.files.front());
  if (!scenario) return Exit::bad_input;
  const FinishedRun run = run_on_model_disks(*scenario);
  const RunRecord record = run.record();
  switch (options.form) {
    case ExportForm::mermaid:
      for (const std::string& diagram : mermaid_diagrams(record)) std::cout << diagram;
      break;
    case ExportForm::logs:
      for (const LogFile file : {LogFile::nova_api, LogFile::nova_compute, LogFile::glance_api}) {
        write_oslo_log(record, file, std::cout);
      }
      break;
    case ExportForm::trace:
      write_trace_json(record, std::cout);
      break;
  }
  flush_standard_output();
  return Exit::held;
}

Exit invariants_verb(const Options& options) {
  if (options.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Invariant& invariant : invariants()) {
      list.push_back({{"name", invariant.name},
                      {"when", invariant.when == When::always ? "always" : "at_rest"},
                      {"sentence", invariant.sentence}});
    }
    std::cout << nlohmann::ordered_json{{"invariants", list}}.dump(2) << '\n';
  } else {
    for (const Invariant& invariant : invariants()) {
      std::cout << invariant.name << (invariant.when == When::always ? " (always)\n    " : " (at rest)\n    ")
                << invariant.sentence << '\n';
    }
  }
  flush_standard_output();
  return Exit::held;
}

Exit schema_verb() {
  std::cout << scenario_schema_text();
  flush_standard_output();
  return Exit::held;
}

}  // namespace snapsim
