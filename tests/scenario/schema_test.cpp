#include "sim/scenario/schema.hpp"

#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "sim/scenario/reader.hpp"
#include "sim/scenario/scenario_names.hpp"

namespace snapsim {
namespace {

using Names = std::set<std::string>;

const JsonNode& definition(std::string_view name) {
  return *scenario_schema().find("$defs")->find(name);
}

Names names_in(const JsonNode& list) {
  Names names;
  for (const JsonNode& item : list.children) names.insert(item.is_string() ? item.text : "null");
  return names;
}

/// The wire values of an enumeration whose values are 0 to `last`.
template <class State>
Names wire_values(State last) {
  Names names;
  for (int i = 0; i <= static_cast<int>(last); ++i) names.emplace(to_string(static_cast<State>(i)));
  return names;
}

const JsonNode& default_of(const JsonNode& owner, std::string_view key) {
  return *owner.find("properties")->find(key)->find("default");
}

TEST_CASE("the schema knows the states that the code knows", "[scenario]") {
  CHECK(names_in(*definition("task_state").find("enum")) == wire_values(TaskState::spawning));
  CHECK(names_in(*definition("vm_state").find("enum")) == wire_values(VmState::shelved_offloaded));
  CHECK(names_in(*definition("image_status").find("enum")) == wire_values(ImageStatus::deleted));
  Names power_states;
  for (const PowerState state : {PowerState::pending, PowerState::running, PowerState::paused, PowerState::shutdown,
                                 PowerState::crashed, PowerState::suspended}) {
    power_states.emplace(to_string(state));
  }
  CHECK(names_in(*definition("power_state").find("enum")) == power_states);
  for (const std::string& name : names_in(*definition("task_state").find("enum"))) {
    CHECK((name == "null" || task_state_from(name).has_value()));
  }
  for (const std::string& name : names_in(*definition("vm_state").find("enum"))) CHECK(vm_state_from(name));
  for (const std::string& name : names_in(*definition("image_status").find("enum"))) CHECK(image_status_from(name));
  for (const std::string& name : power_states) CHECK(power_state_from(name));
}

TEST_CASE("the schema knows the operations that the code knows", "[scenario]") {
  CHECK(names_in(*definition("operation").find("enum")) == wire_values(Operation::disk_delete_instance_files));
  for (const std::string& name : wire_values(Operation::disk_cleanup)) CHECK(operation_from(name));
  CHECK_FALSE(operation_from("glance.creat").has_value());
}

TEST_CASE("the schema knows the actions that the code knows", "[scenario]") {
  const JsonNode& request = definition("request");
  Names alternatives;
  for (const JsonNode& alternative : request.find("allOf")->children.at(1).find("oneOf")->children) {
    alternatives.insert(alternative.find("required")->children.at(0).text);
  }
  Names keys;
  for (const JsonNode& property : request.find("properties")->children) keys.insert(property.key);
  for (const std::string other : {"at_ms", "when", "before", "during", "after", "hold"}) keys.erase(other);
  CHECK(alternatives == wire_values(Action::restart));
  CHECK(keys == wire_values(Action::restart));
  for (const std::string& name : alternatives) CHECK(action_from(name));
}

TEST_CASE("every fault point belongs to an operation, a process or the guest", "[scenario]") {
  for (const std::string& point : names_in(*definition("fault_point").find("enum"))) {
    CAPTURE(point);
    const std::string operation = point.substr(0, point.rfind('.'));
    const bool event = point.ends_with(".crash") || operation == "hypervisor.guest";
    CHECK((event || operation_from(operation).has_value()));
  }
}

TEST_CASE("an image is expected to have a status or to be absent", "[scenario]") {
  const JsonNode& image = *definition("expect").find("properties")->find("images")->find("additionalProperties");
  Names names = wire_values(ImageStatus::deleted);
  names.insert("absent");
  CHECK(names_in(*image.find("properties")->find("status")->find("enum")) == names);
}

TEST_CASE("the defaults in the schema are those of the code", "[scenario]") {
  const Config config;
  const JsonNode& options = definition("config");
  CHECK(default_of(options, "live_snapshot").boolean == config.live_snapshot);
  CHECK(default_of(options, "glance_num_retries").integer() == config.glance_num_retries);
  CHECK(default_of(options, "max_concurrent_snapshots").integer() == config.max_concurrent_snapshots);
  CHECK(default_of(options, "max_concurrent_disk_ops").integer() == config.max_concurrent_disk_ops);
  CHECK(default_of(options, "snapshot_image_format").is(JsonNode::Kind::null) == !config.snapshot_image_format);
  CHECK(default_of(options, "sync_power_state_interval").integer() == config.sync_power_state_interval_s);
  CHECK(default_of(options, "shutdown_timeout").integer() == config.shutdown_timeout_s);
  CHECK(default_of(options, "reclaim_instance_interval").integer() == config.reclaim_instance_interval_s);
  CHECK(default_of(options, "shelved_offload_time").integer() == config.shelved_offload_time_s);
  CHECK(default_of(options, "shelved_poll_interval").integer() == config.shelved_poll_interval_s);
  CHECK(default_of(options, "report_interval").integer() == config.report_interval_s);
  CHECK(default_of(options, "service_down_time").integer() == config.service_down_time_s);
  CHECK(default_of(options, "running_deleted_instance_poll_interval").integer() ==
        config.running_deleted_instance_poll_interval_s);
  CHECK(default_of(options, "running_deleted_instance_timeout").integer() == config.running_deleted_instance_timeout_s);
  const InstanceSpec instance;
  const JsonNode& spec = definition("instance");
  CHECK(default_of(spec, "vm_state").text == to_string(instance.vm_state));
  CHECK(default_of(spec, "disk_mib").integer() == instance.disk_mib);
  CHECK(default_of(spec, "used_mib").integer() == instance.used_mib);
  CHECK(default_of(spec, "writes_mib_per_s").integer() == instance.writes_mib_per_s);
  CHECK(default_of(spec, "disk_format").text == to_string(instance.disk_format));
  CHECK(default_of(spec, "backing_file").boolean == instance.backing_file);
  CHECK(default_of(scenario_schema(), "policy").text == to_string(Scenario{}.policy));
  CHECK(default_of(scenario_schema(), "hosts").children.at(0).text == Scenario{}.hosts.at(0));
}

/// Every keyword that stands where a schema stands.
void collect_keywords(const JsonNode& schema, Names& keywords, Names& references) {
  for (const JsonNode& member : schema.children) {
    keywords.insert(member.key);
    if (member.key == "$ref") references.insert(member.text);
    if (member.key == "properties" || member.key == "$defs") {
      for (const JsonNode& part : member.children) collect_keywords(part, keywords, references);
    } else if (member.key == "allOf" || member.key == "anyOf" || member.key == "oneOf") {
      for (const JsonNode& part : member.children) collect_keywords(part, keywords, references);
    } else if (member.is_object() && member.key != "default") {
      collect_keywords(member, keywords, references);
    }
  }
}

TEST_CASE("the schema uses no keyword that the validator does not obey, and every reference leads somewhere",
          "[scenario]") {
  Names keywords;
  Names references;
  collect_keywords(scenario_schema(), keywords, references);
  const Names obeyed{"$schema",
                     "$defs",
                     "$ref",
                     "title",
                     "description",
                     "default",
                     "type",
                     "enum",
                     "const",
                     "properties",
                     "required",
                     "additionalProperties",
                     "maxProperties",
                     "items",
                     "minItems",
                     "maxItems",
                     "minimum",
                     "maximum",
                     "minLength",
                     "maxLength",
                     "pattern",
                     "allOf",
                     "anyOf",
                     "oneOf",
                     "if",
                     "then",
                     "else"};
  for (const std::string& keyword : keywords) {
    CAPTURE(keyword);
    CHECK(obeyed.count(keyword) == 1);
  }
  for (const std::string& reference : references) {
    CAPTURE(reference);
    REQUIRE(reference.starts_with("#/$defs/"));
    CHECK(scenario_schema().find("$defs")->find(reference.substr(8)) != nullptr);
  }
}

}  // namespace
}  // namespace snapsim
