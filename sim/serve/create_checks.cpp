#include "sim/serve/create_checks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "fake_glance/http/python_text.hpp"
#include "sim/serve/compute_front.hpp"

namespace snapsim {
namespace {

/// [quota]injected_files and injected_file_content_bytes.
constexpr std::size_t injected_files_max = 5;
constexpr std::size_t injected_bytes_max = 10'240;

constexpr const char* bad_device = "Block Device Mapping is Invalid";

/// A key, and the versions that have it: from 2.`since` on, before 2.`until`.
struct VersionedKey {
  std::string_view name;
  int since = 1;
  int until = Microversion::minor_max + 1;
};

constexpr VersionedKey create_keys[]{{"name"},
                                     {"imageRef"},
                                     {"flavorRef"},
                                     {"adminPass"},
                                     {"metadata"},
                                     {"networks"},
                                     {"OS-DCF:diskConfig"},
                                     {"accessIPv4"},
                                     {"accessIPv6"},
                                     {"personality", 1, 57},
                                     {"availability_zone"},
                                     {"block_device_mapping"},
                                     {"block_device_mapping_v2"},
                                     {"config_drive"},
                                     {"key_name"},
                                     {"min_count"},
                                     {"max_count"},
                                     {"return_reservation_id"},
                                     {"security_groups"},
                                     {"user_data"},
                                     {"description", 19},
                                     {"tags", 52},
                                     {"trusted_image_certificates", 63},
                                     {"host", 74},
                                     {"hypervisor_hostname", 74},
                                     {"hostname", 90}};

constexpr VersionedKey rebuild_keys[]{{"name"},
                                      {"imageRef"},
                                      {"adminPass"},
                                      {"metadata"},
                                      {"preserve_ephemeral"},
                                      {"OS-DCF:diskConfig"},
                                      {"accessIPv4"},
                                      {"accessIPv6"},
                                      {"personality", 1, 57},
                                      {"description", 19},
                                      {"key_name", 54},
                                      {"user_data", 57},
                                      {"trusted_image_certificates", 63},
                                      {"hostname", 90}};

template <std::size_t Count>
void check_versioned_keys(std::string_view field, const Json& object, const VersionedKey (&keys)[Count],
                          Microversion version) {
  for (const auto& [name, value] : object.items()) {
    const auto is_it = [&wanted = name, version](const VersionedKey& key) {
      return key.name == wanted && version.has(key.since) && !version.has(key.until);
    };
    if (std::any_of(std::begin(keys), std::end(keys), is_it)) continue;
    RequestFields::refuse(field, object,
                          fmt::format("Additional properties are not allowed ('{}' was unexpected)", name));
  }
}

/// One of the networks in the list: what is named does not exist.
void refuse_network(const RequestFields& network, Microversion version) {
  network.allow_only({"uuid", "port", "fixed_ip", "tag"});
  const bool has_port = network.has("port") && !network.at("port").is_null();
  if (network.has("fixed_ip")) {
    const Json& address = network.at("fixed_ip");
    if (!address.is_string()) RequestFields::refuse_type("fixed_ip", address, "string");
  }
  if (has_port) {
    const std::string port = network.uuid("port");
    if (network.has("fixed_ip")) {
      throw NovaRefusal(400, fmt::format("Specified Fixed IP '{}' cannot be used with port '{}': the two cannot be "
                                         "specified together.",
                                         network.at("fixed_ip").get<std::string>(), port));
    }
    throw NovaRefusal(400, fmt::format("Port id {} could not be found.", port));
  }
  if (!network.has("uuid")) throw NovaRefusal(400, "Bad network format: missing 'uuid'");
  if (version.has(37)) network.uuid("uuid");
  const Json& uuid = network.at("uuid");
  if (!uuid.is_string()) RequestFields::refuse_type("uuid", uuid, "string");
  const std::string id = uuid.get<std::string>();
  const std::size_t dash = id.find('-');
  const bool is_bridge = dash != std::string::npos && is_uuid_like(std::string_view(id).substr(dash + 1));
  if (!is_uuid_like(id) && !is_bridge) {
    throw NovaRefusal(400, fmt::format("Bad networks format: network uuid is not in proper format ({})", id));
  }
  throw NovaRefusal(400, fmt::format("Network {} could not be found.", id));
}

std::string text_at(const RequestFields& device, const char* key) {
  return device.text(key, 255).value_or("");
}

/// A device of the newer form.
void check_device(const RequestFields& device, const std::string& image_id) {
  const std::string source =
      device.choice("source_type", Json::array({"volume", "image", "snapshot", "blank"})).value_or("");
  const std::string destination = device.choice("destination_type", Json::array({"local", "volume"})).value_or("");
  const std::string uuid = text_at(device, "uuid");
  const auto malformed = [](const char* why) { return NovaRefusal(400, fmt::format("{}: {}", bad_device, why)); };
  if (source == "blank" && !uuid.empty()) throw malformed("Invalid device UUID.");
  if (source != "blank" && uuid.empty()) throw malformed("Missing device UUID.");
  const bool is_root = device.has("boot_index") && (device.at("boot_index") == 0 || device.at("boot_index") == "0");
  if (source == "image" && destination == "local" && (image_id.empty() || !is_root)) {
    throw malformed("Mapping image to local is not supported.");
  }
  if (source == "volume") throw NovaRefusal(400, fmt::format("{}: failed to get volume {}.", bad_device, uuid));
  if (source == "snapshot") throw NovaRefusal(400, fmt::format("{}: failed to get snapshot {}.", bad_device, uuid));
  if (source == "image" && uuid != image_id) {
    throw NovaRefusal(400, fmt::format("{}: Boot sequence for the instance and image/block device mapping combination "
                                       "is not valid.",
                                       bad_device));
  }
  if (destination == "volume") throw NovaRefusal(400, "snapsim has no volumes to boot a server from.");
}

}  // namespace

void check_create_keys(const Json& body, Microversion version) {
  RequestFields(body, "").allow_only({"server", "os:scheduler_hints", "OS-SCH-HNT:scheduler_hints"});
  check_versioned_keys("server", body.at("server"), create_keys, version);
}

void check_rebuild_keys(const RequestFields& rebuild, Microversion version) {
  check_versioned_keys("rebuild", rebuild.object(), rebuild_keys, version);
}

bool has_network(const RequestFields& server, Microversion version) {
  if (!server.has("networks")) {
    if (version.has(37)) server.required("networks");
    return true;
  }
  const Json& networks = server.at("networks");
  if (networks.is_array()) {
    for (const Json& network : server.objects("networks")) refuse_network(RequestFields(network, "networks"), version);
    return true;
  }
  if (!version.has(37)) RequestFields::refuse_type("networks", networks, "array");
  if (networks != "auto" && networks != "none") {
    RequestFields::refuse("networks", networks, python_repr(networks) + " is not valid under any of the given schemas");
  }
  return networks == "auto";
}

void check_security_groups(const RequestFields& server) {
  for (const Json& one : server.objects("security_groups")) {
    const RequestFields group(one, "security_groups");
    group.allow_only({"name"});
    const std::optional<std::string> name = group.optional_name("name");
    if (!name || *name == "default") continue;
    throw NovaRefusal(400, fmt::format("Unable to find security_group with name or id '{}'", *name));
  }
}

void check_personality(const RequestFields& server) {
  const std::vector<Json> files = server.objects("personality");
  for (const Json& one : files) {
    const RequestFields file(one, "personality");
    file.allow_only({"path", "contents"});
    file.text("path", 255);
    file.base64("contents", std::string::npos);
  }
  if (files.size() > injected_files_max) throw NovaRefusal(403, "Personality file limit exceeded");
  for (const Json& file : files) {
    const std::size_t encoded = file.value("contents", std::string()).size();
    if (encoded / 4 * 3 > injected_bytes_max) {
      throw NovaRefusal(403, fmt::format("Personality file content exceeds maximum {}", injected_bytes_max));
    }
  }
}

void check_block_devices(const RequestFields& server, const std::string& image_id) {
  const std::vector<Json> legacy = server.objects("block_device_mapping");
  const std::vector<Json> devices = server.objects("block_device_mapping_v2");
  if (!legacy.empty() && !devices.empty()) {
    throw NovaRefusal(400, "Using different block_device_mapping syntaxes is not allowed in the same request.");
  }
  for (const Json& one : legacy) {
    const RequestFields device(one, "block_device_mapping");
    if (device.has("snapshot_id")) {
      throw NovaRefusal(400, fmt::format("{}: failed to get snapshot {}.", bad_device, device.uuid("snapshot_id")));
    }
    if (!device.has("volume_id")) throw NovaRefusal(400, std::string(bad_device) + ": Unrecognized legacy format.");
    throw NovaRefusal(400, fmt::format("{}: failed to get volume {}.", bad_device, device.uuid("volume_id")));
  }
  for (const Json& one : devices) check_device(RequestFields(one, "block_device_mapping_v2"), image_id);
  if (image_id.empty()) throw NovaRefusal(400, "Missing imageRef attribute");
}

void check_availability_zone(const std::string& zone, const std::vector<std::string>& hosts, bool is_admin) {
  const std::size_t colon = zone.find(':');
  const std::string name = zone.substr(0, colon);
  if (colon == std::string::npos) {
    if (name != "nova") throw NovaRefusal(400, "The requested availability zone is not available");
    return;
  }
  const std::string rest = zone.substr(colon + 1);
  if (std::count(rest.begin(), rest.end(), ':') > 1) {
    throw NovaRefusal(400, "Invalid input received: Unable to parse availability_zone");
  }
  if (!is_admin) {
    throw NovaRefusal(403, "Policy doesn't allow os_compute_api:servers:create:forced_host to be performed.");
  }
  const std::string host = rest.substr(0, rest.find(':'));
  if (!host.empty() && std::find(hosts.begin(), hosts.end(), host) == hosts.end()) {
    throw NovaRefusal(400, fmt::format("Compute host {} could not be found.", host));
  }
}

}  // namespace snapsim
