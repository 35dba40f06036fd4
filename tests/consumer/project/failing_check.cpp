// A test program whose check fails: tests/consumer looks at what it says.

#include "sim/glue/catch2_listener.hpp"
#include "sim/scenario/reader.hpp"

TEST_CASE("a snapshot whose cast is lost is consistent") {
  const auto scenario = snapsim::read_scenario(
      R"({"title": "lost", "instances": [{"name": "vm-1"}], "faults": [{"at": "queue.cast.lost"}],
          "requests": [{"at_ms": 0, "create_image": {"instance": "vm-1", "name": "snap-1"}}]})",
      "lost.json");
  REQUIRE(scenario.has_value());
  const snapsim::FinishedRun run = snapsim::simulate(*scenario);
  CHECK_THAT(run, !snapsim::Violates("active_image_is_complete"));
  CHECK_THAT(run, snapsim::IsConsistent());
}

TEST_CASE("a check that is about no run fails") {
  const int answer = 41;
  CHECK(answer == 42);
}
