#include "tests/mutation/library_cases.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "sim/scenario/reader.hpp"
#include "tests/mutation/reached.hpp"

namespace snapsim::mutation {
namespace {

namespace fs = std::filesystem;

void add_case(std::vector<LibraryCase>& cases, Scenario scenario, const std::string& name) {
  LibraryCase one;
  one.scenario = std::move(scenario);
  one.name = name;
  const RunResult result = run_scenario_as_written(one.scenario).result;
  if (judge(one.scenario, result).verdict != Verdict::consistent) {
    throw std::runtime_error(name + " is not consistent without any mutant");
  }
  one.reached = take_reached();
  one.fingerprint_high = result.fingerprint_high;
  one.fingerprint_low = result.fingerprint_low;
  cases.push_back(std::move(one));
}

}  // namespace

std::vector<LibraryCase> library_cases(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::vector<LibraryCase> cases;
  for (const std::string& file : files) {
    ScenarioOrProblems read = read_scenario_file(file);
    if (!read) throw std::runtime_error(file + " is not a scenario");
    const std::string name = fs::path(file).filename().string();
    add_case(cases, *read, name);
    if (read->policy == Policy::hardened) continue;
    read->policy = Policy::hardened;
    add_case(cases, std::move(*read), name + " under hardened");
  }
  return cases;
}

CaseVerdict run_case(const LibraryCase& one) {
  const RunResult result = run_scenario_as_written(one.scenario).result;
  const Judgement judgement = judge(one.scenario, result);
  CaseVerdict verdict;
  verdict.trace_differs =
      result.fingerprint_high != one.fingerprint_high || result.fingerprint_low != one.fingerprint_low;
  if (!judgement.unlisted.empty()) verdict.violated = result.violations[judgement.unlisted.front()].invariant;
  for (const ExpectationFailure& failure : judgement.failures) {
    std::string& first = failure.what == "invariant" ? verdict.held : verdict.expectation;
    if (first.empty()) first = failure.what == "invariant" ? failure.subject : failure.what;
  }
  return verdict;
}

}  // namespace snapsim::mutation
