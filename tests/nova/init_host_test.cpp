#include <string>

#include <catch2/catch.hpp>

#include "tests/nova/doubles.hpp"

namespace snapsim::testing {
namespace {

void init_host(Bench& bench) {
  bench.run(bench.manager.init_host());
}

TEST_CASE("a start-up clears these task states and no others", "[nova]") {
  const auto [task_state, is_cleared] = GENERATE(table<TaskState, bool>({
      {TaskState::none, false},
      {TaskState::image_snapshot_pending, true},
      {TaskState::image_snapshot, true},
      {TaskState::image_pending_upload, true},
      {TaskState::image_uploading, true},
      {TaskState::image_backup, false},
      {TaskState::shelving, false},
      {TaskState::shelving_image_pending_upload, false},
      {TaskState::shelving_image_uploading, false},
      {TaskState::unshelving, false},
      {TaskState::rescuing, false},
      {TaskState::unrescuing, false},
  }));
  CAPTURE(to_string(task_state));
  Bench bench;
  bench.row().task_state = task_state;
  init_host(bench);
  CHECK(bench.row().task_state == (is_cleared ? TaskState::none : task_state));
  CHECK(bench.script.lines({"save"}) == (is_cleared ? Lines{"save task=null"} : Lines{}));
  const std::string line =
      "DEBUG Instance in transitional state " + std::string(to_string(task_state)) + " at start-up clearing task state";
  CHECK(bench.script.has(line) == is_cleared);
}

TEST_CASE("an instance that was being rebuilt or unshelved is in error after a start-up", "[nova]") {
  const auto [vm_state, task_state] = GENERATE(table<VmState, TaskState>({
      {VmState::active, TaskState::rebuilding},
      {VmState::stopped, TaskState::rebuild_block_device_mapping},
      {VmState::active, TaskState::rebuild_spawning},
      {VmState::shelved_offloaded, TaskState::spawning},
  }));
  CAPTURE(to_string(task_state));
  Bench bench;
  bench.row().vm_state = vm_state;
  bench.row().task_state = task_state;
  init_host(bench);
  CHECK(bench.script.lines({"save"}) == Lines{"save vm=error task=null"});
}

TEST_CASE("an instance in error or soft-deleted is left alone", "[nova]") {
  const VmState vm_state = GENERATE(VmState::error, VmState::soft_delete);
  Bench bench;
  bench.row().vm_state = vm_state;
  bench.row().task_state = TaskState::image_uploading;
  init_host(bench);
  CHECK(bench.row().task_state == TaskState::image_uploading);
  CHECK(bench.script.count("db.update") == 0);
}

TEST_CASE("a start-up repairs nothing but the task state", "[nova]") {
  Bench bench;
  bench.row().task_state = TaskState::image_pending_upload;
  bench.libvirt.is_persistent = false;
  bench.libvirt.has_job = true;
  bench.libvirt.is_frozen = true;
  init_host(bench);
  CHECK(bench.script.lines({"libvirt", "disk", "DELETE", "GET", "event", "fault"}) == Lines{"libvirt info"});
  CHECK(bench.libvirt.has_job);
  CHECK(bench.glance.status == ImageStatus::queued);
}

TEST_CASE("a stop that was under way is done again", "[nova]") {
  Bench bench;
  bench.row().task_state = TaskState::powering_off;
  init_host(bench);
  CHECK(bench.row().vm_state == VmState::stopped);
  CHECK(bench.row().task_state == TaskState::none);
  CHECK(bench.libvirt.state == PowerState::shutdown);
}

TEST_CASE("one instance that cannot be read does not keep the others from their turn", "[nova]") {
  Bench bench;
  bench.row().task_state = TaskState::image_uploading;
  bench.database.instances.push_back(bench.database.at(Bench::vm));
  bench.script.fail("db.get", FakeDatabase::error);
  init_host(bench);
  CHECK(bench.database.at(Bench::vm).row.task_state == TaskState::image_uploading);
  CHECK(bench.database.at(InstanceUuid(1)).row.task_state == TaskState::none);
}

TEST_CASE("a cast that waited while nova-compute was down is lost: its claim finds the state cleared", "[nova]") {
  Bench bench;
  bench.row().task_state = TaskState::image_snapshot_pending;
  const RpcMessage waiting = bench.snapshot_message();
  init_host(bench);
  bench.deliveries.put(waiting);
  bench.run_to_rest();
  CHECK(bench.glance.status == ImageStatus::deleted);
  CHECK(bench.script.has("save task=image_snapshot if image_snapshot_pending -> conflict"));
  CHECK(bench.script.has("fault 500"));
  CHECK(bench.script.has("event Error"));
  CHECK(bench.row().task_state == TaskState::none);
}

TEST_CASE("a deletion is taken up again, also of a server in error, and that is all", "[nova]") {
  const VmState vm_state = GENERATE(VmState::active, VmState::error);
  Bench bench;
  bench.row().vm_state = vm_state;
  bench.row().task_state = TaskState::deleting;
  init_host(bench);
  CHECK(bench.database.at(Bench::vm).is_deleted);
  CHECK(bench.script.lines({"save"}) == Lines{"save vm=deleted power=pending task=null"});
  CHECK(bench.script.lines({"notify"}).back() == "notify instance.delete.end");
  CHECK_FALSE(bench.script.has("DEBUG Checking state"));
}

TEST_CASE("no other task of a server in error is gone on with", "[nova]") {
  const TaskState task_state = GENERATE(TaskState::powering_off, TaskState::powering_on, TaskState::pausing,
                                        TaskState::soft_deleting, TaskState::spawning);
  CAPTURE(to_string(task_state));
  Bench bench;
  bench.row().vm_state = VmState::error;
  bench.row().task_state = task_state;
  init_host(bench);
  CHECK(bench.script.lines({"libvirt", "save", "notify"}).empty());
}

TEST_CASE("only a server that was active or stopped was being rebuilt", "[nova]") {
  Bench bench;
  bench.row().vm_state = VmState::paused;
  bench.row().task_state = TaskState::rebuilding;
  init_host(bench);
  CHECK(bench.script.lines({"save"}).empty());
}

TEST_CASE("the guest of a server that is in error now is not looked at", "[nova]") {
  const TaskState task_state = GENERATE(TaskState::rebuilding, TaskState::spawning);
  Bench bench;
  bench.row().task_state = task_state;
  init_host(bench);
  CHECK(bench.row().vm_state == VmState::error);
  CHECK(bench.script.lines({"libvirt"}).empty());
}

TEST_CASE("an unpause is done again of a guest that is paused, and of no other", "[nova]") {
  const auto [guest, is_unpaused, task_state] = GENERATE(table<PowerState, bool, TaskState>({
      {PowerState::paused, true, TaskState::none},
      {PowerState::shutdown, false, TaskState::unpausing},
      {PowerState::running, false, TaskState::none},
  }));
  Bench bench;
  bench.row().vm_state = VmState::paused;
  bench.row().task_state = TaskState::unpausing;
  bench.libvirt.state = guest;
  init_host(bench);
  CHECK(bench.script.has("libvirt resume") == is_unpaused);
  CHECK(bench.row().task_state == task_state);
}

TEST_CASE("a deletion whose row is left is completed, and that it fails is told", "[nova]") {
  Bench bench;
  bench.row().vm_state = VmState::deleted;
  SECTION("it is") {
    init_host(bench);
    CHECK(bench.database.at(Bench::vm).is_deleted);
  }
  SECTION("it fails") {
    bench.script.fail("db.destroy", FakeDatabase::error);
    init_host(bench);
    CHECK(bench.script.lines({"ERROR"}).size() == 1);
  }
}

TEST_CASE("a start-up whose database does not answer goes on without", "[nova]") {
  Bench bench;
  bench.row().task_state = TaskState::image_uploading;
  bench.script.fail("db.on_host", FakeDatabase::error);
  init_host(bench);
  CHECK(bench.row().task_state == TaskState::image_uploading);
}

TEST_CASE("a reboot is done again where the guest and the server are fit for it", "[nova]") {
  const auto [vm_state, task_state, guest, is_rebooted, is_hard] =
      GENERATE(table<VmState, TaskState, PowerState, bool, bool>({
          {VmState::active, TaskState::reboot_pending, PowerState::running, true, false},
          {VmState::active, TaskState::reboot_pending, PowerState::shutdown, true, true},
          {VmState::paused, TaskState::reboot_pending, PowerState::running, false, false},
          {VmState::active, TaskState::reboot_pending_hard, PowerState::running, true, true},
          {VmState::rescued, TaskState::reboot_pending_hard, PowerState::running, false, false},
          {VmState::active, TaskState::reboot_started, PowerState::shutdown, true, true},
          {VmState::active, TaskState::reboot_started, PowerState::running, false, false},
          {VmState::active, TaskState::reboot_started_hard, PowerState::shutdown, true, true},
          {VmState::active, TaskState::reboot_started_hard, PowerState::running, false, false},
          {VmState::active, TaskState::rebooting, PowerState::shutdown, false, false},
          {VmState::active, TaskState::rebooting_hard, PowerState::shutdown, false, false},
      }));
  CAPTURE(to_string(vm_state), to_string(task_state), to_string(guest));
  Bench bench;
  bench.row().vm_state = vm_state;
  bench.row().task_state = task_state;
  bench.libvirt.state = guest;
  init_host(bench);
  CHECK((bench.script.count("libvirt.create") > 0) == is_rebooted);
  CHECK(bench.script.has("libvirt undefine") == is_hard);
  const bool becomes_hard =
      is_hard && (task_state == TaskState::reboot_pending || task_state == TaskState::reboot_started);
  CHECK(bench.script.has("save task=reboot_pending_hard") == becomes_hard);
}

}  // namespace
}  // namespace snapsim::testing
