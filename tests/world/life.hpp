#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/world/run.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim::testing {

/// What somebody who cannot look into Nova sees of a run, in its order: requests and their answers, what is written to
/// the database and what no longer is there, messages, each request to Glance, to libvirt and to the tools of the host
/// with its answer, notifications, lines of the logs from INFO on, files, the guests and the images; and in the end all
/// that is left of each. Not seen: reads of the database, DEBUG lines, and how long anything took.
class Life {
 public:
  explicit Life(const RunOutput& run);

  /// How many steps somebody sees; the end counts as one more.
  std::size_t step_count() const { return marks_.size(); }
  /// Of everything that is seen.
  std::uint64_t digest() const { return marks_.back(); }
  /// One letter for each few steps, which stands for all until then: where two lives part, their letters do.
  std::string letters() const;
  static constexpr std::size_t steps_per_letter = 4;

 private:
  std::vector<std::uint64_t> marks_;  // of all steps up to it
};

/// A letter for a digest.
char letter_of(std::uint64_t digest);

/// The steps in words, a line for each; the end takes several.
std::vector<std::string> life_lines(const Scenario& scenario, const RunOutput& run);

/// A run whose life is known.
struct KnownRun {
  std::string name;  ///< "cold_snapshot.json", "cold_snapshot.json under hardened", the same "with" a mishap
  Scenario scenario;
};

/// Every scenario of the library as it is written and, where that is another one, under policy hardened.
std::vector<KnownRun> library_runs();

/// The stories of the library that mishaps are made in.
std::vector<std::string> stories_for_mishaps();

/// Each so many-th of the single mishaps of the story under that policy, from `first` on; nothing is expected of them.
std::vector<KnownRun> mishap_runs(const std::string& story, Policy policy, std::size_t first, std::size_t stride);

/// Those of them whose lives are recorded.
std::vector<KnownRun> recorded_mishaps(const std::string& story, Policy policy);

}  // namespace snapsim::testing
