#include "sim/cli/fuzz_store.hpp"

#include <charconv>
#include <functional>
#include <iostream>
#include <ostream>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/choice/replay.hpp"
#include "sim/cli/fuzz_report.hpp"
#include "sim/cli/result_folder.hpp"
#include "sim/report/finished_run.hpp"
#include "sim/report/mermaid.hpp"
#include "sim/report/text.hpp"
#include "sim/scenario/problem.hpp"
#include "sim/scenario/scenario_names.hpp"
#include "sim/scenario/writer.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

constexpr const char* tables = R"(
CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY, scenario TEXT NOT NULL, policy TEXT NOT NULL, seed TEXT NOT NULL,
  next_run INTEGER NOT NULL, violating INTEGER NOT NULL, fingerprint TEXT NOT NULL, text TEXT NOT NULL, snapsim_version TEXT NOT NULL,
  UNIQUE (scenario, policy));
CREATE TABLE IF NOT EXISTS findings (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, number INTEGER NOT NULL,
  invariant TEXT NOT NULL, message TEXT NOT NULL, choices TEXT NOT NULL, first_run INTEGER NOT NULL,
  seen INTEGER NOT NULL, is_minimal INTEGER NOT NULL, shrink_runs INTEGER NOT NULL, file TEXT NOT NULL,
  UNIQUE (run, number));
CREATE TABLE IF NOT EXISTS faults (
  finding INTEGER NOT NULL REFERENCES findings (id) ON DELETE CASCADE, number INTEGER NOT NULL,
  fault TEXT NOT NULL, without_it TEXT NOT NULL, PRIMARY KEY (finding, number));
CREATE TABLE IF NOT EXISTS causes (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, invariant TEXT NOT NULL, choices TEXT NOT NULL,
  is_racing INTEGER NOT NULL, finding INTEGER NOT NULL, times INTEGER NOT NULL,
  PRIMARY KEY (run, invariant, choices, is_racing));
CREATE TABLE IF NOT EXISTS corpus (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, what TEXT NOT NULL, digest TEXT NOT NULL,
  number INTEGER NOT NULL, PRIMARY KEY (run, what, digest));
)";

std::string policy_text(const FuzzSpace& space) {
  return std::string(to_string(space.scenario().policy));
}

std::string choices_text(const Picks& picks) {
  return fmt::format("{}", fmt::join(picks, "."));
}

Picks choices_from(const std::string& text) {
  Picks picks;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end; ++at) {
    std::uint32_t pick = 0;
    at = std::from_chars(at, end, pick).ptr;
    picks.push_back(pick);
  }
  return picks;
}

std::uint64_t number_from(const std::string& text, int base) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw OutsideError(OutsideError::Kind::failed,
                       "cannot make the folder " + printable(folder.string()) + ": " + error.message());
  }
}

/// The file appears whole or not at all.
void write_whole(const fs::path& file, const std::function<void(std::ostream&)>& write) {
  fs::path temporary = file;
  temporary += ".tmp";
  write_output_file(temporary, write);
  std::error_code error;
  fs::rename(temporary, file, error);
  if (error) {
    throw OutsideError(OutsideError::Kind::failed, "cannot write " + printable(file.string()) + ": " + error.message());
  }
}

std::int64_t as_integer(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

}  // namespace

FuzzStore::FuzzStore(const fs::path& out, bool is_resumed)
    : out_(out), is_resumed_(is_resumed), database_(out / "findings.sqlite") {
  database_.execute(tables);
}

FuzzProgress FuzzStore::begin(const FuzzSpace& space, const std::string& name, std::uint64_t seed) {
  name_ = name;
  if (is_resumed_) {
    SqliteStatement row(database_,
                        "SELECT id, seed, next_run, violating, text, snapsim_version, fingerprint FROM runs "
                        "WHERE scenario = ? AND policy = ?");
    row.bind(space.scenario().path).bind(policy_text(space));
    if (row.next_row()) {
      if (row.text(4) == write_scenario(space.scenario()) && row.text(5) == SNAPSIM_VERSION) {
        row_ = row.number(0);
        return {number_from(row.text(1), 10), static_cast<std::uint64_t>(row.number(2)),
                static_cast<std::uint64_t>(row.number(3)), number_from(row.text(6), 16)};
      }
      std::cerr << "snapsim: " << printable(space.scenario().path)
                << " or snapsim has changed since; its runs begin anew\n";
    }
  }
  forget(space);
  insert_run_row(space, seed);
  return {seed, 0, 0, 0};
}

void FuzzStore::forget(const FuzzSpace& space) {
  SqliteStatement row(database_, "DELETE FROM runs WHERE scenario = ? AND policy = ?");
  row.bind(space.scenario().path).bind(policy_text(space)).run();
  for (const char* const kind : {"corpus", "findings"}) {
    std::error_code ignored;
    fs::remove_all(out_ / kind / name_, ignored);
  }
}

void FuzzStore::insert_run_row(const FuzzSpace& space, std::uint64_t seed) {
  SqliteStatement row(
      database_,
      "INSERT INTO runs (scenario, policy, seed, next_run, violating, fingerprint, text, snapsim_version) "
      "VALUES (?, ?, ?, 0, 0, '0', ?, ?)");
  row.bind(space.scenario().path).bind(policy_text(space)).bind(std::to_string(seed));
  row.bind(write_scenario(space.scenario())).bind(std::string(SNAPSIM_VERSION)).run();
  row_ = database_.last_row_id();
}

void FuzzStore::recall(FuzzCampaign& campaign) {
  SqliteStatement findings(database_,
                           "SELECT invariant, choices, first_run, seen, is_minimal, shrink_runs FROM findings "
                           "WHERE run = ? ORDER BY number");
  findings.bind(row_);
  while (findings.next_row()) {
    FoundGroup group;
    group.finding = finding_of(campaign.space(), choices_from(findings.text(1)), findings.text(0));
    group.first_run = static_cast<std::uint64_t>(findings.number(2));
    group.seen = static_cast<std::uint64_t>(findings.number(3));
    group.finding.is_minimal = findings.number(4) != 0;
    group.finding.shrink_runs = static_cast<std::uint64_t>(findings.number(5));
    campaign.remember(std::move(group));
  }
  SqliteStatement causes(database_, "SELECT invariant, choices, is_racing, finding, times FROM causes WHERE run = ?");
  causes.bind(row_);
  while (causes.next_row()) {
    ReplayChoices choices(choices_from(causes.text(1)));
    campaign.remember_cause({causes.text(0), draw_plan(campaign.space(), choices).mishaps, causes.number(2) != 0,
                             static_cast<std::size_t>(causes.number(3) - 1), static_cast<int>(causes.number(4))});
  }
  SqliteStatement corpus(database_, "SELECT what, digest FROM corpus WHERE run = ?");
  corpus.bind(row_);
  while (corpus.next_row()) campaign.remember_reached(corpus.text(0) == "outcome", number_from(corpus.text(1), 16));
}

void FuzzStore::keep(const FuzzCampaign& campaign, const FuzzBatch& batch) {
  for (const std::size_t group : batch.new_groups) leave_counterexample_files(campaign, group);
  SqliteTransaction transaction(database_);
  for (const InterestingRun& run : batch.interesting) keep_interesting(campaign, run);
  for (const std::size_t group : batch.new_groups) keep_finding(campaign, group);
  for (const FoundCause& cause : batch.causes) keep_cause(cause);
  for (const std::size_t group : batch.seen_groups) {
    SqliteStatement seen(database_, "UPDATE findings SET seen = ? WHERE run = ? AND number = ?");
    seen.bind(as_integer(campaign.groups()[group].seen)).bind(row_).bind(as_integer(group + 1)).run();
  }
  SqliteStatement row(database_, "UPDATE runs SET next_run = ?, violating = ?, fingerprint = ? WHERE id = ?");
  const FuzzProgress& progress = campaign.progress();
  row.bind(as_integer(progress.next_run)).bind(as_integer(progress.violating));
  row.bind(fmt::format("{:016x}", progress.fingerprint)).bind(row_).run();
  transaction.commit();
}

fs::path FuzzStore::scenario_file(const FuzzCampaign& campaign, std::size_t group) const {
  const std::string& invariant = campaign.groups()[group].finding.invariant;
  return out_ / "findings" / name_ / fmt::format("{:02}-{}.json", group + 1, invariant);
}

void FuzzStore::keep_finding(const FuzzCampaign& campaign, std::size_t group) {
  const FoundGroup& found = campaign.groups()[group];
  const FuzzFinding& finding = found.finding;
  SqliteStatement row(database_,
                      "INSERT INTO findings (run, number, invariant, message, choices, first_run, seen, is_minimal, "
                      "shrink_runs, file) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  row.bind(row_).bind(as_integer(group + 1)).bind(finding.invariant).bind(finding.message);
  row.bind(choices_text(picks_of(finding.planned(), finding.schedule)));
  row.bind(as_integer(found.first_run)).bind(as_integer(found.seen)).bind(std::int64_t{finding.is_minimal});
  row.bind(as_integer(finding.shrink_runs)).bind(scenario_file(campaign, group).string()).run();
  const std::int64_t id = database_.last_row_id();
  for (std::size_t i = 0; i < finding.mishaps.size(); ++i) {
    SqliteStatement fault(database_, "INSERT INTO faults (finding, number, fault, without_it) VALUES (?, ?, ?, ?)");
    fault.bind(id).bind(as_integer(i + 1)).bind(mishap_of(campaign.space(), finding.mishaps[i].mishap).text());
    fault.bind(without_text(finding.mishaps[i])).run();
  }
}

void FuzzStore::keep_cause(const FoundCause& cause) {
  SqliteStatement row(database_,
                      "INSERT OR REPLACE INTO causes (run, invariant, choices, is_racing, finding, times) "
                      "VALUES (?, ?, ?, ?, ?, ?)");
  row.bind(row_).bind(cause.invariant).bind(choices_text(picks_of(cause.mishaps, {})));
  row.bind(std::int64_t{cause.is_racing}).bind(as_integer(cause.group + 1)).bind(std::int64_t{cause.times}).run();
}

void FuzzStore::keep_interesting(const FuzzCampaign& campaign, const InterestingRun& run) {
  const std::string what = run.is_outcome ? "outcome" : "place";
  const std::string digest = fmt::format("{:016x}", run.digest);
  SqliteStatement row(database_, "INSERT OR IGNORE INTO corpus (run, what, digest, number) VALUES (?, ?, ?, ?)");
  row.bind(row_).bind(what).bind(digest).bind(as_integer(run.number)).run();

  const nlohmann::ordered_json json{{"scenario", valid_utf8(campaign.space().scenario().path)},
                                    {"policy", policy_text(campaign.space())},
                                    {"seed", campaign.progress().seed},
                                    {"run", run.number},
                                    {"new", what},
                                    {"choices", run.picks}};
  const fs::path folder = out_ / "corpus" / name_;
  make_folder(folder);
  write_whole(folder / (what + "-" + digest + ".json"), [&json](std::ostream& out) { out << json.dump() << '\n'; });
}

void FuzzStore::leave_counterexample_files(const FuzzCampaign& campaign, std::size_t group) const {
  const Scenario scenario = reproducer_of(campaign.space(), campaign.groups()[group].finding);
  fs::path file = scenario_file(campaign, group);
  make_folder(file.parent_path());
  write_whole(file, [&scenario](std::ostream& out) { out << write_scenario(scenario); });
  ReplayChoices choices(scenario.choices);
  const FinishedRun run = simulate(scenario, choices);
  write_whole(file.replace_extension(".mmd"), [&run](std::ostream& out) { write_mermaid(run.record(), out); });
}

}  // namespace snapsim
