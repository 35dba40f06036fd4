#include <algorithm>
#include <array>
#include <httplib.h>

#include <fmt/format.h>

#include "fake_glance/http/python_text.hpp"
#include "sim/serve/compute_fields.hpp"
#include "sim/serve/compute_front.hpp"

// nova/api/openstack/compute/server_groups.py, and the hint by which a new server comes into a group.

namespace snapsim {
namespace {

/// Soft ones since 2.15.
constexpr std::array<const char*, 4> group_policies{"anti-affinity", "affinity", "soft-anti-affinity", "soft-affinity"};
constexpr std::size_t hard_group_policies = 2;

/// The policy that the value names. Throws NovaRefusal (400); `field` is what the value stands under.
std::string group_policy(const char* field, const Json& value, Microversion version) {
  if (!value.is_string()) RequestFields::refuse_type(field, value, "string");
  const auto end = version.has(15) ? group_policies.end() : group_policies.begin() + hard_group_policies;
  const auto found = std::find(group_policies.begin(), end, value.get<std::string>());
  if (found != end) return *found;
  Json known = Json::array();
  for (auto one = group_policies.begin(); one != end; ++one) known.push_back(*one);
  RequestFields::refuse_choice(field, value, known);
}

/// Before 2.64 a list that holds one policy.
void read_policies(const Json& wanted, Microversion version, ServerGroup& group) {
  const RequestFields fields(wanted, "server_group");
  fields.allow_only({"name", "policies"});
  group.name = fields.name("name");
  const Json& policies = fields.required("policies");
  if (!policies.is_array()) RequestFields::refuse_type("policies", policies, "array");
  if (policies.empty()) RequestFields::refuse("policies", policies, "[] is too short");
  group.policy = group_policy("0", policies.front(), version);
  if (policies.size() > 1) {
    RequestFields::refuse("policies", policies, fmt::format("{} is too long", python_repr(policies)));
  }
}

/// Since 2.64 the policy by itself, and a rule for it.
void read_policy(const Json& wanted, Microversion version, ServerGroup& group) {
  const RequestFields fields(wanted, "server_group");
  fields.allow_only({"name", "policy", "rules"});
  group.name = fields.name("name");
  group.policy = group_policy("policy", fields.required("policy"), version);
  if (!fields.has("rules")) return;
  const RequestFields rules(fields.at("rules"), "rules");
  rules.allow_only({"max_server_per_host"});
  if (!rules.has("max_server_per_host")) return;
  group.max_server_per_host = rules.number("max_server_per_host", 1);
  if (group.policy != "anti-affinity") throw NovaRefusal(400, "Only anti-affinity policy supports rules.");
}

Json group_json(const ServerGroup& group, const std::vector<Server>& newest_first, Microversion version) {
  Json members = Json::array();
  for (auto server = newest_first.rbegin(); server != newest_first.rend(); ++server) {
    if (server->details.group_id == group.id && !server->state.is_deleted) members.push_back(server->details.id);
  }
  Json json{{"id", group.id}, {"name", group.name}};
  if (version.has(64)) {
    json["policy"] = group.policy;
    json["rules"] = Json::object();
    if (group.max_server_per_host) json["rules"]["max_server_per_host"] = *group.max_server_per_host;
  } else {
    json["policies"] = Json::array({group.policy});
    json["metadata"] = Json::object();
  }
  json["members"] = std::move(members);
  if (version.has(13)) {
    json["project_id"] = group.project_id;
    json["user_id"] = group.user_id;
  }
  return json;
}

NovaRefusal unknown_group(int status, const std::string& id) {
  return {status, fmt::format("Instance group {} could not be found.", id)};
}

}  // namespace

/// Another project's group is known to be there, and kept from the caller.
ServerGroup ComputeFront::group_of_path(const ComputeCall& call, const char* policy) {
  const std::string id = call.request.matches[1];
  std::optional<ServerGroup> group = groups_.find(id);
  if (!group) throw unknown_group(404, id);
  if (group->project_id != call.identity.project_id) call.require_admin(policy);
  return *std::move(group);
}

void ComputeFront::list_server_groups(ComputeCall& call) {
  if (call.version.has(75)) refuse_other_parameters(call.request, {"all_projects", "limit", "offset"});
  const bool sees_all = call.request.has_param("all_projects") && call.identity.is_admin();
  const std::vector<ServerGroup> groups =
      groups_.of_project(sees_all ? std::nullopt : std::optional(call.identity.project_id));
  const std::size_t begin = std::min(query_number(call.request, "offset", 0), groups.size());
  const std::size_t limit = query_number(call.request, "limit", api_list_max);
  const std::size_t end = std::min(begin + std::min(limit, api_list_max), groups.size());
  const std::vector<Server> servers = servers_.all();
  Json list = Json::array();
  for (std::size_t i = begin; i < end; ++i) list.push_back(group_json(groups[i], servers, call.version));
  answer_json(call.response, 200, {{"server_groups", std::move(list)}});
}

void ComputeFront::create_server_group(ComputeCall& call) {
  const Json body = call.body();
  RequestFields(body, "").allow_only({"server_group"});
  const Json wanted = call.body_object("server_group");
  ServerGroup group;
  group.user_id = call.identity.user_id;
  group.project_id = call.identity.project_id;
  if (call.version.has(64)) {
    read_policy(wanted, call.version, group);
  } else {
    read_policies(wanted, call.version, group);
  }
  const std::optional<ServerGroup> made = groups_.add(std::move(group));
  if (!made) throw NovaRefusal(403, "Quota exceeded, too many server groups.");
  answer_json(call.response, 200, {{"server_group", group_json(*made, {}, call.version)}});
}

void ComputeFront::show_server_group(ComputeCall& call) {
  const ServerGroup group = group_of_path(call, "os_compute_api:os-server-groups:show");
  answer_json(call.response, 200, {{"server_group", group_json(group, servers_.all(), call.version)}});
}

void ComputeFront::delete_server_group(ComputeCall& call) {
  const ServerGroup group = group_of_path(call, "os_compute_api:os-server-groups:delete");
  if (!groups_.remove(group.id)) throw unknown_group(404, group.id);
  for (const Server& server : servers_.all()) {
    if (server.details.group_id != group.id) continue;
    servers_.change(server.details.id, [](ServerDetails& details) { details.group_id.clear(); });
  }
  call.response.status = 204;
}

/// Id of the group that a body's hints name; empty: none. `count` servers are to come into it. Throws NovaRefusal: 400
/// where there is none, 403 where they are too many. DIFFERS: one host has to do for all, so no policy is heeded.
std::string ComputeFront::hinted_group(const ComputeCall& call, const Json& body, std::size_t count) {
  const char* const key = body.contains("os:scheduler_hints") ? "os:scheduler_hints" : "OS-SCH-HNT:scheduler_hints";
  if (!body.contains(key)) return {};
  const RequestFields hints(body.at(key), key);
  if (!hints.has("group")) return {};
  const std::string id = hints.uuid("group");
  if (!groups_.find(id)) throw unknown_group(400, id);
  std::size_t members = count;
  for (const Server& server : servers_.all()) {
    const bool is_own = server.details.user_id == call.identity.user_id;
    if (server.details.group_id == id && is_own && !server.state.is_deleted) ++members;
  }
  if (members > ServerGroupTable::members_max) throw NovaRefusal(403, "Quota exceeded, too many servers in group");
  return id;
}

}  // namespace snapsim
