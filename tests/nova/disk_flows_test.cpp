#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/check/trace.hpp"
#include "sim/nova/exceptions.hpp"
#include "tests/nova/doubles.hpp"

// The flows that make an image of a disk or a disk of an image: createBackup, rebuild, rescue, shelve.

namespace snapsim::testing {
namespace {

/// The row is claimed and the cast delivered: runs the method as the RPC server runs it, to its end.
void deliver(Bench& bench, RpcMethod method, TaskState claimed, int rotation = 1) {
  bench.row().task_state = claimed;
  RpcMessage message{method, Bench::context, Bench::vm, bench.row()};
  message.image = Bench::image;
  message.backup_type = "daily";
  message.rotation = rotation;
  message.unique_id = 1;
  bench.deliveries.put(message);
  bench.run_to_rest();
}

ApiReply request(Bench& bench, Action action) {
  ServerRequest asked;
  asked.action = action;
  asked.instance = Bench::vm;
  asked.name = "image-1";
  asked.backup_type = "daily";
  asked.image = Bench::image;
  return bench.run(bench.servers.answer(Bench::context, asked));
}

std::vector<GlanceImage> backups(std::uint32_t count) {
  std::vector<GlanceImage> newest_first;
  for (std::uint32_t i = count; i-- > 0;) {
    newest_first.emplace_back();
    newest_first.back().status = ImageStatus::queued;
    newest_first.back().id = ImageId(i);
  }
  return newest_first;
}

TEST_CASE("a backup goes through a snapshot's states, but begins in image_backup", "[nova]") {
  Bench bench(cold_config());
  deliver(bench, RpcMethod::backup_instance, TaskState::image_backup);
  const Lines expected{"save task=image_pending_upload if image_backup",
                       "save task=image_uploading if image_pending_upload",
                       "save task=image_pending_upload if image_uploading",
                       "save task=image_uploading if image_pending_upload", "save task=null if image_uploading"};
  CHECK(bench.script.lines({"save"}) == expected);
  CHECK(bench.script.has("event Success"));
  CHECK(bench.glance.status == ImageStatus::active);
}

TEST_CASE("the rotation deletes the oldest backups, whatever their status, until as many are left as asked for",
          "[nova]") {
  const auto [rotation, deleted] = GENERATE(table<int, int>({{0, 3}, {1, 2}, {2, 1}, {3, 0}, {4, 0}}));
  CAPTURE(rotation);
  Bench bench(cold_config());
  bench.glance.listed = backups(3);
  deliver(bench, RpcMethod::backup_instance, TaskState::image_backup, rotation);
  CHECK(bench.script.count("glance.delete") == deleted);
  CHECK(bench.row().task_state == TaskState::none);
}

TEST_CASE("a backup that cannot be deleted is skipped, and the event says Success", "[nova]") {
  Bench bench(cold_config());
  bench.glance.listed = backups(3);
  const int status = GENERATE(403, 404, 409, 500);
  CAPTURE(status);
  bench.script.fail("glance.delete", status);
  deliver(bench, RpcMethod::backup_instance, TaskState::image_backup, 1);
  CHECK(bench.script.count("glance.delete") == 2);
  CHECK(bench.script.has("event Success"));
  CHECK(bench.script.lines({"fault"}).empty());
}

TEST_CASE("a rotation that gets no list is a failure that keeps the image", "[nova]") {
  Bench bench(cold_config());
  bench.script.fail("glance.list", 500);
  deliver(bench, RpcMethod::backup_instance, TaskState::image_backup);
  CHECK(bench.glance.status == ImageStatus::active);
  CHECK(bench.script.has("event Error"));
  CHECK(bench.script.has("fault 500"));
  CHECK(bench.row().task_state == TaskState::none);
}

TEST_CASE("a backup whose snapshot fails has its image deleted and rotates nothing", "[nova]") {
  Bench bench(cold_config());
  bench.script.fail("disk.convert", 1);
  deliver(bench, RpcMethod::backup_instance, TaskState::image_backup);
  CHECK(bench.glance.status == ImageStatus::deleted);
  CHECK(bench.script.count("glance.list") == 0);
  CHECK(bench.script.has("event Error"));
}

TEST_CASE("createBackup leaves its image queued however it loses the instance", "[nova]") {
  Bench bench;
  const TaskState taken = GENERATE(TaskState::image_backup, TaskState::deleting);
  bench.script.before("glance.create", 1, [&bench, taken = taken] { bench.row().task_state = taken; });
  const ApiReply reply = request(bench, Action::create_backup);
  CHECK(reply.status == 500);
  CHECK(bench.glance.status == ImageStatus::queued);
  CHECK(bench.rpc.messages.empty());
}

TEST_CASE("a rebuild does these things in this order", "[nova]") {
  Bench bench;
  deliver(bench, RpcMethod::rebuild_instance, TaskState::rebuilding);
  const Lines expected{
      "event begun",
      "INFO Rebuilding instance",
      "notify instance.rebuild.start",
      "libvirt info",
      "libvirt info",
      "libvirt shutdown",
      "libvirt info",
      "INFO Instance shutdown successfully after 0 seconds.",
      "libvirt destroy",
      "libvirt info",
      "INFO Instance destroyed successfully.",
      "libvirt destroy",
      "libvirt info",
      "INFO Instance destroyed successfully.",
      "INFO Deleting instance files /opt/stack/data/instances/{uuid}_del",
      "disk delete files",
      "INFO Deletion of /opt/stack/data/instances/{uuid}_del complete",
      "libvirt undefine",
      "save task=rebuild_block_device_mapping if rebuilding",
      "notify instance.update",
      "save task=rebuild_spawning if rebuild_block_device_mapping",
      "notify instance.update",
      "GET file",
      "disk create",
      "libvirt define with disk 1",
      "libvirt create",
      "INFO Instance spawned successfully.",
      "libvirt info",
      "save task=null if rebuild_spawning",
      "notify instance.update",
      "notify instance.rebuild.end",
      "event Success",
  };
  CHECK(bench.script.lines({"event", "INFO", "notify", "libvirt", "disk", "save", "GET"}) == expected);
}

TEST_CASE("a rebuild that fails half way leaves the instance in error, with no task", "[nova]") {
  const auto [step, code] = GENERATE(table<std::string, int>({{"libvirt.destroy", 1},
                                                              {"libvirt.undefine", 1},
                                                              {"glance.download", 404},
                                                              {"disk.create", 28},
                                                              {"libvirt.create", 1}}));
  CAPTURE(step);
  Bench bench;
  bench.script.fail(step, code);
  deliver(bench, RpcMethod::rebuild_instance, TaskState::rebuilding);
  CHECK(bench.row().vm_state == VmState::error);
  CHECK(bench.row().task_state == TaskState::none);
  CHECK(bench.script.has("event Error"));
  CHECK(bench.script.lines({"fault"}).size() == 1);
  CHECK(bench.script.has("notify instance.rebuild.error"));
}

TEST_CASE("a stopped instance is started by its rebuild and stopped again", "[nova]") {
  Bench bench;
  bench.row().vm_state = VmState::stopped;
  bench.row().power_state = bench.libvirt.state = PowerState::shutdown;
  deliver(bench, RpcMethod::rebuild_instance, TaskState::rebuilding);
  CHECK(bench.row().vm_state == VmState::stopped);
  CHECK(bench.row().task_state == TaskState::none);
  CHECK(bench.libvirt.state == PowerState::shutdown);
  CHECK(bench.script.lines({"event"}) == Lines{"event begun", "event begun", "event Success", "event Success"});
}

TEST_CASE("a rebuild looks at the image before it claims the instance, and saves image_ref with the claim", "[nova]") {
  const auto [status, answer] = GENERATE(table<ImageStatus, int>({{ImageStatus::queued, 400},
                                                                  {ImageStatus::saving, 400},
                                                                  {ImageStatus::deleted, 400},
                                                                  {ImageStatus::active, 202}}));
  CAPTURE(to_string(status));
  Bench bench;
  bench.glance.status = status;
  CHECK(request(bench, Action::rebuild).status == answer);
  const Lines claim{"save task=rebuilding image_ref if null"};
  CHECK(bench.script.lines({"save"}) == (answer == 202 ? claim : Lines{}));
  CHECK(bench.row().image_ref.exists() == (answer == 202));
}

TEST_CASE("a rebuild from an image whose min_disk the flavor does not reach is refused before the claim", "[nova]") {
  for (const std::int32_t root_gb : {1, 2, 3}) {
    Bench bench;
    bench.row().root_gb = root_gb;
    bench.glance.status = ImageStatus::active;
    bench.glance.min_disk_gb = 2;
    const ApiReply reply = request(bench, Action::rebuild);
    CHECK(reply.status == (root_gb < 2 ? 400 : 202));
    CHECK(bench.script.lines({"save"}).empty() == (root_gb < 2));
    if (root_gb < 2) CHECK(reply.failure.kind == FailureKind::flavor_disk_smaller_than_min_disk);
  }
}

TEST_CASE("the images that Nova makes need a disk of the flavor's size", "[nova]") {
  for (const Action action : {Action::create_image, Action::create_backup, Action::shelve}) {
    Bench bench;
    bench.row().root_gb = 7;
    CHECK(request(bench, action).status == 202);
    CHECK(bench.glance.min_disk_gb == 7);
  }
}

TEST_CASE("a rescue that fails leaves the instance in error", "[nova]") {
  const std::string step = GENERATE("libvirt.destroy", "disk.create", "libvirt.create");
  CAPTURE(step);
  Bench bench;
  bench.script.fail(step, 1);
  deliver(bench, RpcMethod::rescue_instance, TaskState::rescuing);
  CHECK(bench.row().vm_state == VmState::error);
  CHECK(bench.row().task_state == TaskState::none);
  CHECK(bench.journal.handled_by_rpc_server.kind == FailureKind::instance_not_rescuable);
}

TEST_CASE("a rescued instance runs from another disk, and an unrescued one is active", "[nova]") {
  Bench bench;
  bench.row().vm_state = VmState::stopped;
  deliver(bench, RpcMethod::rescue_instance, TaskState::rescuing);
  CHECK(bench.script.lines({"disk"}) == Lines{"disk create rescue"});
  CHECK(bench.row().vm_state == VmState::rescued);
  bench.row().task_state = TaskState::unrescuing;
  RpcMessage message{RpcMethod::unrescue_instance, Bench::context, Bench::vm, bench.row()};
  message.unique_id = 2;
  bench.deliveries.put(message);
  bench.run_to_rest();
  CHECK(bench.row().vm_state == VmState::active);
  CHECK(bench.script.has("libvirt define with disk 0"));
  CHECK(bench.script.has("disk delete rescue"));
}

TEST_CASE("shelve claims the instance before it makes the image", "[nova]") {
  Bench bench;
  SECTION("a lost claim is 409 and leaves nothing") {
    bench.script.before("db.update", 1, [&bench] { bench.row().task_state = TaskState::powering_off; });
    CHECK(request(bench, Action::shelve).status == 409);
    CHECK(bench.script.count("glance.create") == 0);
  }
  SECTION("a failure of Glance leaves the claim") {
    bench.script.fail("glance.create", 500);
    CHECK(request(bench, Action::shelve).status == 500);
    CHECK(bench.row().task_state == TaskState::shelving);
  }
}

TEST_CASE("a shelved instance leaves its host", "[nova]") {
  Bench bench(cold_config());
  deliver(bench, RpcMethod::shelve_instance, TaskState::shelving);
  const Lines expected{"save task=shelving_image_pending_upload if shelving",
                       "save task=shelving_image_uploading if shelving_image_pending_upload",
                       "save task=shelving_image_pending_upload if shelving_image_uploading",
                       "save task=shelving_image_uploading if shelving_image_pending_upload",
                       "save vm=shelved power=shutdown task=shelving_offloading if shelving_image_uploading",
                       "save vm=shelved_offloaded task=null if shelving_offloading",
                       "save no host if null"};
  CHECK(bench.script.lines({"save"}) == expected);
  CHECK(bench.row().shelved_image_id == Bench::image);
  CHECK(!bench.row().host.exists());
  CHECK(bench.script.has("disk delete files"));
}

TEST_CASE("a shelve that fails keeps the image and the instance active, and leaves the guest off", "[nova]") {
  Bench bench(cold_config());
  bench.script.fail("disk.convert", 1);
  deliver(bench, RpcMethod::shelve_instance, TaskState::shelving);
  CHECK(bench.glance.status == ImageStatus::queued);
  CHECK(bench.row().vm_state == VmState::active);
  CHECK(bench.row().task_state == TaskState::none);
  CHECK(bench.libvirt.state == PowerState::shutdown);
  CHECK(bench.script.has("event Error"));
}

void be_shelved(Bench& bench) {
  bench.row().vm_state = VmState::shelved_offloaded;
  bench.row().host = HostId();
  bench.row().shelved_host = HostId(0);
  bench.row().shelved_image_id = Bench::image;
  bench.glance.status = ImageStatus::active;
}

TEST_CASE("an unshelved instance is back, and its image is gone", "[nova]") {
  Bench bench;
  be_shelved(bench);
  deliver(bench, RpcMethod::unshelve_instance, TaskState::unshelving);
  CHECK(bench.row().vm_state == VmState::active);
  CHECK(bench.row().host == HostId(0));
  CHECK(!bench.row().shelved_image_id.exists());
  CHECK(bench.glance.status == ImageStatus::deleted);
  CHECK(bench.script.has("event Success"));
}

Config with_shelved_offload_time(std::int64_t seconds) {
  Config config = cold_config();
  config.shelved_offload_time_s = seconds;
  return config;
}

TEST_CASE("with shelved_offload_time a shelved instance stays until its time is over", "[nova]") {
  Bench bench(with_shelved_offload_time(60));
  deliver(bench, RpcMethod::shelve_instance, TaskState::shelving);
  CHECK(bench.row().vm_state == VmState::shelved);
  CHECK(bench.row().task_state == TaskState::none);
  CHECK(bench.row().host == HostId(0));
  bench.run(bench.manager.poll_shelved_instances());
  CHECK(bench.row().vm_state == VmState::shelved);
  bench.engine.run_until(bench.engine.now() + std::chrono::seconds(61), 1'000'000);
  bench.run(bench.manager.poll_shelved_instances());
  CHECK(bench.row().vm_state == VmState::shelved_offloaded);
  CHECK(!bench.row().host.exists());
  CHECK(bench.script.has("disk delete files"));
}

TEST_CASE("an instance that is unshelved on its host is started, and its image goes", "[nova]") {
  Bench bench(with_shelved_offload_time(-1));
  deliver(bench, RpcMethod::shelve_instance, TaskState::shelving);
  bench.glance.status = ImageStatus::active;
  CHECK(bench.carry_out(Action::unshelve).status == 202);
  CHECK(bench.row().vm_state == VmState::active);
  CHECK(bench.row().task_state == TaskState::none);
  CHECK(bench.libvirt.state == PowerState::running);
  CHECK(!bench.row().shelved_image_id.exists());
  CHECK(bench.glance.status == ImageStatus::deleted);
  CHECK(bench.script.place("save task=unshelving if null") < bench.script.place("save task=powering-on if unshelving"));
  CHECK(bench.script.count("glance.download") == 0);
}

TEST_CASE("an unshelve without its image puts the instance in error and leaves its task", "[nova]") {
  Bench bench;
  be_shelved(bench);
  bench.glance.status = ImageStatus::deleted;
  deliver(bench, RpcMethod::unshelve_instance, TaskState::unshelving);
  CHECK(bench.row().vm_state == VmState::error);
  CHECK(bench.row().task_state == TaskState::unshelving);
  CHECK(bench.script.has("fault 404"));
}

TEST_CASE("an unshelve whose guest cannot be made leaves the instance shelved, with its image", "[nova]") {
  Bench bench;
  be_shelved(bench);
  bench.script.fail("libvirt.create", 1);
  deliver(bench, RpcMethod::unshelve_instance, TaskState::unshelving);
  CHECK(bench.row().vm_state == VmState::shelved_offloaded);
  CHECK(bench.row().task_state == TaskState::none);
  CHECK(!bench.row().host.exists());
  CHECK(bench.glance.status == ImageStatus::active);
}

TEST_CASE("a backup asks for the backups of its type and its server only", "[nova]") {
  Bench bench;
  RpcMessage message{RpcMethod::backup_instance, Bench::context, Bench::vm, bench.row()};
  message.row.task_state = bench.row().task_state = TaskState::image_backup;
  message.image = Bench::image;
  message.backup_type = "daily";
  message.rotation = 2;
  const std::size_t count = GENERATE(1u, 2u, 3u);
  bench.glance.listed.resize(count);
  bench.run(bench.manager.dispatch(message));
  CHECK(bench.glance.asked_for.image_type == ImageType::backup);
  CHECK(bench.glance.asked_for.backup_type == "daily");
  CHECK(bench.glance.asked_for.instance == Bench::vm);
  CHECK(bench.script.lines({"DEBUG Rotating out"}).size() == (count > 2 ? 1 : 0));
}

TEST_CASE("a rebuild begins only while it is still claimed", "[nova]") {
  Bench bench;
  bench.row().power_state = PowerState::shutdown;
  bench.row().task_state = TaskState::rebuilding;
  RpcMessage message{RpcMethod::rebuild_instance, Bench::context, Bench::vm, bench.row()};
  message.image = Bench::image;
  bench.run(bench.manager.dispatch(message));
  CHECK(bench.script.has("save power=running if rebuilding"));
}

TEST_CASE("a shelve asks the guest first, unless it is paused or nobody wants that", "[nova]") {
  const auto [vm_state, clean_shutdown, is_asked] = GENERATE(table<VmState, bool, bool>({
      {VmState::active, true, true},
      {VmState::active, false, false},
      {VmState::paused, true, false},
      {VmState::suspended, true, true},
  }));
  CAPTURE(to_string(vm_state), clean_shutdown);
  Bench bench;
  bench.row().vm_state = vm_state;
  bench.row().task_state = TaskState::shelving;
  RpcMessage message{RpcMethod::shelve_instance, Bench::context, Bench::vm, bench.row()};
  message.image = Bench::image;
  message.clean_shutdown = clean_shutdown;
  bench.run(bench.manager.dispatch(message));
  CHECK((bench.script.count("libvirt.shutdown") > 0) == is_asked);
}

TEST_CASE("a server that is unshelved twice at once is refused as one that is busy", "[nova]") {
  const Action action = GENERATE(Action::unshelve, Action::shelve);
  Bench bench;
  if (action == Action::unshelve) bench.row().vm_state = VmState::shelved;
  bench.script.before("db.update", 1, [&bench] { bench.row().task_state = TaskState::powering_on; });
  CHECK(bench.send(action).status == 409);
}

TEST_CASE("a server leaves its host only while nobody works on it, and what fails is told", "[nova]") {
  Config config;
  config.shelved_offload_time_s = 1;
  Bench bench(config);
  bench.row().vm_state = VmState::shelved;
  SECTION("nobody does") {
    bench.run(bench.manager.poll_shelved_instances());
    CHECK(bench.script.has("save task=shelving_offloading if null"));
    CHECK(bench.row().vm_state == VmState::shelved_offloaded);
  }
  SECTION("somebody does") {
    bench.script.before("db.update", 1, [&bench] { bench.row().task_state = TaskState::unshelving; });
    CHECK_NOTHROW(bench.run(bench.manager.poll_shelved_instances()));
    CHECK(bench.script.count("libvirt.destroy") == 0);
    CHECK(bench.script.lines({"ERROR"}).size() == 1);
  }
}

/// Dispatches it and keeps what it ends with to itself.
Task<void> dispatched_to_its_end(Bench& bench, RpcMessage message) {
  try {
    co_await bench.manager.dispatch(message);
  } catch (const Exception&) {
    // The RPC server would log it.
  }
}

TEST_CASE("a server that leaves its host waits for what holds it", "[nova]") {
  Bench bench;
  bench.libvirt.heeds_shutdown = false;
  bench.row().task_state = TaskState::shelving_offloading;
  RpcMessage stop{RpcMethod::stop_instance, Bench::context, Bench::vm, bench.row()};
  bench.process.spawn("stop", dispatched_to_its_end(bench, stop));
  RpcMessage offload{RpcMethod::shelve_offload_instance, Bench::context, Bench::vm, bench.row()};
  bench.process.spawn("offload", dispatched_to_its_end(bench, offload));
  bench.run_to_rest();
  CHECK(bench.script.place("INFO Instance failed to shutdown in 60 seconds.") <
        bench.script.place("disk delete files"));
}

TEST_CASE("an unshelve whose image is gone tells what it could not record", "[nova]") {
  Bench bench;
  bench.row().vm_state = VmState::shelved_offloaded;
  bench.row().task_state = TaskState::unshelving;
  bench.row().shelved_image_id = Bench::image;
  bench.glance.status = ImageStatus::deleted;
  RpcMessage unshelve{RpcMethod::unshelve_instance, Bench::context, Bench::vm, bench.row()};
  SECTION("it could") {
    CHECK_THROWS_AS(bench.run(bench.manager.dispatch(unshelve)), UnshelveException);
  }
  SECTION("it could not") {
    bench.script.fail("db.fault", FakeDatabase::error);
    CHECK_THROWS_AS(bench.run(bench.manager.dispatch(unshelve)), DbError);
  }
}

/// The line that says which state was given back.
std::string reverted_from(TaskState state) {
  return "INFO Successfully reverted task state from " + std::string(to_string(state)) + " on failure for instance.";
}

TEST_CASE("where nobody can say how the guest is in the end, the state that is given back is the new one", "[nova]") {
  const auto [method, vm_state, task_state, given_back] = GENERATE(table<RpcMethod, VmState, TaskState, TaskState>({
      {RpcMethod::rescue_instance, VmState::active, TaskState::rescuing, TaskState::none},
      {RpcMethod::unrescue_instance, VmState::rescued, TaskState::unrescuing, TaskState::none},
      {RpcMethod::shelve_instance, VmState::active, TaskState::shelving, TaskState::shelving_offloading},
  }));
  CAPTURE(to_string(method));
  Bench bench;
  bench.row().vm_state = vm_state;
  bench.row().task_state = task_state;
  RpcMessage message{method, Bench::context, Bench::vm, bench.row()};
  message.image = Bench::image;
  // The last time that a run without a failure asks, but for the offload that follows a shelve.
  int last = 0;
  {
    Bench plain;
    plain.row() = bench.row();
    plain.run(plain.manager.dispatch(message));
    last = plain.script.count("libvirt.info");
  }
  if (method == RpcMethod::shelve_instance) last -= 3;
  bench.script.fail("libvirt.info", LibvirtError::operation_failed, last);
  CHECK_THROWS_AS(bench.run(bench.manager.dispatch(message)), LibvirtError);
  CAPTURE(bench.script.lines());
  CHECK(bench.script.has(reverted_from(given_back)));
}

TEST_CASE("an offload whose files cannot be deleted notes no power state", "[nova]") {
  Bench bench;
  bench.row().vm_state = VmState::shelved;
  bench.row().task_state = TaskState::shelving_offloading;
  bench.script.fail("disk.delete_files", 5);
  RpcMessage offload{RpcMethod::shelve_offload_instance, Bench::context, Bench::vm, bench.row()};
  CHECK_THROWS_AS(bench.run(bench.manager.dispatch(offload)), OsError);
  CHECK(bench.script.lines({"save"}) == Lines{"save task=null"});
}

TEST_CASE("an instance is its row, and its row is what it is now", "[nova]") {
  InstanceRow row;
  row.host = HostId(3);
  row.vm_state = VmState::paused;
  row.task_state = TaskState::pausing;
  row.power_state = PowerState::paused;
  row.image_ref = ImageId(4);
  row.shelved_image_id = ImageId(5);
  row.shelved_host = HostId(6);
  row.shelved_at = Instant() + std::chrono::seconds(7);
  row.deleted_at = Instant() + std::chrono::seconds(8);
  Instance instance(Bench::vm, row);
  CHECK(instance.shelved_at == row.shelved_at);
  CHECK(instance.deleted_at == row.deleted_at);

  instance.host = HostId(13);
  instance.vm_state = VmState::active;
  instance.task_state = TaskState::none;
  instance.power_state = PowerState::running;
  instance.image_ref = ImageId(14);
  instance.shelved_image_id = ImageId(15);
  instance.shelved_host = HostId(16);
  instance.shelved_at.reset();
  instance.deleted_at.reset();
  const InstanceRow now = instance.row();
  CHECK(now.host == HostId(13));
  CHECK(now.vm_state == VmState::active);
  CHECK(now.task_state == TaskState::none);
  CHECK(now.power_state == PowerState::running);
  CHECK(now.image_ref == ImageId(14));
  CHECK(now.shelved_image_id == ImageId(15));
  CHECK(now.shelved_host == HostId(16));
  CHECK_FALSE(now.shelved_at);
  CHECK_FALSE(now.deleted_at);
}

}  // namespace
}  // namespace snapsim::testing
