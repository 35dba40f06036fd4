#include "sim/serve/server_table.hpp"

#include <algorithm>

#include "sim/report/exception_text.hpp"

namespace snapsim {
namespace {

ServerState state_of(const Cloud::Inside& inside, std::uint32_t instance, std::int64_t created_us) {
  const DatabaseTables::StoredInstance& stored = inside.world.tables().instance(InstanceUuid(instance));
  ServerState state;
  state.vm_state = stored.row.vm_state;
  state.task_state = stored.row.task_state;
  state.power_state = stored.row.power_state;
  state.is_deleted = stored.is_deleted;
  if (stored.row.host.exists()) state.host = inside.scenario.hosts[stored.row.host.value];
  const InstanceHistory& history = inside.history.instance(instance);
  state.updated_us = std::max(history.updated_us, created_us);
  if (!history.newest_fault) return state;
  const RunResult result;
  const RunNames names(RunRecord{inside.scenario, result, inside.world.recorder().trace()});
  state.fault_message =
      exception_text(names, history.newest_fault->failure, {instance, TraceRecord::none, TraceRecord::none});
  state.fault_code = history.newest_fault->code;
  state.fault_us = history.newest_fault->at_us;
  return state;
}

}  // namespace

void ServerTable::add(ServerDetails details) {
  const std::lock_guard<std::mutex> lock(mutex_);
  servers_.push_back(std::move(details));
}

void ServerTable::clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  servers_.clear();
}

std::vector<Server> ServerTable::with_states(std::vector<ServerDetails> details) {
  return cloud_.look([&details](const Cloud::Inside& inside) {
    std::vector<Server> servers;
    for (ServerDetails& one : details) {
      // One that was made before the cloud was reset is gone.
      if (one.instance >= inside.world.instance_count()) continue;
      ServerState state = state_of(inside, one.instance, one.created_us);
      servers.push_back({std::move(one), std::move(state)});
    }
    return servers;
  });
}

std::optional<Server> ServerTable::find(const std::string& id) {
  std::vector<ServerDetails> found;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto server =
        std::find_if(servers_.begin(), servers_.end(), [&id](const ServerDetails& one) { return one.id == id; });
    if (server == servers_.end()) return std::nullopt;
    found.push_back(*server);
  }
  std::vector<Server> servers = with_states(std::move(found));
  if (servers.empty()) return std::nullopt;
  return std::move(servers.front());
}

std::vector<Server> ServerTable::all() {
  std::vector<ServerDetails> details;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    details.assign(servers_.rbegin(), servers_.rend());
  }
  return with_states(std::move(details));
}

void ServerTable::change(const std::string& id, const std::function<void(ServerDetails&)>& change) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (ServerDetails& one : servers_) {
    if (one.id == id) change(one);
  }
}

std::string_view server_status(VmState vm_state, TaskState task_state) {
  const bool is_rebuilding = task_state == TaskState::rebuilding ||
                             task_state == TaskState::rebuild_block_device_mapping ||
                             task_state == TaskState::rebuild_spawning;
  switch (vm_state) {
    case VmState::active:
      if (is_rebuilding) return "REBUILD";
      switch (task_state) {
        case TaskState::rebooting:
        case TaskState::reboot_pending:
        case TaskState::reboot_started:
          return "REBOOT";
        case TaskState::rebooting_hard:
        case TaskState::reboot_pending_hard:
        case TaskState::reboot_started_hard:
          return "HARD_REBOOT";
        default:
          return "ACTIVE";
      }
    case VmState::building:
      return "BUILD";
    case VmState::paused:
      return "PAUSED";
    case VmState::suspended:
      return "SUSPENDED";
    case VmState::stopped:
      return is_rebuilding ? "REBUILD" : "SHUTOFF";
    case VmState::rescued:
      return "RESCUE";
    case VmState::resized:
      return "VERIFY_RESIZE";
    case VmState::soft_delete:
      return "SOFT_DELETED";
    case VmState::deleted:
      return "DELETED";
    case VmState::error:
      return is_rebuilding ? "REBUILD" : "ERROR";
    case VmState::shelved:
      return "SHELVED";
    case VmState::shelved_offloaded:
      return "SHELVED_OFFLOADED";
  }
  return "UNKNOWN";
}

}  // namespace snapsim
