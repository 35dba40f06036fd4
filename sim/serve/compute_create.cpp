#include <algorithm>
#include <httplib.h>

#include <fmt/format.h>

#include "fake_glance/http/python_text.hpp"
#include "sim/report/names.hpp"
#include "sim/serve/compute_fields.hpp"
#include "sim/serve/compute_front.hpp"
#include "sim/serve/create_checks.hpp"

// nova/api/openstack/compute/servers.py, create(). There is no scheduler: the server is there, and active, at once.

namespace snapsim {
namespace {

constexpr std::int64_t mib_per_gib = 1024;
/// [quota]instances would be ten; a session holds so many.
constexpr std::int64_t servers_at_once_max = 100;

const Flavor& requested_flavor(const RequestFields& server) {
  const Json& wanted = server.required("flavorRef");
  if (!wanted.is_string() && !wanted.is_number_integer()) {
    RequestFields::refuse_type("flavorRef", wanted, "string', 'integer");
  }
  std::string reference = wanted.is_string() ? wanted.get<std::string>() : wanted.dump();
  if (reference.empty()) RequestFields::refuse("flavorRef", wanted, "'' is too short");
  reference = reference.substr(reference.rfind('/') + 1);
  const Flavor* const flavor = flavor_of(reference);
  if (flavor == nullptr) throw NovaRefusal(400, fmt::format("Flavor {} could not be found.", reference));
  return *flavor;
}

/// "imageRef": empty where it is not said.
std::string requested_image(const RequestFields& server) {
  if (!server.has("imageRef")) return {};
  const Json& wanted = server.at("imageRef");
  const bool is_id = wanted.is_string() && (wanted == "" || is_uuid_like(wanted.get<std::string>()));
  if (!is_id) {
    RequestFields::refuse("imageRef", wanted, python_repr(wanted) + " is not valid under any of the given schemas");
  }
  return wanted.get<std::string>();
}

/// How many servers: `max_count`, which is what Nova makes of them where there is room.
std::int64_t requested_count(const RequestFields& server) {
  const std::int64_t min = server.number("min_count", 1, 1);
  const std::int64_t max = server.number("max_count", 1, min);
  if (min > max) throw NovaRefusal(400, "min_count must be <= max_count");
  if (max > servers_at_once_max) throw NovaRefusal(403, "Quota exceeded for instances: Requested more than 100");
  return max;
}

void check_flavor_for_image(const Flavor& flavor, const DirectoryImage& image) {
  if (image.status != "active") throw NovaRefusal(400, fmt::format("Image {} is not active.", image.id));
  if (flavor.ram_mib < image.min_ram_mib) {
    throw NovaRefusal(400, "Flavor's memory is too small for requested image.");
  }
  constexpr std::int64_t bytes_per_gib = 1024 * 1024 * 1024;
  if (flavor.disk_gib < image.min_disk_gib) {
    throw NovaRefusal(400, fmt::format("Flavor's disk is smaller than the minimum size specified in image metadata. "
                                       "Flavor disk is {} bytes, minimum size is {} bytes.",
                                       flavor.disk_gib * bytes_per_gib, image.min_disk_gib * bytes_per_gib));
  }
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

void ComputeFront::check_key_name(const ComputeCall& call, const std::optional<std::string>& key_name) {
  if (!key_name) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (keypairs_[call.identity.user_id].count(*key_name) == 0) throw NovaRefusal(400, "Invalid key_name provided.");
}

void ComputeFront::create_server(ComputeCall& call) {
  const Json body = call.body();
  const Json wanted = call.body_object("server");
  check_create_keys(body, call.version);
  const RequestFields fields(wanted, "server");
  ServerDetails details;
  details.name = fields.name("name");
  details.metadata = fields.metadata("metadata");
  check_metadata_quota(details.metadata);
  details.key_name = fields.optional_name("key_name");
  details.user_data = fields.base64("user_data", 65'535);
  details.has_config_drive = fields.boolean("config_drive", false);
  details.disk_config = fields.choice("OS-DCF:diskConfig", Json::array({"AUTO", "MANUAL"})).value_or("MANUAL");
  details.access_ipv4 = fields.address("accessIPv4", IpFamily::ipv4).value_or("");
  details.access_ipv6 = fields.address("accessIPv6", IpFamily::ipv6).value_or("");
  if (call.version.has(19)) details.description = fields.text("description", 255);
  details.tags = fields.tags("tags");
  details.hostname = fields.hostname("hostname").value_or(hostname_from(details.name));
  details.has_network = has_network(fields, call.version);
  check_personality(fields);
  if (const std::optional<std::string> zone = fields.optional_name("availability_zone")) {
    const auto hosts = cloud_.look([](const Cloud::Inside& inside) { return inside.scenario.hosts; });
    check_availability_zone(*zone, hosts, call.identity.is_admin());
  }
  const std::int64_t count = requested_count(fields);
  const std::string image_id = requested_image(fields);
  const Flavor& flavor = requested_flavor(fields);
  details.flavor_id = flavor.id;
  check_block_devices(fields, image_id);
  const std::optional<DirectoryImage> image = images_.find(image_id);
  const bool may_use_it =
      image && (image->owner.empty() || image->owner == call.identity.project_id || call.identity.is_admin());
  if (!may_use_it) throw NovaRefusal(400, "Can not find requested image");
  check_flavor_for_image(flavor, *image);
  check_security_groups(fields);
  check_key_name(call, details.key_name);

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
