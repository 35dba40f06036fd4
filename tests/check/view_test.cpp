#include <string>

#include <catch2/catch.hpp>

#include "tests/check/written_view.hpp"

// Distinctions that invariants make between worlds which a run of this version cannot reach.

namespace snapsim {

using testing::WrittenView;

TEST_CASE("a world that is written down soundly violates nothing", "[check]") {
  CHECK(testing::check(WrittenView()).empty());
}

TEST_CASE("an empty world violates nothing", "[check]") {
  WrittenView view;
  view.instances.clear();
  view.images.clear();
  view.requests.clear();
  CHECK(testing::check(view).empty());
}

TEST_CASE("findings at rest are of the instant at which the world was looked at", "[check]") {
  WrittenView view;
  view.rests = false;
  const Violations found = testing::check(view);
  REQUIRE(found.size() == 1);
  CHECK(found[0].invariant == "quiesces");
  CHECK(found[0].virtual_us == 5'000'000);
}

TEST_CASE("what an outside tool found wrong with an image is said as the tool said it", "[check]") {
  WrittenView view;
  view.images[0].data.defect = "has 3 corrupt clusters";
  const Violations found = testing::check(view);
  REQUIRE(found.size() == 1);
  CHECK(found[0].invariant == "active_image_is_complete");
  CHECK(found[0].message ==
        "snap-1 is active but has 3 corrupt clusters; expected the guest's whole disk at one instant");
}

TEST_CASE("of several defects of an image the gravest is told", "[check]") {
  WrittenView view;
  view.images[0].data = {60, 100, false, false, false, "unreadable"};
  Violations found = testing::check(view);
  REQUIRE(found.size() == 1);
  CHECK(found[0].message.find("holds 60 of 100 bytes") != std::string::npos);
  view.images[0].data = {100, 100, true, false, false, "unreadable"};
  found = testing::check(view);
  REQUIRE(found.size() == 1);
  CHECK(found[0].message.find("is torn") != std::string::npos);
}

TEST_CASE("a user who asked for another power state has it", "[check]") {
  WrittenView view;
  view.instances[0].vm_state = VmState::stopped;
  view.instances[0].power_state = PowerState::shutdown;
  view.instances[0].guest = PowerState::shutdown;
  CHECK(testing::check(view).size() == 1);
  view.instances[0].power_was_asked_for = true;
  CHECK(testing::check(view).empty());
}

TEST_CASE("an image that its user deleted needs no record of a failure", "[check]") {
  WrittenView view;
  view.images[0].status = ImageStatus::deleted;
  view.images[0].data = {};
  CHECK(testing::check(view).size() == 2);
  view.images[0].was_deleted_by_user = true;
  CHECK(testing::check(view).empty());
}

TEST_CASE("an image that waits for its deletion is absent", "[check]") {
  WrittenView view;
  view.images[0].status = ImageStatus::pending_delete;
  view.images[0].data = {};
  view.requests[0].event = EventOutcome::error;
  view.requests[0].faults = 1;
  CHECK(testing::check(view).empty());
}

TEST_CASE("an error is answered only where a server failed", "[check]") {
  WrittenView view;
  view.images.clear();
  view.requests[0].image = ImageId();
  view.requests[0].status = 500;
  view.requests[0].was_cast = false;
  CHECK(testing::check(view).size() == 1);
  view.server_failed = true;
  CHECK(testing::check(view).empty());
}

TEST_CASE("every leftover is named", "[check]") {
  WrittenView view;
  view.leftovers = {"compute-1:snapshots/a", "compute-1:snapshots/b"};
  const Violations found = testing::check(view);
  REQUIRE(found.size() == 2);
  CHECK(found[1].message.find("snapshots/b") != std::string::npos);
  CHECK(found[1].subject == 1);
}

TEST_CASE("every subject that breaks an invariant is told apart", "[check]") {
  WrittenView view;
  view.instances.assign(3, view.instances[0]);
  view.instances[0].task_state = TaskState::image_snapshot;
  view.instances[2].task_state = TaskState::image_snapshot;
  const Violations found = testing::check(view);
  REQUIRE(found.size() == 2);
  CHECK(found[0].subject == 0);
  CHECK(found[1].subject == 2);
}

TEST_CASE("requests other than a snapshot's are none of the snapshot's business", "[check]") {
  WrittenView view;
  for (int number = 0; number <= static_cast<int>(Action::restart); ++number) {
    if (static_cast<Action>(number) == Action::create_image) continue;
    RequestView request;
    request.action = static_cast<Action>(number);
    request.status = 202;
    view.requests.push_back(request);
  }
  CHECK(testing::check(view).empty());
}

}  // namespace snapsim
