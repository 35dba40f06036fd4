#include "sim/serve/server_view.hpp"

#include <fmt/format.h>

#include "sim/report/names.hpp"

namespace snapsim {
namespace {

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json addresses_json(const ServerDetails& details, bool is_brief) {
  if (!details.has_network) return Json::object();
  const std::uint32_t number = details.instance + 2;
  Json address{{"version", 4}, {"addr", fmt::format("10.0.{}.{}", number / 250, number % 250 + 2)}};
  if (!is_brief) {
    address["OS-EXT-IPS:type"] = "fixed";
    address["OS-EXT-IPS-MAC:mac_addr"] = fmt::format("fa:16:3e:00:{:02x}:{:02x}", number >> 8 & 0xff, number & 0xff);
  }
  return {{"private", Json::array({address})}};
}

Json embedded_flavor_json(const Flavor& flavor) {
  return {{"vcpus", flavor.vcpus},
          {"ram", flavor.ram_mib},
          {"disk", flavor.disk_gib},
          {"ephemeral", 0},
          {"swap", 0},
          {"original_name", flavor.name},
          {"extra_specs", Json::object()}};
}

Json linked_json(const std::string& url, const char* kind, std::string_view id) {
  const Json link{{"rel", "bookmark"}, {"href", fmt::format("{}/compute/{}/{}", url, kind, id)}};
  return {{"id", id}, {"links", Json::array({link})}};
}

/// Nova's hostId: the same for all servers of a project on a host, and telling of neither.
std::string host_id_text(const std::string& project_id, const std::string& host) {
  if (host.empty()) return {};
  const std::size_t hash = std::hash<std::string>()(project_id + host);
  return hex_text(NameKind::base_image, hash, 0) + hex_text(NameKind::base_image, ~hash, 0).substr(0, 24);
}

bool has_progress(std::string_view status) {
  for (const std::string_view one : {"ACTIVE", "BUILD", "DELETED", "REBUILD", "RESIZE", "VERIFY_RESIZE", "MIGRATING"}) {
    if (status == one) return true;
  }
  return false;
}

void add_admin_fields(const ServerViewer& viewer, const Server& server, Json& json) {
  const ServerDetails& details = server.details;
  const std::string& host = server.state.host;
  json["OS-EXT-SRV-ATTR:host"] = host.empty() ? Json(nullptr) : Json(host);
  json["OS-EXT-SRV-ATTR:instance_name"] = domain_name_text(details.instance);
  json["OS-EXT-SRV-ATTR:hypervisor_hostname"] = host.empty() ? Json(nullptr) : Json(host);
  if (viewer.version.has(3)) {
    json["OS-EXT-SRV-ATTR:reservation_id"] = details.reservation_id;
    json["OS-EXT-SRV-ATTR:launch_index"] = 0;
    json["OS-EXT-SRV-ATTR:kernel_id"] = "";
    json["OS-EXT-SRV-ATTR:ramdisk_id"] = "";
    json["OS-EXT-SRV-ATTR:root_device_name"] = "/dev/vda";
    json["OS-EXT-SRV-ATTR:user_data"] = or_null(details.user_data);
  }
  if (viewer.version.has(16)) json["host_status"] = host.empty() ? "" : "UP";
}

void add_versioned_fields(const ServerViewer& viewer, const Server& server, Json& json) {
  const ServerDetails& details = server.details;
  const Microversion version = viewer.version;
  if (viewer.is_admin && !viewer.is_brief) add_admin_fields(viewer, server, json);
  if (version.has(90) || (version.has(3) && viewer.is_admin && !viewer.is_brief))
    json["OS-EXT-SRV-ATTR:hostname"] = details.hostname;
  if (version.has(9)) json["locked"] = details.is_locked;
  if (version.has(19)) json["description"] = or_null(details.description);
  if (version.has(26)) json["tags"] = details.tags;
  if (version.has(63)) json["trusted_image_certificates"] = nullptr;
  if (version.has(71) && viewer.is_show) {
    json["server_groups"] = Json::array();
    if (!details.group_id.empty()) json["server_groups"].push_back(details.group_id);
  }
  if (version.has(73)) json["locked_reason"] = or_null(details.locked_reason);
}

/// What were extensions once: their fields are not in the answers to changes before 2.75.
void add_extended_fields(const ServerViewer& viewer, const Server& server, Json& json) {
  const ServerDetails& details = server.details;
  const ServerState& state = server.state;
  json["OS-EXT-AZ:availability_zone"] = state.host.empty() ? "" : "nova";
  json["config_drive"] = details.has_config_drive ? "True" : "";
  json["key_name"] = or_null(details.key_name);
  json["OS-SRV-USG:launched_at"] =
      iso_time(viewer.cloud.wall_time(details.created_us), true).substr(0, 26);  // without the Z, as Nova writes it
  json["OS-SRV-USG:terminated_at"] = nullptr;
  json["security_groups"] = Json::array({{{"name", "default"}}});
  const bool has_task = state.task_state != TaskState::none;
  json["OS-EXT-STS:task_state"] = has_task ? Json(to_string(state.task_state)) : Json(nullptr);
  json["OS-EXT-STS:vm_state"] = to_string(state.vm_state);
  json["OS-EXT-STS:power_state"] = static_cast<int>(state.power_state);
  json["os-extended-volumes:volumes_attached"] = Json::array();
}

}  // namespace

Json server_links_json(const std::string& url, const std::string& id) {
  return Json::array({{{"rel", "self"}, {"href", url + "/compute/v2.1/servers/" + id}},
                      {{"rel", "bookmark"}, {"href", url + "/compute/servers/" + id}}});
}

Json server_basic_json(const ServerViewer& viewer, const Server& server) {
  return {{"id", server.details.id},
          {"name", server.details.name},
          {"links", server_links_json(viewer.url, server.details.id)}};
}

Json server_detail_json(const ServerViewer& viewer, const Server& server) {
  const ServerDetails& details = server.details;
  const ServerState& state = server.state;
  const std::string_view status = server_status(state.vm_state, state.task_state);
  const auto wall = [&viewer](std::int64_t virtual_us) { return iso_time(viewer.cloud.wall_time(virtual_us)); };
  const bool has_task = state.task_state != TaskState::none;
  const Flavor* const flavor = flavor_of(details.flavor_id);
  Json json = server_basic_json(viewer, server);
  json["status"] = status;
  json["tenant_id"] = details.project_id;
  json["user_id"] = details.user_id;
  json["metadata"] = details.metadata;
  json["hostId"] = host_id_text(details.project_id, state.host);
  json["image"] = linked_json(viewer.url, "images", details.image_id);
  json["flavor"] =
      viewer.version.has(47) ? embedded_flavor_json(*flavor) : linked_json(viewer.url, "flavors", details.flavor_id);
  json["created"] = wall(details.created_us);
  json["updated"] = wall(state.updated_us);
  json["addresses"] = addresses_json(details, viewer.is_brief);
  json["accessIPv4"] = details.access_ipv4;
  json["accessIPv6"] = details.access_ipv6;
  json["OS-DCF:diskConfig"] = details.disk_config;
  if (!viewer.is_brief) add_extended_fields(viewer, server, json);
  if (has_progress(status)) json["progress"] = state.vm_state == VmState::active && !has_task ? 100 : 0;
  if (state.fault_message && (status == "ERROR" || status == "DELETED")) {
    json["fault"] = {{"code", state.fault_code}, {"created", wall(state.fault_us)}, {"message", *state.fault_message}};
    if (viewer.is_admin) json["fault"]["details"] = *state.fault_message;
  }
  add_versioned_fields(viewer, server, json);
  return json;
}

Json flavor_json(const Flavor& flavor, const std::string& url, Microversion version, bool has_details) {
  Json json{
      {"id", flavor.id},
      {"name", flavor.name},
      {"links", Json::array({{{"rel", "self"}, {"href", fmt::format("{}/compute/v2.1/flavors/{}", url, flavor.id)}},
                             {{"rel", "bookmark"}, {"href", fmt::format("{}/compute/flavors/{}", url, flavor.id)}}})}};
  if (version.has(55)) json["description"] = nullptr;
  if (!has_details) return json;
  json["vcpus"] = flavor.vcpus;
  json["ram"] = flavor.ram_mib;
  json["disk"] = flavor.disk_gib;
  json["swap"] = version.has(75) ? Json(0) : Json("");
  json["OS-FLV-EXT-DATA:ephemeral"] = 0;
  json["OS-FLV-DISABLED:disabled"] = false;
  json["os-flavor-access:is_public"] = true;
  json["rxtx_factor"] = 1.0;
  if (version.has(61)) json["extra_specs"] = Json::object();
  return json;
}

}  // namespace snapsim
