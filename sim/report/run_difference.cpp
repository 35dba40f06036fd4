#include "sim/report/run_difference.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "sim/report/fired_faults.hpp"
#include "sim/report/run_names.hpp"
#include "sim/report/step_text.hpp"
#include "sim/report/text.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

constexpr std::size_t common_steps_shown = 3;

/// One run while it is compared.
struct Side {
  const RunRecord& record;
  RunNames names;
  std::string_view called;  // "the first run"

  Side(const RunRecord& run, std::string_view name) : record(run), names(run), called(name) {}

  std::string told(const TraceRecord& step) const {
    return fmt::format("{:>9}  {}  {}", seconds_text(step.virtual_us, 3), actor_text(names, step),
                       step_text(names, step));
  }
  const TraceRecord* at(std::size_t index) const {
    return index < record.trace.size() ? &record.trace[index] : nullptr;
  }
};

/// What the step alone says about why the runs part; empty: nothing.
std::string cause_in(const Side& side, const TraceRecord* step) {
  if (!step) return {};
  switch (step->kind) {
    case TraceKind::fault:
      return fmt::format("the fault {} happens only in {}", fault_points()[step->code].name, side.called);
    case TraceKind::request_sent:
      return fmt::format("request {} ({}) is sent here only in {}", step->a, to_string(static_cast<Action>(step->code)),
                         side.called);
    default:
      return {};
  }
}

/// A choice that both make, and not in the same way.
std::string cause_in_choices(const TraceRecord* one, const TraceRecord* other) {
  const bool both_choose = one && other && one->kind == TraceKind::choice && other->kind == TraceKind::choice;
  if (!both_choose || one->code != other->code) return {};
  return fmt::format("choice {} is {} of {} in the first run and {} of {} in the second", choice_point_name(one->code),
                     one->a, one->b, other->a, other->b);
}

/// What was asked for in two ways, whether it shows in this step or not.
std::string cause_in_inputs(const Scenario& one, const Scenario& other) {
  std::vector<std::string_view> differ;
  if (one.policy != other.policy) differ.emplace_back("policy");
  if (!(config_in_force(one) == config_in_force(other))) differ.emplace_back("config");
  if (one.hosts != other.hosts) differ.emplace_back("hosts");
  if (one.instances != other.instances) differ.emplace_back("instances");
  if (one.requests != other.requests) differ.emplace_back("requests");
  if (one.faults != other.faults) differ.emplace_back("faults");
  if (one.choices != other.choices) differ.emplace_back("choices");
  if (one.seed.value_or(0) != other.seed.value_or(0)) differ.emplace_back("seed");
  if (differ.empty()) return "the same was asked for twice: a defect of snapsim, or two versions of it";
  return fmt::format("of what was asked for, these differ: {}", fmt::join(differ, ", "));
}

std::string cause_of(const Side& one, const Side& other, std::size_t at) {
  std::string cause = cause_in_choices(one.at(at), other.at(at));
  if (cause.empty()) cause = cause_in(one, one.at(at));
  if (cause.empty()) cause = cause_in(other, other.at(at));
  if (cause.empty()) cause = cause_in_inputs(one.record.scenario, other.record.scenario);
  return cause;
}

/// What a run ended in, by what it is said of.
std::map<std::string, std::string> ends_of(const RunResult& result) {
  std::map<std::string, std::string> ends;
  for (const InstanceResult& instance : result.instances) {
    ends[instance.name + " vm_state"] = to_string(instance.vm_state);
    ends[instance.name + " task_state"] = to_string(instance.task_state);
    ends[instance.name + " power_state"] = to_string(instance.power_state);
    ends[instance.name + " guest"] = instance.guest;
  }
  for (const ImageResult& image : result.images) {
    ends[image.name + " status"] = image.status;
    ends[image.name + " bytes"] = image.size ? std::to_string(*image.size) : "null";
  }
  for (const RequestResult& request : result.requests) {
    ends[fmt::format("request {} status", request.index)] = std::to_string(request.status);
  }
  for (const ViolationResult& violation : result.violations) ends[violation.invariant] = "violated";
  return ends;
}

std::vector<std::string> differing_ends(const RunResult& one, const RunResult& other) {
  std::map<std::string, std::string> first = ends_of(one);
  std::map<std::string, std::string> second = ends_of(other);
  for (const auto& [of, end] : first) second.try_emplace(of, "-");
  std::vector<std::string> lines;
  for (const auto& [of, end] : second) {
    const std::string& before = first.try_emplace(of, "-").first->second;
    if (before != end) lines.push_back(visible(fmt::format("{}: {}, {}", of, before, end)));
  }
  return lines;
}

}  // namespace

std::optional<RunDifference> difference_between(const RunRecord& one, const RunRecord& other) {
  const Side first(one, "the first run");
  const Side second(other, "the second run");
  const std::size_t steps = std::min(one.trace.size(), other.trace.size());
  std::size_t at = 0;
  while (at < steps && first.told(one.trace[at]) == second.told(other.trace[at])) ++at;
  if (at == one.trace.size() && at == other.trace.size()) return std::nullopt;

  RunDifference difference;
  difference.steps_in_common = at;
  for (std::size_t i = at - std::min(at, common_steps_shown); i < at; ++i) {
    difference.last_in_common.push_back(first.told(one.trace[i]));
  }
  if (first.at(at)) difference.first_of_one = first.told(*first.at(at));
  if (second.at(at)) difference.first_of_other = second.told(*second.at(at));
  difference.cause = cause_of(first, second, at);
  difference.ends = differing_ends(one.result, other.result);
  return difference;
}

}  // namespace snapsim
