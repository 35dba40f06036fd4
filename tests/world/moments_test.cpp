#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/world/fault_point.hpp"
#include "tests/world/support.hpp"

namespace snapsim::testing {
namespace {

using Trace = std::vector<TraceRecord>;
using Phase = AtOperation::Phase;

/// Where the operation begins or ends for the nth time (from 1); only operations of `instance`, if one is given.
std::size_t place_of(const Trace& trace, TraceKind kind, Operation operation, int nth,
                     std::optional<std::uint32_t> instance = std::nullopt) {
  const auto found = places(trace, [&](const TraceRecord& record) {
    return record.kind == kind && record.code == static_cast<std::uint8_t>(operation) &&
           (!instance || record.subject == *instance);
  });
  REQUIRE(found.size() >= static_cast<std::size_t>(nth));
  return found[static_cast<std::size_t>(nth - 1)];
}

std::optional<std::size_t> place_of_request(const Trace& trace, std::uint32_t request) {
  const auto found = places(trace, [request](const TraceRecord& record) {
    return record.kind == TraceKind::request_sent && record.request == request;
  });
  REQUIRE(found.size() <= 1);
  return found.empty() ? std::nullopt : std::optional(found[0]);
}

/// A snapshot of vm-1, with a second one of vm-2 at `moment`.
Scenario two_snapshots(const Moment& moment, bool is_live = false, bool hold = false) {
  Scenario scenario = scenario_with_instances(2, is_live);
  scenario.instances[0].image_properties = {{"hw_qemu_guest_agent", "yes"}};
  add_create_image(scenario, 0);
  add_create_image(scenario, 1, moment);
  scenario.requests[1].hold = hold;
  return scenario;
}

TEST_CASE("a request comes before, during or after the operation that it names", "[world]") {
  const auto [operation, is_live] = GENERATE(table<Operation, bool>({
      {Operation::glance_create, false},
      {Operation::glance_get, false},
      {Operation::glance_update, false},
      {Operation::glance_upload, false},
      {Operation::queue_cast, false},
      {Operation::queue_deliver, false},
      {Operation::db_save, false},
      {Operation::hypervisor_suspend, false},
      {Operation::hypervisor_resume, false},
      {Operation::hypervisor_block_copy, true},
      {Operation::guest_agent_freeze, true},
      {Operation::guest_agent_thaw, true},
      {Operation::disk_extract, false},
      {Operation::disk_cleanup, false},
  }));
  const Phase phase = GENERATE(Phase::before, Phase::during, Phase::after);
  CAPTURE(to_string(operation), static_cast<int>(phase));
  const RunOutput output = run_uneventfully(two_snapshots(AtOperation{phase, operation, 1, 0u}, is_live));
  const Trace& trace = output.trace;
  const std::optional<std::size_t> sent = place_of_request(trace, 1);
  REQUIRE(sent);
  const std::size_t begun = place_of(trace, TraceKind::operation_begun, operation, 1, 0u);
  const std::size_t ended = place_of(trace, TraceKind::operation_ended, operation, 1, 0u);
  const std::int64_t at = trace[*sent].virtual_us;
  switch (phase) {
    case Phase::before:
      CHECK(*sent < begun);
      CHECK(at == trace[begun].virtual_us);
      break;
    case Phase::during:
      CHECK(begun < *sent);
      CHECK(*sent < ended);
      CHECK(at == trace[begun].virtual_us + (trace[ended].virtual_us - trace[begun].virtual_us) / 2);
      break;
    case Phase::after:
      CHECK(*sent == ended + 1);
      CHECK(at == trace[ended].virtual_us);
      break;
  }
  CHECK(output.result.requests[1].status == 202);
  CHECK(output.result.images[1].status == "active");
}

TEST_CASE("a moment within an operation does not change how long that takes", "[world]") {
  const Operation operation = GENERATE(Operation::glance_upload, Operation::disk_extract, Operation::db_save);
  Scenario alone = scenario_with_instances(2, false);
  add_create_image(alone, 0);
  const Trace plain = run_uneventfully(alone).trace;
  const Phase phase = GENERATE(Phase::before, Phase::during, Phase::after);
  const Trace watched = run_uneventfully(two_snapshots(AtOperation{phase, operation, 1, 0u})).trace;
  const std::size_t ended_plain = place_of(plain, TraceKind::operation_ended, operation, 1, 0u);
  const std::size_t ended = place_of(watched, TraceKind::operation_ended, operation, 1, 0u);
  CHECK(plain[ended_plain].virtual_us == watched[ended].virtual_us);
}

TEST_CASE("the nth operation is meant, counted from one, and of the instance that is named", "[world]") {
  Scenario scenario = scenario_with_instances(3, false);
  add_create_image(scenario, 0);
  add_create_image(scenario, 1);
  const int nth = GENERATE(1, 2, 4);
  const std::optional<std::uint32_t> instance = GENERATE(as<std::optional<std::uint32_t>>{}, std::nullopt, 0u, 1u);
  CAPTURE(nth, instance.value_or(99));
  add_create_image(scenario, 2, AtOperation{Phase::after, Operation::db_save, nth, instance});
  const Trace trace = run_uneventfully(scenario).trace;
  const std::optional<std::size_t> sent = place_of_request(trace, 2);
  REQUIRE(sent);
  CHECK(*sent == place_of(trace, TraceKind::operation_ended, Operation::db_save, nth, instance) + 1);
}

TEST_CASE("an operation counts when it comes to its moment, not when it goes on from there", "[world]") {
  Scenario scenario = scenario_with_instances(2, false);
  add_create_image(scenario, 0);
  add_create_image(scenario, 1);
  for (const int nth : {1, 2}) {
    FaultSpec fault;
    fault.point = *fault_point_from("hypervisor.guest.shuts_down");
    fault.moment = AtOperation{Phase::before, Operation::glance_create, nth, std::nullopt};
    scenario.faults.push_back(fault);
  }
  const Trace trace = run_uneventfully(scenario).trace;
  const std::vector<std::size_t> faults =
      places(trace, [](const TraceRecord& record) { return record.kind == TraceKind::fault; });
  REQUIRE(faults.size() == 2);
  // Both requests come to it at the same instant, the second while the first one waits there.
  CHECK(trace[faults[0]].virtual_us == trace[faults[1]].virtual_us);
  CHECK(trace[faults[0]].subject == 0);
  CHECK(trace[faults[1]].subject == 1);
}

TEST_CASE("a moment that never comes sends no request", "[world]") {
  const Moment moment = GENERATE(
      Moment(AtOperation{Phase::before, Operation::glance_upload, 2, std::nullopt}),
      Moment(AtOperation{Phase::during, Operation::disk_extract, 1, 1u}),
      Moment(WhenInstance{0, TaskState::image_uploading, 3}), Moment(WhenInstance{1, TaskState::image_uploading, 1}),
      Moment(WhenImage{"snap-1", ImageStatus::active, 2}), Moment(WhenImage{"snap-1", ImageStatus::killed, 1}));
  const RunOutput output = run_uneventfully(two_snapshots(moment));
  CHECK_FALSE(place_of_request(output.trace, 1));
  CHECK(output.result.requests[1].status == 0);
  CHECK(output.result.images[1].status == "absent");
  CHECK(output.result.images[0].status == "active");
}

TEST_CASE("a request follows at once when a state has been reached for the nth time", "[world]") {
  Moment moment;
  TraceKind kind{};
  std::uint8_t code = 0;
  int nth = 1;
  SECTION("a task state") {
    nth = GENERATE(1, 2);
    moment = WhenInstance{0, TaskState::image_uploading, nth};
    kind = TraceKind::task_state_written;
    code = static_cast<std::uint8_t>(TaskState::image_uploading);
  }
  SECTION("no task state any more") {
    moment = WhenInstance{0, TaskState::none, 1};
    kind = TraceKind::task_state_written;
    code = static_cast<std::uint8_t>(TaskState::none);
  }
  SECTION("an image's status") {
    const ImageStatus status = GENERATE(ImageStatus::queued, ImageStatus::saving, ImageStatus::active);
    moment = WhenImage{"snap-1", status, 1};
    kind = TraceKind::image_status;
    code = static_cast<std::uint8_t>(status);
  }
  const Trace trace = run_uneventfully(two_snapshots(moment)).trace;
  const auto reached =
      places(trace, [&](const TraceRecord& r) { return r.kind == kind && r.code == code && r.subject == 0; });
  REQUIRE(reached.size() >= static_cast<std::size_t>(nth));
  const std::optional<std::size_t> sent = place_of_request(trace, 1);
  REQUIRE(sent);
  CHECK(*sent == reached[static_cast<std::size_t>(nth - 1)] + 1);
  CHECK(trace[*sent].virtual_us == trace[*sent - 1].virtual_us);
}

TEST_CASE("a step that is held goes on only when the request and all that it started have ended", "[world]") {
  const Phase phase = GENERATE(Phase::before, Phase::during, Phase::after);
  const bool hold = GENERATE(false, true);
  CAPTURE(static_cast<int>(phase), hold);
  const RunOutput output =
      run_uneventfully(two_snapshots(AtOperation{phase, Operation::disk_extract, 1, 0u}, false, hold));
  const Trace& trace = output.trace;
  const auto ended =
      places(trace, [](const TraceRecord& r) { return r.kind == TraceKind::task_ended && r.request == 1; });
  const auto resumed = place_of(trace, TraceKind::operation_begun, Operation::hypervisor_resume, 1, 0u);
  REQUIRE(ended.size() == 1);
  CHECK((ended[0] < resumed) == hold);
  for (const ImageResult& image : output.result.images) CHECK(image.status == "active");
  CHECK(violated(output.result).empty());
}

TEST_CASE("requests at the same instant are sent in the order of the file", "[world]") {
  Scenario scenario = scenario_with_instances(4, false);
  for (const std::uint32_t instance : {2u, 0u, 3u, 1u}) add_create_image(scenario, instance, AtTime{250'000});
  const RunOutput output = run_uneventfully(scenario);
  std::size_t before = 0;
  for (std::uint32_t request = 0; request < 4; ++request) {
    const std::optional<std::size_t> sent = place_of_request(output.trace, request);
    REQUIRE(sent);
    CHECK(output.trace[*sent].virtual_us == 250'000);
    CHECK(*sent >= before);
    before = *sent;
    CHECK(output.result.requests[request].status == 202);
  }
}

TEST_CASE("requests are sent by the clock, whatever their order in the file", "[world]") {
  Scenario scenario = scenario_with_instances(2, false);
  add_create_image(scenario, 0, AtTime{9'000'000});
  add_create_image(scenario, 1, AtTime{2'000'000});
  const Trace trace = run_uneventfully(scenario).trace;
  CHECK(*place_of_request(trace, 1) < *place_of_request(trace, 0));
  CHECK(trace[*place_of_request(trace, 0)].virtual_us == 9'000'000);
}

TEST_CASE("of two snapshots of an instance at the same instant one wins, and the other's image stays queued",
          "[world]") {
  Scenario scenario = scenario_with_instances(1, false);
  add_create_image(scenario, 0);
  add_create_image(scenario, 0);
  const RunResult result = run_uneventfully(scenario).result;
  CHECK(result.requests[0].status == 202);
  CHECK(result.requests[1].status == 500);
  CHECK(result.images[0].status == "active");
  CHECK(result.images[1].status == "queued");
  CHECK(result.instances[0].task_state == TaskState::none);
  const std::vector<std::string> found = violated(result);
  CHECK(std::find(found.begin(), found.end(), "no_orphan_image") != found.end());
}

}  // namespace
}  // namespace snapsim::testing
