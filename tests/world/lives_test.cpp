// Every run of the library, as somebody sees it who cannot look into Nova, is as it was recorded; and so are some
// thousand runs with a mishap. A change that is meant to change what is seen records them again,
//     build/release/snapsim_tests "[record_lives]"       # or snapsim_exhaustive, which is sooner built
// which writes the digests into the tree and every life of the library in words into lives/, a file for each: `diff -r`
// of two such folders, made before and after the change, shows what it does.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/world/life.hpp"

namespace snapsim::testing {
namespace {

namespace fs = std::filesystem;

fs::path record_file() {
  return fs::path(SNAPSIM_SOURCE_DIR) / "tests/world/recorded_lives.txt";
}

struct Recorded {
  std::string digest;
  std::string letters;
  bool operator==(const Recorded&) const = default;
};

Recorded recorded_of(const Life& life) {
  return {fmt::format("{:016x}", life.digest()), life.letters()};
}

/// Of several runs: a letter for each.
Recorded recorded_of(const std::vector<KnownRun>& runs) {
  Recorded all;
  std::uint64_t digest = 0;
  for (const KnownRun& run : runs) {
    const Life life(run_scenario_as_written(run.scenario));
    digest = (digest ^ life.digest()) * 0x100000001b3;
    all.letters += letter_of(life.digest());
  }
  all.digest = fmt::format("{:016x}", digest);
  return all;
}

std::string mishaps_name(const std::string& story, Policy policy) {
  return fmt::format("{} {} mishaps", story, policy == Policy::hardened ? "hardened" : "nova");
}

std::map<std::string, Recorded> read_record() {
  std::map<std::string, Recorded> record;
  std::ifstream file(record_file());
  for (std::string line; std::getline(file, line);) {
    std::istringstream parts(line);
    std::string name;
    Recorded one;
    std::getline(parts, name, '\t');
    std::getline(parts, one.digest, '\t');
    std::getline(parts, one.letters, '\t');
    record.emplace(std::move(name), std::move(one));
  }
  return record;
}

void write_record(const std::map<std::string, Recorded>& record) {
  std::ofstream file(record_file(), std::ios::binary);
  for (const auto& [name, one] : record) file << name << '\t' << one.digest << '\t' << one.letters << '\n';
  REQUIRE(file.flush());
}

std::size_t common_length(const std::string& one, const std::string& other) {
  const auto shorter = static_cast<std::ptrdiff_t>(std::min(one.size(), other.size()));
  const auto parting = std::mismatch(one.begin(), one.begin() + shorter, other.begin());
  return static_cast<std::size_t>(parting.first - one.begin());
}

/// The steps about where the life leaves the recorded one; a letter tells of a few.
std::string parting_text(const KnownRun& run, const RunOutput& output, const std::string& recorded) {
  const std::vector<std::string> lines = life_lines(run.scenario, output);
  const std::size_t same = common_length(recorded, Life(output).letters()) * Life::steps_per_letter;
  std::string text = run.name + ": as recorded until about step " + std::to_string(same) + " (>):\n";
  for (std::size_t i = same < 4 ? 0 : same - 4; i < lines.size() && i < same + 10; ++i) {
    text += fmt::format("  {} {:>4} {}\n", i < same ? ' ' : '>', i + 1, lines[i]);
  }
  return text;
}

TEST_CASE("every run of the library looks from outside as it was recorded", "[world][exhaustive]") {
  const std::map<std::string, Recorded> record = read_record();
  for (const KnownRun& run : library_runs()) {
    const RunOutput output = run_scenario_as_written(run.scenario);
    const auto found = record.find(run.name);
    INFO(run.name << " is recorded by: snapsim_tests \"[record_lives]\"");
    CHECK(found != record.end());
    if (found == record.end() || found->second == recorded_of(Life(output))) continue;
    INFO(parting_text(run, output, found->second.letters));
    CHECK(false);
  }
}

TEST_CASE("runs with a mishap look from outside as they were recorded", "[world][exhaustive]") {
  const std::map<std::string, Recorded> record = read_record();
  for (const std::string& story : stories_for_mishaps()) {
    for (const Policy policy : {Policy::nova, Policy::hardened}) {
      const std::vector<KnownRun> runs = recorded_mishaps(story, policy);
      const Recorded now = recorded_of(runs);
      const auto found = record.find(mishaps_name(story, policy));
      CAPTURE(story);
      CHECK(found != record.end());
      if (found == record.end() || found->second == now) continue;
      const std::size_t first = common_length(found->second.letters, now.letters);
      INFO("the first that differs: " << (first < runs.size() ? runs[first].name : "none by its letter"));
      CHECK(false);
    }
  }
}

TEST_CASE("no single mishap in the stories of disks breaks the simulator off", "[world][exhaustive]") {
  for (const std::string story :
       {"shelve_and_unshelve.json", "rebuild_from_snapshot.json", "rescue_and_unrescue.json"}) {
    for (const Policy policy : {Policy::nova, Policy::hardened}) {
      for (const KnownRun& run : mishap_runs(story, policy, 0, 1)) {
        CAPTURE(run.name);
        CHECK(run_scenario_as_written(run.scenario).result.events > 0);
      }
    }
  }
}

TEST_CASE("a life is what is seen, in its order", "[world]") {
  const std::vector<KnownRun> runs = library_runs();
  const auto cold = std::ranges::find(runs, "cold_snapshot.json", &KnownRun::name);
  REQUIRE(cold != runs.end());
  const RunOutput run = run_scenario_as_written(cold->scenario);
  const Life life(run);
  CHECK(life.letters().size() == life.step_count() / Life::steps_per_letter);

  RunOutput later = run;
  for (TraceRecord& record : later.trace) record.virtual_us += 1000;
  CHECK(Life(later).digest() == life.digest());

  RunOutput swapped = run;
  const auto is_notification = [](const TraceRecord& record) { return record.kind == TraceKind::notification; };
  const auto notification = std::ranges::find_if(swapped.trace, is_notification);
  REQUIRE(notification != swapped.trace.end());
  std::iter_swap(notification, swapped.trace.begin());
  CHECK(Life(swapped).digest() != life.digest());

  RunOutput shorter = run;
  std::erase_if(shorter.trace, is_notification);
  CHECK(Life(shorter).digest() != life.digest());

  RunOutput elsewhere = run;
  elsewhere.result.instances.front().row.image_ref = ImageId(7);
  CHECK(Life(elsewhere).digest() != life.digest());
}

TEST_CASE("the lives are recorded", "[world][record_lives][.]") {
  fs::create_directories("lives");
  std::map<std::string, Recorded> record;
  for (const KnownRun& run : library_runs()) {
    const RunOutput output = run_scenario_as_written(run.scenario);
    record[run.name] = recorded_of(Life(output));
    std::ofstream text(fs::path("lives") / (run.name + ".txt"));
    for (const std::string& line : life_lines(run.scenario, output)) text << line << '\n';
  }
  for (const std::string& story : stories_for_mishaps()) {
    for (const Policy policy : {Policy::nova, Policy::hardened}) {
      record[mishaps_name(story, policy)] = recorded_of(recorded_mishaps(story, policy));
    }
  }
  write_record(record);
}

}  // namespace
}  // namespace snapsim::testing
