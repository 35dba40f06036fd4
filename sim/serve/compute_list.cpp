#include <algorithm>
#include <httplib.h>
#include <regex>

#include <fmt/format.h>

#include "fake_glance/http/python_text.hpp"
#include "sim/serve/compute_fields.hpp"
#include "sim/serve/compute_front.hpp"

// nova/api/openstack/compute/servers.py: lists of servers, their filters and pages.

namespace snapsim {
namespace {

bool is_yes(const std::string& text) {
  return text == "1" || text == "true" || text == "True" || text == "t" || text == "yes" || text == "on" ||
         text.empty();
}

/// The query's list filters.
struct ServerFilters {
  const httplib::Request& request;
  const ComputeCall& call;
  const Cloud& cloud;
  std::optional<std::chrono::system_clock::time_point> changed_since;   ///< then deleted ones are shown, too
  std::optional<std::chrono::system_clock::time_point> changed_before;  ///< of 2.66

  bool has(const char* key) const { return request.has_param(key); }
  std::string value(const char* key) const { return request.get_param_value(key); }
  bool flag(const char* key) const { return has(key) && is_yes(value(key)); }

  bool lets_through(const Server& server) const {
    const ServerDetails& details = server.details;
    const bool is_admin = call.identity.is_admin();
    if (server.state.is_deleted && !changed_since) return false;
    const auto changed = cloud.wall_time(server.state.updated_us);
    if (changed_since && changed < *changed_since) return false;
    if (changed_before && changed > *changed_before) return false;
    const bool sees_all = is_admin && flag("all_tenants");
    if (!sees_all && details.project_id != call.identity.project_id) return false;
    for (const char* const key : {"project_id", "tenant_id"}) {
      if (sees_all && has(key) && value(key) != details.project_id) return false;
    }
    if (has("name") && !is_named(details.name)) return false;
    if (has("status") && !has_status(server)) return false;
    if (has("image") && !ends_with_id(value("image"), details.image_id)) return false;
    if (has("flavor") && !ends_with_id(value("flavor"), details.flavor_id)) return false;
    if (has("user_id") && is_admin && value("user_id") != details.user_id) return false;
    if (has("host") && is_admin && value("host") != server.state.host) return false;
    if (has("key_name") && details.key_name != value("key_name")) return false;
    if (has("uuid") && value("uuid") != details.id) return false;
    if (has("vm_state") && value("vm_state") != to_string(server.state.vm_state)) return false;
    if (has("locked") && call.version.has(73) && flag("locked") != details.is_locked) return false;
    return true;
  }

 private:
  /// The database matches the name by a regular expression.
  bool is_named(const std::string& name) const {
    try {
      return std::regex_search(name, std::regex(value("name")));
    } catch (const std::regex_error&) {
      return false;
    }
  }
  bool has_status(const Server& server) const {
    std::string wanted = value("status");
    std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return wanted == server_status(server.state.vm_state, server.state.task_state);
  }
  static bool ends_with_id(const std::string& text, const std::string& id) { return text.ends_with(id); }
};

/// Keys that stand in the query before the marker of the next page.
std::string query_without(const httplib::Request& request, const char* left_out) {
  std::string query;
  for (const auto& [key, value] : request.params) {
    if (key != left_out) query += key + "=" + value + "&";
  }
  return query;
}

void sort_servers(std::vector<Server>& servers, const httplib::Request& request) {
  const std::string key = request.has_param("sort_key") ? request.get_param_value("sort_key") : "created_at";
  const bool is_ascending = request.has_param("sort_dir") && request.get_param_value("sort_dir") == "asc";
  const auto key_of = [&key](const Server& server) -> std::string {
    if (key == "display_name" || key == "name") return server.details.name;
    if (key == "uuid") return server.details.id;
    if (key == "updated_at") return fmt::format("{:020}", server.state.updated_us);
    if (key == "vm_state") return std::string(to_string(server.state.vm_state));
    return fmt::format("{:020}", server.details.instance);  // created_at: that is the order in which they were made
  };
  std::stable_sort(servers.begin(), servers.end(), [&](const Server& left, const Server& right) {
    return is_ascending ? key_of(left) < key_of(right) : key_of(right) < key_of(left);
  });
}

/// The moment that the query gives for `key`, in ISO 8601. Throws NovaRefusal (400).
std::optional<std::chrono::system_clock::time_point> query_time(const httplib::Request& request, const char* key) {
  if (!request.has_param(key)) return std::nullopt;
  const std::string text = request.get_param_value(key);
  const std::optional<std::chrono::system_clock::time_point> time = time_from_iso(text);
  if (!time) RequestFields::refuse(key, Json(text), python_repr(Json(text)) + " is not a 'date-time'");
  return time;
}

}  // namespace

void ComputeFront::list_servers(ComputeCall& call) {
  list(call, false);
}

void ComputeFront::list_server_details(ComputeCall& call) {
  list(call, true);
}

void ComputeFront::list(ComputeCall& call, bool has_details) {
  ServerFilters filters{call.request, call, cloud_, query_time(call.request, "changes-since"), std::nullopt};
  if (call.version.has(66)) filters.changed_before = query_time(call.request, "changes-before");
  if (filters.has("all_tenants") && filters.flag("all_tenants")) {
    call.require_admin("os_compute_api:servers:detail:get_all_tenants");
  }
  std::vector<Server> servers = servers_.all();
  std::erase_if(servers, [&filters](const Server& server) { return !filters.lets_through(server); });
  sort_servers(servers, call.request);
  if (filters.has("marker")) {
    const std::string marker = filters.value("marker");
    const auto found = std::find_if(servers.begin(), servers.end(),
                                    [&marker](const Server& server) { return server.details.id == marker; });
    if (found == servers.end()) throw NovaRefusal(400, fmt::format("marker [{}] not found", marker));
    servers.erase(servers.begin(), found + 1);
  }
  const std::size_t limit = std::min(query_number(call.request, "limit", api_list_max), api_list_max);
  const bool has_more = limit > 0 && servers.size() > limit;
  if (servers.size() > limit) servers.resize(limit);
  std::vector<std::uint32_t> instances;
  for (const Server& server : servers) instances.push_back(server.details.instance);
  images_.wait_for_bytes(instances);
  const ServerViewer shown = viewer(call, false);
  Json list = Json::array();
  for (const Server& server : servers) {
    list.push_back(has_details ? server_detail_json(shown, server) : server_basic_json(shown, server));
  }
  Json body{{"servers", std::move(list)}};
  if (has_more) {
    const Json next{{"rel", "next"},
                    {"href", fmt::format("{}{}?{}marker={}", shown.url, call.request.path,
                                         query_without(call.request, "marker"), servers.back().details.id)}};
    body["servers_links"] = Json::array({next});
  }
  answer_json(call.response, 200, body);
}

}  // namespace snapsim
