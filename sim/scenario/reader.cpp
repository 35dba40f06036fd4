#include "sim/scenario/reader.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "sim/scenario/json_document.hpp"
#include "sim/scenario/read_text_file.hpp"
#include "sim/scenario/scenario_names.hpp"
#include "sim/scenario/schema.hpp"
#include "sim/scenario/semantic_checks.hpp"
#include "sim/spelling/nearest_name.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

using Kind = JsonNode::Kind;

/// Makes a Scenario of a document that conforms to the schema and whose names exist.
class ScenarioBuilder {
 public:
  explicit ScenarioBuilder(const JsonDocument& document) : root_(document.root) { scenario_.path = document.path; }

  Scenario built() &&;

 private:
  void read_config(const JsonNode& config);
  void read_instance(const JsonNode& node);
  void read_request(const JsonNode& node);
  void read_parameters(const JsonNode& body, RequestSpec& request) const;
  void read_fault(const JsonNode& node);
  void read_expectations(const JsonNode& expect);
  Moment moment_of(const JsonNode& owner) const;
  Moment when_of(const JsonNode& when) const;
  std::uint32_t instance_named(const std::string& name) const { return instance_indexes_.at(name); }

  const JsonNode& root_;
  Scenario scenario_;
  std::map<std::string, std::uint32_t> host_indexes_;
  std::map<std::string, std::uint32_t> instance_indexes_;
};

void read_string(const JsonNode& object, std::string_view key, std::string& into) {
  if (const JsonNode* node = object.find(key)) into = node->text;
}

void read_bool(const JsonNode& object, std::string_view key, bool& into) {
  if (const JsonNode* node = object.find(key)) into = node->boolean;
}

template <class Integer>
void read_integer(const JsonNode& object, std::string_view key, Integer& into) {
  // The schema has checked the range.
  if (const JsonNode* node = object.find(key)) into = static_cast<Integer>(*node->integer());
}

TaskState task_state_of(const JsonNode& node) {
  return node.is(Kind::null) ? TaskState::none : *task_state_from(node.text);
}

void ScenarioBuilder::read_config(const JsonNode& config) {
  Config& into = scenario_.config;
  read_bool(config, "live_snapshot", into.live_snapshot);
  read_integer(config, "glance_num_retries", into.glance_num_retries);
  read_integer(config, "max_concurrent_snapshots", into.max_concurrent_snapshots);
  read_integer(config, "max_concurrent_disk_ops", into.max_concurrent_disk_ops);
  read_integer(config, "sync_power_state_interval", into.sync_power_state_interval_s);
  read_integer(config, "shutdown_timeout", into.shutdown_timeout_s);
  if (const JsonNode* room = config.find("host_free_mib")) into.host_free_mib = room->integer();
  if (const JsonNode* room = config.find("store_free_mib")) into.store_free_mib = room->integer();
  if (const JsonNode* rules = config.find("rules")) {
    for (const JsonNode& rule : rules->children) {
      if (!rule.boolean) scenario_.rules_off.insert(*rule_from(rule.key));
    }
  }
  read_integer(config, "reclaim_instance_interval", into.reclaim_instance_interval_s);
  read_integer(config, "shelved_offload_time", into.shelved_offload_time_s);
  read_integer(config, "shelved_poll_interval", into.shelved_poll_interval_s);
  read_integer(config, "report_interval", into.report_interval_s);
  read_integer(config, "service_down_time", into.service_down_time_s);
  read_integer(config, "running_deleted_instance_poll_interval", into.running_deleted_instance_poll_interval_s);
  read_integer(config, "running_deleted_instance_timeout", into.running_deleted_instance_timeout_s);
  if (const JsonNode* format = config.find("snapshot_image_format"); format != nullptr && format->is_string()) {
    into.snapshot_image_format = disk_format_from(format->text);
  }
}

void ScenarioBuilder::read_instance(const JsonNode& node) {
  InstanceSpec instance;
  read_string(node, "name", instance.name);
  if (const JsonNode* at_ms = node.find("at_ms")) instance.at_us = *at_ms->integer() * 1000;
  if (const JsonNode* host = node.find("host")) instance.host = host_indexes_.at(host->text);
  if (const JsonNode* vm_state = node.find("vm_state")) instance.vm_state = *vm_state_from(vm_state->text);
  read_integer(node, "disk_mib", instance.disk_mib);
  instance.used_mib = std::min(instance.used_mib, instance.disk_mib);
  read_integer(node, "used_mib", instance.used_mib);
  read_integer(node, "writes_mib_per_s", instance.writes_mib_per_s);
  if (const JsonNode* format = node.find("disk_format")) instance.disk_format = *disk_format_from(format->text);
  read_bool(node, "backing_file", instance.backing_file);
  if (const JsonNode* properties = node.find("image_properties")) {
    for (const JsonNode& property : properties->children) {
      instance.image_properties.emplace_back(property.key, property.text);
    }
  }
  instance_indexes_.emplace(instance.name, static_cast<std::uint32_t>(scenario_.instances.size()));
  scenario_.instances.push_back(std::move(instance));
}

Moment ScenarioBuilder::when_of(const JsonNode& when) const {
  if (const JsonNode* image = when.find("image")) {
    WhenImage moment{image->text, *image_status_from(when.find("status")->text), 1};
    read_integer(when, "nth", moment.nth);
    return moment;
  }
  WhenInstance moment;
  moment.instance = instance_named(when.find("instance")->text);
  if (const JsonNode* task_state = when.find("task_state")) moment.state = task_state_of(*task_state);
  if (const JsonNode* vm_state = when.find("vm_state")) moment.state = *vm_state_from(vm_state->text);
  if (const JsonNode* power_state = when.find("power_state")) moment.state = *power_state_from(power_state->text);
  read_integer(when, "nth", moment.nth);
  return moment;
}

Moment ScenarioBuilder::moment_of(const JsonNode& owner) const {
  using Phase = AtOperation::Phase;
  if (const JsonNode* at_ms = owner.find("at_ms")) return AtTime{*at_ms->integer() * 1000};
  if (const JsonNode* when = owner.find("when")) return when_of(*when);
  AtOperation moment;
  for (const auto& [key, phase] :
       {std::pair{"before", Phase::before}, {"during", Phase::during}, {"after", Phase::after}}) {
    const JsonNode* node = owner.find(key);
    if (node == nullptr) continue;
    moment.phase = phase;
    moment.operation = *operation_from(node->find("operation")->text);
    read_integer(*node, "nth", moment.nth);
    if (const JsonNode* instance = node->find("instance")) moment.instance = instance_named(instance->text);
  }
  return moment;
}

void ScenarioBuilder::read_parameters(const JsonNode& body, RequestSpec& request) const {
  read_string(body, "image", request.image);
  read_string(body, "backup_type", request.backup_type);
  read_integer(body, "rotation", request.rotation);
  if (const JsonNode* type = body.find("type")) request.reboot_type = *reboot_type_from(type->text);
  if (const JsonNode* state = body.find("state")) request.state = *vm_state_from(state->text);
  if (const JsonNode* service = body.find("service")) request.service = service_from(service->text);
  if (const JsonNode* host = body.find("host")) request.host = host_indexes_.at(host->text);
}

void ScenarioBuilder::read_request(const JsonNode& node) {
  RequestSpec request;
  request.moment = moment_of(node);
  read_bool(node, "hold", request.hold);
  for (const JsonNode& body : node.children) {
    const std::optional<Action> action = action_from(body.key);
    if (!action) continue;
    request.action = *action;
    if (const JsonNode* instance = body.find("instance")) request.instance = instance_named(instance->text);
    read_string(body, "name", request.name);
    read_parameters(body, request);
    if (request.action == Action::shelve) request.name = scenario_.instances[*request.instance].name + "-shelved";
  }
  scenario_.requests.push_back(std::move(request));
}

/// A fault of a point whose parameters have been checked.
void ScenarioBuilder::read_fault(const JsonNode& node) {
  FaultSpec fault;
  fault.point = *fault_point_from(node.find("at")->text);
  if (const JsonNode* nth = node.find("nth")) {
    fault.nth = nth->is_string() ? FaultSpec::every : static_cast<int>(*nth->integer());
  }
  if (const JsonNode* instance = node.find("instance")) fault.instance = instance_named(instance->text);
  if (const JsonNode* host = node.find("host")) fault.host = host_indexes_.at(host->text);
  read_bool(node, "after_effect", fault.after_effect);
  read_bool(node, "new_id", fault.new_id);
  if (const JsonNode* bytes = node.find("after_bytes")) fault.after_bytes = bytes->integer();
  if (const JsonNode* delay = node.find("delay_ms")) fault.delay_us = *delay->integer() * 1000;
  if (const JsonNode* restart = node.find("restart_after_ms")) {
    fault.restart_after_us.reset();
    if (!restart->is(Kind::null)) fault.restart_after_us = *restart->integer() * 1000;
  }
  if (fault_points()[fault.point].is_event()) fault.moment = moment_of(node);
  scenario_.faults.push_back(std::move(fault));
}

void ScenarioBuilder::read_expectations(const JsonNode& expect) {
  if (const JsonNode* instances = expect.find("instances")) {
    for (const JsonNode& node : instances->children) {
      InstanceExpectation expected;
      expected.instance = instance_named(node.key);
      if (const JsonNode* state = node.find("vm_state")) expected.vm_state = vm_state_from(state->text);
      if (const JsonNode* state = node.find("task_state")) expected.task_state = task_state_of(*state);
      if (const JsonNode* state = node.find("power_state")) expected.power_state = power_state_from(state->text);
      if (const JsonNode* states = node.find("task_states")) {
        expected.task_states.emplace();
        for (const JsonNode& state : states->children) expected.task_states->push_back(task_state_of(state));
      }
      scenario_.expect.instances.push_back(std::move(expected));
    }
  }
  if (const JsonNode* images = expect.find("images")) {
    for (const JsonNode& node : images->children) {
      ImageExpectation expected;
      expected.image = node.key;
      if (const JsonNode* status = node.find("status")) expected.status = status->text;
      if (const JsonNode* statuses = node.find("statuses")) {
        expected.statuses.emplace();
        for (const JsonNode& status : statuses->children) expected.statuses->push_back(status.text);
      }
      scenario_.expect.images.push_back(std::move(expected));
    }
  }
  if (const JsonNode* requests = expect.find("requests")) {
    for (const JsonNode& node : requests->children) {
      RequestExpectation expected;
      expected.request = static_cast<std::uint32_t>(std::stoul(node.key));
      if (const JsonNode* status = node.find("status")) expected.status = static_cast<int>(*status->integer());
      scenario_.expect.requests.push_back(expected);
    }
  }
}

Scenario ScenarioBuilder::built() && {
  read_string(root_, "title", scenario_.title);
  read_string(root_, "why", scenario_.why);
  if (const JsonNode* policy = root_.find("policy")) scenario_.policy = *policy_from(policy->text);
  scenario_.written_policy = scenario_.policy;
  if (const JsonNode* config = root_.find("config")) read_config(*config);
  if (const JsonNode* hosts = root_.find("hosts")) {
    scenario_.hosts.clear();
    for (const JsonNode& host : hosts->children) scenario_.hosts.push_back(host.text);
  }
  for (std::uint32_t i = 0; i < scenario_.hosts.size(); ++i) host_indexes_.emplace(scenario_.hosts[i], i);
  for (const JsonNode& instance : root_.find("instances")->children) read_instance(instance);
  for (const JsonNode& request : root_.find("requests")->children) read_request(request);
  if (const JsonNode* faults = root_.find("faults")) {
    for (const JsonNode& fault : faults->children) read_fault(fault);
  }
  if (const JsonNode* expect = root_.find("expect")) read_expectations(*expect);
  if (const JsonNode* violates = root_.find("violates")) {
    for (const JsonNode& name : violates->children) scenario_.violates.push_back(name.text);
  }
  if (const JsonNode* violates = root_.find("violates_hardened")) {
    for (const JsonNode& name : violates->children) scenario_.violates_hardened.push_back(name.text);
  }
  if (const JsonNode* seed = root_.find("seed")) scenario_.seed = seed->number.magnitude;
  if (const JsonNode* choices = root_.find("choices")) {
    for (const JsonNode& choice : choices->children) {
      scenario_.choices.push_back(static_cast<std::uint32_t>(choice.number.magnitude));
    }
  }
  return std::move(scenario_);
}

std::uint32_t offset_of(const Finding& finding) {
  return finding.at_key ? finding.node->key_offset : finding.node->offset;
}

/// The first findings in the order of the text, put in words.
std::vector<Problem> problems_of(const JsonDocument& document, std::vector<Finding> findings) {
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& left, const Finding& right) { return offset_of(left) < offset_of(right); });
  if (findings.size() > problems_max) findings.resize(problems_max);
  std::vector<Problem> problems;
  for (const Finding& finding : findings) {
    problems.push_back(finding.at_key ? document.problem_at_key(*finding.node, finding.message)
                                      : document.problem_at(*finding.node, finding.message));
    if (!finding.misspelled.empty()) problems.back().suggestion = nearest_name(finding.misspelled, finding.candidates);
  }
  return problems;
}

}  // namespace

ScenarioOrProblems read_scenario(std::string_view text, const std::string& path, const ReaderOptions& options) {
  const auto parsed = parse_json(std::string(text), path);
  if (!parsed) return std::vector<Problem>{parsed.error()};
  const JsonDocument& document = *parsed;
  std::vector<Finding> findings = findings_against(document.root, scenario_schema(), scenario_schema());
  std::vector<Finding> semantic = semantic_findings(document.root, options.invariant_names);
  std::move(semantic.begin(), semantic.end(), std::back_inserter(findings));
  if (!findings.empty()) return problems_of(document, std::move(findings));
  return ScenarioBuilder(document).built();
}

ScenarioOrProblems read_scenario_file(const std::string& path, const ReaderOptions& options) {
  const auto text = read_text_file(path);
  if (!text) return std::vector<Problem>{text.error()};
  return read_scenario(*text, path, options);
}

}  // namespace snapsim
