#include "sim/report/junit.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/report/sample_trace.hpp"

namespace snapsim {
namespace {

std::string junit_of(const std::vector<JunitCase>& cases) {
  std::ostringstream out;
  write_junit(cases, out);
  return out.str();
}

JunitCase case_of(const SampleRun& run) {
  return {run.scenario.path, run.record(), {}, std::nullopt};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a JUnit report counts the runs by how they ended", "[report]") {
  SampleRun good = happy_cold_run();
  good.scenario.path = "scenarios/good.json";
  SampleRun bad = failed_cold_run();
  bad.scenario.path = "./a/b/bad.json";
  const std::string report = junit_of({{"scenarios/good.json", good.record(), {}, 1'234'567},
                                       {"./a/b/bad.json", bad.record(), {}, 2'000'000},
                                       {"broken.json", std::nullopt, "no qemu-img", 1000},
                                       {"-", std::nullopt, {}, std::nullopt}});
  INFO(report);
  CHECK(contains(report,
                 "<testsuite name=\"snapsim\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" "
                 "time=\"3.235\">"));
  CHECK(contains(report,
                 "<testcase classname=\"scenarios\" name=\"good\" file=\"scenarios/good.json\" "
                 "time=\"1.234\">"));
  CHECK(contains(report, "<testcase classname=\"a.b\" name=\"bad\" file=\"./a/b/bad.json\" time=\"2.000\">"));
  CHECK(contains(report, "<failure type=\"violated\" message=\""));
  CHECK(contains(report, "<error message=\"no qemu-img\"/>"));
  CHECK(contains(report, "<testcase classname=\"snapsim\" name=\"stdin\" file=\"-\">\n      <skipped "));
}

TEST_CASE("a failure in a JUnit report tells the story and the token", "[report]") {
  const SampleRun bad = failed_cold_run();
  const std::string report = junit_of({case_of(bad)});
  CHECK(contains(report, "POST createImage &quot;snap-1&quot;"));
  CHECK(contains(report, "the same run again:"));
  CHECK(contains(report, "<property name=\"token\" value=\""));
  CHECK(contains(report, "task_state null -&gt; image_snapshot_pending"));
}

TEST_CASE("whatever names hold, a JUnit report holds no markup of theirs and nothing that XML forbids", "[report]") {
  for (const std::string& name : nasty_names()) {
    CAPTURE(name);
    SampleRun run = renamed(failed_cold_run(), name + "\xEF\xBF\xBF<b>&\"]]>");
    run.scenario.path = name;
    const std::string report = junit_of({case_of(run)});
    CHECK_FALSE(contains(report, "<b>"));
    CHECK_FALSE(contains(report, "]]>"));
    CHECK_FALSE(contains(report, "\xEF\xBF\xBF"));
    CHECK(std::ranges::none_of(report, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; }));
  }
}

}  // namespace snapsim
