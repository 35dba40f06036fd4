#include "sim/scenario/writer.hpp"

#include <nlohmann/json.hpp>

#include "sim/scenario/scenario_names.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

using Json = nlohmann::ordered_json;

Json wire(TaskState state) {
  return state == TaskState::none ? Json(nullptr) : Json(to_string(state));
}

Json json_of(const Config& config) {
  return {{"live_snapshot", config.live_snapshot},
          {"glance_num_retries", config.glance_num_retries},
          {"max_concurrent_snapshots", config.max_concurrent_snapshots},
          {"max_concurrent_disk_ops", config.max_concurrent_disk_ops},
          {"snapshot_image_format",
           config.snapshot_image_format ? Json(to_string(*config.snapshot_image_format)) : Json(nullptr)},
          {"sync_power_state_interval", config.sync_power_state_interval_s},
          {"shutdown_timeout", config.shutdown_timeout_s},
          {"reclaim_instance_interval", config.reclaim_instance_interval_s},
          {"shelved_offload_time", config.shelved_offload_time_s},
          {"shelved_poll_interval", config.shelved_poll_interval_s},
          {"report_interval", config.report_interval_s},
          {"service_down_time", config.service_down_time_s},
          {"running_deleted_instance_poll_interval", config.running_deleted_instance_poll_interval_s},
          {"running_deleted_instance_timeout", config.running_deleted_instance_timeout_s}};
}

Json json_of(const Scenario& scenario, const InstanceSpec& instance) {
  Json properties = Json::object();
  for (const auto& [name, value] : instance.image_properties) properties[name] = value;
  Json json{{"name", instance.name},
            {"host", scenario.hosts.at(instance.host)},
            {"vm_state", to_string(instance.vm_state)},
            {"disk_mib", instance.disk_mib},
            {"used_mib", instance.used_mib},
            {"writes_mib_per_s", instance.writes_mib_per_s},
            {"disk_format", to_string(instance.disk_format)},
            {"backing_file", instance.backing_file},
            {"image_properties", std::move(properties)}};
  if (instance.at_us > 0) json["at_ms"] = instance.at_us / 1000;
  return json;
}

/// Puts the key that says when a request is made into its object.
class MomentWriter {
 public:
  MomentWriter(const Scenario& scenario, Json& request) : scenario_(scenario), request_(request) {}

  void operator()(const AtTime& moment) { request_["at_ms"] = moment.at_us / 1000; }
  void operator()(const WhenInstance& moment) {
    Json when{{"instance", scenario_.instances.at(moment.instance).name}};
    if (const auto* task_state = std::get_if<TaskState>(&moment.state)) when["task_state"] = wire(*task_state);
    if (const auto* vm_state = std::get_if<VmState>(&moment.state)) when["vm_state"] = to_string(*vm_state);
    if (const auto* power_state = std::get_if<PowerState>(&moment.state)) when["power_state"] = to_string(*power_state);
    when["nth"] = moment.nth;
    request_["when"] = std::move(when);
  }
  void operator()(const WhenImage& moment) {
    request_["when"] = {{"image", moment.image}, {"status", to_string(moment.status)}, {"nth", moment.nth}};
  }
  void operator()(const AtOperation& moment) {
    using Phase = AtOperation::Phase;
    Json operation{{"operation", to_string(moment.operation)}, {"nth", moment.nth}};
    if (moment.instance) operation["instance"] = scenario_.instances.at(*moment.instance).name;
    const char* phase = moment.phase == Phase::before ? "before" : moment.phase == Phase::during ? "during" : "after";
    request_[phase] = std::move(operation);
  }

 private:
  const Scenario& scenario_;
  Json& request_;
};

void write_parameters(const Scenario& scenario, const RequestSpec& request, Json& body) {
  switch (request.action) {
    case Action::create_backup:
      body["backup_type"] = request.backup_type;
      body["rotation"] = request.rotation;
      break;
    case Action::rebuild:
      body["image"] = request.image;
      break;
    case Action::reboot:
      body["type"] = to_string(request.reboot_type);
      break;
    case Action::reset_state:
      body["state"] = to_string(request.state);
      break;
    case Action::crash:
    case Action::restart:
      if (request.service) body["service"] = to_string(*request.service);
      if (request.host) body["host"] = scenario.hosts.at(*request.host);
      break;
    default:
      break;
  }
}

Json json_of(const Scenario& scenario, const RequestSpec& request) {
  Json json = Json::object();
  std::visit(MomentWriter(scenario, json), request.moment);
  if (request.hold) json["hold"] = true;
  Json body = Json::object();
  if (request.instance) body["instance"] = scenario.instances.at(*request.instance).name;
  if (!request.name.empty() && request.action != Action::shelve) body["name"] = request.name;
  write_parameters(scenario, request, body);
  json[std::string(to_string(request.action))] = std::move(body);
  return json;
}

Json json_of(const Scenario& scenario, const FaultSpec& fault) {
  const FaultPoint& point = fault_points()[fault.point];
  Json json{{"at", point.name}};
  if (!point.is_event()) json["nth"] = fault.nth == FaultSpec::every ? Json("every") : Json(fault.nth);
  if (fault.moment) std::visit(MomentWriter(scenario, json), *fault.moment);
  if (fault.instance) json["instance"] = scenario.instances.at(*fault.instance).name;
  if (fault.host) json["host"] = scenario.hosts.at(*fault.host);
  if (fault.after_effect) json["after_effect"] = true;
  if (fault.after_bytes) json["after_bytes"] = *fault.after_bytes;
  if (fault.delay_us) json["delay_ms"] = *fault.delay_us / 1000;
  if (fault.new_id) json["new_id"] = true;
  if (point.takes_parameter(FaultParameter::restart_after_ms)) {
    json["restart_after_ms"] = fault.restart_after_us ? Json(*fault.restart_after_us / 1000) : Json(nullptr);
  }
  return json;
}

Json json_of(const InstanceExpectation& expected) {
  Json json = Json::object();
  if (expected.vm_state) json["vm_state"] = to_string(*expected.vm_state);
  if (expected.task_state) json["task_state"] = wire(*expected.task_state);
  if (expected.power_state) json["power_state"] = to_string(*expected.power_state);
  if (expected.task_states) {
    json["task_states"] = Json::array();
    for (const TaskState state : *expected.task_states) json["task_states"].push_back(wire(state));
  }
  return json;
}

Json json_of(const ImageExpectation& expected) {
  Json json = Json::object();
  if (expected.status) json["status"] = *expected.status;
  if (expected.statuses) json["statuses"] = *expected.statuses;
  return json;
}

Json json_of(const RequestExpectation& expected) {
  Json json = Json::object();
  if (expected.status) json["status"] = *expected.status;
  return json;
}

Json json_of_expectations(const Scenario& scenario) {
  const Expectations& expect = scenario.expect;
  Json json = Json::object();
  for (const InstanceExpectation& expected : expect.instances) {
    json["instances"][scenario.instances.at(expected.instance).name] = json_of(expected);
  }
  for (const ImageExpectation& expected : expect.images) json["images"][expected.image] = json_of(expected);
  for (const RequestExpectation& expected : expect.requests) {
    json["requests"][std::to_string(expected.request)] = json_of(expected);
  }
  return json;
}

}  // namespace

std::string write_scenario(const Scenario& scenario) {
  Json json = Json::object();
  json["title"] = scenario.title;
  json["why"] = scenario.why;
  json["policy"] = to_string(scenario.policy);
  json["config"] = json_of(scenario.config);
  if (scenario.config.host_free_mib) json["config"]["host_free_mib"] = *scenario.config.host_free_mib;
  if (scenario.config.store_free_mib) json["config"]["store_free_mib"] = *scenario.config.store_free_mib;
  for (const RuleInfo& info : rules()) {
    if (scenario.rules_off.contains(info.rule)) json["config"]["rules"][std::string(info.name)] = false;
  }
  json["hosts"] = scenario.hosts;
  json["instances"] = Json::array();
  for (const InstanceSpec& instance : scenario.instances) json["instances"].push_back(json_of(scenario, instance));
  json["requests"] = Json::array();
  for (const RequestSpec& request : scenario.requests) json["requests"].push_back(json_of(scenario, request));
  json["faults"] = Json::array();
  for (const FaultSpec& fault : scenario.faults) json["faults"].push_back(json_of(scenario, fault));
  json["expect"] = json_of_expectations(scenario);
  json["violates"] = scenario.violates;
  if (!scenario.violates_hardened.empty()) json["violates_hardened"] = scenario.violates_hardened;
  if (scenario.seed) json["seed"] = *scenario.seed;
  if (!scenario.choices.empty()) json["choices"] = scenario.choices;
  json["snapsim_version"] = SNAPSIM_VERSION;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace snapsim
