#include "sim/cli/defect_report.hpp"

#include <cstdio>
#include <cstdlib>

#include "sim/cli/options.hpp"
#include "sim/report/replay_token.hpp"
#include "sim/report/text.hpp"
#include "sim/runtime/assert.hpp"

namespace snapsim {
namespace {

thread_local const Scenario* running = nullptr;

/// Real files of the run are removed by their janitor.
void report_and_exit(const char* condition, const char* why, const char* file, int line) {
  std::fprintf(stderr, "snapsim: defect at %s:%d: %s (%s)\nthe same run again:\n%s\n", file, line, why, condition,
               command_to_run_again(*running).c_str());
  std::_Exit(static_cast<int>(Exit::defect));
}

}  // namespace

DefectReport::DefectReport(const Scenario& scenario) {
  running = &scenario;
  set_assertion_hook(report_and_exit);
}

DefectReport::~DefectReport() {
  set_assertion_hook(nullptr);
  running = nullptr;
}

std::string command_to_run_again(const Scenario& scenario) {
  const ReplayToken token{scenario.path, scenario.policy, scenario.seed.value_or(0), scenario.choices};
  return "./snapsim replay " + shell_quoted(to_string(token));
}

}  // namespace snapsim
