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

}  // namespace
}  // namespace snapsim::testing
