#include "sim/report/result_json.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/report/fired_faults.hpp"
#include "sim/report/replay_token.hpp"
#include "sim/report/result_texts.hpp"
#include "sim/report/run_names.hpp"
#include "sim/report/text.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(std::string_view text) {
  return text.empty() ? Json(nullptr) : Json(valid_utf8(text));
}

template <class State>
Json state_or_null(State state) {
  if constexpr (std::is_same_v<State, TaskState>) {
    if (state == TaskState::none) return nullptr;
  }
  return std::string(to_string(state));
}

template <class State>
Json state_list(const std::vector<State>& states) {
  Json list = Json::array();
  for (const State state : states) list.push_back(state_or_null(state));
  return list;
}

Json requests_json(const RunNames& names) {
  Json list = Json::array();
  for (const RequestResult& request : names.record().result.requests) {
    list.push_back({{"index", request.index},
                    {"action", std::string(to_string(request.action))},
                    {"status", request.status == 0 ? Json(nullptr) : Json(request.status)},
                    {"image", text_or_null(request.image)},
                    {"message", text_or_null(answer_text(names, request))}});
  }
  return list;
}

Json instances_json(const RunNames& names) {
  const std::vector<InstanceResult>& instances = names.record().result.instances;
  Json object = Json::object();
  for (std::uint32_t i = 0; i < instances.size(); ++i) {
    const InstanceResult& instance = instances[i];
    Json events = Json::array();
    for (const EventResult& event : instance.events) {
      events.push_back({{"action", valid_utf8(event.action)}, {"result", text_or_null(event.result)}});
    }
    object[valid_utf8(instance.name)] = {{"vm_state", state_or_null(instance.vm_state)},
                                         {"task_state", state_or_null(instance.task_state)},
                                         {"power_state", state_or_null(instance.power_state)},
                                         {"guest", valid_utf8(instance.guest)},
                                         {"task_states", state_list(instance.task_states)},
                                         {"fault", text_or_null(fault_text(names, i, instance))},
                                         {"events", std::move(events)}};
  }
  return object;
}

Json images_json(const RunResult& result) {
  Json object = Json::object();
  for (const ImageResult& image : result.images) {
    const std::string name = valid_utf8(image.name);
    std::string key = name;
    for (int n = 2; object.contains(key); ++n) key = fmt::format("{}#{}", name, n);
    object[key] = {{"status", valid_utf8(image.status)},
                   {"size", image.size ? Json(*image.size) : Json(nullptr)},
                   {"checksum", text_or_null(image.checksum)},
                   {"os_hash_value", text_or_null(image.os_hash_value)},
                   {"statuses", state_list(image.statuses)}};
  }
  return object;
}

Json faults_json(const RunRecord& record) {
  Json list = Json::array();
  for (const FiredFault& fault : fired_faults(record)) {
    list.push_back({{"at", std::string(fault.at)}, {"nth", fault.nth}, {"virtual_ms", fault.virtual_us / 1000}});
  }
  return list;
}

Json silent_faults_json(const RunRecord& record) {
  Json list = Json::array();
  for (const std::size_t i : silent_faults(record)) {
    list.push_back({{"index", i}, {"at", fault_points()[record.scenario.faults[i].point].name}});
  }
  return list;
}

Json violations_json(const RunResult& result) {
  Json list = Json::array();
  for (const ViolationResult& violation : result.violations) {
    list.push_back({{"invariant", valid_utf8(violation.invariant)},
                    {"subject", valid_utf8(violation.subject)},
                    {"virtual_ms", violation.virtual_us / 1000},
                    {"message", valid_utf8(violation.message)}});
  }
  return list;
}

}  // namespace

Json run_json(const RunRecord& record) {
  const Scenario& scenario = record.scenario;
  const RunResult& result = record.result;
  const RunNames names(record);
  Json leftover_files = Json::array();
  for (const std::string& file : result.leftover_files) leftover_files.push_back(valid_utf8(file));
  return {{"scenario", valid_utf8(scenario.path)},
          {"title", valid_utf8(scenario.title)},
          {"policy", scenario.policy == Policy::hardened ? "hardened" : "nova"},
          {"seed", result.seed},
          {"token", valid_utf8(replay_token(record))},
          {"fingerprint", fmt::format("{:016x}{:016x}", result.fingerprint_high, result.fingerprint_low)},
          {"virtual_ms", result.virtual_us / 1000},
          {"events", result.events},
          {"disks", valid_utf8(result.disks)},
          {"requests", requests_json(names)},
          {"instances", instances_json(names)},
          {"images", images_json(result)},
          {"faults", faults_json(record)},
          {"faults_never_fired", silent_faults_json(record)},
          {"leftovers", {{"files", std::move(leftover_files)}, {"bytes", result.leftover_bytes}}},
          {"violations", violations_json(result)},
          {"replay", valid_utf8(replay_command(record))}};
}

Json result_json(std::span<const RunRecord> runs, std::optional<Verdict> verdict) {
  Json list = Json::array();
  Verdict worst = Verdict::consistent;
  for (const RunRecord& record : runs) {
    worst = std::max(worst, judge(record.scenario, record.result).verdict);
    list.push_back(run_json(record));
  }
  return {{"snapsim_version", SNAPSIM_VERSION},
          {"verdict", std::string(to_string(verdict.value_or(worst)))},
          {"runs", std::move(list)}};
}

}  // namespace snapsim
