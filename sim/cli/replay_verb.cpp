#include <iostream>
#include <optional>

#include "sim/cli/divergence.hpp"
#include "sim/cli/finished_run.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/result_folder.hpp"
#include "sim/cli/run_argument.hpp"
#include "sim/cli/verbs.hpp"

namespace snapsim {

Exit replay_verb(const Options& options) {
  const std::optional<RunArgument> argument = read_run_argument(options);
  if (!argument) return Exit::bad_input;
  const FinishedRun again = run_on_model_disks(argument->scenario);
  const OutFolder out(options.out);
  const FinishedRun run =
      run_and_leave_results(options, argument->scenario, folder_names({argument->scenario}).front());
  const RunRecord record = run.record();
  print_runs(options, std::span(&record, 1), false);
  std::string divergence = divergence_between(run, again);
  if (divergence.empty()) divergence = divergence_from(*argument, run);
  if (!divergence.empty()) {
    std::cerr << "snapsim: " << divergence << '\n';
    return Exit::diverged;
  }
  return exit_of(std::span(&record, 1));
}

}  // namespace snapsim
