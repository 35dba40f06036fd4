#include <catch2/catch.hpp>

#include "sim/scenario/reader.hpp"
#include "sim/scenario/writer.hpp"
#include "tests/world/support.hpp"

namespace snapsim::testing {
namespace {

constexpr const char* late_text = R"({
  "instances": [{ "name": "vm-1" }, { "name": "vm-2", "at_ms": 500 }],
  "requests": [{ "at_ms": 400, "create_image": { "instance": "vm-2", "name": "too-early" } },
               { "at_ms": 600, "create_image": { "instance": "vm-2", "name": "in-time" } }]
})";

Scenario late_scenario() {
  ScenarioOrProblems read = read_scenario(late_text, "late.json");
  REQUIRE(read.has_value());
  return *std::move(read);
}

}  // namespace

TEST_CASE("an instance that comes later is not found before, and is like any other then", "[world]") {
  const RunOutput run = run_uneventfully(late_scenario());
  CHECK(run.result.requests[0].status == 404);
  CHECK(run.result.requests[1].status == 202);
  CHECK(violated(run.result).empty());
  REQUIRE(run.result.instances.size() == 2);
  CHECK(run.result.instances[1].vm_state == VmState::active);
  for (const TraceRecord& record : run.trace) {
    const bool is_of_disk = record.kind == TraceKind::file_made && record.b == 1 &&
                            static_cast<FilePurpose>(record.a) == FilePurpose::guest_disk;
    if (is_of_disk) CHECK(record.virtual_us == 500'000);
  }
}

TEST_CASE("when an instance comes into being is written and read back", "[world]") {
  const Scenario scenario = late_scenario();
  const ScenarioOrProblems again = read_scenario(write_scenario(scenario), "late.json");
  REQUIRE(again.has_value());
  CHECK(again->instances == scenario.instances);
}

TEST_CASE("no instance may be older than the one above it", "[world]") {
  const ScenarioOrProblems read = read_scenario(
      R"({"instances": [{ "name": "vm-1", "at_ms": 5 }, { "name": "vm-2" }], "requests": []})", "order.json");
  REQUIRE_FALSE(read.has_value());
  CHECK_THAT(read.error().front().message, Catch::Contains("before the instance above it (5 ms)"));
}

}  // namespace snapsim::testing
