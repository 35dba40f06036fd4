#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "sim/check/invariant.hpp"
#include "sim/reference/reference_pages.hpp"
#include "sim/reference/snapshot_matrix.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

std::string text_of_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void check_up_to_date(const std::vector<ReferencePage>& pages, const fs::path& folder) {
  std::set<std::string> wanted;
  std::string stale;
  for (const ReferencePage& page : pages) {
    wanted.insert(page.file);
    if (text_of_file(folder / page.file) != page.text) stale += " " + page.file;
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (!wanted.contains(entry.path().filename().string())) stale += " " + entry.path().filename().string();
  }
  INFO("tools/reference.sh build/dev/snapsim makes " << folder << " again; out of date:" << stale);
  CHECK(stale.empty());
}

}  // namespace

TEST_CASE("the reference in docs is what the program makes", "[reference]") {
  const fs::path docs = fs::path(SNAPSIM_SOURCE_DIR) / "docs" / "reference";
  const std::vector<ReferencePage> faults = fault_pages();
  CHECK(faults.size() == fault_points().size() + 1);
  check_up_to_date(faults, docs / "faults");
  const std::vector<ReferencePage> invariants_told = invariant_pages();
  CHECK(invariants_told.size() == invariants().size() + 1);
  check_up_to_date(invariants_told, docs / "invariants");
}

TEST_CASE("a page's table is what the runs end in", "[reference]") {
  const auto point = fault_point_from("queue.cast.lost");
  REQUIRE(point);
  const std::vector<MatrixRun> runs = runs_with(*point);
  REQUIRE(runs.size() == 4);
  CHECK(runs[0].policy == Policy::nova);
  CHECK(runs[0].fired);
  CHECK(runs[0].answer == "202");
  CHECK(runs[0].image == "queued");
  CHECK(runs[0].task_state == "image_snapshot_pending");
  CHECK(std::ranges::find(runs[0].violated, "no_orphan_image") != runs[0].violated.end());
  CHECK(runs[1].policy == Policy::hardened);
  CHECK(runs[1].task_state == "null");
  CHECK(runs[1].violated.empty());
}

}  // namespace snapsim
