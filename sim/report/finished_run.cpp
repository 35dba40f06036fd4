#include "sim/report/finished_run.hpp"

#include <utility>

#include "sim/report/result_texts.hpp"

namespace snapsim {
namespace {

FinishedRun with_texts(Scenario scenario, RunOutput output) {
  add_texts(scenario, output.trace, output.result);
  return {std::move(scenario), std::move(output)};
}

}  // namespace

FinishedRun simulate(Scenario scenario, ChoiceSource& choices) {
  RunOutput output = run_scenario(scenario, choices);
  return with_texts(std::move(scenario), std::move(output));
}

FinishedRun simulate(Scenario scenario) {
  RunOutput output = run_scenario_as_written(scenario);
  return with_texts(std::move(scenario), std::move(output));
}

}  // namespace snapsim
