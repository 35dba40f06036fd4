#include "sim/serve/server_groups.hpp"

#include <algorithm>
#include <utility>

#include "fake_glance/http/catalogue.hpp"

namespace snapsim {

std::optional<ServerGroup> ServerGroupTable::add(ServerGroup group) {
  group.id = random_uuid();
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto of_same_project = std::count_if(groups_.begin(), groups_.end(), [&group](const ServerGroup& other) {
    return other.project_id == group.project_id;
  });
  if (static_cast<std::size_t>(of_same_project) >= groups_max) return std::nullopt;
  return groups_.emplace_back(std::move(group));
}

std::optional<ServerGroup> ServerGroupTable::find(const std::string& id) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found =
      std::find_if(groups_.begin(), groups_.end(), [&id](const ServerGroup& group) { return group.id == id; });
  if (found == groups_.end()) return std::nullopt;
  return *found;
}

std::vector<ServerGroup> ServerGroupTable::of_project(const std::optional<std::string>& project_id) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<ServerGroup> wanted;
  std::copy_if(groups_.begin(), groups_.end(), std::back_inserter(wanted),
               [&project_id](const ServerGroup& group) { return !project_id || group.project_id == *project_id; });
  return wanted;
}

bool ServerGroupTable::remove(const std::string& id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::erase_if(groups_, [&id](const ServerGroup& group) { return group.id == id; }) > 0;
}

void ServerGroupTable::clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  groups_.clear();
}

}  // namespace snapsim
