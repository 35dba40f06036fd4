#include "sim/world/fault_plan.hpp"

namespace snapsim {

FaultPlan::FaultPlan(const Scenario& scenario, Recorder& recorder)
    : scenario_(scenario), recorder_(recorder), progress_(scenario.faults.size()) {
  for (const FaultSpec& fault : scenario.faults) {
    const FaultPoint& point = fault_points()[fault.point];
    if (point.operation) concerned_[static_cast<std::size_t>(*point.operation)] = true;
  }
}

void FaultPlan::happens(std::uint32_t fault, TraceRecord record) {
  any_happened_ = true;
  ++progress_[fault].happened;
  record.kind = TraceKind::fault;
  record.code = scenario_.faults[fault].point;
  record.b = fault;
  recorder_.write(record);
}

Fault FaultPlan::meet(const OperationCall& call) {
  if (counts_all_) count(call);
  Fault met;
  for (std::uint32_t i = 0; i < scenario_.faults.size(); ++i) {
    const FaultSpec& spec = scenario_.faults[i];
    const FaultPoint& point = fault_points()[spec.point];
    if (point.operation != call.operation) continue;
    if (spec.instance && *spec.instance != call.instance.value) continue;
    const int pass = ++progress_[i].passed;
    const bool is_to_come = spec.nth == FaultSpec::every || spec.nth >= pass;
    if (is_to_come && !spec.is_of_a_proof) recorder_.dealings().brought_about(call.component);
    const bool is_due = spec.nth == FaultSpec::every || spec.nth == pass;
    if (!is_due || met.happens() || progress_[i].is_off) continue;
    met.outcome = point.outcome;
    met.after_effect = spec.after_effect;
    met.new_id = spec.new_id;
    met.after_bytes = spec.after_bytes.value_or(-1);
    if (spec.delay_us) met.delay = Duration(*spec.delay_us);
    TraceRecord record;
    record.component = call.component;
    record.host = call.host.value;
    record.request = call.context.request_id.value;
    record.subject = call.instance.value;
    record.a = pass;
    happens(i, record);
  }
  return met;
}

void FaultPlan::count_all_passes() {
  counts_all_ = true;
  concerned_.fill(true);
}

void FaultPlan::count(const OperationCall& call) {
  for (Passes& passes : passes_) {
    if (passes.operation != call.operation || passes.instance != call.instance.value) continue;
    ++passes.count;
    return;
  }
  passes_.push_back({call.operation, call.instance.value, 1});
}

int FaultPlan::passes(Operation operation, std::optional<std::uint32_t> instance) const {
  int sum = 0;
  for (const Passes& passes : passes_) {
    if (passes.operation == operation && (!instance || *instance == passes.instance)) sum += passes.count;
  }
  return sum;
}

void FaultPlan::add_fault() {
  const FaultSpec& fault = scenario_.faults[progress_.size()];
  const FaultPoint& point = fault_points()[fault.point];
  Progress progress;
  if (point.operation) {
    concerned_[static_cast<std::size_t>(*point.operation)] = true;
    progress.passed = passes(*point.operation, fault.instance);
  }
  progress_.push_back(progress);
}

void FaultPlan::event_happens(std::uint32_t fault, HostId host, InstanceUuid instance) {
  TraceRecord record;
  record.component = Component::engine;
  record.host = host.value;
  record.subject = instance.value;
  record.a = 1;
  happens(fault, record);
}

}  // namespace snapsim
