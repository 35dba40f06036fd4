// What CI services read of the program: a report in JUnit's XML, and GitHub's annotations and summary.

#include <algorithm>
#include <cstddef>
#include <string>

#include "tests/main/program.hpp"

namespace snapsim::test {
namespace {

constexpr const char* wrong_expectation = R"(,
  "expect": {
    "images": { "snap-1": {
      "status": "killed" } } })";
constexpr const char* github = "export GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$PWD/summary.md; ";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The line of the text that holds the part, from 1; 0: none.
std::size_t line_with(const std::string& text, const std::string& part) {
  const std::size_t at = text.find(part);
  if (at == std::string::npos) return 0;
  return static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n')) + 1;
}

}  // namespace

TEST_CASE("run --junit leaves a report with a test case for each scenario", "[main]") {
  const Desk desk;
  desk.write("good.json", small_scenario());
  desk.write("bad.json", small_scenario(wrong_expectation));
  const Ended run = desk.bash("snapsim run good.json bad.json --disks model -q --junit report.xml");
  CHECK(run.status == 1);
  CHECK(run.err.empty());
  const std::string report = desk.read("report.xml");
  INFO(report);
  CHECK(contains(report, "tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\""));
  CHECK(contains(report,
                 "<failure type=\"expectation_failed\" "
                 "message=\"snap-1 status: expected killed, seen active\">"));
  const Ended checked = desk.bash("xmllint --noout report.xml");
  CHECK(checked.status == 0);
  CHECK(checked.err.empty());
}

TEST_CASE("a run that fails outside, and those that it keeps from being begun, are told in the report", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  desk.write("b.json", small_scenario());
  desk.write_tool("exit 1");
  const Ended run = desk.bash("PATH=$PWD/tools:$PATH snapsim run a.json b.json --junit report.xml");
  CHECK(run.status == 74);
  CHECK(contains(desk.read("report.xml"), "tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"1\""));
}

TEST_CASE("a report that cannot be written gives status 74", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended run = desk.bash("snapsim run a.json --disks model -q --junit nowhere/report.xml");
  CHECK(run.status == 74);
  CHECK(contains(run.err, "cannot write nowhere/report.xml"));
}

TEST_CASE("a run exports as the same report of JUnit, whatever names it", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  REQUIRE(desk.bash("snapsim run a.json --disks model -q").status == 0);
  const Ended of_file = desk.bash("snapsim export a.json --as junit");
  CHECK(of_file.status == 0);
  CHECK(contains(of_file.out, "<testcase classname=\"snapsim\" name=\"a\" file=\"a.json\">"));
  CHECK(desk.bash("snapsim export snapsim-out/a --as junit").out == of_file.out);
}

TEST_CASE("under GitHub Actions a failed expectation is annotated at its line", "[main]") {
  const Desk desk;
  const std::string text = small_scenario(wrong_expectation);
  desk.write("a,b.json", text);
  const std::string line = std::to_string(line_with(text, "\"status\": \"killed\""));
  const std::string wanted = "::error file=a%2Cb.json,line=" + line + ",title=";
  const Ended run = desk.bash(std::string(github) + "snapsim run a,b.json --disks model -q");
  INFO(run.out);
  CHECK(run.status == 1);
  CHECK(contains(run.out, wanted));
  CHECK(contains(run.out, "::snap-1 status: expected killed, seen active\n"));
  const Ended json = desk.bash(std::string(github) + "snapsim run a,b.json --disks model --json");
  CHECK_FALSE(contains(json.out, "::error"));
  CHECK(contains(json.err, wanted));
  CHECK_FALSE(contains(desk.bash("snapsim run a,b.json --disks model -q").out, "::error"));
}

TEST_CASE("under GitHub Actions the summary grows by what became of the runs", "[main]") {
  const Desk desk;
  desk.write("good.json", small_scenario());
  desk.write("bad.json", small_scenario(wrong_expectation));
  desk.write("summary.md", "before\n");
  CHECK(desk.bash(std::string(github) + "snapsim run good.json --disks model -q").status == 0);
  CHECK(desk.read("summary.md") == "before\n### snapsim: 1 of 1 scenarios are consistent\n");
  CHECK(desk.bash(std::string(github) + "snapsim run good.json bad.json --disks model -q").status == 1);
  const std::string summary = desk.read("summary.md");
  INFO(summary);
  CHECK(contains(summary, "### snapsim: 1 of 2 scenarios are consistent\n"));
  CHECK(contains(summary, "| bad.json | expectation&#95;failed | snap-1 status&#58; expected killed, seen active |"));
  CHECK(contains(summary, "<details><summary>bad.json</summary>"));
  CHECK(contains(summary, "POST createImage \"snap-1\""));
}

TEST_CASE("under GitHub Actions a bad scenario is annotated at its place", "[main]") {
  const Desk desk;
  desk.write("bad.json", "{\n  \"instances\": [], \"requests\": [], \"titel\": \"\" }");
  const Ended run = desk.bash(std::string(github) + "snapsim run bad.json");
  INFO(run.err);
  CHECK(run.status == 2);
  CHECK(contains(run.err, "::error file=bad.json,line=2,col=36,title=bad scenario::"));
  CHECK(desk.names_in("snapsim-out").empty());
}

}  // namespace snapsim::test
