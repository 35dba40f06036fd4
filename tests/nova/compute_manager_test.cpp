#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/nova/exceptions.hpp"
#include "tests/nova/doubles.hpp"

namespace snapsim::testing {
namespace {

using namespace std::chrono_literals;

/// The states that the database sees in a snapshot that succeeds.
const std::vector<TaskState> all_states{TaskState::image_snapshot,  TaskState::image_pending_upload,
                                        TaskState::image_uploading, TaskState::image_pending_upload,
                                        TaskState::image_uploading, TaskState::none};

TEST_CASE("a cold snapshot does these things in this order", "[nova]") {
  Bench bench(cold_config());
  bench.snapshot();
  const Lines expected{
      "event begun",
      "save task=image_snapshot if image_snapshot_pending",
      "notify instance.update",
      "DEBUG Checking state",
      "libvirt info",
      "INFO instance snapshotting",
      "notify instance.snapshot.start",
      "libvirt info",
      "GET",
      "GET schema",
      "libvirt info",
      "libvirt save",
      "INFO Beginning cold snapshot process",
      "save task=image_pending_upload if image_snapshot",
      "notify instance.update",
      "save task=image_uploading if image_pending_upload",
      "notify instance.update",
      "save task=image_pending_upload if image_uploading",
      "notify instance.update",
      "disk mkdtemp",
      "disk convert 0 qcow2",
      "INFO Snapshot extracted, beginning image upload",
      "libvirt info",
      "libvirt create",
      "save task=image_uploading if image_pending_upload",
      "notify instance.update",
      "GET",
      "GET schema",
      "GET schema",
      "PATCH qcow2",
      "GET",
      "PUT from 0",
      "GET",
      "GET schema",
      "disk rmtree 1",
      "INFO Snapshot image upload complete",
      "INFO Took {seconds a} seconds to snapshot the instance on the hypervisor.",
      "save task=null if image_uploading",
      "notify instance.update",
      "notify instance.snapshot.end",
      "event Success",
  };
  CHECK(bench.script.lines() == expected);
  CHECK(bench.database.task_states == all_states);
  CHECK(bench.glance.status == ImageStatus::active);
  CHECK(bench.libvirt.state == PowerState::running);
  CHECK(bench.journal.open_tasks == 0);
}

TEST_CASE("a live snapshot does these things in this order", "[nova]") {
  Bench bench;
  bench.row().hw_qemu_guest_agent = true;
  bench.snapshot();
  const Lines expected{
      "INFO Beginning live snapshot process",
      "disk mkdtemp",
      "libvirt abort",
      "disk delta",
      "libvirt undefine",
      "libvirt rebase",
      "libvirt job",
      "libvirt job",
      "libvirt job",
      "libvirt freeze",
      "libvirt abort",
      "libvirt define",
      "libvirt thaw",
      "disk convert 1 qcow2",
      "disk unlink 1",
      "INFO Snapshot extracted, beginning image upload",
      "disk rmtree 2",
      "INFO Snapshot image upload complete",
  };
  const Lines done = bench.script.lines({"INFO Beginning", "INFO Snapshot", "disk", "libvirt abort", "libvirt undefine",
                                         "libvirt define", "libvirt rebase", "libvirt job", "libvirt freeze",
                                         "libvirt thaw", "libvirt save", "libvirt create"});
  CHECK(done == expected);
  CHECK(bench.database.task_states == all_states);
  CHECK(bench.libvirt.state == PowerState::running);
}

TEST_CASE("a guest that does not run is snapshotted with a warning, and its power state saved first", "[nova]") {
  Bench bench(cold_config());
  bench.libvirt.state = PowerState::shutdown;
  bench.snapshot();
  CHECK(bench.script.has("WARNING trying to snapshot a non-running instance: (state: 4 expected: 1)"));
  CHECK(bench.script.place("save power=shutdown") < bench.script.place("INFO instance snapshotting"));
}

/// What a failed (or not so failed) snapshot leaves behind.
struct Aftermath {
  ImageStatus image = ImageStatus::deleted;
  TaskState task_state = TaskState::none;
  int faults = 1;
  bool success = false;
  std::string line;  ///< one that has to be there
};

struct Case {
  std::string name;
  std::function<void(Bench&)> plan;
  Aftermath after;
};

void check(const Bench& bench, TaskState task_state, const Aftermath& after) {
  CAPTURE(bench.script.lines());
  CHECK(bench.glance.status == after.image);
  CHECK(task_state == after.task_state);
  CHECK(bench.script.count("db.fault") == after.faults);
  CHECK(bench.script.has(after.success ? "event Success" : "event Error"));
  CHECK_FALSE(bench.script.has(after.success ? "event Error" : "event Success"));
  CHECK(bench.script.has("notify compute.exception") == !after.success);
  CHECK(bench.script.has("notify instance.snapshot.end") == false);
  if (!after.line.empty()) CHECK(bench.script.has(after.line));
}

constexpr ImageStatus kept = ImageStatus::queued;
constexpr ImageStatus gone = ImageStatus::deleted;

void somebody_sets(Bench& bench, TaskState state, int nth_save) {
  bench.script.before("db.update", nth_save, [&bench, state] { bench.row().task_state = state; });
}

// The saves of a cold snapshot of a guest that runs, counted from 1: the claim, the driver's four, the end.
constexpr int first_of_driver = 2;
constexpr int last_of_driver = 5;
constexpr int end_of_snapshot = 6;

TEST_CASE("which exception leads to what", "[nova]") {
  const auto table = {
      Case{"the instance's row is gone at the first claim: nothing is cleaned up",
           [](Bench& b) { b.script.before("db.update", 1, [&b] { b.database.at(Bench::vm).is_deleted = true; }); },
           {kept, TaskState::image_snapshot_pending, 0, true,
            "DEBUG Instance not found, could not set state image_snapshot for instance."}},
      Case{"the instance is being deleted at the first claim: nothing is cleaned up",
           [](Bench& b) { somebody_sets(b, TaskState::deleting, 1); },
           {kept, TaskState::deleting, 0, true, "DEBUG Instance being deleted, snapshot cannot continue"}},
      Case{"somebody has reset the state before the first claim",
           [](Bench& b) { somebody_sets(b, TaskState::none, 1); },
           {gone, TaskState::none, 1, false, "INFO Task possibly preempted: {failure a}"}},
      Case{"a soft delete is under way at the first claim",
           [](Bench& b) { somebody_sets(b, TaskState::soft_deleting, 1); },
           {gone, TaskState::soft_deleting, 1, false, "INFO Task possibly preempted: {failure a}"}},
      Case{"another snapshot's state is found at the first claim",
           [](Bench& b) { somebody_sets(b, TaskState::image_uploading, 1); },
           {gone, TaskState::image_uploading, 1, false, "INFO Task possibly preempted: {failure a}"}},
      Case{"there is no domain at the start: the task state stays",
           [](Bench& b) {
             b.libvirt.exists = false;
             b.row().power_state = PowerState::pending;
           },
           {gone, TaskState::image_snapshot, 0, true, "DEBUG Instance disappeared during snapshot"}},
      Case{"the row goes during the snapshot",
           [](Bench& b) {
             b.script.before("db.update", last_of_driver, [&b] { b.database.at(Bench::vm).is_deleted = true; });
           },
           {gone, TaskState::image_pending_upload, 0, true, "DEBUG Instance disappeared during snapshot"}},
      Case{"the instance is being deleted during the snapshot",
           [](Bench& b) { somebody_sets(b, TaskState::deleting, last_of_driver); },
           {gone, TaskState::deleting, 0, true, "DEBUG Instance disappeared during snapshot"}},
      Case{"the instance is being deleted when the image is active already: it is kept",
           [](Bench& b) { somebody_sets(b, TaskState::deleting, end_of_snapshot); },
           {ImageStatus::active, TaskState::deleting, 0, true, "DEBUG Instance disappeared during snapshot"}},
      Case{"the domain is gone when the guest is to be resumed: the task state stays",
           [](Bench& b) { b.script.before("disk.convert", 1, [&b] { b.libvirt.exists = false; }); },
           {gone, TaskState::image_pending_upload, 0, true, "DEBUG Instance disappeared during snapshot"}},
      Case{"the domain is gone when the guest is to be suspended: the task state stays",
           [](Bench& b) { b.script.before("glance.schema", 1, [&b] { b.libvirt.exists = false; }); },
           {gone, TaskState::image_snapshot, 0, true, "DEBUG Instance disappeared during snapshot"}},
      Case{"the image is gone when its name is asked for",
           [](Bench& b) { b.script.before("glance.show", 1, [&b] { b.glance.status = gone; }); },
           {gone, TaskState::none, 0, true, "WARNING Image not found during snapshot: {failure a}"}},
      Case{"the image is gone when its metadata are set",
           [](Bench& b) { b.script.before("glance.patch", 1, [&b] { b.glance.status = gone; }); },
           {gone, TaskState::none, 0, true, "WARNING Image not found during snapshot: {failure a}"}},
      Case{"the image is gone before the upload",
           [](Bench& b) { b.script.before("glance.upload", 1, [&b] { b.glance.status = gone; }); },
           {gone, TaskState::none, 0, true, "WARNING Image not found during snapshot: {failure a}"}},
      Case{"the image is gone after the upload",
           [](Bench& b) { b.script.before("glance.show", 4, [&b] { b.glance.status = gone; }); },
           {gone, TaskState::none, 0, true, "WARNING Image not found during snapshot: {failure a}"}},
      Case{"the image is deleted while it is uploaded: Glance answers 410",
           [](Bench& b) {
             b.script.before("glance.upload", 1, [&b] { b.glance.status = gone; });
             b.script.fail("glance.upload", 410);
           },
           {gone, TaskState::none, 1, false,
            "INFO Successfully reverted task state from image_uploading on failure for instance."}},
      Case{"the state is reset during the snapshot",
           [](Bench& b) { somebody_sets(b, TaskState::none, last_of_driver); },
           {gone, TaskState::none, 1, false, "INFO Task possibly preempted: {failure a}"}},
      Case{"the state is reset when the image is active already: it is deleted all the same",
           [](Bench& b) { somebody_sets(b, TaskState::none, end_of_snapshot); },
           {gone, TaskState::none, 1, false, "INFO Task possibly preempted: {failure a}"}},
      Case{"a soft delete at the end deletes an active image",
           [](Bench& b) { somebody_sets(b, TaskState::soft_deleting, end_of_snapshot); },
           {gone, TaskState::soft_deleting, 1, false, "INFO Task possibly preempted: {failure a}"}},
      Case{"the database fails at the end: an active image is deleted",
           [](Bench& b) { b.script.fail("db.update", FakeDatabase::error, end_of_snapshot); },
           {gone, TaskState::none, 1, false,
            "INFO Successfully reverted task state from null on failure for instance."}},
      Case{"the database fails at the first claim",
           [](Bench& b) { b.script.fail("db.update", FakeDatabase::error, 1); },
           {gone, TaskState::none, 1, false,
            "INFO Successfully reverted task state from image_snapshot on failure for instance."}},
      Case{"the database fails in the driver",
           [](Bench& b) { b.script.fail("db.update", FakeDatabase::error, first_of_driver); },
           {gone, TaskState::none, 1, false,
            "INFO Successfully reverted task state from image_pending_upload on failure for instance."}},
      Case{"Glance has no quota for it",
           [](Bench& b) { b.script.fail("glance.upload", 413); },
           {gone, TaskState::none, 1, false,
            "INFO Successfully reverted task state from image_uploading on failure for instance."}},
      Case{"Glance cannot be reached",
           [](Bench& b) { b.script.fail_always("glance.upload", 0); },
           {gone, TaskState::none, 1, false,
            "INFO Successfully reverted task state from image_uploading on failure for instance."}},
      Case{"qemu-img fails",
           [](Bench& b) { b.script.fail("disk.convert", 1); },
           {gone, TaskState::none, 1, false,
            "INFO Successfully reverted task state from image_pending_upload on failure for instance."}},
      Case{"libvirt fails to save the guest",
           [](Bench& b) { b.script.fail("libvirt.save", LibvirtError::operation_failed); },
           {gone, TaskState::none, 1, false,
            "INFO Successfully reverted task state from image_snapshot on failure for instance."}},
      Case{"there is no room for a temporary folder",
           [](Bench& b) { b.script.fail("disk.mkdtemp", 28); },
           {gone, TaskState::none, 1, false,
            "INFO Successfully reverted task state from image_pending_upload on failure for instance."}},
      Case{"Glance will not show the image",
           [](Bench& b) { b.script.fail("glance.show", 403); },
           {gone, TaskState::none, 1, false,
            "INFO Successfully reverted task state from image_snapshot on failure for instance."}},
  };
  for (const Case& row : table) {
    SECTION(row.name) {
      Bench bench(cold_config());
      row.plan(bench);
      bench.snapshot();
      check(bench, bench.row().task_state, row.after);
      CHECK(bench.row().vm_state == VmState::active);
      CHECK(bench.journal.open_tasks == 0);
    }
  }
}

TEST_CASE("an error in the clean-up after a disappeared instance is only logged", "[nova]") {
  const auto [status, at, line] = GENERATE(table<int, std::string, std::string>({
      {404, "glance.show", "DEBUG Image not found during clean up 0"},
      {404, "glance.delete", "DEBUG Image not found during clean up 0"},
      {500, "glance.show", "WARNING Error while trying to clean up image 0"},
      {409, "glance.delete", "WARNING Error while trying to clean up image 0"},
      {403, "glance.delete", "WARNING Error while trying to clean up image 0"},
  }));
  CAPTURE(status, at);
  Bench bench(cold_config());
  bench.libvirt.exists = false;
  bench.script.fail(at, status);
  bench.snapshot();
  CHECK(bench.script.has(line));
  CHECK(bench.script.has("event Success"));
  CHECK(bench.script.count("db.fault") == 0);
  CHECK(bench.glance.status == ImageStatus::queued);
}

TEST_CASE("after a failure the decorators are seen from the innermost to the outermost", "[nova]") {
  Bench bench(cold_config());
  bench.script.fail("disk.convert", 1);
  bench.snapshot();
  const Lines lines = bench.script.lines();
  const std::size_t begin = bench.script.place("DEBUG Cleaning up image 0");
  const Lines end(lines.begin() + static_cast<std::ptrdiff_t>(begin), lines.end());
  const Lines expected{
      "DEBUG Cleaning up image 0",
      "DELETE",
      "fault 400",
      "event Error",
      "save task=null",
      "notify instance.update",
      "INFO Successfully reverted task state from image_pending_upload on failure for instance.",
      "notify compute.exception",
      "ERROR Exception during message handling: {failure a}",
  };
  CHECK(end == expected);
  CHECK(bench.journal.handled_by_rpc_server.kind == FailureKind::image_unacceptable);
}

TEST_CASE("a task that was preempted leaves the state alone", "[nova]") {
  Bench bench(cold_config());
  somebody_sets(bench, TaskState::rebuilding, last_of_driver);
  bench.snapshot();
  const Lines expected{
      "save task=image_uploading if image_pending_upload -> conflict",
      "DEBUG Cleaning up image 0",
      "DELETE",
      "fault 500",
      "event Error",
      "INFO Task possibly preempted: {failure a}",
      "notify compute.exception",
      "ERROR Exception during message handling: {failure a}",
  };
  const Lines lines =
      bench.script.lines({"save task=image_uploading if image_pending_upload -> conflict", "DEBUG Clean", "DELETE",
                          "fault", "event E", "INFO Task", "INFO Succ", "save task=null", "notify compute", "ERROR"});
  CHECK(lines == expected);
  CHECK(bench.row().task_state == TaskState::rebuilding);
  CHECK(bench.journal.handled_by_rpc_server.kind == FailureKind::unexpected_task_state);
}

TEST_CASE("the revert writes over whatever stands there, a deletion as well", "[nova]") {
  Bench bench(cold_config());
  bench.script.before("disk.convert", 1, [&bench] { bench.row().task_state = TaskState::deleting; });
  bench.script.fail("disk.convert", 1);
  bench.snapshot();
  CHECK(bench.script.has("save task=null"));
  CHECK(bench.row().task_state == TaskState::none);
}

TEST_CASE("a revert that finds no row says nothing, and one that fails is a warning", "[nova]") {
  Bench bench(cold_config());
  bench.script.fail("disk.convert", 1);
  SECTION("the row is gone") {
    bench.script.before("db.event_finish", 1, [&bench] { bench.database.at(Bench::vm).is_deleted = true; });
    bench.snapshot();
    CHECK(bench.script.lines({"INFO Successfully", "WARNING"}).empty());
  }
  SECTION("the database fails") {
    bench.script.fail("db.update", FakeDatabase::error, last_of_driver);
    bench.snapshot();
    CHECK(bench.script.lines({"INFO Successfully"}).empty());
    CHECK(bench.script.lines({"WARNING"}) ==
          Lines{"WARNING Failed to revert task state for instance. Error: {failure a}"});
    CHECK(bench.row().task_state == TaskState::image_pending_upload);
  }
  CHECK(bench.journal.handled_by_rpc_server.kind == FailureKind::image_unacceptable);
}

TEST_CASE("an image that cannot be deleted after a failure is logged, unless it is gone", "[nova]") {
  const auto [status, is_logged] = GENERATE(table<int, bool>({{404, false}, {403, true}, {409, true}, {500, true}}));
  CAPTURE(status);
  Bench bench(cold_config());
  bench.script.fail("disk.convert", 1);
  bench.script.fail("glance.delete", status);
  bench.snapshot();
  CHECK(bench.script.has("ERROR Error while trying to clean up image 0") == is_logged);
  CHECK(bench.script.has("fault 400"));
  CHECK(bench.row().task_state == TaskState::none);
}

TEST_CASE("an image and then its instance are not found: no fault, as there is no instance to have it", "[nova]") {
  Bench bench(cold_config());
  bench.script.before("glance.upload", 1, [&bench] {
    bench.glance.status = ImageStatus::deleted;
    bench.database.at(Bench::vm).is_deleted = true;
  });
  bench.snapshot();
  CHECK(bench.script.has("save task=null -> gone"));
  CHECK_FALSE(bench.script.has("WARNING Image not found during snapshot: {failure a}"));
  CHECK(bench.script.count("db.fault") == 0);
  CHECK(bench.script.has("event Error"));
  CHECK(bench.journal.handled_by_rpc_server.kind == FailureKind::instance_not_found);
}

TEST_CASE("a fault's code is what the exception stands for", "[nova]") {
  const auto [step, failure, code] = GENERATE(table<std::string, int, std::string>({
      {"disk.convert", 1, "fault 400"},                               // ImageUnacceptable
      {"libvirt.save", LibvirtError::operation_failed, "fault 500"},  // libvirtError
      {"disk.mkdtemp", 28, "fault 500"},                              // OSError
      {"glance.upload", 413, "fault 500"},                            // ImageQuotaExceeded
      {"glance.upload", 400, "fault 400"},                            // ImageBadRequest
      {"glance.upload", 410, "fault 500"},                            // HTTPGone
  }));
  CAPTURE(step, failure);
  Bench bench(cold_config());
  bench.script.fail(step, failure);
  bench.snapshot();
  CHECK(bench.script.lines({"fault"}) == Lines{code});
}

TEST_CASE("a conflict that cannot be explained is tried again, at most five times", "[nova]") {
  Bench bench(cold_config());
  SECTION("and goes well") {
    for (int nth = 1; nth <= 5; ++nth) bench.script.fail("db.update", FakeDatabase::unknown_conflict, nth);
    bench.snapshot();
    CHECK(bench.script.has("event Success"));
    CHECK(bench.glance.status == ImageStatus::active);
  }
  SECTION("and does not") {
    bench.script.fail_always("db.update", FakeDatabase::unknown_conflict);
    bench.snapshot();
    CHECK(bench.script.count("db.update") == 12);  // the claim and the revert
    CHECK(bench.journal.handled_by_rpc_server.kind == FailureKind::unknown_instance_update_conflict);
  }
}

TEST_CASE("a second cast for the same image deletes the image of the first", "[nova]") {
  Bench bench(cold_config());
  bench.snapshot();
  REQUIRE(bench.glance.status == ImageStatus::active);
  bench.deliveries.put(bench.snapshot_message(2));
  bench.run_to_rest();
  CHECK(bench.glance.status == ImageStatus::deleted);
  CHECK(bench.script.lines({"event"}) == Lines{"event begun", "event Success", "event begun", "event Error"});
}

}  // namespace
}  // namespace snapsim::testing
