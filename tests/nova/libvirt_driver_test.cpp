#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/nova/exceptions.hpp"
#include "tests/nova/doubles.hpp"

namespace snapsim::testing {
namespace {

using namespace std::chrono_literals;

bool was_suspended(const Bench& bench) {
  return bench.script.count("libvirt.save") > 0;
}

TEST_CASE("live or cold, with or without a suspend, follows from the option and the guest's power state", "[nova]") {
  const auto [is_live_allowed, state, is_live, is_suspended] = GENERATE(table<bool, PowerState, bool, bool>({
      {true, PowerState::running, true, false},
      {true, PowerState::paused, true, false},
      {true, PowerState::shutdown, false, false},
      {true, PowerState::crashed, true, false},
      {false, PowerState::running, false, true},
      {false, PowerState::paused, false, true},
      {false, PowerState::shutdown, false, false},
      {false, PowerState::crashed, false, false},
      {false, PowerState::suspended, false, false},
  }));
  CAPTURE(is_live_allowed, to_string(state));
  Config config;
  config.live_snapshot = is_live_allowed;
  Bench bench(config);
  bench.libvirt.state = state;
  bench.snapshot();
  CHECK(bench.script.has("INFO Beginning live snapshot process") == is_live);
  CHECK(bench.script.has("INFO Beginning cold snapshot process") == !is_live);
  CHECK((bench.script.count("libvirt.rebase") > 0) == is_live);
  CHECK(was_suspended(bench) == is_suspended);
  CHECK((bench.script.count("libvirt.create") > 0) == is_suspended);
  CHECK(bench.libvirt.state == state);
  CHECK(bench.glance.status == ImageStatus::active);
}

TEST_CASE("the original state decides whether a guest is resumed, the current one whether it is launched paused",
          "[nova]") {
  Bench bench(cold_config());
  SECTION("a guest that was paused is created without the flag, and libvirt restores it paused") {
    bench.libvirt.state = PowerState::paused;
    bench.snapshot();
    CHECK(bench.script.lines({"libvirt create"}) == Lines{"libvirt create"});
    CHECK(bench.libvirt.state == PowerState::paused);
  }
  SECTION("a guest that ran and is paused by now is created with it") {
    bench.script.before("disk.convert", 1, [&bench] { bench.libvirt.state = PowerState::paused; });
    bench.snapshot();
    CHECK(bench.script.lines({"libvirt create"}) == Lines{"libvirt create paused"});
  }
  SECTION("a guest that was off is not started, whatever it does meanwhile") {
    bench.libvirt.state = PowerState::shutdown;
    bench.script.before("disk.convert", 1, [&bench] { bench.libvirt.state = PowerState::paused; });
    bench.snapshot();
    CHECK(bench.script.count("libvirt.create") == 0);
  }
}

TEST_CASE("the image gets the disk's own format, or the one that the option names", "[nova]") {
  const auto [disk, option, expected] = GENERATE(table<DiskFormat, std::optional<DiskFormat>, std::string>({
      {DiskFormat::qcow2, std::nullopt, "qcow2"},
      {DiskFormat::raw, std::nullopt, "raw"},
      {DiskFormat::qcow2, DiskFormat::raw, "raw"},
      {DiskFormat::raw, DiskFormat::qcow2, "qcow2"},
  }));
  Config config = cold_config();
  config.snapshot_image_format = option;
  Bench bench(config);
  bench.libvirt.disk_format = disk;
  bench.snapshot();
  CHECK(bench.script.has("disk convert 0 " + expected));
  CHECK(bench.script.has("PATCH " + expected));
}

TEST_CASE("an error before the guest is suspended leaves it running", "[nova]") {
  const auto [step, failure] = GENERATE(table<std::string, int>({
      {"glance.show", 404},
      {"glance.show", 403},
      {"libvirt.save", LibvirtError::operation_failed},
  }));
  Bench bench(cold_config());
  bench.script.fail(step, failure);
  bench.snapshot();
  CHECK(bench.libvirt.state == PowerState::running);
  CHECK_FALSE(bench.libvirt.is_saved);
  CHECK(bench.script.count("disk.mkdtemp") == 0);
}

TEST_CASE("between the suspend and the extraction nothing protects the guest: it stays saved", "[nova]") {
  const auto [step, failure, nth] = GENERATE(table<std::string, int, int>({
      {"db.update", FakeDatabase::error, 2},
      {"db.update", FakeDatabase::error, 3},
      {"db.update", FakeDatabase::error, 4},
      {"disk.mkdtemp", 28, 1},
  }));
  CAPTURE(step, nth);
  Bench bench(cold_config());
  bench.script.fail(step, failure, nth);
  bench.snapshot();
  CHECK(bench.libvirt.state == PowerState::shutdown);
  CHECK(bench.libvirt.is_saved);
  CHECK(bench.script.count("libvirt.create") == 0);
  CHECK(bench.script.count("disk.rmtree") == 0);
  CHECK(bench.script.has("event Error"));
}

TEST_CASE("a claim that is lost there leaves the guest saved as well", "[nova]") {
  const int nth = GENERATE(2, 3, 4);
  Bench bench(cold_config());
  bench.script.before("db.update", nth, [&bench] { bench.row().task_state = TaskState::none; });
  bench.snapshot();
  CHECK(bench.libvirt.is_saved);
  CHECK(bench.script.has("INFO Task possibly preempted: {failure a}"));
}

TEST_CASE("the guest is resumed after the extraction and before the upload, however the extraction ended", "[nova]") {
  Bench bench(cold_config());
  SECTION("well") {
    bench.snapshot();
    CHECK(bench.script.place("disk convert 0 qcow2") < bench.script.place("libvirt create"));
    CHECK(bench.script.place("libvirt create") < bench.script.place("PUT from 0"));
    CHECK(bench.script.place("INFO Snapshot extracted, beginning image upload") < bench.script.place("libvirt create"));
  }
  SECTION("badly") {
    bench.script.fail("disk.convert", 1);
    bench.snapshot();
    CHECK(bench.script.place("libvirt create") < bench.script.place("disk rmtree"));
    CHECK(bench.script.place("disk rmtree") < bench.script.place("DEBUG Cleaning up image 0"));
    CHECK_FALSE(bench.script.has("INFO Snapshot extracted, beginning image upload"));
    CHECK(bench.script.count("glance.upload") == 0);
  }
  CHECK(bench.libvirt.state == PowerState::running);
}

TEST_CASE("a launch that fails is logged and replaces what the extraction gave", "[nova]") {
  Bench bench(cold_config());
  bench.script.fail("libvirt.create", LibvirtError::operation_failed);
  SECTION("a success") {}
  SECTION("a failure") {
    bench.script.fail("disk.convert", 1);
  }
  bench.snapshot();
  CHECK(bench.script.has("ERROR Error launching a defined domain with XML: {failure a}"));
  CHECK(bench.journal.handled_by_rpc_server.kind == FailureKind::libvirt);
  CHECK(bench.journal.handled_by_rpc_server.code == LibvirtError::operation_failed);
  CHECK(bench.script.count("glance.upload") == 0);
  CHECK(bench.libvirt.is_saved);
}

TEST_CASE("a launch that finds no domain is no disappearance: only extraction errors are translated", "[nova]") {
  Bench bench(cold_config());
  bench.script.fail("libvirt.create", LibvirtError::no_domain);
  bench.snapshot();
  CHECK(bench.journal.handled_by_rpc_server.kind == FailureKind::libvirt);
  CHECK(bench.script.has("event Error"));
}

TEST_CASE("the temporary folder always goes, and one that does not is only logged", "[nova]") {
  Bench bench(cold_config());
  bench.script.fail("disk.rmtree", 39);
  SECTION("after a success") {
    bench.snapshot();
    CHECK(bench.script.has("disk rmtree 1 -> 39"));
    CHECK(bench.script.has("event Success"));
    CHECK(bench.glance.status == ImageStatus::active);
  }
  SECTION("after a failed upload") {
    bench.script.fail("glance.upload", 500);
    bench.snapshot();
    CHECK(bench.script.has("disk rmtree 1 -> 39"));
    CHECK(bench.journal.handled_by_rpc_server.kind == FailureKind::http);
  }
  CHECK(bench.script.has("ERROR Could not remove tmpdir: {failure a}"));
}

TEST_CASE("a live copy finds the domain gone: the instance disappeared and its task state stays", "[nova]") {
  const std::string step = GENERATE("libvirt.undefine", "libvirt.rebase", "libvirt.job");
  CAPTURE(step);
  Bench bench;
  bench.script.before(step, 1, [&bench] { bench.libvirt.exists = false; });
  bench.snapshot();
  CHECK(bench.script.has("INFO Instance {name} disappeared while taking snapshot of it: [Error Code 42] {failure a}"));
  CHECK(bench.script.has("DEBUG Instance disappeared during snapshot"));
  CHECK(bench.row().task_state == TaskState::image_pending_upload);
  CHECK(bench.glance.status == ImageStatus::deleted);
  CHECK(bench.script.count("db.fault") == 0);
  CHECK(bench.script.has("event Success"));
}

TEST_CASE("another libvirt error in a live copy is a failure like any other", "[nova]") {
  const std::string step = GENERATE("libvirt.undefine", "libvirt.rebase", "libvirt.job", "libvirt.define");
  CAPTURE(step);
  Bench bench;
  bench.script.fail(step, LibvirtError::operation_failed);
  bench.snapshot();
  CHECK(bench.journal.handled_by_rpc_server.kind == FailureKind::libvirt);
  CHECK(bench.script.has("event Error"));
  CHECK(bench.row().task_state == TaskState::none);
  CHECK(bench.glance.status == ImageStatus::deleted);
}

TEST_CASE("an old block job is aborted first, and that there is none is no error", "[nova]") {
  Bench bench;
  bench.script.fail("libvirt.abort", LibvirtError::operation_invalid, 1);
  bench.snapshot();
  CHECK(bench.script.place("libvirt abort -> 55") < bench.script.place("disk delta"));
  CHECK(bench.script.has("event Success"));
}

TEST_CASE("the copy is polled every half second until the mirror is ready", "[nova]") {
  Bench bench;
  bench.libvirt.polls_until_ready = 4;
  bench.snapshot();
  CHECK(bench.script.count("libvirt.job") == 5);
  CHECK(bench.now_ms() == 2000);
  // The cursor at its end does not suffice: the fourth poll has it, but the mirror is not ready yet.
  const Lines progress = bench.script.lines({"DEBUG COPY"});
  REQUIRE(progress.size() == 5);
  CHECK(progress[2] == "DEBUG COPY block job progress, current cursor: 50 final cursor: 100");
  CHECK(progress[3] == "DEBUG COPY block job progress, current cursor: 100 final cursor: 100");
}

TEST_CASE("a copy whose job is gone counts as done", "[nova]") {
  Bench bench;
  bench.libvirt.job_is_lost = true;
  bench.snapshot();
  CHECK(bench.script.count("libvirt.job") == 1);
  CHECK(bench.script.lines({"DEBUG COPY"}).empty());
  CHECK(bench.glance.status == ImageStatus::active);
}

TEST_CASE("a domain that is transient already is not undefined, but defined all the same", "[nova]") {
  Bench bench;
  bench.libvirt.is_persistent = false;
  bench.snapshot();
  CHECK(bench.script.count("libvirt.undefine") == 0);
  CHECK(bench.script.count("libvirt.define") == 1);
}

/// The steps that end a live copy, and what a test makes fail.
Lines end_of_copy(const Bench& bench) {
  Lines lines =
      bench.script.lines({"libvirt freeze", "libvirt abort", "libvirt define", "libvirt thaw", "libvirt job ->"});
  lines.erase(lines.begin());  // the abort of an old job
  return lines;
}

TEST_CASE("a live copy ends in a fixed order, and an error skips what follows", "[nova]") {
  Bench bench;
  bench.row().hw_qemu_guest_agent = true;
  SECTION("after a copy that failed") {
    bench.script.fail("libvirt.job", LibvirtError::operation_failed);
    bench.snapshot();
    const Lines expected{"libvirt job -> 9", "libvirt freeze", "libvirt abort", "libvirt define", "libvirt thaw"};
    CHECK(end_of_copy(bench) == expected);
    CHECK(bench.libvirt.is_persistent);
    CHECK_FALSE(bench.libvirt.is_frozen);
    CHECK(bench.script.count("disk.convert") == 0);
    CHECK(bench.script.has("disk rmtree 1"));
  }
  SECTION("an abort that fails: never defined again, never thawed") {
    bench.script.fail("libvirt.abort", LibvirtError::operation_failed, 2);
    bench.snapshot();
    CHECK(end_of_copy(bench) == Lines{"libvirt freeze", "libvirt abort -> 9"});
    CHECK_FALSE(bench.libvirt.is_persistent);
    CHECK(bench.libvirt.is_frozen);
  }
  SECTION("a definition that fails: never thawed") {
    bench.script.fail("libvirt.define", LibvirtError::operation_failed);
    bench.snapshot();
    CHECK(end_of_copy(bench) == Lines{"libvirt freeze", "libvirt abort", "libvirt define -> 9"});
    CHECK(bench.libvirt.is_frozen);
  }
  SECTION("a thaw that fails") {
    bench.script.fail("libvirt.thaw", LibvirtError::agent_unresponsive);
    bench.snapshot();
    CHECK(bench.libvirt.is_persistent);
    CHECK(bench.libvirt.is_frozen);
  }
  CHECK(bench.script.has("event Error"));
  CHECK(bench.row().task_state == TaskState::none);
}

TEST_CASE("an abort that fails replaces the error of the copy", "[nova]") {
  Bench bench;
  bench.script.fail("libvirt.job", LibvirtError::no_domain);
  bench.script.fail("libvirt.abort", LibvirtError::operation_failed, 2);
  bench.snapshot();
  CHECK(bench.journal.handled_by_rpc_server.code == LibvirtError::operation_failed);
  CHECK(bench.script.has("event Error"));
}

TEST_CASE("without the agent's property nothing is frozen, and os_require_quiesce then forbids the snapshot",
          "[nova]") {
  Bench bench;
  SECTION("not required") {
    bench.snapshot();
    const Lines lines = bench.script.lines({"INFO Quiescing", "INFO Skipping", "ERROR"});
    CHECK(lines == Lines{"INFO Quiescing instance not available: {quiesce a}.",
                         "INFO Skipping quiescing instance: {quiesce a}."});
    CHECK(bench.script.count("libvirt.freeze") == 0);
    CHECK(bench.glance.status == ImageStatus::active);
  }
  SECTION("required") {
    bench.row().os_require_quiesce = true;
    bench.snapshot();
    CHECK(bench.script.has(
        "ERROR Quiescing instance failed but image property \"os_require_quiesce\" is set: {quiesce a}."));
    CHECK(bench.script.count("libvirt.undefine") == 0);
    CHECK(bench.script.has("disk rmtree 1"));
    CHECK(bench.journal.handled_by_rpc_server.kind == FailureKind::qemu_guest_agent_not_enabled);
    CHECK(bench.script.has("fault 400"));
    CHECK(bench.row().task_state == TaskState::none);
    CHECK(bench.glance.status == ImageStatus::deleted);
  }
}

TEST_CASE("a freeze that fails is skipped, even where quiescing is required", "[nova]") {
  Bench bench;
  bench.row().hw_qemu_guest_agent = true;
  bench.row().os_require_quiesce = GENERATE(false, true);
  bench.script.fail("libvirt.freeze", LibvirtError::agent_unresponsive);
  bench.snapshot();
  CHECK(bench.script.has("INFO Skipping quiescing instance: {quiesce a}."));
  CHECK(bench.script.count("libvirt.thaw") == 0);
  CHECK(bench.script.has("event Success"));
  CHECK(bench.glance.status == ImageStatus::active);
}

TEST_CASE("what is left of a live snapshot that failed goes with its folder", "[nova]") {
  const auto [step, failure, files] = GENERATE(table<std::string, int, std::string>({
      {"disk.delta", 1, "disk rmtree"},
      {"libvirt.rebase", LibvirtError::operation_failed, "disk rmtree 1"},
      {"disk.convert", 1, "disk rmtree 1"},
      {"disk.unlink", 5, "disk rmtree 1 2"},
      {"glance.upload", 500, "disk rmtree 2"},
  }));
  CAPTURE(step);
  Bench bench;
  bench.script.fail(step, failure);
  bench.snapshot();
  CHECK(bench.script.lines({"disk rmtree"}) == Lines{files});
  CHECK(bench.libvirt.is_persistent);
  CHECK(bench.script.has("event Error"));
}

TEST_CASE("get_info of a guest that libvirt does not know is NOSTATE, another error is thrown", "[nova]") {
  Bench bench;
  SECTION("no domain") {
    bench.libvirt.exists = false;
    CHECK(bench.run(bench.driver.power_state(Bench::context, Bench::vm)) == PowerState::pending);
  }
  SECTION("an error") {
    bench.script.fail("libvirt.info", LibvirtError::operation_failed);
    CHECK_THROWS_AS(bench.run(bench.driver.power_state(Bench::context, Bench::vm)), LibvirtError);
  }
}

TEST_CASE("a guest that is gone is as good as powered off", "[nova]") {
  Bench bench;
  SECTION("gone") {
    bench.libvirt.exists = false;
    CHECK_NOTHROW(bench.run(bench.driver.power_off(Bench::context, Bench::vm, 60)));
  }
  SECTION("another error") {
    bench.script.fail("libvirt.destroy", LibvirtError::operation_failed);
    CHECK_THROWS_AS(bench.run(bench.driver.power_off(Bench::context, Bench::vm, 60)), InstancePowerOffFailure);
  }
}

TEST_CASE("a libvirt that does not answer is no guest that is gone", "[nova]") {
  Bench bench;
  bench.script.fail("libvirt.info", LibvirtError::operation_failed);
  CHECK_THROWS_AS(bench.run(bench.driver.pause(Bench::context, Bench::vm)), LibvirtError);
  CHECK(bench.script.lines({"libvirt"}).size() == 1);
}

TEST_CASE("a block copy that does not begin is not waited for", "[nova]") {
  Bench bench;
  bench.script.fail("libvirt.rebase", LibvirtError::operation_failed);
  bench.snapshot();
  CHECK(bench.script.count("libvirt.job") == 0);
  CHECK(bench.script.has("event Error"));
}

TEST_CASE("a block copy is finished when it is ready and its cursor has arrived", "[nova]") {
  Bench bench;
  bench.libvirt.is_ready_at_once = true;
  bench.libvirt.polls_until_ready = 5;
  bench.snapshot();
  CHECK(bench.script.count("libvirt.job") == 5);
}

TEST_CASE("a guest that goes on although its power was cut is a failure", "[nova]") {
  Bench bench;
  bench.script.fail_always("libvirt.destroy", LibvirtError::operation_invalid);
  CHECK_THROWS_AS(bench.run(bench.driver.power_off(Bench::context, Bench::vm, 0)), InstancePowerOffFailure);
  CHECK(bench.now_ms() == 0);
}

TEST_CASE("a guest whose power was cut is waited for", "[nova]") {
  Bench bench;
  bench.script.before("libvirt.info", 1, [&bench] { bench.libvirt.state = PowerState::running; });
  bench.script.before("libvirt.info", 2, [&bench] { bench.libvirt.state = PowerState::shutdown; });
  bench.run(bench.driver.power_off(Bench::context, Bench::vm, 0));
  CHECK(bench.now_ms() == 500);
}

TEST_CASE("a guest that has crashed is off", "[nova]") {
  Bench bench;
  bench.libvirt.state = PowerState::crashed;
  bench.script.fail("libvirt.destroy", LibvirtError::operation_invalid);
  bench.run(bench.driver.power_off(Bench::context, Bench::vm, 60));
  CHECK(bench.script.count("libvirt.shutdown") == 0);
  CHECK(bench.now_ms() == 0);
}

TEST_CASE("a guest is asked to shut down at once, after ten seconds, and then every eleven", "[nova]") {
  Bench bench;
  bench.libvirt.heeds_shutdown = false;
  bench.run(bench.driver.power_off(Bench::context, Bench::vm, 22));
  CHECK(bench.script.count("libvirt.shutdown") == 3);
}

TEST_CASE("files that cannot be deleted make the deletion fail", "[nova]") {
  Bench bench;
  SECTION("of the server") {
    bench.script.fail("disk.delete_files", 5);
    CHECK_THROWS_AS(bench.run(bench.driver.destroy(Bench::context, Bench::vm, true)), OsError);
    CHECK(bench.script.count("libvirt.undefine") == 0);
  }
  SECTION("the rescue disk") {
    bench.script.fail("disk.delete_rescue", 5);
    CHECK_THROWS_AS(bench.run(bench.driver.unrescue(Bench::context, Bench::vm)), OsError);
  }
}

TEST_CASE("a soft reboot waits 120 seconds", "[nova]") {
  Bench bench;
  bench.libvirt.heeds_shutdown = false;
  bench.run(bench.driver.reboot(Bench::context, Bench::vm, RebootType::soft));
  CHECK(bench.now_ms() == 120'000);
}

}  // namespace
}  // namespace snapsim::testing
