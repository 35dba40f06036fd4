#include <set>
#include <string_view>

#include <catch2/catch.hpp>

#include "tests/check/small_cloud.hpp"

// A nova-compute dies in the middle of a snapshot and stays dead: one real failure that breaks many invariants at once,
// and what is found depends on where it falls.

namespace snapsim {
namespace {

using testing::SmallCloud;
using Names = std::set<std::string_view>;

/// One running guest and one snapshot of it.
Scenario one_snapshot(bool live) {
  Scenario scenario = testing::two_snapshots();
  scenario.config.live_snapshot = live;
  scenario.instances.resize(1);
  scenario.requests.resize(1);
  return scenario;
}

/// The invariants that are violated when nova-compute dies as soon as the trace has this record.
Names violated_after_death_at(bool live, TraceKind kind, std::uint8_t code) {
  SmallCloud cloud(one_snapshot(live));
  testing::kill_compute_at(cloud.world, HostId(0), kind, code);
  cloud.world.run();
  Names names;
  for (const Violation& violation : cloud.world.violations()) names.insert(violation.invariant);
  return names;
}

template <class Code>
std::uint8_t code(Code value) {
  return static_cast<std::uint8_t>(value);
}

/// What every snapshot leaves behind that nobody goes on with.
const Names given_up{"no_stuck_task_state", "accepted_request_concludes", "no_orphan_image", "failure_is_recorded"};

Names given_up_and(std::initializer_list<std::string_view> more) {
  Names names = given_up;
  names.insert(more);
  return names;
}

}  // namespace

TEST_CASE("a nova-compute that dies before it touches the guest leaves the request and its image behind", "[check]") {
  CHECK(violated_after_death_at(false, TraceKind::task_begun, code(RpcMethod::snapshot_instance)) == given_up);
}

TEST_CASE("a nova-compute that dies while the guest is saved leaves it off", "[check]") {
  CHECK(violated_after_death_at(false, TraceKind::guest_changed, code(PowerState::shutdown)) ==
        given_up_and({"power_state_restored", "database_matches_hypervisor"}));
}

TEST_CASE("a nova-compute that dies while it extracts the disk leaves what it has made so far", "[check]") {
  CHECK(violated_after_death_at(false, TraceKind::operation_begun, code(Operation::disk_extract)) ==
        given_up_and({"power_state_restored", "database_matches_hypervisor", "no_leftover_files"}));
  CHECK(violated_after_death_at(false, TraceKind::file_made, 0) ==
        given_up_and({"power_state_restored", "database_matches_hypervisor", "no_leftover_files"}));
}

TEST_CASE("a nova-compute that dies while it uploads leaves the file, and Glance queues the image again", "[check]") {
  SmallCloud cloud(one_snapshot(false));
  testing::kill_compute_at(cloud.world, HostId(0), TraceKind::log, code(LogMessage::snapshot_extracted));
  cloud.world.run();
  CHECK(cloud.world.image(0).status == ImageStatus::queued);
  CHECK(cloud.world.image(0).data.bytes == 0);
  REQUIRE(cloud.world.leftover_file_count() == 2);
  CHECK(cloud.world.leftover_file(0) == "compute-1:snapshots/tmp0/");
  CHECK(cloud.world.leftover_file(1) == "compute-1:snapshots/tmp0/vm-1-1");
  CHECK(cloud.violations_of("no_leftover_files").size() == 2);
  CHECK(cloud.violations_of("no_orphan_image").size() == 1);
}

TEST_CASE("a nova-compute that dies in the middle of a live copy leaves the domain undefined and its job running",
          "[check]") {
  CHECK(violated_after_death_at(true, TraceKind::operation_ended, code(Operation::hypervisor_block_copy)) ==
        given_up_and({"domain_defined", "no_block_job", "no_leftover_files"}));
}

}  // namespace snapsim
