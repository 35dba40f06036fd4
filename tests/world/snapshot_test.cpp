#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/nova/log_messages.hpp"
#include "tests/world/support.hpp"

namespace snapsim::testing {
namespace {

using Names = std::vector<std::string>;

const Names all_task_states{"image_snapshot_pending",
                            "image_snapshot",
                            "image_pending_upload",
                            "image_uploading",
                            "image_pending_upload",
                            "image_uploading",
                            "null"};

TEST_CASE("a snapshot passes seven task states and its image three, cold or live", "[world]") {
  const bool is_live = GENERATE(false, true);
  Scenario scenario = scenario_with_instances(1, is_live);
  add_create_image(scenario, 0);
  const RunResult result = run_uneventfully(scenario).result;
  REQUIRE(result.instances.size() == 1);
  const InstanceResult& instance = result.instances[0];
  CHECK(names(instance.task_states) == all_task_states);
  CHECK(instance.vm_state == VmState::active);
  CHECK(instance.task_state == TaskState::none);
  CHECK(instance.power_state == PowerState::running);
  CHECK(instance.guest == "running");
  REQUIRE(instance.events.size() == 1);
  CHECK(instance.events[0].action == "createImage");
  CHECK(instance.events[0].result == "Success");
  CHECK(instance.newest_fault.kind == FailureKind::none);
  REQUIRE(result.images.size() == 1);
  CHECK(names(result.images[0].statuses) == Names{"queued", "saving", "active"});
  CHECK(result.images[0].status == "active");
  CHECK(result.images[0].size.has_value());
  CHECK_FALSE(result.images[0].checksum.empty());
  REQUIRE(result.requests.size() == 1);
  CHECK(result.requests[0].status == 202);
  CHECK(violated(result).empty());
}

TEST_CASE("a cold snapshot stops the guest only while its disk is read, a live one never", "[world]") {
  const bool is_live = GENERATE(false, true);
  Scenario scenario = scenario_with_instances(1, is_live);
  add_create_image(scenario, 0);
  const RunOutput output = run_uneventfully(scenario);
  const auto guest_changes =
      places(output.trace, [](const TraceRecord& r) { return r.kind == TraceKind::guest_changed; });
  if (is_live) {
    CHECK(guest_changes.empty());
    return;
  }
  const auto is_upload = [](const TraceRecord& record) {
    return record.kind == TraceKind::operation_begun &&
           record.code == static_cast<std::uint8_t>(Operation::glance_upload);
  };
  const auto uploads = places(output.trace, is_upload);
  REQUIRE(guest_changes.size() >= 2);
  REQUIRE(uploads.size() == 1);
  const TraceRecord& last = output.trace[guest_changes.back()];
  CHECK(last.code == static_cast<std::uint8_t>(PowerState::running));
  CHECK(guest_changes.back() < uploads[0]);
}

/// The most snapshots that were past "Checking state" and not at their end at a time.
int most_at_once(const std::vector<TraceRecord>& trace) {
  int now = 0;
  int most = 0;
  for (const TraceRecord& record : trace) {
    if (record.request == TraceRecord::none) continue;  // the hypervisor's events look at the state as well
    const bool begins =
        record.kind == TraceKind::log && record.code == static_cast<std::uint8_t>(LogMessage::checking_state);
    const bool ends =
        record.kind == TraceKind::notification && record.code == static_cast<std::uint8_t>(Notification::snapshot_end);
    now += begins ? 1 : 0;
    now -= ends ? 1 : 0;
    most = std::max(most, now);
  }
  return most;
}

TEST_CASE("never more snapshots are under way on a host than the semaphore admits", "[world]") {
  const auto [permits, expected] = GENERATE(table<int, int>({{5, 5}, {1, 1}, {0, 10}, {20, 10}}));
  CAPTURE(permits);
  const bool is_live = GENERATE(false, true);
  Scenario scenario = scenario_with_instances(10, is_live);
  scenario.config.max_concurrent_snapshots = permits;
  for (std::uint32_t i = 0; i < 10; ++i) add_create_image(scenario, i);
  const RunOutput output = run_uneventfully(scenario);
  CHECK(most_at_once(output.trace) == expected);
  for (const ImageResult& image : output.result.images) CHECK(image.status == "active");
  for (const InstanceResult& instance : output.result.instances) CHECK(names(instance.task_states) == all_task_states);
  CHECK(violated(output.result).empty());
}

TEST_CASE("while it waits for the semaphore an instance is in image_snapshot", "[world]") {
  Scenario scenario = scenario_with_instances(2, false);
  scenario.config.max_concurrent_snapshots = 1;
  add_create_image(scenario, 0);
  add_create_image(scenario, 1);
  const RunOutput output = run_uneventfully(scenario);
  const auto wrote_image_snapshot = places(output.trace, [](const TraceRecord& r) {
    return r.kind == TraceKind::task_state_written && r.code == static_cast<std::uint8_t>(TaskState::image_snapshot);
  });
  const auto ended = places(output.trace, [](const TraceRecord& r) {
    return r.kind == TraceKind::notification && r.code == static_cast<std::uint8_t>(Notification::snapshot_end);
  });
  REQUIRE(wrote_image_snapshot.size() == 2);
  REQUIRE(ended.size() == 2);
  CHECK(wrote_image_snapshot[1] < ended[0]);
}

TEST_CASE("a run of the model leaves a file behind exactly where its scenario says so", "[world]") {
  for (const std::string& file : scenario_files()) {
    CAPTURE(file);
    const Scenario scenario = scenario_from(file);
    const RunResult result = run_scenario_as_written(scenario).result;
    const bool may_leave_files = std::ranges::count(scenario.violates, "no_leftover_files") > 0;
    if (!may_leave_files) CHECK(result.leftover_files.empty());
    if (!may_leave_files) CHECK(result.leftover_bytes == 0);
    CHECK(result.disks == "model");
  }
}

}  // namespace
}  // namespace snapsim::testing
