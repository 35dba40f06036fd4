#include <string>

#include <catch2/catch.hpp>

#include "sim/nova/exceptions.hpp"
#include "tests/nova/doubles.hpp"

namespace snapsim::testing {
namespace {

ApiReply create_image(Bench& bench, const std::string& name = "snap-1") {
  ServerRequest request;
  request.action = Action::create_image;
  request.instance = Bench::vm;
  request.name = name;
  return bench.send(request);
}

TEST_CASE("createImage makes the image, claims the instance, records the action and casts, in this order", "[nova]") {
  Bench bench;
  const ApiReply reply = create_image(bench);
  CHECK(reply.status == 202);
  CHECK(reply.image == Bench::image);
  const Lines expected{"read",
                       "GET schema",
                       "POST",
                       "save task=image_snapshot_pending if null",
                       "notify instance.update",
                       "action createImage",
                       "cast snapshot_instance"};
  CHECK(bench.script.lines({"read", "GET", "POST", "save", "notify", "action", "cast"}) == expected);
  REQUIRE(bench.rpc.messages.size() == 1);
  CHECK(bench.rpc.messages[0].image == Bench::image);
  CHECK(bench.rpc.messages[0].row.task_state == TaskState::image_snapshot_pending);
  CHECK(bench.rpc.messages[0].context.request_id == RequestId(0));
}

TEST_CASE("only a state in which an image can be made is let through", "[nova]") {
  const auto [vm_state, is_allowed] = GENERATE(table<VmState, bool>({
      {VmState::active, true},
      {VmState::stopped, true},
      {VmState::paused, true},
      {VmState::suspended, true},
      {VmState::building, false},
      {VmState::rescued, false},
      {VmState::resized, false},
      {VmState::soft_delete, false},
      {VmState::deleted, false},
      {VmState::error, false},
      {VmState::shelved, false},
      {VmState::shelved_offloaded, false},
  }));
  CAPTURE(to_string(vm_state));
  Bench bench;
  bench.row().vm_state = vm_state;
  const ApiReply reply = create_image(bench);
  CHECK(reply.status == (is_allowed ? 202 : 409));
  CHECK(bench.script.count("glance.create") == (is_allowed ? 1 : 0));
}

TEST_CASE("the vm_state is looked at first, then the task state, then launched_at", "[nova]") {
  const auto [vm_state, task_state, launched, attribute] =
      GENERATE(table<VmState, TaskState, bool, InvalidStateAttribute>({
          {VmState::error, TaskState::deleting, false, InvalidStateAttribute::vm_state},
          {VmState::active, TaskState::deleting, false, InvalidStateAttribute::task_state},
          {VmState::active, TaskState::none, false, InvalidStateAttribute::launched_at},
      }));
  Bench bench;
  bench.row().vm_state = vm_state;
  bench.row().task_state = task_state;
  bench.row().launched = launched;
  const ApiReply reply = create_image(bench);
  CHECK(reply.status == 409);
  CHECK(reply.failure.kind == FailureKind::instance_invalid_state);
  CHECK(reply.failure.code == static_cast<int>(attribute));
  CHECK(bench.script.count("glance.create") == 0);
}

TEST_CASE("a name that the schema refuses is a bad request, before anything is read", "[nova]") {
  const std::string bad = GENERATE(as<std::string>{}, "", " snap", "snap ", "a\nb", "a\x7f", std::string(256, 'a'));
  Bench bench;
  CHECK(create_image(bench, bad).status == 400);
  CHECK(bench.script.count("db.get") == 0);
}

TEST_CASE("a name of 255 characters is accepted, whatever their length in bytes", "[nova]") {
  std::string name;
  for (int i = 0; i < 255; ++i) name += "鯨";
  Bench bench;
  CHECK(create_image(bench, name).status == 202);
}

TEST_CASE("an instance that is not there is 404", "[nova]") {
  Bench bench;
  bench.database.at(Bench::vm).is_deleted = true;
  CHECK(create_image(bench).status == 404);
}

TEST_CASE("a claim that is lost: who deletes the image, and what the client is told", "[nova]") {
  Bench bench;
  SECTION("the row is gone") {
    bench.script.before("db.update", 1, [&bench] { bench.database.at(Bench::vm).is_deleted = true; });
    const ApiReply reply = create_image(bench);
    CHECK(reply.status == 409);
    CHECK(reply.failure.code == static_cast<int>(InvalidStateAttribute::vm_state));
    CHECK(reply.failure.actual == static_cast<int>(VmState::deleted));
    CHECK(bench.glance.status == ImageStatus::deleted);
    CHECK(bench.script.has("INFO Image 0 deleted because instance deleted before snapshot started."));
  }
  SECTION("it is being deleted") {
    bench.script.before("db.update", 1, [&bench] { bench.row().task_state = TaskState::deleting; });
    const ApiReply reply = create_image(bench);
    CHECK(reply.status == 409);
    CHECK(reply.failure.code == static_cast<int>(InvalidStateAttribute::task_state));
    CHECK(reply.failure.actual == static_cast<int>(TaskState::deleting));
    CHECK(bench.glance.status == ImageStatus::deleted);
    CHECK(bench.script.has("INFO Image 0 deleted because instance deleted before snapshot started."));
  }
  SECTION("another snapshot was first: the image stays for ever") {
    bench.script.before("db.update", 1, [&bench] { bench.row().task_state = TaskState::image_snapshot_pending; });
    const ApiReply reply = create_image(bench);
    CHECK(reply.status == 500);
    CHECK(reply.failure.kind == FailureKind::unexpected_task_state);
    CHECK(bench.glance.status == ImageStatus::queued);
  }
  SECTION("a soft delete was first: the image stays for ever") {
    bench.script.before("db.update", 1, [&bench] { bench.row().task_state = TaskState::soft_deleting; });
    CHECK(create_image(bench).status == 500);
    CHECK(bench.glance.status == ImageStatus::queued);
  }
  SECTION("the database fails: the image stays for ever") {
    bench.script.fail("db.update", FakeDatabase::error);
    CHECK(create_image(bench).status == 500);
    CHECK(bench.glance.status == ImageStatus::queued);
  }
  CHECK(bench.rpc.messages.empty());
  CHECK(bench.script.count("db.action_start") == 0);
}

TEST_CASE("an image that cannot be deleted then is a warning, one that is gone is nothing", "[nova]") {
  const auto [status, is_logged] = GENERATE(table<int, bool>({{404, false}, {403, true}, {401, true}, {500, true}}));
  CAPTURE(status);
  Bench bench;
  bench.script.before("db.update", 1, [&bench] { bench.row().task_state = TaskState::deleting; });
  bench.script.fail("glance.delete", status);
  CHECK(create_image(bench).status == 409);
  CHECK(bench.script.has("WARNING Error while trying to clean up image 0: {failure b}") == is_logged);
  CHECK(bench.script.lines({"INFO Image"}).empty());
}

TEST_CASE("a claim whose conflict cannot be explained is tried again", "[nova]") {
  Bench bench;
  bench.script.fail("db.update", FakeDatabase::unknown_conflict);
  CHECK(create_image(bench).status == 202);
  CHECK(bench.script.count("db.update") == 2);
}

TEST_CASE("a failed write of the action leaves the instance claimed and nothing under way", "[nova]") {
  Bench bench;
  bench.script.fail("db.action_start", FakeDatabase::error);
  CHECK(create_image(bench).status == 500);
  CHECK(bench.row().task_state == TaskState::image_snapshot_pending);
  CHECK(bench.glance.status == ImageStatus::queued);
  CHECK(bench.rpc.messages.empty());
}

TEST_CASE("what Glance answers to the creation, and what the client is told", "[nova]") {
  const auto [glance, nova] = GENERATE(table<int, int>({
      {400, 400},
      {401, 403},
      {403, 403},
      {404, 500},
      {409, 500},
      {413, 500},
      {500, 500},
      {502, 500},
  }));
  CAPTURE(glance);
  Bench bench;
  bench.script.fail("glance.create", glance);
  CHECK(create_image(bench).status == nova);
  CHECK(bench.row().task_state == TaskState::none);
  CHECK(bench.script.has("ERROR Unexpected exception in API method: {failure a}") == (nova == 500));
  CHECK(bench.script.has("INFO HTTP exception thrown: {answer}"));
}

TEST_CASE("a Glance that cannot be reached is 500 after all attempts", "[nova]") {
  Bench bench;
  bench.script.fail_always("glance.create", 0);
  const ApiReply reply = create_image(bench);
  CHECK(reply.status == 500);
  CHECK(reply.failure.kind == FailureKind::glance_connection_failed);
  CHECK(bench.script.count("glance.create") == 4);
}

TEST_CASE("a name may have spaces within", "[nova]") {
  Bench bench;
  ServerRequest request;
  request.action = Action::create_image;
  request.instance = Bench::vm;
  request.name = "my snap";
  CHECK(bench.send(request).status == 202);
}

}  // namespace
}  // namespace snapsim::testing
