#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace snapsim {

/// A group of servers that a user has made. Who is in it, the servers say (ServerDetails::group_id).
struct ServerGroup {
  std::string id;
  std::string name;
  std::string user_id;
  std::string project_id;
  std::string policy;                               ///< "affinity", "soft-anti-affinity" ...
  std::optional<std::int64_t> max_server_per_host;  ///< the one rule there is; of "anti-affinity" alone
};

/// nova/objects/instance_group.py: all groups. Calls may come from several threads at once.
class ServerGroupTable {
 public:
  /// [quota]server_groups of a project, and [quota]server_group_members.
  static constexpr std::size_t groups_max = 10;
  static constexpr std::size_t members_max = 10;

  /// Gives the group its id. None: the project has `groups_max` of them.
  std::optional<ServerGroup> add(ServerGroup group);
  std::optional<ServerGroup> find(const std::string& id) const;
  /// In the order in which they were made; without a project all of them.
  std::vector<ServerGroup> of_project(const std::optional<std::string>& project_id) const;
  /// False where there is no such group.
  bool remove(const std::string& id);
  void clear();

 private:
  mutable std::mutex mutex_;
  std::vector<ServerGroup> groups_;
};

}  // namespace snapsim
