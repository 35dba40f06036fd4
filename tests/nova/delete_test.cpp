#include <chrono>

#include <catch2/catch.hpp>

#include "sim/nova/exceptions.hpp"
#include "tests/nova/doubles.hpp"

namespace snapsim::testing {
namespace {

TEST_CASE("a deletion destroys, removes the files, undefines, writes the end and marks the row, in this order",
          "[nova]") {
  Bench bench;
  CHECK(bench.carry_out(Action::delete_).status == 204);
  const Lines expected{"save task=deleting",
                       "action delete",
                       "libvirt destroy",
                       "libvirt info",
                       "disk delete files",
                       "libvirt undefine",
                       "save vm=deleted power=pending task=null",
                       "destroy row"};
  CHECK(bench.script.lines({"save", "action", "libvirt", "disk", "destroy"}) == expected);
  CHECK(bench.database.at(Bench::vm).is_deleted);
  CHECK(bench.script.has("event Success"));
}

TEST_CASE("a server that is being deleted is deleted once", "[nova]") {
  Bench bench;
  bench.row().task_state = TaskState::deleting;
  CHECK(bench.send(Action::delete_).status == 204);
  CHECK(bench.rpc.messages.empty());
  CHECK(bench.script.has("INFO Instance is already in deleting state, ignoring this request"));
}

TEST_CASE("a server that is gone by the time of the claim is deleted well enough", "[nova]") {
  Bench bench;
  bench.script.before("db.update", 1, [&bench] { bench.database.at(Bench::vm).is_deleted = true; });
  CHECK(bench.send(Action::delete_).status == 204);
}

TEST_CASE("a guest whose power cannot be cut puts the server into error", "[nova]") {
  Bench bench;
  bench.script.fail_always("libvirt.destroy", LibvirtError::operation_failed);
  bench.carry_out(Action::delete_);
  CHECK(bench.row().vm_state == VmState::error);
  CHECK_FALSE(bench.database.at(Bench::vm).is_deleted);
  CHECK(bench.script.has("event Error"));
}

TEST_CASE("with reclaim_instance_interval the server is only put away", "[nova]") {
  Config config;
  config.reclaim_instance_interval_s = 60;
  Bench bench(config);
  CHECK(bench.carry_out(Action::delete_).status == 204);
  CHECK(bench.row().vm_state == VmState::soft_delete);
  CHECK(bench.libvirt.state == PowerState::shutdown);
  CHECK(bench.script.count("libvirt.undefine") == 0);
  CHECK(bench.carry_out(Action::force_delete).status == 202);
  CHECK(bench.database.at(Bench::vm).is_deleted);
}

TEST_CASE("a server that has never been active is deleted and not put away", "[nova]") {
  Config config;
  config.reclaim_instance_interval_s = 60;
  Bench bench(config);
  bench.row().launched = false;
  bench.carry_out(Action::delete_);
  CHECK(bench.database.at(Bench::vm).is_deleted);
}

void let_pass(Bench& bench, int seconds) {
  bench.engine.run_until(bench.engine.now() + std::chrono::seconds(seconds), 1'000'000);
}

TEST_CASE("a soft-deleted server is reclaimed once its time is over", "[nova]") {
  Config config;
  config.reclaim_instance_interval_s = 60;
  Bench bench(config);
  bench.carry_out(Action::delete_);
  let_pass(bench, 60);
  bench.run(bench.manager.reclaim_queued_deletes());
  CHECK_FALSE(bench.database.at(Bench::vm).is_deleted);
  let_pass(bench, 1);
  bench.run(bench.manager.reclaim_queued_deletes());
  CHECK(bench.database.at(Bench::vm).is_deleted);
  CHECK(bench.script.has("INFO Reclaiming deleted instance"));
}

TEST_CASE("a server that works on something else is not reclaimed", "[nova]") {
  Config config;
  config.reclaim_instance_interval_s = 60;
  Bench bench(config);
  bench.row().vm_state = VmState::soft_delete;
  bench.row().task_state = TaskState::restoring;
  bench.run(bench.manager.reclaim_queued_deletes());
  CHECK_FALSE(bench.database.at(Bench::vm).is_deleted);
}

/// The host's nova-compute reported at the start, and no more; so many seconds ago.
void be_silent_for(Bench& bench, int seconds) {
  bench.database.last_seen_up = Instant();
  let_pass(bench, seconds);
}

TEST_CASE("a server whose host has just not reported is deleted by its host", "[nova]") {
  Bench bench;
  be_silent_for(bench, 60);
  CHECK(bench.send(Action::delete_).status == 204);
  CHECK(bench.rpc.messages.size() == 1);
  CHECK_FALSE(bench.database.at(Bench::vm).is_deleted);
}

TEST_CASE("a server whose host is down is deleted by nova-api alone", "[nova]") {
  Bench bench;
  be_silent_for(bench, 61);
  CHECK(bench.send(Action::delete_).status == 204);
  const Lines expected{"save task=deleting",        "notify instance.update", "notify instance.delete.start",
                       "save vm=deleted task=null", "notify instance.update", "destroy row",
                       "notify instance.delete.end"};
  CHECK(bench.script.lines({"save", "action", "cast", "notify", "destroy"}) == expected);
  CHECK(bench.database.at(Bench::vm).is_deleted);
  CHECK(bench.libvirt.state == PowerState::running);
}

TEST_CASE("a deletion that waits for a host that is down goes through at the next request", "[nova]") {
  Bench bench;
  be_silent_for(bench, 61);
  bench.row().task_state = TaskState::deleting;
  CHECK(bench.send(Action::delete_).status == 204);
  CHECK(bench.database.at(Bench::vm).is_deleted);
}

TEST_CASE("a soft delete whose host is down deletes the row", "[nova]") {
  Config config;
  config.reclaim_instance_interval_s = 3600;
  Bench bench(config);
  be_silent_for(bench, 61);
  CHECK(bench.send(Action::delete_).status == 204);
  CHECK(bench.row().vm_state == VmState::soft_delete);
  CHECK(bench.database.at(Bench::vm).is_deleted);
}

TEST_CASE("a service that reports seldom is not down before it could report", "[nova]") {
  Config config;
  config.report_interval_s = 60;
  Bench bench(config);
  be_silent_for(bench, 150);
  bench.send(Action::delete_);
  CHECK_FALSE(bench.database.at(Bench::vm).is_deleted);
}

TEST_CASE("the guest of a deleted server is destroyed, that of a living one is not", "[nova]") {
  Bench bench;
  bench.run(bench.manager.cleanup_running_deleted_instances());
  CHECK(bench.libvirt.exists);
  bench.database.at(Bench::vm).is_deleted = true;
  bench.run(bench.manager.cleanup_running_deleted_instances());
  CHECK_FALSE(bench.libvirt.exists);
  CHECK(bench.script.count("disk.delete_files") == 1);
  CHECK(bench.script.lines({"notify"}).empty());
}

TEST_CASE("the guest of a server that was deleted just now is left alone for a while", "[nova]") {
  Config config;
  config.running_deleted_instance_timeout_s = 60;
  Bench bench(config);
  bench.database.at(Bench::vm).is_deleted = true;
  bench.row().deleted_at = Instant();
  let_pass(bench, 60);
  bench.run(bench.manager.cleanup_running_deleted_instances());
  CHECK(bench.libvirt.exists);
  let_pass(bench, 1);
  bench.run(bench.manager.cleanup_running_deleted_instances());
  CHECK_FALSE(bench.libvirt.exists);
}

TEST_CASE("the image of a shelved server goes with it", "[nova]") {
  for (const VmState vm_state : {VmState::shelved, VmState::shelved_offloaded}) {
    Bench bench;
    const bool is_offloaded = vm_state == VmState::shelved_offloaded;
    bench.row().vm_state = vm_state;
    bench.row().shelved_image_id = Bench::image;
    if (is_offloaded) bench.row().host = HostId();
    bench.glance.status = ImageStatus::active;
    CHECK(bench.send(Action::delete_).status == 204);
    CHECK(bench.glance.status == ImageStatus::deleted);
    CHECK(bench.database.at(Bench::vm).is_deleted == is_offloaded);
    CHECK(bench.rpc.messages.empty() == is_offloaded);
  }
}

TEST_CASE("a deletion that a crash cut short is done again at start-up", "[nova]") {
  Bench bench;
  bench.row().task_state = TaskState::deleting;
  bench.run(bench.manager.init_host());
  CHECK(bench.database.at(Bench::vm).is_deleted);
}

TEST_CASE("a deletion waits for the stop that holds the instance's lock", "[nova]") {
  Config config;
  config.shutdown_timeout_s = 5;
  Bench bench(config);
  bench.libvirt.heeds_shutdown = false;
  bench.send(Action::stop);
  RpcMessage stop = bench.rpc.messages[0];
  stop.unique_id = 1;
  bench.send(Action::delete_);
  RpcMessage terminate = bench.rpc.messages[1];
  terminate.unique_id = 2;
  bench.deliveries.put(stop);
  bench.deliveries.put(terminate);
  bench.run_to_rest();
  CHECK(bench.database.at(Bench::vm).is_deleted);
  CHECK(bench.script.place("INFO Instance failed to shutdown in 5 seconds.") <
        bench.script.place("INFO Terminating instance"));
}

TEST_CASE("a server may be put away for as little as a second", "[nova]") {
  Config config;
  config.reclaim_instance_interval_s = GENERATE(0, 1);
  Bench bench(config);
  CHECK(bench.send(Action::delete_).status == 204);
  CHECK(bench.script.has("cast soft_delete_instance") == (config.reclaim_instance_interval_s == 1));
}

TEST_CASE("a service that reports too seldom is down after two and a half reports", "[nova]") {
  const auto [silent_s, is_up] = GENERATE(table<int, bool>({{250, true}, {251, false}}));
  Config config;
  config.report_interval_s = 100;
  config.service_down_time_s = 60;
  Bench bench(config);
  bench.database.last_seen_up = Instant() - std::chrono::seconds(silent_s);
  CHECK(bench.send(Action::delete_).status == 204);
  CHECK(bench.script.has("cast terminate_instance") == is_up);
}

TEST_CASE("a deletion is refused where nobody can say whether the service is up", "[nova]") {
  Bench bench;
  bench.script.fail("db.service", FakeDatabase::error);
  CHECK(bench.send(Action::delete_).status == 500);
  CHECK(bench.rpc.messages.empty());
}

TEST_CASE("a shelved server is deleted, whatever becomes of its image", "[nova]") {
  const int status = GENERATE(204, 403, 404, 409, 500);
  CAPTURE(status);
  Bench bench;
  bench.row().vm_state = VmState::shelved;
  bench.row().shelved_image_id = Bench::image;
  if (status != 204) bench.script.fail_always("glance.delete", status);
  CHECK(bench.send(Action::delete_).status == 204);
  CHECK(bench.script.has("cast terminate_instance"));
}

}  // namespace
}  // namespace snapsim::testing
