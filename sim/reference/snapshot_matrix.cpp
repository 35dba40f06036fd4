#include "sim/reference/snapshot_matrix.hpp"

#include <algorithm>

#include "sim/check/invariant.hpp"
#include "sim/report/finished_run.hpp"
#include "sim/report/fired_faults.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

Scenario plain_scenario(PlainSnapshot snapshot, Policy policy) {
  Scenario scenario;
  scenario.title = "reference";
  scenario.policy = policy;
  scenario.written_policy = policy;
  scenario.config.live_snapshot = snapshot == PlainSnapshot::live;
  InstanceSpec instance;
  instance.name = "vm-1";
  if (snapshot == PlainSnapshot::live) instance.image_properties = {{"hw_qemu_guest_agent", "yes"}};
  scenario.instances.push_back(instance);
  RequestSpec request;
  request.action = Action::create_image;
  request.instance = 0;
  request.name = "snap-1";
  request.moment = AtTime{0};
  scenario.requests.push_back(request);
  return scenario;
}

MatrixRun run_with(std::uint8_t point, PlainSnapshot snapshot, Policy policy) {
  Scenario scenario = plain_scenario(snapshot, policy);
  scenario.faults.push_back(plain_fault(point));
  const FinishedRun run = simulate(std::move(scenario));
  const RunResult& result = run.output.result;
  MatrixRun row{snapshot, policy, silent_faults(run.record()).empty(), "none", "absent", "", "", "", "none", {}};
  if (!result.requests.empty() && result.requests[0].status != 0)
    row.answer = std::to_string(result.requests[0].status);
  if (!result.images.empty()) row.image = result.images[0].status;
  const InstanceResult& instance = result.instances[0];
  row.task_state = to_string(instance.task_state);
  row.vm_state = to_string(instance.vm_state);
  row.guest = instance.guest;
  const auto event = std::ranges::find(instance.events, "createImage", &EventResult::action);
  if (event != instance.events.end()) row.event = event->result.empty() ? "unfinished" : event->result;
  for (const Invariant& invariant : invariants()) {
    const auto is_it = [&invariant](const ViolationResult& violation) { return violation.invariant == invariant.name; };
    if (std::ranges::any_of(result.violations, is_it)) row.violated.emplace_back(invariant.name);
  }
  return row;
}

}  // namespace

std::string_view to_string(PlainSnapshot snapshot) {
  return snapshot == PlainSnapshot::live ? "live" : "cold";
}

FaultSpec plain_fault(std::uint8_t point) {
  FaultSpec fault;
  fault.point = point;
  const FaultPoint& info = fault_points()[point];
  if (info.is_event()) fault.moment = AtOperation{AtOperation::Phase::during, Operation::disk_extract, 1, std::nullopt};
  return fault;
}

std::vector<MatrixRun> runs_with(std::uint8_t point) {
  std::vector<MatrixRun> runs;
  for (const PlainSnapshot snapshot : {PlainSnapshot::cold, PlainSnapshot::live}) {
    for (const Policy policy : {Policy::nova, Policy::hardened}) runs.push_back(run_with(point, snapshot, policy));
  }
  return runs;
}

}  // namespace snapsim
