#include <catch2/catch.hpp>

#include "sim/nova/exceptions.hpp"
#include "sim/world/scenario.hpp"
#include "tests/nova/doubles.hpp"

namespace snapsim::testing {
namespace {

ServerRequest reboot_request(RebootType type) {
  ServerRequest request;
  request.action = Action::reboot;
  request.instance = Bench::vm;
  request.reboot_type = type;
  return request;
}

TEST_CASE("each operation is let through in the states that Nova's decorator names, and in no other", "[nova]") {
  const auto [action, vm_state, status] = GENERATE(table<Action, VmState, int>({
      {Action::stop, VmState::active, 202},
      {Action::stop, VmState::error, 202},
      {Action::stop, VmState::stopped, 409},
      {Action::start, VmState::stopped, 202},
      {Action::start, VmState::active, 409},
      {Action::pause, VmState::active, 202},
      {Action::pause, VmState::paused, 409},
      {Action::unpause, VmState::paused, 202},
      {Action::unpause, VmState::active, 409},
      {Action::suspend, VmState::active, 202},
      {Action::suspend, VmState::stopped, 409},
      {Action::resume, VmState::suspended, 202},
      {Action::resume, VmState::paused, 409},
      {Action::delete_, VmState::rescued, 204},
      {Action::force_delete, VmState::error, 202},
      {Action::reset_state, VmState::shelved, 202},
  }));
  CAPTURE(to_string(action), to_string(vm_state));
  Bench bench;
  bench.row().vm_state = vm_state;
  CHECK(bench.send(action).status == status);
  const bool is_cast = status != 409 && action != Action::reset_state;
  CHECK(bench.rpc.messages.size() == (is_cast ? 1 : 0));
}

TEST_CASE("a snapshot that is under way keeps everything off but a deletion and a reset", "[nova]") {
  const auto [action, status] = GENERATE(table<Action, int>({
      {Action::stop, 409},
      {Action::pause, 409},
      {Action::suspend, 409},
      {Action::reboot, 409},
      {Action::delete_, 204},
      {Action::force_delete, 202},
      {Action::reset_state, 202},
  }));
  CAPTURE(to_string(action));
  Bench bench;
  bench.row().task_state = TaskState::image_uploading;
  CHECK(bench.send(action).status == status);
}

TEST_CASE("who loses the server to another task after the gate is answered 500", "[nova]") {
  Bench bench;
  bench.script.before("db.update", 1, [&bench] { bench.row().task_state = TaskState::image_snapshot_pending; });
  CHECK(bench.send(Action::stop).status == 500);
  CHECK(bench.rpc.messages.empty());
}

TEST_CASE("a stop asks the guest first, and then cuts its power", "[nova]") {
  Bench bench;
  CHECK(bench.carry_out(Action::stop).status == 202);
  CHECK(bench.row().vm_state == VmState::stopped);
  CHECK(bench.row().power_state == PowerState::shutdown);
  CHECK(bench.database.task_states == std::vector{TaskState::powering_off, TaskState::none});
  CHECK(bench.script.place("libvirt shutdown") < bench.script.place("libvirt destroy"));
}

TEST_CASE("a guest that does not heed has shutdown_timeout seconds, and is asked again now and then", "[nova]") {
  Config config;
  config.shutdown_timeout_s = 25;
  Bench bench(config);
  bench.libvirt.heeds_shutdown = false;
  bench.carry_out(Action::stop);
  CHECK(bench.row().vm_state == VmState::stopped);
  CHECK(bench.now_ms() == 25'000);
  CHECK(bench.script.count("libvirt.shutdown") == 3);
  CHECK(bench.script.has("INFO Instance failed to shutdown in 25 seconds."));
}

TEST_CASE("a stop of a guest that is off already may find its claim gone", "[nova]") {
  Bench bench;
  bench.libvirt.state = PowerState::shutdown;
  bench.script.before("libvirt.destroy", 1, [&bench] { bench.row().task_state = TaskState::none; });
  bench.carry_out(Action::stop);
  CHECK(bench.row().vm_state == VmState::stopped);
  CHECK(bench.script.has("event Success"));
}

TEST_CASE("a start restores the guest from its managed save", "[nova]") {
  Bench bench;
  bench.row().vm_state = VmState::stopped;
  bench.libvirt.state = PowerState::shutdown;
  bench.libvirt.is_saved = true;
  bench.carry_out(Action::start);
  CHECK(bench.row().vm_state == VmState::active);
  CHECK_FALSE(bench.libvirt.is_saved);
  CHECK(bench.libvirt.state == PowerState::running);
}

TEST_CASE("a hard reboot throws the managed save away and makes the domain anew", "[nova]") {
  Bench bench;
  bench.row().vm_state = VmState::suspended;
  bench.libvirt.state = PowerState::shutdown;
  bench.libvirt.is_saved = true;
  CHECK(bench.carry_out(reboot_request(RebootType::hard)).status == 202);
  CHECK_FALSE(bench.libvirt.is_saved);
  CHECK(bench.row().vm_state == VmState::active);
  CHECK(bench.script.place("libvirt undefine") < bench.script.place("libvirt define"));
  CHECK(bench.script.place("libvirt define") < bench.script.place("libvirt create"));
}

TEST_CASE("a soft reboot that the guest does not heed becomes a hard one", "[nova]") {
  Bench bench;
  bench.libvirt.heeds_shutdown = false;
  bench.carry_out(reboot_request(RebootType::soft));
  CHECK(bench.script.has("WARNING Failed to soft reboot instance. Trying hard reboot."));
  CHECK(bench.row().vm_state == VmState::active);
  CHECK(bench.row().task_state == TaskState::none);
}

TEST_CASE("a reboot that fails and leaves the guest off puts the server into error", "[nova]") {
  Bench bench;
  bench.script.fail_always("libvirt.create", LibvirtError::operation_failed);
  bench.carry_out(reboot_request(RebootType::hard));
  CHECK(bench.row().vm_state == VmState::error);
  CHECK(bench.row().task_state == TaskState::none);
  CHECK(bench.script.has("event Error"));
}

TEST_CASE("a suspend that fails puts the server into error", "[nova]") {
  Bench bench;
  bench.script.fail("libvirt.save", LibvirtError::operation_failed);
  bench.carry_out(Action::suspend);
  CHECK(bench.row().vm_state == VmState::error);
  CHECK(bench.row().task_state == TaskState::none);
  CHECK(bench.script.has("fault 500"));
}

TEST_CASE("a pause that fails leaves the server as it was", "[nova]") {
  Bench bench;
  bench.script.fail("libvirt.suspend", LibvirtError::operation_failed);
  bench.carry_out(Action::pause);
  CHECK(bench.row().vm_state == VmState::active);
  CHECK(bench.row().task_state == TaskState::none);
}

TEST_CASE("a soft reboot pushes nothing aside, a hard one only what is a reboot or harmless", "[nova]") {
  const auto [type, task_state, status] = GENERATE(table<RebootType, TaskState, int>({
      {RebootType::soft, TaskState::rebooting_hard, 409},
      {RebootType::soft, TaskState::pausing, 409},
      {RebootType::hard, TaskState::rebooting_hard, 202},
      {RebootType::hard, TaskState::pausing, 202},
      {RebootType::hard, TaskState::image_snapshot, 409},
  }));
  CAPTURE(to_string(task_state));
  Bench bench;
  bench.row().task_state = task_state;
  CHECK(bench.send(reboot_request(type)).status == status);
}

TEST_CASE("a reboot leaves a server in rescue where it is, and makes any other active", "[nova]") {
  const auto [before, after] = GENERATE(table<VmState, VmState>({
      {VmState::rescued, VmState::rescued},
      {VmState::stopped, VmState::active},
      {VmState::resized, VmState::active},
  }));
  Bench bench;
  bench.row().vm_state = before;
  bench.row().task_state = TaskState::rebooting_hard;
  RpcMessage message{RpcMethod::reboot_instance, Bench::context, Bench::vm, bench.row()};
  message.reboot_type = RebootType::hard;
  bench.run(bench.manager.dispatch(message));
  CHECK(bench.row().vm_state == after);
}

TEST_CASE("a stop of a guest that has crashed may find its claim gone", "[nova]") {
  Bench bench;
  bench.libvirt.state = PowerState::crashed;
  bench.script.before("libvirt.destroy", 1, [&bench] { bench.row().task_state = TaskState::none; });
  bench.carry_out(Action::stop);
  CHECK(bench.row().vm_state == VmState::stopped);
}

TEST_CASE("no more than 64 messages are worked on at a time", "[nova]") {
  Bench bench;
  bench.libvirt.heeds_shutdown = false;
  for (std::uint32_t i = 0; i < 70; ++i) {
    if (i > 0) bench.database.instances.push_back(bench.database.at(Bench::vm));
    RpcMessage message{RpcMethod::stop_instance, Bench::context, InstanceUuid(i), bench.row()};
    message.row.task_state = TaskState::powering_off;
    message.unique_id = i + 1;
    bench.deliveries.put(message);
  }
  int at_a_time = 0;
  bench.script.before("libvirt.shutdown", 100, [&] { at_a_time = bench.journal.open_tasks; });
  bench.run_to_rest();
  CHECK(at_a_time == 64);
}

TEST_CASE("where nobody can say how the guest is, nothing but the claim is given back", "[nova]") {
  const auto [method, vm_state, task_state, nth, line] =
      GENERATE(table<RpcMethod, VmState, TaskState, int, std::string>({
          {RpcMethod::pause_instance, VmState::active, TaskState::pausing, 2, "save task=null"},
          {RpcMethod::start_instance, VmState::stopped, TaskState::powering_on, 2, "save task=null"},
      }));
  CAPTURE(to_string(vm_state));
  Bench bench;
  bench.row().vm_state = vm_state;
  bench.row().task_state = task_state;
  bench.script.fail("libvirt.info", LibvirtError::operation_failed, nth);
  RpcMessage message{method, Bench::context, Bench::vm, bench.row()};
  CHECK_THROWS_AS(bench.run(bench.manager.dispatch(message)), LibvirtError);
  CHECK(bench.script.lines({"save"}) == Lines{line});
}

}  // namespace
}  // namespace snapsim::testing
