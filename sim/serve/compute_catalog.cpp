#include <algorithm>
#include <array>
#include <httplib.h>

#include <fmt/format.h>

#include "sim/report/names.hpp"
#include "sim/serve/compute_fields.hpp"
#include "sim/serve/compute_front.hpp"
#include "sim/serve/flavors.hpp"

// nova/api/openstack/compute: what clients ask for before they act, and what they list beside servers.

namespace snapsim {
namespace {

/// Quotas as Nova's defaults, but for instances: a session holds more.
Json quota_json(Microversion version) {
  Json quota{{"instances", 10'000},
             {"cores", -1},
             {"ram", -1},
             {"metadata_items", 128},
             {"key_pairs", 100},
             {"server_groups", ServerGroupTable::groups_max},
             {"server_group_members", ServerGroupTable::members_max}};
  if (!version.has(57)) {
    quota["injected_files"] = 5;
    quota["injected_file_content_bytes"] = 10'240;
    quota["injected_file_path_bytes"] = 255;
  }
  if (!version.has(36)) {
    for (const char* const of_networks : {"fixed_ips", "floating_ips", "security_groups", "security_group_rules"}) {
      quota[of_networks] = -1;
    }
  }
  return quota;
}

const Flavor& flavor_of_path(const ComputeCall& call) {
  const std::string id = call.request.matches[1];
  const Flavor* const flavor = flavor_of(id);
  if (flavor == nullptr) throw NovaRefusal(404, fmt::format("Flavor {} could not be found.", id));
  return *flavor;
}

/// GET /flavors and /flavors/detail: those that are large enough, after the marker.
Json flavor_list(const ComputeCall& call, bool has_details) {
  const std::size_t least_ram = query_number(call.request, "minRam", 0);
  const std::size_t least_disk = query_number(call.request, "minDisk", 0);
  std::vector<const Flavor*> wanted;
  for (const Flavor& flavor : flavors()) {
    const bool is_large = static_cast<std::size_t>(flavor.ram_mib) >= least_ram &&
                          static_cast<std::size_t>(flavor.disk_gib) >= least_disk;
    if (is_large) wanted.push_back(&flavor);
  }
  if (call.request.has_param("marker")) {
    const std::string marker = call.request.get_param_value("marker");
    const auto found =
        std::find_if(wanted.begin(), wanted.end(), [&marker](const Flavor* flavor) { return flavor->id == marker; });
    if (found == wanted.end()) throw NovaRefusal(400, fmt::format("marker [{}] not found", marker));
    wanted.erase(wanted.begin(), found + 1);
  }
  const std::size_t limit = query_number(call.request, "limit", api_list_max);
  if (wanted.size() > limit) wanted.resize(limit);
  Json list = Json::array();
  for (const Flavor* const flavor : wanted) {
    list.push_back(flavor_json(*flavor, host_url(call.request), call.version, has_details));
  }
  return {{"flavors", std::move(list)}};
}

constexpr std::array<std::pair<const char*, const char*>, 9> extensions{{
    {"os-server-groups", "ServerGroups"},
    {"os-keypairs", "Keypairs"},
    {"os-instance-actions", "InstanceActions"},
    {"os-create-backup", "CreateBackup"},
    {"os-shelve", "Shelve"},
    {"os-rescue", "Rescue"},
    {"os-admin-actions", "AdminActions"},
    {"os-services", "Services"},
    {"os-quota-sets", "Quotas"},
}};

/// How many hosts there are, and their names.
std::vector<std::string> host_names(Cloud& cloud) {
  return cloud.look([](const Cloud::Inside& inside) { return inside.scenario.hosts; });
}

}  // namespace

void ComputeFront::list_flavors(ComputeCall& call) {
  answer_json(call.response, 200, flavor_list(call, false));
}

void ComputeFront::list_flavor_details(ComputeCall& call) {
  answer_json(call.response, 200, flavor_list(call, true));
}

void ComputeFront::show_flavor(ComputeCall& call) {
  const Flavor& flavor = flavor_of_path(call);
  answer_json(call.response, 200, {{"flavor", flavor_json(flavor, host_url(call.request), call.version, true)}});
}

void ComputeFront::show_flavor_specs(ComputeCall& call) {
  flavor_of_path(call);
  answer_json(call.response, 200, {{"extra_specs", Json::object()}});
}

ComputeFront::ProjectUsage ComputeFront::usage_of(const std::string& project_id) {
  ProjectUsage used;
  for (const Server& server : servers_.all()) {
    if (server.state.is_deleted || server.details.project_id != project_id) continue;
    const Flavor* const flavor = flavor_of(server.details.flavor_id);
    ++used.instances;
    used.cores += flavor->vcpus;
    used.ram_mib += flavor->ram_mib;
  }
  used.server_groups = static_cast<int>(groups_.of_project(project_id).size());
  return used;
}

/// GET /limits; an admin may ask for another project's, by `tenant_id`.
void ComputeFront::show_limits(ComputeCall& call) {
  std::string project_id = call.identity.project_id;
  if (call.request.has_param("tenant_id")) project_id = call.request.get_param_value("tenant_id");
  if (project_id != call.identity.project_id) call.require_admin("os_compute_api:limits:other_project");
  const ProjectUsage used = usage_of(project_id);
  Json absolute{{"maxTotalInstances", 10'000},
                {"maxTotalCores", -1},
                {"maxTotalRAMSize", -1},
                {"maxServerMeta", 128},
                {"maxTotalKeypairs", 100},
                {"maxServerGroups", ServerGroupTable::groups_max},
                {"maxServerGroupMembers", ServerGroupTable::members_max},
                {"totalInstancesUsed", used.instances},
                {"totalCoresUsed", used.cores},
                {"totalRAMUsed", used.ram_mib},
                {"totalServerGroupsUsed", used.server_groups}};
  if (!call.version.has(39)) absolute["maxImageMeta"] = 128;
  if (!call.version.has(57)) {
    absolute["maxPersonality"] = 5;
    absolute["maxPersonalitySize"] = 10'240;
  }
  if (!call.version.has(36)) {
    for (const char* const of_networks : {"maxTotalFloatingIps", "maxSecurityGroups", "maxSecurityGroupRules"}) {
      absolute[of_networks] = -1;
    }
    absolute["totalFloatingIpsUsed"] = 0;
    absolute["totalSecurityGroupsUsed"] = 0;
  }
  answer_json(call.response, 200, {{"limits", {{"rate", Json::array()}, {"absolute", std::move(absolute)}}}});
}

void ComputeFront::list_availability_zones(ComputeCall& call) {
  const bool has_details = call.request.path.ends_with("/detail");
  Json zone{{"zoneName", "nova"}, {"zoneState", {{"available", true}}}, {"hosts", nullptr}};
  if (has_details) {
    call.require_admin("os_compute_api:os-availability-zone:detail");
    zone["hosts"] = Json::object();
    for (const std::string& host : host_names(cloud_)) {
      zone["hosts"][host] = {{"nova-compute", {{"available", true}, {"active", true}, {"updated_at", nullptr}}}};
    }
  }
  answer_json(call.response, 200, {{"availabilityZoneInfo", Json::array({zone})}});
}

void ComputeFront::list_extensions(ComputeCall& call) {
  Json list = Json::array();
  for (const auto& [alias, name] : extensions) {
    list.push_back({{"alias", alias},
                    {"name", name},
                    {"description", ""},
                    {"links", Json::array()},
                    {"namespace", "http://docs.openstack.org/compute/ext/fake_xml"},
                    {"updated", "2014-12-03T00:00:00Z"}});
  }
  answer_json(call.response, 200, {{"extensions", std::move(list)}});
}

void ComputeFront::list_security_groups(ComputeCall& call) {
  const Json group{{"id", "default"},
                   {"name", "default"},
                   {"description", "Default security group"},
                   {"tenant_id", call.identity.project_id},
                   {"rules", Json::array()}};
  answer_json(call.response, 200, {{"security_groups", Json::array({group})}});
}

void ComputeFront::show_quota_set(ComputeCall& call) {
  const std::string project = call.request.matches[1];
  if (project != call.identity.project_id) call.require_admin("os_compute_api:os-quota-sets:show");
  Json quota = quota_json(call.version);
  if (call.request.path.ends_with("/detail")) {
    const ProjectUsage used = usage_of(project);
    const std::map<std::string, int> in_use{{"instances", used.instances},
                                            {"cores", used.cores},
                                            {"ram", used.ram_mib},
                                            {"server_groups", used.server_groups}};
    for (auto& [name, limit] : quota.items()) {
      const auto found = in_use.find(name);
      limit = {{"limit", limit}, {"in_use", found == in_use.end() ? 0 : found->second}, {"reserved", 0}};
    }
  }
  quota["id"] = project;
  answer_json(call.response, 200, {{"quota_set", std::move(quota)}});
}

void ComputeFront::list_services(ComputeCall& call) {
  call.require_admin("os_compute_api:os-services:list");
  Json list = Json::array();
  const std::vector<std::string> hosts = host_names(cloud_);
  for (std::uint32_t i = 0; i < hosts.size(); ++i) {
    const bool is_up =
        cloud_.look([i](const Cloud::Inside& inside) { return inside.world.compute(HostId(i)).is_up(); });
    Json service{{"id", i + 1},
                 {"binary", "nova-compute"},
                 {"host", hosts[i]},
                 {"zone", "nova"},
                 {"status", "enabled"},
                 {"state", is_up ? "up" : "down"},
                 {"updated_at", iso_time(std::chrono::system_clock::now(), true)},
                 {"disabled_reason", nullptr}};
    if (call.version.has(11)) service["forced_down"] = false;
    if (call.version.has(53)) service["id"] = uuid_text(NameKind::message, i, 1);
    list.push_back(std::move(service));
  }
  answer_json(call.response, 200, {{"services", std::move(list)}});
}

void ComputeFront::list_hypervisors(ComputeCall& call) {
  call.require_admin("os_compute_api:os-hypervisors:list");
  Json list = Json::array();
  const std::vector<std::string> hosts = host_names(cloud_);
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    Json hypervisor{{"id", i + 1}, {"hypervisor_hostname", hosts[i]}, {"state", "up"}, {"status", "enabled"}};
    if (call.version.has(53)) hypervisor["id"] = uuid_text(NameKind::message, i, 2);
    if (call.request.path.ends_with("/detail")) {
      hypervisor["hypervisor_type"] = "QEMU";
      hypervisor["hypervisor_version"] = 7'002'000;
      hypervisor["host_ip"] = "127.0.0.1";
    }
    list.push_back(std::move(hypervisor));
  }
  answer_json(call.response, 200, {{"hypervisors", std::move(list)}});
}

}  // namespace snapsim
