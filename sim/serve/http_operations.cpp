#include "sim/serve/http_operations.hpp"

#include <algorithm>
#include <cctype>

namespace snapsim {
namespace {

constexpr const char* server_action_path = "/v2.1/servers/*/action";

std::vector<HttpOperation> make_operations() {
  std::vector<HttpOperation> made{
      {"token_create", "token_issue", "identity", "POST", "/v3/auth/tokens"},
      {"token_validate", "", "identity", "GET", "/v3/auth/tokens"},
      {"token_check", "", "identity", "HEAD", "/v3/auth/tokens"},
      {"token_revoke", "", "identity", "DELETE", "/v3/auth/tokens"},
      {"catalog_show", "", "identity", "GET", "/v3/auth/catalog"},
      {"project_list", "", "identity", "GET", "/v3/projects"},
      {"project_show", "", "identity", "GET", "/v3/projects/*"},
      {"user_list", "", "identity", "GET", "/v3/users"},
      {"user_show", "", "identity", "GET", "/v3/users/*"},

      {"server_list", "", "compute", "GET", "/v2.1/servers"},
      {"server_list", "", "compute", "GET", "/v2.1/servers/detail"},
      {"server_create", "", "compute", "POST", "/v2.1/servers"},
      {"server_show", "", "compute", "GET", "/v2.1/servers/*"},
      {"server_update", "", "compute", "PUT", "/v2.1/servers/*"},
      {"server_delete", "", "compute", "DELETE", "/v2.1/servers/*"},
      {"server_action", "", "compute", "POST", server_action_path},
      {"server_metadata_list", "", "compute", "GET", "/v2.1/servers/*/metadata"},
      {"server_metadata_update", "", "compute", "POST", "/v2.1/servers/*/metadata"},
      {"server_metadata_replace", "", "compute", "PUT", "/v2.1/servers/*/metadata"},
      {"server_metadata_delete", "", "compute", "DELETE", "/v2.1/servers/*/metadata/*"},
      {"instance_action_list", "", "compute", "GET", "/v2.1/servers/*/os-instance-actions"},
      {"instance_action_show", "", "compute", "GET", "/v2.1/servers/*/os-instance-actions/*"},
      {"flavor_list", "", "compute", "GET", "/v2.1/flavors"},
      {"flavor_list", "", "compute", "GET", "/v2.1/flavors/detail"},
      {"flavor_show", "", "compute", "GET", "/v2.1/flavors/*"},
      {"keypair_list", "", "compute", "GET", "/v2.1/os-keypairs"},
      {"keypair_create", "", "compute", "POST", "/v2.1/os-keypairs"},
      {"keypair_show", "", "compute", "GET", "/v2.1/os-keypairs/*"},
      {"keypair_delete", "", "compute", "DELETE", "/v2.1/os-keypairs/*"},
      {"limits_show", "", "compute", "GET", "/v2.1/limits"},
      {"service_list", "", "compute", "GET", "/v2.1/os-services"},

      {"image_create", "add_image glance.create", "image", "POST", "/v2/images"},
      {"image_list", "get_images", "image", "GET", "/v2/images"},
      {"image_show", "get_image glance.get", "image", "GET", "/v2/images/*"},
      {"image_update", "modify_image glance.update", "image", "PATCH", "/v2/images/*"},
      {"image_delete", "delete_image glance.delete", "image", "DELETE", "/v2/images/*"},
      {"image_upload", "upload_image glance.upload", "image", "PUT", "/v2/images/*/file"},
      {"image_download", "download_image", "image", "GET", "/v2/images/*/file"},
      {"image_stage", "", "image", "PUT", "/v2/images/*/stage"},
      {"image_import", "", "image", "POST", "/v2/images/*/import"},
      {"image_tasks", "", "image", "GET", "/v2/images/*/tasks"},
      {"image_deactivate", "deactivate", "image", "POST", "/v2/images/*/actions/deactivate"},
      {"image_reactivate", "reactivate", "image", "POST", "/v2/images/*/actions/reactivate"},
      {"image_tag_update", "", "image", "PUT", "/v2/images/*/tags/*"},
      {"image_tag_delete", "", "image", "DELETE", "/v2/images/*/tags/*"},
      {"member_list", "get_members", "image", "GET", "/v2/images/*/members"},
      {"member_create", "add_member", "image", "POST", "/v2/images/*/members"},
      {"member_show", "get_member", "image", "GET", "/v2/images/*/members/*"},
      {"member_update", "modify_member", "image", "PUT", "/v2/images/*/members/*"},
      {"member_delete", "delete_member", "image", "DELETE", "/v2/images/*/members/*"},
      {"task_list", "", "image", "GET", "/v2/tasks"},
      {"task_show", "", "image", "GET", "/v2/tasks/*"},
  };
  for (const char* const action :
       {"createImage", "createBackup", "os-stop",     "os-start", "pause",    "unpause",       "suspend",
        "resume",      "reboot",       "rebuild",     "rescue",   "unrescue", "shelve",        "shelveOffload",
        "unshelve",    "restore",      "forceDelete", "lock",     "unlock",   "os-resetState", "os-getConsoleOutput"}) {
    made.push_back({action, "", "compute", "POST", server_action_path, true});
  }
  return made;
}

/// The next segment of a path, which is taken off it.
std::string_view next_segment(std::string_view& path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

/// Whether the path has just the pattern's segments; `*` stands for any one.
bool has_segments(std::string_view pattern, std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = next_segment(pattern);
    const std::string_view segment = next_segment(path);
    if (segment.empty() || (wanted != "*" && wanted != segment)) return false;
  }
  return pattern.empty() && path.empty();
}

/// Without the project's id, which older clients put between version and path.
std::string without_project(std::string_view path) {
  constexpr std::string_view version = "/v2.1/";
  constexpr std::size_t id_length = 32;
  if (!path.starts_with(version)) return std::string(path);
  std::string_view rest = path.substr(version.size());
  const std::string_view first = rest.substr(0, rest.find('/'));
  const bool is_id = first.size() == id_length && std::all_of(first.begin(), first.end(), [](char c) {
                       return std::isxdigit(static_cast<unsigned char>(c)) != 0;
                     });
  if (!is_id || first.size() == rest.size()) return std::string(path);
  return std::string(version) + std::string(rest.substr(id_length + 1));
}

bool is_called(const HttpOperation& operation, std::string_view name) {
  if (operation.name == name) return true;
  std::string_view others = operation.also;
  while (!others.empty()) {
    const std::size_t end = std::min(others.find(' '), others.size());
    if (others.substr(0, end) == name) return true;
    others.remove_prefix(std::min(end + 1, others.size()));
  }
  return false;
}

}  // namespace

const std::vector<HttpOperation>& http_operations() {
  static const std::vector<HttpOperation> operations = make_operations();
  return operations;
}

const HttpOperation* find_http_operation(std::string_view name) {
  const auto& all = http_operations();
  const auto found = std::find_if(all.begin(), all.end(), [name](const auto& one) { return is_called(one, name); });
  return found == all.end() ? nullptr : &*found;
}

std::string_view operation_of(std::string_view service, std::string_view method, std::string_view path) {
  const std::string plain_path = without_project(path);
  for (const HttpOperation& one : http_operations()) {
    if (!one.is_action && service == one.service && method == one.method && has_segments(one.path, plain_path)) {
      return one.name;
    }
  }
  return {};
}

}  // namespace snapsim
