#include <iostream>
#include <optional>

#include "sim/cli/divergence.hpp"
#include "sim/cli/finished_run.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/run_argument.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/report/mermaid.hpp"
#include "sim/report/oslo_log.hpp"
#include "sim/report/trace_json.hpp"

namespace snapsim {
namespace {

void write(ExportForm form, const RunRecord& record, std::ostream& out) {
  switch (form) {
    case ExportForm::mermaid:
      for (const std::string& diagram : mermaid_diagrams(record)) out << diagram;
      break;
    case ExportForm::logs:
      for (const LogFile file : {LogFile::nova_api, LogFile::nova_compute, LogFile::glance_api}) {
        write_oslo_log(record, file, out);
      }
      break;
    case ExportForm::trace:
      write_trace_json(record, out);
      break;
  }
}

}  // namespace

Exit export_verb(const Options& options) {
  const std::optional<RunArgument> argument = read_run_argument(options);
  if (!argument) return Exit::bad_input;
  const FinishedRun run = run_on_model_disks(argument->scenario);
  const std::string divergence = divergence_from(*argument, run);
  if (!divergence.empty()) {
    std::cerr << "snapsim: " << divergence << '\n';
    return Exit::diverged;
  }
  write(options.form, run.record(), std::cout);
  flush_standard_output();
  return Exit::held;
}

}  // namespace snapsim
