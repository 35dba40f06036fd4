#include "sim/world/scenario.hpp"

#include <array>

namespace snapsim {
namespace {

constexpr std::array<std::string_view, 20> action_names{
    "create_image", "create_backup", "rebuild", "rescue",   "unrescue", "delete",  "force_delete",
    "stop",         "start",         "pause",   "unpause",  "suspend",  "resume",  "reboot",
    "reset_state",  "delete_image",  "shelve",  "unshelve", "crash",    "restart",
};
static_assert(action_names.size() == static_cast<std::size_t>(Action::restart) + 1);

constexpr std::array<std::string_view, operation_count> operation_names{
    "glance.create",
    "glance.get",
    "glance.update",
    "glance.delete",
    "glance.list",
    "glance.upload",
    "queue.cast",
    "queue.deliver",
    "db.save",
    "hypervisor.suspend",
    "hypervisor.resume",
    "hypervisor.pause",
    "hypervisor.unpause",
    "hypervisor.shutdown",
    "hypervisor.destroy",
    "hypervisor.undefine",
    "hypervisor.define",
    "hypervisor.block_copy",
    "hypervisor.block_job_abort",
    "guest_agent.freeze",
    "guest_agent.thaw",
    "disk.mkdtemp",
    "disk.create_delta",
    "disk.extract",
    "disk.cleanup",
    "disk.delete_instance_files",
};

}  // namespace

const std::string* InstanceSpec::image_property(std::string_view key) const {
  for (const auto& [property, value] : image_properties) {
    if (property == key) return &value;
  }
  return nullptr;
}

Config config_in_force(const Scenario& scenario) {
  Config config = scenario.config;
  config.rules = RuleSet();
  if (scenario.policy != Policy::hardened) return config;
  for (const RuleInfo& info : rules()) {
    if (!scenario.rules_off.contains(info.rule)) config.rules.insert(info.rule);
  }
  return config;
}

std::string_view to_string(Action action) {
  return action_names.at(static_cast<std::size_t>(action));
}

std::string made_image_name(const Scenario& scenario, const RequestSpec& request) {
  switch (request.action) {
    case Action::create_image:
    case Action::create_backup:
      return request.name;
    case Action::shelve:  // nova/compute/api.py, shelve()
      return scenario.instances[*request.instance].name + "-shelved";
    default:
      return {};
  }
}

std::string_view to_string(Operation operation) {
  return operation_names.at(static_cast<std::size_t>(operation));
}

std::optional<Operation> operation_from(std::string_view text) {
  for (std::size_t i = 0; i < operation_names.size(); ++i) {
    if (operation_names[i] == text) return static_cast<Operation>(i);
  }
  return std::nullopt;
}

std::vector<std::string> expected_violations(const Scenario& scenario) {
  if (scenario.policy == scenario.written_policy) return scenario.violates;
  return scenario.policy == Policy::hardened ? scenario.violates_hardened : std::vector<std::string>();
}

PowerState guest_at_start(VmState vm_state) {
  switch (vm_state) {
    case VmState::paused:
      return PowerState::paused;
    case VmState::suspended:
    case VmState::stopped:
      return PowerState::shutdown;
    default:
      return PowerState::running;
  }
}

}  // namespace snapsim
