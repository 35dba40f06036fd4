#include "tests/mutation/library_cases.hpp"

#include <stdexcept>
#include <utility>

#include "tests/mutation/reached.hpp"
#include "tests/world/life.hpp"

namespace snapsim::mutation {
namespace {

LibraryCase case_of(testing::KnownRun run) {
  LibraryCase one;
  one.scenario = std::move(run.scenario);
  one.name = std::move(run.name);
  const RunOutput output = run_scenario_as_written(one.scenario);
  one.reached = take_reached();
  one.fingerprint_high = output.result.fingerprint_high;
  one.fingerprint_low = output.result.fingerprint_low;
  one.life = testing::Life(output).digest();
  one.is_judged = judge(one.scenario, output.result).verdict == Verdict::consistent;
  return one;
}

}  // namespace

std::vector<LibraryCase> library_cases() {
  std::vector<LibraryCase> cases;
  for (testing::KnownRun& run : testing::library_runs()) {
    cases.push_back(case_of(std::move(run)));
    if (!cases.back().is_judged) throw std::runtime_error(cases.back().name + " is not consistent without any mutant");
  }
  return cases;
}

std::vector<LibraryCase> mishap_cases() {
  std::vector<LibraryCase> cases;
  for (const Policy policy : {Policy::hardened, Policy::nova}) {
    for (const std::string& story : testing::stories_for_mishaps()) {
      for (testing::KnownRun& run : testing::recorded_mishaps(story, policy)) {
        cases.push_back(case_of(std::move(run)));
        if (policy == Policy::nova) cases.back().is_judged = false;
      }
    }
  }
  return cases;
}

CaseVerdict run_case(const LibraryCase& one) {
  const RunOutput output = run_scenario_as_written(one.scenario);
  const RunResult& result = output.result;
  CaseVerdict verdict;
  verdict.trace_differs =
      result.fingerprint_high != one.fingerprint_high || result.fingerprint_low != one.fingerprint_low;
  verdict.life_differs = testing::Life(output).digest() != one.life;
  if (!one.is_judged) return verdict;
  const Judgement judgement = judge(one.scenario, result);
  if (!judgement.unlisted.empty()) verdict.violated = result.violations[judgement.unlisted.front()].invariant;
  for (const ExpectationFailure& failure : judgement.failures) {
    std::string& first = failure.what == "invariant" ? verdict.held : verdict.expectation;
    if (first.empty()) first = failure.what == "invariant" ? failure.subject : failure.what;
  }
  return verdict;
}

}  // namespace snapsim::mutation
