#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "real/child_process.hpp"
#include "sim/cli/defect_report.hpp"
#include "sim/cli/finished_run.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/prove_branches.hpp"
#include "sim/cli/prove_report.hpp"
#include "sim/cli/result_folder.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/explore/counterexample_file.hpp"
#include "sim/report/judgement.hpp"
#include "sim/report/result_json.hpp"
#include "sim/report/text.hpp"
#include "sim/scenario/read_text_file.hpp"
#include "sim/scenario/writer.hpp"

namespace snapsim {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

/// A proof, what it found beyond the scenario's list, and the runs of the files that show it.
struct Proven {
  Proof proof;
  std::vector<ProofFinding> findings;
  std::vector<FinishedRun> runs;
};

ProofLimits limits_of(const ProveOptions& options) {
  ProofLimits limits;
  limits.faults = options.faults;
  limits.reorderings = options.reorderings;
  limits.together = options.together.value_or(std::max(options.faults, options.reorderings));
  limits.by_moment = !options.every_moment;
  return limits;
}

/// Leaves a scenario file for each violation that is not listed, under `folder`.
void leave_findings(Proven& proven, const std::filesystem::path& folder) {
  const std::set<std::string> listed = listed_violations(proven.proof.scenario);
  for (const auto& [key, finding] : proven.proof.tally.findings) {
    if (listed.contains(key.invariant)) continue;
    ProofFinding& found = proven.findings.emplace_back(ProofFinding{key, finding, {}});
    const DefectReport defect_report(proven.proof.scenario);
    std::optional<Scenario> file = scenario_of_finding(proven.proof.scenario, key, finding);
    if (!file) continue;
    std::filesystem::create_directories(folder);
    const std::size_t number = proven.findings.size();
    found.file = folder / (std::to_string(number) + "-" + key.invariant + ".json");
    write_output_file(found.file, [&file](std::ostream& out) { out << write_scenario(*file); });
    file->path = found.file;
    proven.runs.push_back(run_on_model_disks(*file));
  }
}

Verdict verdict_of(const Proven& proven) {
  if (!proven.findings.empty()) return Verdict::violated;
  return proven.proof.tally.is_whole ? Verdict::consistent : Verdict::undecided;
}

Verdict verdict_of(const std::vector<Proven>& all) {
  Verdict verdict = Verdict::consistent;
  for (const Proven& proven : all) verdict = std::max(verdict, verdict_of(proven));
  return verdict;
}

void print(const Options& options, const std::vector<Proven>& all) {
  if (!options.json) {
    for (const Proven& proven : all) {
      if (&proven != all.data() && !options.quiet) std::cout << '\n';
      write_proof(proven.proof, proven.findings, options.quiet, std::cout);
    }
  } else {
    std::vector<RunRecord> runs;
    Json proofs = Json::array();
    for (const Proven& proven : all) {
      for (const FinishedRun& run : proven.runs) runs.push_back(run.record());
      proofs.push_back(proof_json(proven.proof, proven.findings));
    }
    Json json = result_json(runs, verdict_of(all));
    json["proofs"] = std::move(proofs);
    std::cout << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  }
  flush_standard_output();
}

void write_certificate(const std::string& folder, const std::vector<Proven>& all) {
  Json proofs = Json::array();
  for (const Proven& proven : all) {
    Json proof = certificate_of(proven.proof);
    proof["verdict"] = to_string(verdict_of(proven));
    proofs.push_back(std::move(proof));
  }
  const Json json{{"snapsim_version", SNAPSIM_VERSION}, {"proofs", std::move(proofs)}};
  write_output_file(std::filesystem::path(folder) / "certificate.json", [&json](std::ostream& out) {
    out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  });
}

/// Checks each proof of the certificate and tells the differences.
Exit check(const Options& options) {
  const TextOrProblem text = read_text_file(options.prove.check);
  if (!text) {
    std::cerr << to_string(text.error()) << '\n';
    return Exit::bad_input;
  }
  const auto is_interrupted = [] { return interrupt_requested(); };
  Json list = Json::array();
  try {
    const Json certificate = Json::parse(*text);
    for (const Json& proof : certificate.at("proofs")) {
      for (std::string& difference :
           check_certificate(proof, options.prove.samples, options.seed.value_or(1), is_interrupted)) {
        list.push_back(std::move(difference));
      }
    }
  } catch (const Json::exception& error) {
    std::cerr << "snapsim: " << visible(options.prove.check) << " is no certificate: " << visible(error.what()) << '\n';
    return Exit::bad_input;
  }
  if (options.json) {
    std::cout << Json{{"snapsim_version", SNAPSIM_VERSION}, {"holds", list.empty()}, {"differences", list}}.dump(2)
              << '\n';
  } else {
    for (const Json& difference : list) std::cout << visible(difference.get<std::string>()) << '\n';
    std::cout << (list.empty() ? "the certificate holds\n" : "the certificate does not hold\n");
  }
  flush_standard_output();
  if (interrupt_requested()) return Exit::interrupted;
  return list.empty() ? Exit::held : Exit::failed;
}

}  // namespace

Exit prove_verb(const Options& options) {
  if (!options.prove.check.empty()) return check(options);
  std::vector<Scenario> scenarios = read_scenarios(options.files);
  if (scenarios.empty()) return Exit::bad_input;
  const OutFolder out(options.out);
  const std::vector<std::string> folders = folder_names(scenarios);
  std::optional<Clock::time_point> deadline;
  if (options.prove.time) deadline = Clock::now() + *options.prove.time;
  std::vector<Proven> all;
  for (std::size_t i = 0; i < scenarios.size() && !interrupt_requested(); ++i) {
    apply_options(options, scenarios[i]);
    const ProofLimits limits = limits_of(options.prove);
    Tally tally = prove_branches(options, scenarios[i], limits, deadline);
    Proven& proven = all.emplace_back(Proven{{scenarios[i], limits, std::move(tally)}, {}, {}});
    leave_findings(proven, std::filesystem::path(options.out) / "findings" / folders[i]);
  }
  write_certificate(options.out, all);
  print(options, all);
  if (interrupt_requested()) {
    std::cerr << "snapsim: interrupted\n";
    return Exit::interrupted;
  }
  switch (verdict_of(all)) {
    case Verdict::consistent:
      return Exit::held;
    case Verdict::undecided:
      return Exit::budget_ended;
    default:
      return Exit::failed;
  }
}

}  // namespace snapsim
