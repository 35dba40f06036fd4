#include <chrono>
#include <optional>
#include <string>

#include <catch2/catch.hpp>

#include "sim/nova/exceptions.hpp"
#include "sim/world/scenario.hpp"
#include "tests/nova/doubles.hpp"

// The rules of policy `hardened`, where one service alone shows what they do. What they are for is tested on the whole
// world.

namespace snapsim::testing {
namespace {

using namespace std::chrono_literals;

/// After `wait` one round of the periodic task, and what is left of a grace period.
Task<void> reconcile_after(Bench& bench, Duration wait) {
  co_await bench.process.sleep(wait);
  co_await bench.manager.reconcile();
}

void reconcile(Bench& bench, Duration wait = 0s) {
  bench.run(reconcile_after(bench, wait));
}

RpcMessage message_of(Bench& bench, RpcMethod method, RequestContext context = Bench::context) {
  RpcMessage message{method, context, Bench::vm, bench.row()};
  message.image = Bench::image;
  return message;
}

/// Dispatches it and keeps what it ends with to itself.
Task<void> dispatched(Bench& bench, RpcMessage message) {
  try {
    co_await bench.manager.dispatch(message);
  } catch (const Exception&) {
    // The RPC server would log it.
  }
}

void dispatch(Bench& bench, RpcMessage message) {
  bench.run(dispatched(bench, message));
}

TEST_CASE("a record that the database refuses is written four times at most, a second apart", "[nova][rules]") {
  const std::string step = GENERATE("db.event_start", "db.event_finish", "db.fault");
  CAPTURE(step);
  Bench bench(hardened_config());
  bench.row().task_state = TaskState::pausing;
  bench.libvirt.state = PowerState::running;
  if (step == "db.fault") bench.script.fail("libvirt.suspend", LibvirtError::operation_failed);
  bench.script.fail_always(step, FakeDatabase::error);
  dispatch(bench, message_of(bench, RpcMethod::pause_instance));
  CHECK(bench.script.count(step) == 4);
  CHECK(bench.now_ms() == 3000);
}

TEST_CASE("a record whose answer was lost is not written twice", "[nova][rules]") {
  Bench bench(hardened_config());
  bench.row().task_state = TaskState::pausing;
  bench.script.fail("db.event_start", FakeDatabase::error);
  SECTION("it is there") {
    bench.script.before("db.event_exists", 2, [&bench] { bench.database.has_event = true; });
    dispatch(bench, message_of(bench, RpcMethod::pause_instance));
    CHECK(bench.script.count("db.event_start") == 1);
  }
  SECTION("nobody can say whether it is there") {
    bench.script.fail("db.event_exists", FakeDatabase::error, 2);
    dispatch(bench, message_of(bench, RpcMethod::pause_instance));
    CHECK(bench.script.count("db.event_start") == 2);
  }
  CHECK(bench.row().vm_state == VmState::paused);
}

TEST_CASE("a message is taken once, also by another nova-compute than before", "[nova][rules]") {
  Bench bench(hardened_config());
  bench.row().task_state = TaskState::pausing;
  SECTION("its event is there") {
    bench.database.has_event = true;
  }
  SECTION("nobody can say whether it is there") {
    bench.script.fail("db.event_exists", FakeDatabase::error);
  }
  dispatch(bench, message_of(bench, RpcMethod::pause_instance));
  CHECK(bench.script.lines({"libvirt", "event", "save"}).empty());
}

TEST_CASE("what nova-compute asks itself for is ignored only while it does the same to the same server",
          "[nova][rules]") {
  Bench bench(hardened_config());
  bench.database.instances.push_back(bench.database.at(Bench::vm));
  bench.libvirt.heeds_shutdown = false;
  bench.row().task_state = TaskState::powering_off;
  bench.process.spawn("stop", dispatched(bench, message_of(bench, RpcMethod::stop_instance)));
  const RequestContext nobody;
  RpcMessage other = message_of(bench, RpcMethod::stop_instance, nobody);
  bool is_ignored = true;
  SECTION("the same") {}
  SECTION("another method") {
    other.method = RpcMethod::start_instance;
    is_ignored = false;
  }
  SECTION("another server") {
    other.instance = InstanceUuid(1);
    is_ignored = false;
  }
  dispatch(bench, other);
  CHECK(bench.script.count("db.event_start") == (is_ignored ? 1 : 2));
}

TEST_CASE("a snapshot whose guest is gone has failed, unless its server is going", "[nova][rules]") {
  const auto [vm_state, task_state, has_failed] = GENERATE(table<VmState, TaskState, bool>({
      {VmState::active, TaskState::image_snapshot, true},
      {VmState::active, TaskState::soft_deleting, true},
      {VmState::active, TaskState::deleting, false},
      {VmState::deleted, TaskState::none, false},
  }));
  CAPTURE(to_string(vm_state), to_string(task_state));
  Bench bench(hardened_config());
  bench.script.fail("libvirt.info", LibvirtError::no_domain, 2);
  bench.script.before("db.get", 1, [&bench, vm = vm_state, task = task_state] {
    bench.row().vm_state = vm;
    bench.row().task_state = task;
  });
  bench.snapshot();
  CHECK(bench.script.has(has_failed ? "event Error" : "event Success"));
}

TEST_CASE("the state of a snapshot without an image is cleared only if nobody has taken it", "[nova][rules]") {
  Bench bench(config_with({Rule::guard_writes}));
  bench.script.fail_always("glance.patch", 404);
  bench.snapshot();
  CHECK(bench.script.has("save task=null if image_uploading"));
}

TEST_CASE("a deletion that fails stays a deletion", "[nova][rules]") {
  Bench bench(config_with({Rule::reconcile_tasks}));
  bench.row().task_state = TaskState::deleting;
  bench.script.before("libvirt.destroy", 1, [&bench] { bench.row().task_state = TaskState::none; });
  bench.script.fail("libvirt.destroy", LibvirtError::operation_failed);
  dispatch(bench, message_of(bench, RpcMethod::terminate_instance));
  CHECK(bench.row().vm_state == VmState::error);
  CHECK(bench.row().task_state == TaskState::deleting);
}

TEST_CASE("without that rule a deletion that fails gives its claim back", "[nova][rules]") {
  Bench bench(config_with({Rule::guard_writes}));
  bench.row().task_state = TaskState::deleting;
  bench.script.fail("libvirt.destroy", LibvirtError::operation_failed);
  dispatch(bench, message_of(bench, RpcMethod::terminate_instance));
  CHECK(bench.row().task_state == TaskState::none);
}

TEST_CASE("an upload whose answer is lost is believed if the image is there", "[nova][rules]") {
  Bench bench(hardened_config());
  bench.script.fail_always("glance.upload", 503);
  const auto [status, is_same, is_believed] = GENERATE(table<ImageStatus, bool, bool>({
      {ImageStatus::active, true, true},
      {ImageStatus::active, false, false},
      {ImageStatus::saving, true, false},
  }));
  bench.script.before("glance.upload", 1, [&bench, status = status, is_same = is_same] {
    bench.glance.status = status;
    bench.glance.hashed = is_same ? FileId(2) : FileId(7);
  });
  bench.snapshot();
  CHECK(bench.script.count("glance.upload") == (is_believed ? 1 : 4));
  CHECK(bench.script.has(is_believed ? "event Success" : "event Error"));
}

TEST_CASE("Glance may need a moment to let go of an upload that broke off", "[nova][rules]") {
  Bench bench(hardened_config());
  bench.script.fail("glance.upload", 503, 1);
  SECTION("it lets go") {
    bench.script.fail("glance.upload", 409, 2);
    bench.snapshot();
    CHECK(bench.script.count("glance.upload") == 3);
    CHECK(bench.script.has("event Success"));
    CHECK(bench.now_ms() == 2000 + 1000);  // the polls of the block job
  }
  SECTION("it does not") {
    for (const int nth : {2, 3, 4, 5, 6}) bench.script.fail("glance.upload", 409, nth);
    bench.snapshot();
    CHECK(bench.script.count("glance.upload") == 4);
    CHECK(bench.script.has("event Error"));
  }
}

TEST_CASE("an upload that is refused at once is not tried again", "[nova][rules]") {
  const int status = GENERATE(409, 410);
  Bench bench(hardened_config());
  bench.script.fail("glance.upload", status, status == 409 ? 1 : 2);
  if (status == 410) bench.script.fail("glance.upload", 503, 1);
  bench.snapshot();
  CHECK(bench.script.count("glance.upload") == (status == 409 ? 1 : 2));
  CHECK(bench.script.has("event Error"));
}

TEST_CASE("a block copy that never shows up is a failure after ten looks", "[nova][rules]") {
  Bench bench(hardened_config());
  bench.libvirt.job_is_lost = true;
  bench.snapshot();
  CHECK(bench.script.count("libvirt.job") == 10);
  CHECK(bench.script.has("event Error"));
}

TEST_CASE("a guest that comes up paused is waited for", "[nova][rules]") {
  Bench bench(hardened_config());
  bench.row().vm_state = VmState::suspended;
  bench.libvirt.state = PowerState::shutdown;
  bench.script.before("libvirt.info", 2, [&bench] { bench.libvirt.state = PowerState::paused; });
  bench.script.before("libvirt.info", 3, [&bench] { bench.libvirt.state = PowerState::running; });
  bench.carry_out(Action::resume);
  CHECK(bench.row().vm_state == VmState::active);
}

TEST_CASE("a frozen guest is thawed before it stops", "[nova][rules]") {
  const auto [action, state, step] = GENERATE(table<Action, VmState, std::string>({
      {Action::pause, VmState::paused, "libvirt suspend"},
      {Action::suspend, VmState::suspended, "libvirt save"},
  }));
  Bench bench(hardened_config());
  bench.libvirt.is_frozen = true;
  SECTION("it can be") {
    bench.carry_out(action);
    CHECK(bench.script.place("libvirt thaw") < bench.script.place(step));
    CHECK(bench.row().vm_state == state);
  }
  SECTION("it cannot be") {
    bench.script.fail("libvirt.thaw", LibvirtError::operation_failed);
    bench.carry_out(action);
    CHECK_FALSE(bench.script.has(step));
    CHECK(bench.script.has("event Error"));
  }
  SECTION("nobody can say how it is") {
    bench.script.fail("libvirt.info", LibvirtError::operation_failed, 2);
    bench.carry_out(action);
    CHECK(bench.script.has(step));
  }
  SECTION("the guest is asked for first") {
    bench.script.fail("libvirt.info", LibvirtError::operation_failed, 1);
    bench.carry_out(action);
    CHECK_FALSE(bench.script.has("libvirt thaw"));
    CHECK(bench.script.has("event Error"));
  }
}

TEST_CASE("what a live copy left on a guest is undone, and what fails is not passed over", "[nova][rules]") {
  Bench bench(hardened_config());
  const auto clean_up = [&bench] { bench.run(bench.driver.clean_up_guest(Bench::context, Bench::vm)); };
  bench.libvirt.has_job = bench.libvirt.is_frozen = true;
  bench.libvirt.is_persistent = false;
  SECTION("all of it") {
    clean_up();
    CHECK(bench.script.lines({"libvirt"}) == Lines{"libvirt info", "libvirt abort", "libvirt thaw", "libvirt define"});
  }
  SECTION("the thaw fails") {
    bench.script.fail("libvirt.thaw", LibvirtError::operation_failed);
    CHECK_THROWS_AS(clean_up(), LibvirtError);
    CHECK_FALSE(bench.script.has("libvirt define"));
  }
  SECTION("the domain cannot be defined") {
    bench.script.fail("libvirt.define", LibvirtError::operation_failed);
    CHECK_THROWS_AS(clean_up(), LibvirtError);
  }
  SECTION("there is no guest") {
    bench.libvirt.exists = false;
    clean_up();
    CHECK(bench.script.lines({"libvirt"}).size() == 1);
  }
  SECTION("nobody can say how it is") {
    bench.script.fail("libvirt.info", LibvirtError::operation_failed);
    CHECK_THROWS_AS(clean_up(), LibvirtError);
  }
}

TEST_CASE("a guest is made what is wanted", "[nova][rules]") {
  Bench bench(hardened_config());
  const auto restore = [&bench](PowerState wanted) {
    bench.run(bench.driver.restore_guest(Bench::context, Bench::vm, wanted));
  };
  SECTION("of one that libvirt does not answer for nothing is") {
    bench.script.fail("libvirt.info", LibvirtError::operation_failed);
    CHECK_THROWS_AS(restore(PowerState::running), LibvirtError);
    CHECK_FALSE(bench.script.has("libvirt define"));
  }
  SECTION("one whose domain cannot be defined is not started") {
    bench.libvirt.exists = false;
    bench.script.fail("libvirt.define", LibvirtError::operation_failed);
    CHECK_THROWS_AS(restore(PowerState::running), LibvirtError);
    CHECK(bench.script.count("libvirt.create") == 0);
  }
}

TEST_CASE("a guest that is gone awaits its start, one that libvirt does not answer for does not", "[nova][rules]") {
  Bench bench(hardened_config());
  const auto awaits = [&bench] { return bench.run(bench.driver.awaits_its_start(Bench::context, Bench::vm)); };
  CHECK_FALSE(awaits());
  bench.script.fail("libvirt.info", LibvirtError::operation_failed, 2);
  CHECK_FALSE(awaits());
  bench.libvirt.exists = false;
  CHECK(awaits());
}

TEST_CASE("a guest that is gone comes back as its server is", "[nova][rules]") {
  const auto [vm_state, has_disk, is_defined, is_started] = GENERATE(table<VmState, bool, bool, bool>({
      {VmState::active, true, true, true},
      {VmState::active, false, true, true},
      {VmState::shelved, true, true, false},
      {VmState::stopped, true, true, false},
      {VmState::error, true, true, true},
      {VmState::error, false, false, false},
  }));
  CAPTURE(to_string(vm_state), has_disk);
  Bench bench(hardened_config());
  bench.row().vm_state = vm_state;
  bench.libvirt.exists = false;
  bench.libvirt.state = PowerState::shutdown;
  bench.disk.has_root_disk = has_disk;
  bench.run(bench.manager.sync_power_states());
  CHECK(bench.script.has("libvirt define") == is_defined);
  CHECK((bench.script.count("libvirt.create") > 0) == is_started);
}

TEST_CASE("a guest that runs though its server should not is believed", "[nova][rules]") {
  const auto [vm_state, after] = GENERATE(table<VmState, VmState>({
      {VmState::suspended, VmState::active},
      {VmState::paused, VmState::active},
      {VmState::shelved, VmState::active},
      {VmState::rescued, VmState::rescued},
      {VmState::error, VmState::error},
  }));
  CAPTURE(to_string(vm_state));
  Bench bench(hardened_config());
  bench.row().vm_state = vm_state;
  bench.run(bench.manager.sync_power_states());
  CHECK(bench.row().vm_state == after);
}

TEST_CASE("a task that nobody works on is given up after a minute, and not before", "[nova][rules]") {
  const auto [wait_s, is_cleared] = GENERATE(table<int, bool>({{59, false}, {60, true}}));
  Bench bench(hardened_config());
  bench.row().task_state = TaskState::pausing;
  reconcile(bench);
  reconcile(bench, std::chrono::seconds(wait_s));
  CHECK((bench.row().task_state == TaskState::none) == is_cleared);
}

TEST_CASE("a server whose rebuild was given up is in error", "[nova][rules]") {
  const auto [task_state, is_in_error] = GENERATE(table<TaskState, bool>({
      {TaskState::rebuilding, true},
      {TaskState::rebuild_block_device_mapping, true},
      {TaskState::rebuild_spawning, true},
      {TaskState::unrescuing, false},
  }));
  CAPTURE(to_string(task_state));
  Bench bench(hardened_config());
  bench.row().task_state = task_state;
  reconcile(bench);
  reconcile(bench, 60s);
  CHECK((bench.row().vm_state == VmState::error) == is_in_error);
  CHECK(bench.row().task_state == TaskState::none);
}

/// A server that was shelved from this host and is on none.
void put_away(Bench& bench, TaskState task_state) {
  bench.row().host = HostId();
  bench.row().shelved_host = HostId(0);
  bench.row().shelved_image_id = Bench::image;
  bench.row().vm_state = VmState::shelved_offloaded;
  bench.row().task_state = task_state;
}

TEST_CASE("a task of a server that was shelved from here is given up too", "[nova][rules]") {
  SECTION("under the rule") {
    Bench bench(hardened_config());
    put_away(bench, TaskState::unshelving);
    reconcile(bench);
    reconcile(bench, 60s);
    CHECK(bench.row().task_state == TaskState::none);
  }
  SECTION("not without it") {
    Bench bench(config_with({Rule::clean_up_hosts}));
    put_away(bench, TaskState::unshelving);
    reconcile(bench);
    reconcile(bench, 60s);
    CHECK(bench.row().task_state == TaskState::unshelving);
  }
  SECTION("not while it is worked on") {
    Config config = hardened_config();
    config.glance_num_retries = 200;
    Bench bench(config);
    put_away(bench, TaskState::unshelving);
    bench.script.fail_always("glance.show", 503);
    bench.process.spawn("unshelve", dispatched(bench, message_of(bench, RpcMethod::unshelve_instance)));
    std::optional<TaskState> meanwhile;
    bench.script.before("glance.show", 150, [&] { meanwhile = bench.row().task_state; });
    bench.process.spawn("early", reconcile_after(bench, 10s));
    bench.process.spawn("late", reconcile_after(bench, 100s));
    bench.run_to_rest();
    CHECK(meanwhile == TaskState::unshelving);
  }
}

TEST_CASE("what the database does not answer waits for the next round", "[nova][rules]") {
  const std::string step = GENERATE("db.on_host", "db.shelved_from", "db.unfinished");
  CAPTURE(step);
  Bench bench(hardened_config());
  if (step == "db.shelved_from") put_away(bench, TaskState::none);
  bench.script.fail(step, FakeDatabase::error);
  CHECK_NOTHROW(reconcile(bench));
}

/// A server with a snapshot that was begun, whose message was lost.
void leave_open_action(Bench& bench) {
  bench.database.unfinished = {{RequestId(0), RpcMethod::snapshot_instance}};
}

TEST_CASE("an action without an end gets one, and it is tried again at the next round", "[nova][rules]") {
  const std::string step = GENERATE("db.fault", "db.event_start", "db.event_finish", "db.event_exists");
  CAPTURE(step);
  Bench bench(hardened_config());
  leave_open_action(bench);
  if (step == "db.event_exists") bench.database.has_event = true;
  bench.script.fail(step, FakeDatabase::error);
  reconcile(bench);
  reconcile(bench, 60s);
  if (step != "db.event_exists") CHECK_FALSE(bench.script.has("event Error"));
  reconcile(bench, 1s);
  CHECK(bench.script.has("event Error"));
}

TEST_CASE("a message that comes when its action has just been given up is ignored", "[nova][rules]") {
  Bench bench(hardened_config());
  leave_open_action(bench);
  bench.row().task_state = TaskState::none;
  reconcile(bench);
  bench.script.before("db.event_start", 1, [&bench] {
    bench.process.spawn("late", dispatched(bench, message_of(bench, RpcMethod::snapshot_instance)));
  });
  reconcile(bench, 60s);
  CHECK(bench.script.count("db.event_start") == 1);
}

TEST_CASE("an unfinished image that nobody works on is removed, by whom its server belongs to", "[nova][rules]") {
  const auto [host, shelved_host, is_removed] = GENERATE(table<HostId, HostId, bool>({
      {HostId(0), HostId(), true},
      {HostId(1), HostId(), false},
      {HostId(1), HostId(0), false},
      {HostId(), HostId(0), true},
      {HostId(), HostId(1), false},
  }));
  Bench bench(hardened_config());
  bench.row().host = host;
  bench.row().shelved_host = shelved_host;
  GlanceImage left;
  left.status = ImageStatus::queued;
  left.id = Bench::image;
  left.instance = Bench::vm;
  bench.glance.listed = {left};
  reconcile(bench);
  reconcile(bench, 60s);
  CHECK((bench.script.count("glance.delete") > 0) == is_removed);
}

TEST_CASE("images that have no data yet are unfinished, the others are not", "[nova][rules]") {
  const auto [status, is_removed] = GENERATE(table<ImageStatus, bool>({
      {ImageStatus::queued, true},
      {ImageStatus::saving, true},
      {ImageStatus::uploading, true},
      {ImageStatus::importing, true},
      {ImageStatus::active, false},
      {ImageStatus::deactivated, false},
  }));
  CAPTURE(to_string(status));
  Bench bench(hardened_config());
  GlanceImage left;
  left.status = status;
  left.id = Bench::image;
  left.instance = Bench::vm;
  bench.glance.listed = {left};
  reconcile(bench);
  reconcile(bench, 60s);
  CHECK((bench.script.count("glance.delete") > 0) == is_removed);
}

TEST_CASE("a server that is put away for good waits for what holds it", "[nova][rules]") {
  Config config = hardened_config();
  config.reclaim_instance_interval_s = 1;
  Bench bench(config);
  bench.libvirt.heeds_shutdown = false;
  bench.row().vm_state = VmState::soft_delete;
  RpcMessage stop = message_of(bench, RpcMethod::stop_instance);
  stop.row.task_state = TaskState::powering_off;
  bench.process.spawn("stop", dispatched(bench, stop));
  bench.run(bench.manager.reclaim_queued_deletes());
  CHECK(bench.script.place("INFO Instance failed to shutdown in 60 seconds.") <
        bench.script.place("notify instance.delete.start"));
}

TEST_CASE("a server without a host is refused before anything is claimed", "[nova][rules]") {
  const Action action = GENERATE(Action::pause, Action::suspend, Action::shelve, Action::create_image,
                                 Action::create_backup, Action::rescue);
  CAPTURE(to_string(action));
  Bench bench(hardened_config());
  bench.row().host = HostId();
  ServerRequest request;
  request.action = action;
  request.instance = Bench::vm;
  request.name = "snap";
  CHECK(bench.send(request).status == 409);
  CHECK(bench.script.lines({"save", "POST"}).empty());
}

TEST_CASE("a state is reset only while nobody works on the server", "[nova][rules]") {
  Bench bench(hardened_config());
  bench.row().vm_state = VmState::error;
  ServerRequest request;
  request.action = Action::reset_state;
  request.instance = Bench::vm;
  request.state = VmState::active;
  CHECK(bench.send(request).status == 202);
  CHECK(bench.script.has("save vm=active if null"));
}

TEST_CASE("only what is put away has to find that nothing is being deleted", "[nova][rules]") {
  Bench bench(hardened_config());
  CHECK(bench.send(Action::delete_).status == 204);
  CHECK(bench.script.lines({"save"}) == Lines{"save task=deleting"});
}

TEST_CASE("a start-up clears a snapshot's state only if it is still there", "[nova][rules]") {
  Bench bench(hardened_config());
  bench.row().task_state = TaskState::image_snapshot;
  bench.run(bench.manager.init_host());
  CHECK(bench.script.has("save task=null if image_snapshot"));
}

TEST_CASE("a rebuild that is over works on its server no more", "[nova][rules]") {
  Bench bench(hardened_config());
  bench.row().vm_state = VmState::stopped;
  bench.row().task_state = TaskState::rebuilding;
  bench.libvirt.state = PowerState::shutdown;
  const bool stop_fails = GENERATE(false, true);
  if (stop_fails) bench.script.fail("libvirt.destroy", LibvirtError::operation_failed, 3);
  dispatch(bench, message_of(bench, RpcMethod::rebuild_instance));
  CHECK(bench.script.has(stop_fails ? "event Error" : "event Success"));
  bench.row().task_state = TaskState::pausing;
  reconcile(bench);
  reconcile(bench, 60s);
  CHECK(bench.row().task_state == TaskState::none);
}

}  // namespace
}  // namespace snapsim::testing
