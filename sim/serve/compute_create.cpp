#include <algorithm>
#include <httplib.h>

#include <fmt/format.h>

#include "sim/report/names.hpp"
#include "sim/serve/compute_fields.hpp"
#include "sim/serve/compute_front.hpp"

// nova/api/openstack/compute/servers.py, create(). There is no scheduler: the server is there, and active, at once.

namespace snapsim {
namespace {

constexpr std::int64_t mib_per_gib = 1024;
/// [quota]instances would be ten; a session holds so many.
constexpr std::int64_t servers_at_once_max = 100;

const Flavor& requested_flavor(const Json& server) {
  const Json& wanted = server.contains("flavorRef") ? server.at("flavorRef") : Json();
  std::string reference = wanted.is_string() ? wanted.get<std::string>() : wanted.is_null() ? "" : wanted.dump();
  reference = reference.substr(reference.rfind('/') + 1);
  const Flavor* const flavor = flavor_of(reference);
  if (flavor == nullptr) throw NovaRefusal(400, "Invalid flavorRef provided.");
  return *flavor;
}

/// From 2.37 on, the networks have to be said: a list, "auto" or "none".
bool has_network(const Json& server, Microversion version) {
  const auto networks = server.find("networks");
  if (networks == server.end()) {
    if (version.has(37)) RequestFields::refuse("server", server, "'networks' is a required property");
    return true;
  }
  if (networks->is_array()) return true;
  if (!version.has(37) || (*networks != "auto" && *networks != "none")) {
    RequestFields::refuse("networks", *networks, "it is neither a list nor, from 2.37 on, 'auto' or 'none'");
  }
  return *networks == "auto";
}

/// Those of the image's properties that the flow reads.
std::vector<std::pair<std::string, std::string>> flow_properties(const DirectoryImage& image) {
  std::vector<std::pair<std::string, std::string>> read;
  for (const auto& [key, value] : image.properties) {
    if (key == "hw_qemu_guest_agent" || key == "os_require_quiesce") read.emplace_back(key, value);
  }
  return read;
}

std::string hostname_from(const std::string& name) {
  std::string hostname;
  for (const char c : name) {
    const bool is_fit = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    const bool is_capital = c >= 'A' && c <= 'Z';
    if (is_fit) hostname += c;
    if (is_capital) hostname += static_cast<char>(c - 'A' + 'a');
    if (c == ' ' || c == '_') hostname += '-';
  }
  return hostname.substr(0, 63);
}

}  // namespace

void ComputeFront::create_server(ComputeCall& call) {
  const Json body = call.body();
  const Json wanted = call.body_object("server");
  const RequestFields fields(wanted, "server");
  ServerDetails details;
  details.name = fields.name("name");
  details.metadata = fields.metadata("metadata");
  details.key_name = fields.text("key_name", 255);
  details.user_data = fields.text("user_data", 65'535);
  details.has_config_drive = fields.boolean("config_drive", false);
  details.disk_config = fields.text("OS-DCF:diskConfig", 6).value_or("MANUAL");
  details.access_ipv4 = fields.text("accessIPv4", 39).value_or("");
  details.access_ipv6 = fields.text("accessIPv6", 45).value_or("");
  if (call.version.has(19)) details.description = fields.text("description", 255);
  if (call.version.has(52) && wanted.contains("tags") && wanted.at("tags").is_array()) {
    for (const Json& tag : wanted.at("tags")) {
      if (tag.is_string()) details.tags.push_back(tag.get<std::string>());
    }
  }
  details.hostname = fields.text("hostname", 255).value_or(hostname_from(details.name));
  details.has_network = has_network(wanted, call.version);
  const Flavor& flavor = requested_flavor(wanted);
  details.flavor_id = flavor.id;
  const std::int64_t count = fields.number("min_count", 1, 1);
  if (count > servers_at_once_max) throw NovaRefusal(403, "Quota exceeded for instances: Requested more than 100");

  std::string image_id = fields.text("imageRef", 255).value_or("");
  image_id = image_id.substr(image_id.rfind('/') + 1);
  if (image_id.empty()) {
    throw NovaRefusal(400, "Invalid imageRef provided. snapsim has no volumes to boot a server from.");
  }
  const std::optional<DirectoryImage> image = images_.find(image_id);
  const bool may_use_it =
      image && (image->owner.empty() || image->owner == call.identity.project_id || call.identity.is_admin());
  if (!may_use_it) throw NovaRefusal(400, "Can not find requested image");
  if (image->status != "active") throw NovaRefusal(400, fmt::format("Image {} is not active.", image->id));
  if (details.key_name) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (keypairs_[call.identity.user_id].count(*details.key_name) == 0) {
      throw NovaRefusal(400, "Invalid key_name provided.");
    }
  }

  details.group_id = hinted_group(call, body, static_cast<std::size_t>(count));
  details.image_id = image->id;
  details.user_id = call.identity.user_id;
  details.project_id = call.identity.project_id;
  details.admin_password = fields.text("adminPass", 255).value_or(random_hex(12));
  details.reservation_id = "r-" + random_hex(8);
  details.create_request_id = call.request_id;
  Json first;
  for (std::int64_t number = 1; number <= count; ++number) {
    ServerDetails made = details;
    if (count > 1) made.name = fmt::format("{}-{}", details.name, number);
    InstanceSpec spec;
    spec.name = made.name;
    spec.disk_mib = flavor.disk_gib * mib_per_gib;
    spec.image_properties = flow_properties(*image);
    made.instance = cloud_.create_instance(std::move(spec));
    made.id = instance_uuid_text(made.instance, 0);
    made.created_us =
        cloud_.look([&made](const Cloud::Inside& inside) { return inside.scenario.instances[made.instance].at_us; });
    if (first.is_null()) {
      first = {{"id", made.id},
               {"links", server_links_json(host_url(call.request), made.id)},
               {"OS-DCF:diskConfig", made.disk_config},
               {"security_groups", Json::array({{{"name", "default"}}})},
               {"adminPass", made.admin_password}};
      call.response.set_header("Location", host_url(call.request) + "/compute/v2.1/servers/" + made.id);
    }
    servers_.add(std::move(made));
  }
  if (fields.boolean("return_reservation_id", false)) {
    return answer_json(call.response, 202, {{"reservation_id", details.reservation_id}});
  }
  answer_json(call.response, 202, {{"server", std::move(first)}});
}

}  // namespace snapsim
