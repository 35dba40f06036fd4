// What `fuzz` finds, prints and leaves.

#include <csignal>
#include <thread>

#include <nlohmann/json.hpp>

#include "sim/cli/sqlite.hpp"
#include "tests/main/program.hpp"

namespace snapsim::test {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

Json findings_in(const Ended& ended) {
  return Json::parse(ended.out)["scenarios"][0]["findings"];
}

std::int64_t number_in(const std::filesystem::path& database, const std::string& query) {
  SqliteDatabase opened(database);
  SqliteStatement row(opened, query);
  REQUIRE(row.next_row());
  return row.number(0);
}

std::string text_in(const std::filesystem::path& database, const std::string& query) {
  SqliteDatabase opened(database);
  SqliteStatement row(opened, query);
  REQUIRE(row.next_row());
  return row.text(0);
}

/// Waits until the campaign has kept something.
void wait_for_findings(const Desk& desk) {
  for (int round = 0; round < 10'000; ++round) {
    if (!desk.names_in("o/findings/a").empty()) return;
    std::this_thread::sleep_for(milliseconds(2));
  }
  FAIL("the campaign has not begun");
}

}  // namespace

TEST_CASE("fuzz finds what the released Nova violates, and each finding's scenario fails when it is run",
          "[main][search]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash("snapsim fuzz a.json --runs 400 --seed 3 --out o --json");
  REQUIRE(ended.status == 1);
  CHECK(Json::parse(ended.out)["verdict"] == "violated");
  CHECK(ended.err.find("runs/s") != std::string::npos);
  const Json findings = findings_in(ended);
  REQUIRE(findings.size() > 10);
  for (std::size_t i = 0; i < 10; ++i) {
    const Json& finding = findings[i];
    CAPTURE(finding.dump(2));
    CHECK(finding["minimal"] == true);
    const auto scenario = finding["scenario"].get<std::string>();
    const Ended run = desk.bash("snapsim run " + scenario + " --disks model --out r --json");
    CHECK(run.status == 1);
    const Json result = Json::parse(run.out);
    CHECK(result["runs"][0]["violations"].dump().find(finding["invariant"].get<std::string>()) != std::string::npos);
    CHECK(desk.read(finding["diagram"].get<std::string>()).starts_with("sequenceDiagram"));
  }
  const auto replay = findings[0]["replay"].get<std::string>();
  CHECK(desk.bash(replay + " --disks model -q").status == 1);
}

TEST_CASE("the replay command of a finding stands first and last, and each fault tells what happens without it",
          "[main][search]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash("snapsim fuzz a.json --runs 50 --out o");
  REQUIRE(ended.status == 1);
  const std::string command = "./snapsim replay 'o/findings/a/01-";
  const std::size_t first = ended.out.find(command);
  REQUIRE(first != std::string::npos);
  const std::string line = ended.out.substr(first, ended.out.find('\n', first) - first + 1);
  CHECK(ended.out.find_first_not_of('\n') == first);
  const std::size_t last = ended.out.find(line, first + 1);
  REQUIRE(last != std::string::npos);
  CHECK(ended.out.substr(first, last - first).find("without it: passes") != std::string::npos);
}

TEST_CASE("fuzz finds and leaves the same with any number of jobs", "[main][search]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended one = desk.bash("snapsim fuzz a.json --runs 600 --json --out o -j 1; mv o one");
  const Ended three = desk.bash("snapsim fuzz a.json --runs 600 --json --out o -j 3; mv o three");
  CHECK(findings_in(one).size() > 10);
  CHECK(one.out == three.out);
  const Ended difference = desk.bash("diff -r -x findings.sqlite one three");
  CHECK(difference.status == 0);
  CHECK(difference.out.empty());
}

TEST_CASE("under policy hardened fuzz finds nothing in a small scenario, with status 0", "[main][search]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash("snapsim fuzz a.json --runs 500 --policy hardened --out o");
  CHECK(ended.status == 0);
  CHECK(ended.out.find("a.json: 500 runs from seed 1, 0 violated an invariant; 0 findings") == 0);
}

TEST_CASE("what a scenario lists as violated is no finding of fuzz", "[main][search]") {
  const Desk desk;
  desk.write("a.json", small_scenario(R"(, "violates": ["no_orphan_image"])"));
  const Ended ended = desk.bash("snapsim fuzz a.json --runs 300 --out o --json");
  CHECK(ended.status == 1);
  for (const Json& finding : findings_in(ended)) CHECK(finding["invariant"] != "no_orphan_image");
}

TEST_CASE("the database says what the report says", "[main][search]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash("snapsim fuzz a.json --runs 300 --out o --json");
  const auto database = desk / "o/findings.sqlite";
  const Json scenario = Json::parse(ended.out)["scenarios"][0];
  CHECK(number_in(database, "SELECT next_run FROM runs") == 300);
  CHECK(number_in(database, "SELECT violating FROM runs") == scenario["violating_runs"]);
  CHECK(text_in(database, "SELECT fingerprint FROM runs") == scenario["fingerprint"]);
  CHECK(number_in(database, "SELECT count(*) FROM findings") == static_cast<std::int64_t>(scenario["findings"].size()));
  CHECK(number_in(database, "SELECT count(*) FROM faults") > 0);
  CHECK(number_in(database, "SELECT count(*) FROM corpus") ==
        static_cast<std::int64_t>(desk.names_in("o/corpus/a").size()));
}

TEST_CASE("a killed fuzz leaves whole files and a database that opens, and can be resumed", "[main][search]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  {
    RunningProgram program(desk, {"fuzz", "a.json", "--time", "60", "--out", "o", "-q"});
    wait_for_findings(desk);
    program.signal(SIGKILL);
    CHECK(program.wait(long_enough) == 137);
  }
  for (const char* const folder : {"o/corpus/a/", "o/findings/a/"}) {
    for (const std::string& name : desk.names_in(folder)) {
      if (name.ends_with(".json")) CHECK(Json::accept(desk.read(folder + name)));
    }
  }
  CHECK(number_in(desk / "o/findings.sqlite",
                  "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1);
  const std::int64_t done = number_in(desk / "o/findings.sqlite", "SELECT next_run FROM runs");
  CHECK(desk.bash("snapsim fuzz a.json --runs 100 --out o --resume -q").status == 1);
  CHECK(number_in(desk / "o/findings.sqlite", "SELECT next_run FROM runs") == done + 100);
}

TEST_CASE("an interrupted fuzz reports what it has found so far, with status 130", "[main][search]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  RunningProgram program(desk, {"fuzz", "a.json", "--time", "60", "--out", "o", "-q"});
  wait_for_findings(desk);
  program.signal(SIGINT);
  CHECK(program.wait(long_enough) == 130);
  CHECK(desk.read("out").find("./snapsim replay 'o/findings/a/01-") != std::string::npos);
  CHECK(desk.read("err").find("snapsim: interrupted; --resume goes on from here\n") != std::string::npos);
}

TEST_CASE("--time ends a fuzz in time", "[main][search]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash("snapsim fuzz a.json --time 1s --policy hardened --out o -q");
  CHECK(ended.status != 130);
  CHECK(ended.wall_time > milliseconds(900));
  CHECK(ended.wall_time < milliseconds(2500) * patience());
}

}  // namespace snapsim::test
