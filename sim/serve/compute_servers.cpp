#include <algorithm>
#include <httplib.h>
#include <regex>
#include <sys/socket.h>

#include <fmt/format.h>

#include "sim/serve/compute_fields.hpp"
#include "sim/serve/compute_front.hpp"

// nova/api/openstack/compute/servers.py: what reads and changes a server without a flow, and its deletion.

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

  bool has(const char* key) const { return request.has_param(key); }
  std::string value(const char* key) const { return request.get_param_value(key); }
  bool flag(const char* key) const { return has(key) && is_yes(value(key)); }

  bool lets_through(const Server& server) const {
    const ServerDetails& details = server.details;
    const bool is_admin = call.identity.is_admin();
    if (server.state.is_deleted) return false;
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
      return std::regex_search(name, std::regex(value("name"), std::regex::extended));
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

}  // namespace

void ComputeFront::list_servers(ComputeCall& call) {
  list(call, false);
}

void ComputeFront::list_server_details(ComputeCall& call) {
  list(call, true);
}

void ComputeFront::list(ComputeCall& call, bool has_details) {
  const ServerFilters filters{call.request, call};
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
  if (has_more) servers.resize(limit);
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

void ComputeFront::show_server(ComputeCall& call) {
  answer_json(call.response, 200, {{"server", server_detail_json(viewer(call, true), server_of_path(call))}});
}

void ComputeFront::update_server(ComputeCall& call) {
  Server server = server_of_path(call);
  const Json wanted = call.body_object("server");
  const RequestFields fields(wanted, "server");
  if (call.version.has(90)) {
    fields.allow_only({"name", "OS-DCF:diskConfig", "accessIPv4", "accessIPv6", "description", "hostname"});
  } else if (call.version.has(19)) {
    fields.allow_only({"name", "OS-DCF:diskConfig", "accessIPv4", "accessIPv6", "description"});
  } else {
    fields.allow_only({"name", "OS-DCF:diskConfig", "accessIPv4", "accessIPv6"});
  }
  const std::optional<std::string> name = fields.optional_name("name");
  const std::optional<std::string> description = fields.text("description", 255);
  const std::optional<std::string> hostname = fields.text("hostname", 255);
  const std::optional<std::string> access_ipv4 = fields.address("accessIPv4", AF_INET);
  const std::optional<std::string> access_ipv6 = fields.address("accessIPv6", AF_INET6);
  const std::optional<std::string> disk_config = fields.choice("OS-DCF:diskConfig", Json::array({"AUTO", "MANUAL"}));
  servers_.change(server.details.id, [&](ServerDetails& details) {
    if (name) details.name = *name;
    if (fields.has("description")) details.description = description;
    if (hostname) details.hostname = *hostname;
    if (access_ipv4) details.access_ipv4 = *access_ipv4;
    if (access_ipv6) details.access_ipv6 = *access_ipv6;
    if (disk_config) details.disk_config = *disk_config;
  });
  answer_json(call.response, 200, {{"server", server_detail_json(viewer(call, true), server_of_path(call))}});
}

void ComputeFront::delete_server(ComputeCall& call) {
  const Server server = server_of_path(call);
  RequestSpec spec;
  spec.action = Action::delete_;
  spec.instance = server.details.instance;
  const CloudAnswer answer = cloud_.request(std::move(spec));
  call.request_id = cloud_request_id(answer.request);
  if (answer.status == 0) return drop_connection();
  if (answer.status >= 400) throw NovaRefusal(answer.status, answer.message);
  call.response.status = answer.status;
}

}  // namespace snapsim
