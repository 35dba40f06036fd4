#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/fake_hypervisor/bench.hpp"

namespace snapsim {

using namespace testing;
using Events = std::vector<LifecycleEvent>;
using States = std::vector<PowerState>;

TEST_CASE("a managed save pauses a running guest, then shuts it off with its memory kept", "[fake_hypervisor]") {
  GuestBench bench;
  REQUIRE(bench.hypervisor.begin_managed_save(bench.guest, 10));
  CHECK(bench.domain().state == PowerState::paused);
  CHECK(!bench.domain().has_managed_save);
  REQUIRE(bench.hypervisor.finish_managed_save(bench.guest, 20));
  CHECK(bench.domain().state == PowerState::shutdown);
  CHECK(bench.domain().has_managed_save);
  CHECK(bench.log.states() == States{PowerState::paused, PowerState::shutdown});
  CHECK(bench.log.events() == Events{LifecycleEvent::paused, LifecycleEvent::stopped});
}

TEST_CASE("a managed save of a paused guest needs no pause", "[fake_hypervisor]") {
  GuestBench bench(PowerState::paused);
  REQUIRE(bench.hypervisor.begin_managed_save(bench.guest, 10));
  REQUIRE(bench.hypervisor.finish_managed_save(bench.guest, 20));
  CHECK(bench.log.events() == Events{LifecycleEvent::stopped});
}

TEST_CASE("a guest comes out of its managed save as it went in, whatever the start asks for", "[fake_hypervisor]") {
  for (const PowerState before : {PowerState::running, PowerState::paused}) {
    for (const bool asks_for_paused : {false, true}) {
      INFO(to_string(before) << ", started paused: " << asks_for_paused);
      GuestBench bench(before);
      REQUIRE(bench.hypervisor.begin_managed_save(bench.guest, 10));
      REQUIRE(bench.hypervisor.finish_managed_save(bench.guest, 20));
      REQUIRE(bench.hypervisor.create(bench.guest, asks_for_paused, 30));
      CHECK(bench.domain().state == before);
      CHECK(!bench.domain().has_managed_save);
    }
  }
}

TEST_CASE("a guest without a managed save starts as the start asks", "[fake_hypervisor]") {
  for (const bool paused : {false, true}) {
    GuestBench bench(PowerState::shutdown);
    REQUIRE(bench.hypervisor.create(bench.guest, paused, 10));
    CHECK(bench.domain().state == (paused ? PowerState::paused : PowerState::running));
    const LifecycleEvent second = paused ? LifecycleEvent::paused : LifecycleEvent::resumed;
    CHECK(bench.log.events() == Events{LifecycleEvent::started, second});
  }
}

TEST_CASE("a cold snapshot's life-cycle events come in libvirt's order", "[fake_hypervisor]") {
  GuestBench bench;
  REQUIRE(bench.hypervisor.begin_managed_save(bench.guest, 10));
  REQUIRE(bench.hypervisor.finish_managed_save(bench.guest, 20));
  REQUIRE(bench.hypervisor.create(bench.guest, false, 30));
  CHECK(bench.log.events() ==
        Events{LifecycleEvent::paused, LifecycleEvent::stopped, LifecycleEvent::started, LifecycleEvent::resumed});
}

TEST_CASE("a guest that is defined stays when it shuts down, a transient one is gone", "[fake_hypervisor]") {
  for (const bool is_persistent : {true, false}) {
    INFO("defined: " << is_persistent);
    GuestBench bench(PowerState::running, is_persistent);
    REQUIRE(bench.hypervisor.shut_down(bench.guest, 10));
    CHECK(bench.domain().state == PowerState::shutdown);
    CHECK(error_code(bench.hypervisor.domain(bench.guest)) == (is_persistent ? 0 : no_domain));
    CHECK(bench.log.events() == Events{LifecycleEvent::stopped});
  }
}

TEST_CASE("shutting down a guest that is off changes nothing and is no error", "[fake_hypervisor]") {
  GuestBench bench(PowerState::shutdown);
  CHECK(bench.hypervisor.shut_down(bench.guest, 10));
  CHECK(bench.log.states().empty());
  CHECK(bench.log.events().empty());
}

TEST_CASE("undefining a running guest makes it transient, one that is off goes at once", "[fake_hypervisor]") {
  GuestBench running;
  REQUIRE(running.hypervisor.undefine(running.guest, 10));
  CHECK(running.domain().exists);
  CHECK(!running.domain().is_persistent);
  CHECK(running.domain().state == PowerState::running);
  CHECK(error_code(running.hypervisor.undefine(running.guest, 10)) == operation_invalid);

  GuestBench off(PowerState::shutdown);
  REQUIRE(off.hypervisor.undefine(off.guest, 10));
  CHECK(error_code(off.hypervisor.domain(off.guest)) == no_domain);
}

TEST_CASE("undefining a guest drops its managed save", "[fake_hypervisor]") {
  GuestBench bench;
  REQUIRE(bench.hypervisor.begin_managed_save(bench.guest, 10));
  REQUIRE(bench.hypervisor.finish_managed_save(bench.guest, 20));
  REQUIRE(bench.hypervisor.undefine(bench.guest, 30));
  REQUIRE(bench.hypervisor.define(bench.guest));
  CHECK(!bench.domain().has_managed_save);
}

TEST_CASE("defining makes a transient guest stay, and brings back one that is gone", "[fake_hypervisor]") {
  GuestBench bench;
  REQUIRE(bench.hypervisor.undefine(bench.guest, 10));
  REQUIRE(bench.hypervisor.define(bench.guest));
  REQUIRE(bench.hypervisor.shut_down(bench.guest, 20));
  CHECK(bench.hypervisor.domain(bench.guest));

  REQUIRE(bench.hypervisor.undefine(bench.guest, 30));
  REQUIRE(!bench.hypervisor.domain(bench.guest));
  REQUIRE(bench.hypervisor.define(bench.guest));
  CHECK(bench.hypervisor.domain(bench.guest)->state == PowerState::shutdown);
}

TEST_CASE("what libvirt does not do in a guest's state is refused as invalid and changes nothing",
          "[fake_hypervisor]") {
  using Call = std::function<HypervisorResult<void>(GuestBench&)>;
  const Call begin_save = [](GuestBench& b) { return b.hypervisor.begin_managed_save(b.guest, 10); };
  const Call finish_save = [](GuestBench& b) { return b.hypervisor.finish_managed_save(b.guest, 10); };
  const Call create = [](GuestBench& b) { return b.hypervisor.create(b.guest, false, 10); };
  const Call freeze = [](GuestBench& b) { return b.hypervisor.fs_freeze(b.guest, 10); };
  const Call thaw = [](GuestBench& b) { return b.hypervisor.fs_thaw(b.guest, 10); };

  struct Case {
    std::string what;
    PowerState state;
    bool is_persistent;
    Call call;
  };
  const std::vector<Case> cases{
      {"save a guest that is off", PowerState::shutdown, true, begin_save},
      {"end the save of a guest that is off", PowerState::shutdown, true, finish_save},
      {"save a transient guest", PowerState::running, false, begin_save},
      {"start a running guest", PowerState::running, true, create},
      {"start a paused guest", PowerState::paused, true, create},
      {"freeze a guest that is off", PowerState::shutdown, true, freeze},
      {"thaw a guest that is off", PowerState::shutdown, true, thaw},
  };
  for (const Case& refused : cases) {
    INFO(refused.what);
    GuestBench bench(refused.state, refused.is_persistent);
    CHECK(error_code(refused.call(bench)) == operation_invalid);
    CHECK(bench.domain().state == refused.state);
    CHECK(bench.log.states().empty());
    CHECK(bench.log.events().empty());
  }
}

TEST_CASE("no call but define knows a guest that is gone", "[fake_hypervisor]") {
  GuestBench bench;
  bench.domain().exists = false;
  Hypervisor& hypervisor = bench.hypervisor;
  const FileId delta = *bench.disks.create_delta(bench.disk);
  CHECK(error_code(hypervisor.domain(bench.guest)) == no_domain);
  CHECK(error_code(hypervisor.begin_managed_save(bench.guest, 10)) == no_domain);
  CHECK(error_code(hypervisor.finish_managed_save(bench.guest, 10)) == no_domain);
  CHECK(error_code(hypervisor.create(bench.guest, false, 10)) == no_domain);
  CHECK(error_code(hypervisor.shut_down(bench.guest, 10)) == no_domain);
  CHECK(error_code(hypervisor.undefine(bench.guest, 10)) == no_domain);
  CHECK(error_code(hypervisor.block_rebase(bench.guest, delta, 5, 5, 10)) == no_domain);
  CHECK(error_code(hypervisor.block_job_abort(bench.guest, 10)) == no_domain);
  CHECK(error_code(hypervisor.fs_freeze(bench.guest, 10)) == no_domain);
  CHECK(error_code(hypervisor.fs_thaw(bench.guest, 10)) == no_domain);
  CHECK(bench.log.events().empty());
}

TEST_CASE("guests do not mix", "[fake_hypervisor]") {
  GuestBench bench;
  Domain second = bench.domain();
  second.disk = *bench.disks.create_guest_disk(disk_spec(8 * mib, 4 * mib));
  bench.hypervisor.add_domain(second, 0);
  REQUIRE(bench.hypervisor.domain_count() == 2);
  REQUIRE(bench.hypervisor.shut_down(InstanceUuid(1), 1000));
  CHECK(bench.domain().state == PowerState::running);
  CHECK(bench.hypervisor.generation(bench.guest, 2000) == 20);
  CHECK(bench.hypervisor.generation(InstanceUuid(1), 2000) == 10);
}

}  // namespace snapsim
