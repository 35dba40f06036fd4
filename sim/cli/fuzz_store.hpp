#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "sim/cli/fuzz_campaign.hpp"
#include "sim/cli/sqlite.hpp"

namespace snapsim {

/// What `fuzz --out DIR` leaves: findings.sqlite, corpus/ and findings/ (docs/fuzz.md). All of it is whole at any time,
/// even if the program is killed: files are renamed to their names, the database has transactions. Throws OutsideError
/// where something cannot be written.
class FuzzStore {
 public:
  /// `out` is there. `is_resumed`: goes on from what is there; else what is there of a scenario is replaced.
  FuzzStore(const std::filesystem::path& out, bool is_resumed);

  /// How far the campaign on the scenario has come; what it is to start from where there is none, or where the scenario
  /// or the program has changed since. `name` is that of its folders.
  FuzzProgress begin(const FuzzSpace& space, const std::string& name, std::uint64_t seed);
  /// Makes known to the campaign what the one that it continues has found.
  void recall(FuzzCampaign& campaign);
  /// Keeps what the last batch has brought.
  void keep(const FuzzCampaign& campaign, const FuzzBatch& batch);

  /// The finding's scenario file; its diagram ends in .mmd instead of .json.
  std::filesystem::path scenario_file(const FuzzCampaign& campaign, std::size_t group) const;

 private:
  void forget(const FuzzSpace& space);
  void insert_run_row(const FuzzSpace& space, std::uint64_t seed);
  void keep_finding(const FuzzCampaign& campaign, std::size_t group);
  void keep_cause(const FoundCause& cause);
  void keep_interesting(const FuzzCampaign& campaign, const InterestingRun& run);
  void leave_counterexample_files(const FuzzCampaign& campaign, std::size_t group) const;

  std::filesystem::path out_;
  bool is_resumed_;
  SqliteDatabase database_;
  std::string name_;
  std::int64_t row_ = 0;  ///< of the campaign in the table `runs`
};

}  // namespace snapsim
