#include "sim/glue/catch2.hpp"

#include "tests/world/support.hpp"

// The listener is tested by tests/consumer: it needs a test program with checks that fail.

namespace snapsim {
namespace {

FinishedRun run_of_lost_cast() {
  return simulate(testing::scenario_named("cast_lost.json"));
}

TEST_CASE("a run that violates just what its scenario lists is consistent", "[glue]") {
  const FinishedRun run = run_of_lost_cast();
  CHECK_THAT(run, IsConsistent());
  CHECK_THAT(run, Violates("no_stuck_task_state") && Violates("no_orphan_image"));
  CHECK_THAT(run, !Violates("active_image_is_complete"));
}

TEST_CASE("a run that violates what its scenario does not list is not consistent, and is shown with its token",
          "[glue]") {
  FinishedRun run = run_of_lost_cast();
  run.scenario.violates.clear();
  run.scenario.path = "lost.json";
  CHECK_THAT(run, !IsConsistent());
  const std::string shown = Catch::StringMaker<FinishedRun>::convert(run);
  INFO(shown);
  CHECK(shown.find(": violated; ") != std::string::npos);
  CHECK(shown.find("no_orphan_image: ") != std::string::npos);
  CHECK(shown.find("./snapsim replay 'lost.json#p=nova,s=0,c='") != std::string::npos);
}

TEST_CASE("an invariant that does not exist cannot be asked for", "[glue]") {
  CHECK_THROWS_WITH(Violates("no_orphan_images"), Catch::Contains("there is no invariant \"no_orphan_images\""));
}

}  // namespace
}  // namespace snapsim
