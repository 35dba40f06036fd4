#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <span>
#include <sstream>

#include "sim/cli/divergence.hpp"
#include "sim/cli/finished_run.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/result_folder.hpp"
#include "sim/cli/run_argument.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/page/run_page.hpp"
#include "sim/report/junit.hpp"
#include "sim/report/mermaid.hpp"
#include "sim/report/oslo_log.hpp"
#include "sim/report/perfetto.hpp"
#include "sim/report/plantuml.hpp"
#include "sim/report/shiviz.hpp"
#include "sim/report/trace_json.hpp"
#include "sim/scenario/problem.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

constexpr LogFile log_files[] = {LogFile::nova_api, LogFile::nova_compute, LogFile::glance_api};

/// The logs that the run has left: those of real disks tell of the real images' hashes.
void write_left_logs(const fs::path& folder, std::ostream& out) {
  for (const LogFile log : log_files) {
    const fs::path path = folder / log_file_name(log);
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file || !text) throw OutsideError(OutsideError::Kind::failed, "cannot read " + printable(path.string()));
    out << text.str();
  }
}

/// The page of the run; of one with faults, the same run without them stands beside it.
void write_page(const RunRecord& record, std::ostream& out) {
  if (record.scenario.faults.empty()) {
    write_run_page(record, nullptr, out);
    return;
  }
  Scenario without_faults = record.scenario;
  without_faults.faults.clear();
  const FinishedRun other = run_on_model_disks(without_faults);
  const RunRecord other_record = other.record();
  write_run_page(record, &other_record, out);
}

void write(ExportForm form, const RunRecord& record, std::ostream& out) {
  switch (form) {
    case ExportForm::mermaid:
      write_mermaid(record, out);
      break;
    case ExportForm::plantuml:
      write_plantuml(record, out);
      break;
    case ExportForm::html:
      write_page(record, out);
      break;
    case ExportForm::perfetto:
      write_perfetto(record, out);
      break;
    case ExportForm::shiviz:
      write_shiviz(record, out);
      break;
    case ExportForm::logs:
      for (const LogFile log : log_files) write_oslo_log(record, log, out);
      break;
    case ExportForm::trace:
      write_trace_json(record, out);
      break;
    case ExportForm::junit: {
      const JunitCase entry{record.scenario.path, record, {}, std::nullopt};
      write_junit(std::span(&entry, 1), out);
      break;
    }
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
  if (options.form == ExportForm::logs && !argument->folder.empty()) {
    write_left_logs(argument->folder, std::cout);
  } else {
    write(options.form, run.record(), std::cout);
  }
  flush_standard_output();
  return Exit::held;
}

}  // namespace snapsim
