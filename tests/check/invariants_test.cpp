#include <algorithm>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "sim/check/invariant.hpp"
#include "tests/check/breakings.hpp"
#include "tests/check/small_cloud.hpp"

namespace snapsim {

using testing::Breaking;
using testing::breakings;
using testing::SmallCloud;

TEST_CASE("a sound world violates nothing, however often it is looked at", "[check]") {
  SmallCloud cloud;
  cloud.world.run();
  CHECK(cloud.world.image(0).status == ImageStatus::active);
  CHECK(cloud.world.image(1).status == ImageStatus::active);
  CHECK(cloud.world.violations().empty());
  cloud.world.check_at_rest();
  CHECK(cloud.world.violations().empty());
}

TEST_CASE("there is a way to break every invariant", "[check]") {
  for (const Invariant& invariant : invariants()) {
    INFO(invariant.name);
    CHECK(std::any_of(breakings().begin(), breakings().end(),
                      [&](const Breaking& breaking) { return breaking.invariant == invariant.name; }));
  }
  for (const Breaking& breaking : breakings()) {
    INFO(breaking.invariant);
    CHECK(std::any_of(invariants().begin(), invariants().end(),
                      [&](const Invariant& invariant) { return invariant.name == breaking.invariant; }));
  }
}

TEST_CASE("every breach of an invariant is found with its subject and what was seen and expected", "[check]") {
  for (const Breaking& breaking : breakings()) {
    INFO(breaking.invariant << ": " << breaking.how);
    SmallCloud cloud;
    if (breaking.moment == Breaking::Moment::before_run) {
      breaking.apply(cloud);
      cloud.world.run();
    } else {
      cloud.world.run();
      REQUIRE(cloud.world.violations().empty());
      breaking.apply(cloud);
      cloud.world.check_at_rest();
    }
    const Violations found = cloud.violations_of(breaking.invariant);
    REQUIRE(found.size() == breaking.findings);
    CHECK(found[0].subject_kind == breaking.subject_kind);
    CHECK(found[0].subject == breaking.subject);
    CHECK(found[0].message == breaking.message);
    CHECK(found[0].virtual_us > 0);
    CHECK(found[0].virtual_us <= cloud.now_us());
  }
}

TEST_CASE("an invariant is checked either always or at rest, has a name of its own and a sentence", "[check]") {
  std::set<std::string_view> names;
  for (const Invariant& invariant : invariants()) {
    INFO(invariant.name);
    CHECK(names.insert(invariant.name).second);
    CHECK((invariant.when == When::always) == (invariant.observe != nullptr));
    CHECK((invariant.when == When::at_rest) == (invariant.check != nullptr));
    REQUIRE(!invariant.sentence.empty());
    CHECK(invariant.sentence.back() == '.');
    CHECK(std::all_of(invariant.name.begin(), invariant.name.end(),
                      [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); }));
  }
}

TEST_CASE("a checker that does not look always finds at rest what it finds otherwise", "[check]") {
  Checker checker(false);
  TraceRecord begun;
  begun.kind = TraceKind::task_begun;
  begun.subject = 0;
  checker.observe(begun);
  checker.observe(begun);
  CHECK(checker.violations().empty());

  SmallCloud cloud;
  cloud.world.run();
  cloud.row(SmallCloud::vm_1).task_state = TaskState::image_snapshot;
  checker.check_at_rest(cloud.world);
  REQUIRE(checker.violations().size() == 1);
  CHECK(checker.violations()[0].invariant == "no_stuck_task_state");
}

namespace {

/// Something that looks like a breach of the invariant and is none.
struct NearMiss {
  std::string_view invariant;
  std::string_view what;
  void (*apply)(SmallCloud&);
};

constexpr InstanceUuid vm_1 = SmallCloud::vm_1;
constexpr InstanceUuid vm_2 = SmallCloud::vm_2;
constexpr ImageId snap_1 = SmallCloud::snap_1;

void delete_instance(SmallCloud& cloud, InstanceUuid instance) {
  cloud.world.tables().instance(instance).is_deleted = true;
  (void)cloud.hypervisor().shut_down(instance, cloud.now_us());
  (void)cloud.hypervisor().undefine(instance, cloud.now_us());
}

const NearMiss near_misses[] = {
    {"no_stuck_task_state", "a deleted instance keeps task_state deleting",
     [](SmallCloud& cloud) {
       cloud.row(vm_1).task_state = TaskState::deleting;
       delete_instance(cloud, vm_1);
     }},
    {"accepted_request_concludes", "an image that is absent, with the failure recorded",
     [](SmallCloud& cloud) {
       cloud.image(snap_1).status = ImageStatus::deleted;
       cloud.entry(0).event = EventOutcome::error;
     }},
    {"accepted_request_concludes", "an image that is absent like its instance",
     [](SmallCloud& cloud) {
       cloud.image(snap_1).status = ImageStatus::deleted;
       delete_instance(cloud, vm_1);
     }},
    {"no_orphan_image", "images that are deactivated or killed",
     [](SmallCloud& cloud) {
       cloud.image(snap_1).status = ImageStatus::deactivated;
       cloud.image(SmallCloud::snap_2).status = ImageStatus::killed;
     }},
    {"active_image_is_complete", "a deleted image without data",
     [](SmallCloud& cloud) {
       cloud.image(snap_1).status = ImageStatus::deleted;
       cloud.world.images().remove(snap_1);
     }},
    {"active_image_is_kept", "an active image that an administrator deactivates",
     [](SmallCloud& cloud) {
       cloud.image(snap_1).status = ImageStatus::deactivated;
       cloud.world.glance().image_status_changed(snap_1, cloud.image(snap_1), ImageStatus::active, false);
     }},
    {"source_disk_unchanged", "the disk of a deleted instance goes",
     [](SmallCloud& cloud) {
       (void)cloud.world.disks().remove(cloud.domain(vm_1).disk);
       delete_instance(cloud, vm_1);
     }},
    {"power_state_restored", "a guest is shut down and started again",
     [](SmallCloud& cloud) {
       (void)cloud.hypervisor().shut_down(vm_1, cloud.now_us());
       (void)cloud.hypervisor().create(vm_1, false, cloud.now_us());
     }},
    {"database_matches_hypervisor", "vm_state error promises no particular guest",
     [](SmallCloud& cloud) { cloud.row(vm_1).vm_state = VmState::error; }},
    {"database_matches_hypervisor", "a suspended instance's guest is off",
     [](SmallCloud& cloud) { cloud.row(vm_2).vm_state = VmState::suspended; }},
    {"guest_thawed", "a guest is frozen and thawed",
     [](SmallCloud& cloud) {
       (void)cloud.hypervisor().fs_freeze(vm_1, cloud.now_us());
       (void)cloud.hypervisor().fs_thaw(vm_1, cloud.now_us());
     }},
    {"domain_defined", "a deleted instance has no domain", [](SmallCloud& cloud) { delete_instance(cloud, vm_1); }},
    {"no_block_job", "a block job has been aborted",
     [](SmallCloud& cloud) {
       (void)cloud.hypervisor().undefine(vm_1, cloud.now_us());
       const FileId delta = *cloud.world.disks().create_delta(cloud.domain(vm_1).disk);
       (void)cloud.hypervisor().block_rebase(vm_1, delta, 1000, 1000, cloud.now_us());
       (void)cloud.hypervisor().block_job_abort(vm_1, cloud.now_us());
     }},
    {"no_leftover_files", "a deactivated image keeps its data",
     [](SmallCloud& cloud) { cloud.image(snap_1).status = ImageStatus::deactivated; }},
    {"one_task_per_instance", "one task after the other",
     [](SmallCloud& cloud) {
       for (int i = 0; i < 2; ++i) {
         cloud.journal.task_begun({}, vm_1, RpcMethod::stop_instance);
         cloud.journal.task_ended({}, vm_1, RpcMethod::stop_instance);
       }
     }},
    {"one_task_per_instance", "a task each on two instances",
     [](SmallCloud& cloud) {
       cloud.journal.task_begun({}, vm_1, RpcMethod::stop_instance);
       cloud.journal.task_begun({}, vm_2, RpcMethod::stop_instance);
     }},
    {"legal_image_transitions", "an upload that is restored to queued and begins again",
     [](SmallCloud& cloud) {
       Glance& glance = cloud.world.glance().glance();
       const ImageId image = glance.create(vm_1, 0);
       (void)glance.set_formats(image, DiskFormat::qcow2);
       (void)glance.begin_upload(image);
       glance.abort_upload(image);
       (void)glance.begin_upload(image);
       (void)glance.finish_upload(image);
     }},
    {"legal_task_state_transitions", "an instance is deleted in the middle of a snapshot",
     [](SmallCloud& cloud) {
       cloud.write_task_state(vm_1, TaskState::image_snapshot_pending);
       cloud.write_task_state(vm_1, TaskState::image_snapshot);
       cloud.write_task_state(vm_1, TaskState::deleting);
     }},
    {"answer_matches_effect", "a refused request without an image",
     [](SmallCloud& cloud) {
       cloud.entry(0).status = 409;
       cloud.entry(0).was_cast = false;
       cloud.entry(0).image = ImageId();
     }},
    {"answer_matches_effect", "a request that was never answered",
     [](SmallCloud& cloud) {
       cloud.entry(0).status = 0;
       cloud.entry(0).was_cast = false;
     }},
    {"failure_is_recorded", "a failure with both records",
     [](SmallCloud& cloud) {
       cloud.image(snap_1).status = ImageStatus::deleted;
       cloud.entry(0).event = EventOutcome::error;
       cloud.entry(0).faults = 1;
     }},
    {"failure_is_recorded", "a failure whose instance is deleted",
     [](SmallCloud& cloud) {
       cloud.image(snap_1).status = ImageStatus::deleted;
       delete_instance(cloud, vm_1);
     }},
    {"failure_is_recorded", "a backup that was rotated out",
     [](SmallCloud& cloud) {
       cloud.scenario.requests[0].action = Action::create_backup;
       cloud.image(snap_1).status = ImageStatus::deleted;
     }},
    {"failure_is_recorded", "a backup whose rotation fails",
     [](SmallCloud& cloud) {
       cloud.scenario.requests[0].action = Action::create_backup;
       cloud.entry(0).event = EventOutcome::error;
       cloud.entry(0).faults = 1;
     }},
    {"deleting_is_final", "the deletion is written twice and goes through",
     [](SmallCloud& cloud) {
       InstanceChanges gone;
       gone.vm_state = VmState::deleted;
       gone.task_state = TaskState::none;
       cloud.write_task_state(vm_1, TaskState::deleting);
       cloud.write_task_state(vm_1, TaskState::deleting);
       cloud.update(vm_1, gone);
     }},
    {"message_takes_effect_once", "tasks that are of no request",
     [](SmallCloud& cloud) {
       cloud.journal.task_begun({}, vm_1, RpcMethod::stop_instance);
       cloud.journal.task_begun({}, vm_2, RpcMethod::stop_instance);
     }},
};

}  // namespace

TEST_CASE("what only looks like a breach of an invariant is none", "[check]") {
  for (const NearMiss& near_miss : near_misses) {
    INFO(near_miss.invariant << ": " << near_miss.what);
    SmallCloud cloud;
    cloud.world.run();
    REQUIRE(cloud.world.violations().empty());
    near_miss.apply(cloud);
    cloud.world.check_at_rest();
    CHECK(cloud.violations_of(near_miss.invariant).empty());
  }
}

}  // namespace snapsim
