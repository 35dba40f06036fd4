#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sim/nova/states.hpp"
#include "sim/serve/cloud.hpp"

namespace snapsim {

/// What nova-api keeps of a server that no flow reads.
struct ServerDetails {
  std::string id;
  std::uint32_t instance = 0;  ///< its index in the cloud
  std::string name;
  std::string user_id;
  std::string project_id;
  std::string flavor_id;
  std::string image_id;
  std::map<std::string, std::string> metadata;
  std::vector<std::string> tags;
  std::optional<std::string> description;
  std::optional<std::string> key_name;
  std::optional<std::string> user_data;
  std::string hostname;
  std::string reservation_id;
  std::string group_id;  ///< of its server group; empty: it is in none
  std::string admin_password;
  std::string access_ipv4;
  std::string access_ipv6;
  std::string disk_config = "MANUAL";
  bool has_config_drive = false;
  bool has_network = true;
  bool is_locked = false;
  bool is_locked_by_owner = false;
  std::optional<std::string> locked_reason;
  std::string create_request_id;
  std::int64_t created_us = 0;  ///< virtual time
};

/// What the cloud says of an instance.
struct ServerState {
  VmState vm_state{};
  TaskState task_state{};
  PowerState power_state{};
  bool is_deleted = false;
  std::string host;  ///< empty: it is on none
  std::int64_t updated_us = 0;
  std::optional<std::string> fault_message;
  int fault_code = 500;
  std::int64_t fault_us = 0;
};

/// A server as one answer shows it.
struct Server {
  ServerDetails details;
  ServerState state;
};

/// All servers. Calls may come from several threads at once.
class ServerTable {
 public:
  /// `cloud` must outlive the object.
  explicit ServerTable(Cloud& cloud) : cloud_(cloud) {}

  void add(ServerDetails details);
  /// The server with that id, deleted or not.
  std::optional<Server> find(const std::string& id);
  /// All of them, the newest first.
  std::vector<Server> all();
  /// Changes what is kept of it; nothing where there is no such server.
  void change(const std::string& id, const std::function<void(ServerDetails&)>& change);
  void clear();

 private:
  std::vector<Server> with_states(std::vector<ServerDetails> details);

  Cloud& cloud_;
  std::mutex mutex_;
  std::vector<ServerDetails> servers_;
};

/// nova/api/openstack/common.py, status_from_state(): "ACTIVE", "REBUILD" ...
std::string_view server_status(VmState vm_state, TaskState task_state);

}  // namespace snapsim
