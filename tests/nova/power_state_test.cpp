#include <string>

#include <catch2/catch.hpp>

#include "tests/nova/doubles.hpp"

namespace snapsim::testing {
namespace {

using namespace std::chrono_literals;

void sync(Bench& bench) {
  bench.run(bench.manager.sync_power_states());
}

void tell(Bench& bench, LifecycleEvent event) {
  bench.domain_events.put({Bench::vm, event});
}

TEST_CASE("the sync of power states stops, ignores or warns", "[nova]") {
  const auto [vm_state, guest, is_stopped, line] = GENERATE(table<VmState, PowerState, bool, std::string>({
      {VmState::active, PowerState::running, false, ""},
      {VmState::active, PowerState::shutdown, true, "WARNING Instance shutdown by itself. Calling the stop API."},
      {VmState::active, PowerState::crashed, true, "WARNING Instance shutdown by itself. Calling the stop API."},
      {VmState::active, PowerState::paused, false, "WARNING Instance is paused unexpectedly. Ignore."},
      {VmState::active, PowerState::suspended, true,
       "WARNING Instance is suspended unexpectedly. Calling the stop API."},
      {VmState::stopped, PowerState::running, true, "WARNING Instance is not stopped. Calling the stop API."},
      {VmState::stopped, PowerState::paused, true, "WARNING Instance is not stopped. Calling the stop API."},
      {VmState::stopped, PowerState::suspended, true, "WARNING Instance is not stopped. Calling the stop API."},
      {VmState::stopped, PowerState::shutdown, false, ""},
      {VmState::stopped, PowerState::crashed, false, ""},
      {VmState::paused, PowerState::shutdown, true,
       "WARNING Paused instance shutdown by itself. Calling the stop API."},
      {VmState::paused, PowerState::crashed, true, "WARNING Paused instance shutdown by itself. Calling the stop API."},
      {VmState::paused, PowerState::running, false, ""},
      {VmState::paused, PowerState::paused, false, ""},
      {VmState::building, PowerState::shutdown, false, ""},
      {VmState::rescued, PowerState::shutdown, false, ""},
      {VmState::resized, PowerState::shutdown, false, ""},
      {VmState::suspended, PowerState::running, false, ""},
      {VmState::error, PowerState::shutdown, false, ""},
  }));
  CAPTURE(to_string(vm_state), to_string(guest));
  Bench bench;
  bench.row().vm_state = vm_state;
  bench.row().power_state = PowerState::pending;
  bench.libvirt.state = guest;
  sync(bench);
  CHECK(bench.row().power_state == guest);
  CHECK(bench.row().vm_state == vm_state);
  CHECK(bench.script.has("cast stop_instance") == is_stopped);
  CHECK(bench.script.has("action stop") == is_stopped);
  CHECK(bench.row().task_state == (is_stopped ? TaskState::powering_off : TaskState::none));
  const Lines warnings = bench.script.lines({"WARNING"});
  REQUIRE(warnings.size() == (line.empty() ? 0u : 1u));
  if (!line.empty()) CHECK(warnings[0].starts_with(line));
}

TEST_CASE("a guest that the hypervisor does not know is only warned of", "[nova]") {
  Bench bench;
  bench.libvirt.exists = false;
  SECTION("active") {
    sync(bench);
    CHECK(bench.script.lines({"WARNING"}) == Lines{"WARNING Instance is unexpectedly not found. Ignore."});
  }
  SECTION("stopped") {
    bench.row().vm_state = VmState::stopped;
    sync(bench);
    CHECK(bench.script.lines({"WARNING"}).empty());
  }
  CHECK(bench.row().power_state == PowerState::pending);
  CHECK(bench.rpc.messages.empty());
}

TEST_CASE("a pending task keeps the sync from writing anything", "[nova]") {
  Bench bench;
  bench.libvirt.state = PowerState::shutdown;
  SECTION("it is there before the hypervisor is asked") {
    bench.row().task_state = TaskState::image_snapshot;
    sync(bench);
    CHECK(bench.script.count("libvirt.info") == 0);
  }
  SECTION("it comes while the hypervisor is asked") {
    bench.script.before("libvirt.info", 1, [&bench] { bench.row().task_state = TaskState::image_snapshot; });
    sync(bench);
  }
  CHECK(bench.script.lines({"INFO"}) ==
        Lines{"INFO During sync_power_state the instance has a pending task (image_snapshot). Skip."});
  CHECK(bench.script.count("db.update") == 0);
  CHECK(bench.row().power_state == PowerState::running);
}

TEST_CASE("a guest that runs again at the second look is not stopped", "[nova]") {
  Bench bench;
  bench.libvirt.state = PowerState::shutdown;
  bench.script.before("libvirt.info", 2, [&bench] { bench.libvirt.state = PowerState::running; });
  sync(bench);
  CHECK(bench.rpc.messages.empty());
  CHECK(bench.script.lines({"WARNING"}).empty());
}

TEST_CASE("a stop that loses the instance to a snapshot is swallowed", "[nova]") {
  Bench bench;
  bench.libvirt.state = PowerState::shutdown;
  bench.script.before("db.update", 2, [&bench] { bench.row().task_state = TaskState::image_snapshot_pending; });
  CHECK_NOTHROW(sync(bench));
  CHECK(bench.rpc.messages.empty());
  CHECK(bench.row().task_state == TaskState::image_snapshot_pending);
}

TEST_CASE("a guest that a broken cold snapshot left saved is turned into a stopped instance", "[nova]") {
  Bench bench(cold_config());
  bench.script.fail("disk.mkdtemp", 28);
  bench.snapshot();
  REQUIRE(bench.libvirt.is_saved);
  sync(bench);
  REQUIRE(bench.rpc.messages.size() == 1);
  RpcMessage stop = bench.rpc.messages[0];
  stop.unique_id = 2;
  bench.deliveries.put(stop);
  bench.run_to_rest();
  CHECK(bench.row().vm_state == VmState::stopped);
  CHECK(bench.row().task_state == TaskState::none);
  CHECK(bench.row().power_state == PowerState::shutdown);
  CHECK(bench.libvirt.is_saved);
}

TEST_CASE("an instance that cannot be synced does not keep the others from it", "[nova]") {
  Bench bench;
  bench.database.instances.push_back(bench.database.at(Bench::vm));
  bench.script.fail("db.get", FakeDatabase::error);
  bench.libvirt.state = PowerState::paused;
  sync(bench);
  CHECK(bench.database.at(Bench::vm).row.power_state == PowerState::running);
  CHECK(bench.database.at(InstanceUuid(1)).row.power_state == PowerState::paused);
}

TEST_CASE("an event is handed on at once, and leads to a sync where the guest is still as it says", "[nova]") {
  Bench bench;
  SECTION("it is") {
    bench.libvirt.state = PowerState::paused;
    tell(bench, LifecycleEvent::paused);
    bench.run_to_rest();
    CHECK(bench.row().power_state == PowerState::paused);
    CHECK(bench.script.has("WARNING Instance is paused unexpectedly. Ignore."));
  }
  SECTION("it has moved on") {
    tell(bench, LifecycleEvent::paused);
    bench.run_to_rest();
    CHECK(bench.script.count("db.update") == 0);
    CHECK(bench.script.lines({"DEBUG Synchronizing"}).empty());
  }
  SECTION("a snapshot is under way") {
    bench.libvirt.state = PowerState::paused;
    bench.row().task_state = TaskState::image_snapshot;
    tell(bench, LifecycleEvent::paused);
    bench.run_to_rest();
    CHECK(bench.script.has("INFO During sync_power_state the instance has a pending task (image_snapshot). Skip."));
    CHECK(bench.script.count("db.update") == 0);
  }
  CHECK(bench.script.has("INFO VM {lifecycle a} (Lifecycle Event)"));
  CHECK(bench.now_ms() == 0);
}

TEST_CASE("an event of an instance that is gone is ignored", "[nova]") {
  Bench bench;
  bench.database.at(Bench::vm).is_deleted = true;
  tell(bench, LifecycleEvent::started);
  CHECK_NOTHROW(bench.run_to_rest());
}

TEST_CASE("a STOPPED event is held for fifteen seconds", "[nova]") {
  Bench bench;
  bench.libvirt.state = PowerState::shutdown;
  tell(bench, LifecycleEvent::stopped);
  bench.engine.run_until(Instant(14'999ms), 1000);
  CHECK(bench.script.lines({"INFO VM"}).empty());
  bench.engine.run_until(Instant(15s), 1000);
  CHECK(bench.script.lines({"INFO VM"}).size() == 1);
  CHECK(bench.script.has("cast stop_instance"));
}

TEST_CASE("a newer event of the domain takes a held one back", "[nova]") {
  Bench bench;
  tell(bench, LifecycleEvent::stopped);
  bench.engine.run_until(Instant(14s), 1000);
  const LifecycleEvent newer = GENERATE(LifecycleEvent::started, LifecycleEvent::stopped);
  tell(bench, newer);
  bench.run_to_rest();
  CHECK(bench.script.lines({"DEBUG Removed pending event"}).size() == 1);
  CHECK(bench.script.lines({"INFO VM"}).size() == 1);
  CHECK(bench.now_ms() == (newer == LifecycleEvent::stopped ? 29'000 : 15'000));
}

TEST_CASE("a held event of one domain is not taken back by another's", "[nova]") {
  Bench bench;
  bench.database.instances.push_back(bench.database.at(Bench::vm));
  tell(bench, LifecycleEvent::stopped);
  bench.domain_events.put({InstanceUuid(1), LifecycleEvent::started});
  bench.run_to_rest();
  CHECK(bench.script.lines({"INFO VM"}).size() == 2);
}

TEST_CASE("a guest that libvirt has suspended is stopped", "[nova]") {
  Bench bench;
  bench.libvirt.state = PowerState::suspended;
  tell(bench, LifecycleEvent::suspended);
  bench.run_to_rest();
  CHECK(bench.row().power_state == PowerState::suspended);
  CHECK(bench.script.has("cast stop_instance"));
}

TEST_CASE("two stops that are far apart are two events", "[nova]") {
  Bench bench;
  tell(bench, LifecycleEvent::stopped);
  bench.run_to_rest();
  tell(bench, LifecycleEvent::stopped);
  bench.run_to_rest();
  CHECK(bench.script.lines({"DEBUG Removed pending event"}).empty());
  CHECK(bench.script.lines({"DEBUG Emitting event"}).size() == 2);
}

TEST_CASE("a guest that runs although its server is deleted is warned of", "[nova]") {
  const VmState vm_state = GENERATE(VmState::deleted, VmState::soft_delete);
  const bool runs = GENERATE(true, false);
  Bench bench;
  bench.row().vm_state = vm_state;
  if (!runs) bench.libvirt.state = PowerState::shutdown;
  sync(bench);
  CHECK(bench.script.lines({"WARNING"}).size() == (runs ? 1 : 0));
}

TEST_CASE("periodic tasks whose database does not answer wait for their next turn", "[nova]") {
  Bench bench;
  SECTION("sync") {
    bench.script.fail("db.on_host", FakeDatabase::error);
    CHECK_NOTHROW(sync(bench));
  }
  SECTION("guests of deleted servers") {
    bench.script.fail("db.deleted", FakeDatabase::error);
    CHECK_NOTHROW(bench.run(bench.manager.cleanup_running_deleted_instances()));
  }
  SECTION("soft-deleted servers") {
    bench.script.fail("db.idle", FakeDatabase::error);
    CHECK_NOTHROW(bench.run(bench.manager.reclaim_queued_deletes()));
  }
  SECTION("shelved servers") {
    bench.script.fail("db.idle", FakeDatabase::error);
    CHECK_NOTHROW(bench.run(bench.manager.poll_shelved_instances()));
  }
  CHECK(bench.script.lines({"libvirt", "save"}).empty());
}

TEST_CASE("a server that was never launched is not stopped", "[nova]") {
  Bench bench;
  bench.row().launched = false;
  bench.libvirt.state = GENERATE(PowerState::shutdown, PowerState::suspended);
  sync(bench);
  CHECK(bench.row().task_state == TaskState::none);
  CHECK(bench.rpc.messages.empty());
}

}  // namespace
}  // namespace snapsim::testing
