#include "sim/serve/compute_front.hpp"

#include <httplib.h>

#include <fmt/format.h>

#include "sim/serve/compute_fields.hpp"
#include "sim/serve/compute_router.hpp"

namespace snapsim {
namespace {

constexpr const char* unexpected_error =
    "Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/ and attach the Nova API log if "
    "possible.\n";

void set_version_headers(httplib::Response& response, Microversion version) {
  response.set_header("OpenStack-API-Version", "compute " + version.text());
  response.set_header("X-OpenStack-Nova-API-Version", version.text());
  response.set_header("Vary", "OpenStack-API-Version, X-OpenStack-Nova-API-Version");
}

/// keystonemiddleware's own answer, which is not Nova's.
void refuse_token(const httplib::Request& request, httplib::Response& response) {
  answer_error(response, "identity", 401, "The request you have made requires authentication.");
  response.set_header("WWW-Authenticate", fmt::format("Keystone uri=\"{}/identity\"", host_url(request)));
}

/// What Keystone says of the request's token; none: it has been answered.
std::optional<Identity> authenticated(TokenValidator& tokens, const httplib::Request& request,
                                      httplib::Response& response) {
  try {
    std::optional<Identity> identity = tokens.validate(request.get_header_value("X-Auth-Token"));
    if (!identity || identity->project_id.empty()) {
      refuse_token(request, response);
      return std::nullopt;
    }
    return identity;
  } catch (const std::runtime_error& error) {
    answer_error(response, "image", 503,
                 fmt::format("The Keystone service is temporarily unavailable: {}", error.what()));
    return std::nullopt;
  }
}

/// A version of the API: v2.1 with its microversions, or v2.0, which is v2.1 without any.
Json compute_version_json(const std::string& url, bool has_microversions) {
  const Json self{{"rel", "self"}, {"href", url + (has_microversions ? "/compute/v2.1/" : "/compute/v2/")}};
  return {{"id", has_microversions ? "v2.1" : "v2.0"},
          {"status", has_microversions ? "CURRENT" : "SUPPORTED"},
          {"version", has_microversions ? fmt::format("2.{}", Microversion::minor_max) : ""},
          {"min_version", has_microversions ? fmt::format("2.{}", Microversion::minor_min) : ""},
          {"updated", has_microversions ? "2013-07-23T11:33:21Z" : "2011-01-21T11:33:21Z"},
          {"links", Json::array({self})}};
}

void show_version(const httplib::Request& request, httplib::Response& response) {
  const bool has_microversions = request.path.find("/v2.1") != std::string::npos;
  Json version = compute_version_json(host_url(request), has_microversions);
  const char* const type = has_microversions ? "application/vnd.openstack.compute+json;version=2.1"
                                             : "application/vnd.openstack.compute+json;version=2";
  version["media-types"] = Json::array({Json{{"base", "application/json"}, {"type", type}}});
  answer_json(response, 200, {{"version", std::move(version)}});
}

/// nova/api/openstack/__init__.py, LegacyV2CompatibleWrapper: below v2.0 no version is asked for or told.
bool is_legacy(const httplib::Request& request) {
  return place_of(request.path).path.starts_with("/v2/");
}

}  // namespace

Json ComputeCall::body() const {
  Json parsed = Json::parse(request.body, nullptr, false);
  if (parsed.is_discarded())
    throw NovaRefusal(400,
                      "The server could not comply with the request since it is either "
                      "malformed or otherwise incorrect.");
  if (!parsed.is_object()) throw NovaRefusal(400, "Malformed request body");
  return parsed;
}

Json ComputeCall::body_object(const char* key) const {
  const Json parsed = body();
  const Json& wanted = RequestFields(parsed, "").required(key);
  if (!wanted.is_object()) RequestFields::refuse_type(key, wanted, "object");
  return wanted;
}

void ComputeCall::require_admin(const char* policy) const {
  if (identity.is_admin()) return;
  throw NovaRefusal(403, fmt::format("Policy doesn't allow {} to be performed.", policy));
}

void ComputeFront::reset() {
  servers_.clear();
  groups_.clear();
}

void ComputeFront::mount(httplib::Server& server, const std::string& prefix) {
  server.Get(prefix + "/?", show_versions);
  server.Get(prefix + "/v2(?:\\.1)?/?", show_version);
  // Older clients put the project's id between version and path.
  Router router{*this, server, prefix + "/v2(?:\\.1)?(?:/[0-9a-f]{32})?"};
  mount_servers(router);
  mount_images(router);
  mount_rest(router);
}

void ComputeFront::show_versions(const httplib::Request& request, httplib::Response& response) {
  const std::string url = host_url(request);
  const Json versions = Json::array({compute_version_json(url, false), compute_version_json(url, true)});
  answer_json(response, 200, {{"versions", versions}});
}

void ComputeFront::mount_servers(Router& router) {
  using Front = ComputeFront;
  const std::string server = "/servers/([^/]+)";
  router.get("/servers/?", &Front::list_servers);
  router.post("/servers/?", &Front::create_server);
  router.get("/servers/detail/?", &Front::list_server_details);
  router.get(server, &Front::show_server);
  router.put(server, &Front::update_server);
  router.del(server, &Front::delete_server);
  router.post(server + "/action", &Front::act);
  router.get(server + "/metadata", &Front::list_metadata);
  router.post(server + "/metadata", &Front::change_metadata);
  router.put(server + "/metadata", &Front::change_metadata);
  router.get(server + "/metadata/([^/]+)", &Front::show_metadata_item);
  router.put(server + "/metadata/([^/]+)", &Front::set_metadata_item);
  router.del(server + "/metadata/([^/]+)", &Front::delete_metadata_item);
  router.get(server + "/tags", &Front::list_tags);
  router.put(server + "/tags", &Front::replace_tags);
  router.del(server + "/tags", &Front::delete_tags);
  router.get(server + "/tags/([^/]+)", &Front::show_tag);
  router.put(server + "/tags/([^/]+)", &Front::add_tag);
  router.del(server + "/tags/([^/]+)", &Front::delete_tag);
  router.get(server + "/ips", &Front::list_addresses);
  router.get(server + "/ips/([^/]+)", &Front::list_addresses_of_network);
  router.get(server + "/os-server-password", &Front::show_password);
  router.del(server + "/os-server-password", &Front::clear_password);
  router.get(server + "/os-security-groups", &Front::list_security_groups_of_server);
  router.get(server + "/(os-interface|os-volume_attachments)", &Front::list_nothing);
  router.get(server + "/os-instance-actions", &Front::list_actions);
  router.get(server + "/os-instance-actions/([^/]+)", &Front::show_action);
}

void ComputeFront::mount_images(Router& router) {
  using Front = ComputeFront;
  const std::string image = "/images/([^/]+)";
  router.get("/images/?", &Front::list_images);
  router.get("/images/detail/?", &Front::list_image_details);
  router.get(image, &Front::show_image);
  router.del(image, &Front::delete_image);
  router.get(image + "/metadata", &Front::list_image_metadata);
  router.post(image + "/metadata", &Front::add_image_metadata);
  router.put(image + "/metadata", &Front::replace_image_metadata);
  router.get(image + "/metadata/([^/]+)", &Front::show_image_metadata_item);
  router.put(image + "/metadata/([^/]+)", &Front::set_image_metadata_item);
  router.del(image + "/metadata/([^/]+)", &Front::delete_image_metadata_item);
}

void ComputeFront::mount_rest(Router& router) {
  using Front = ComputeFront;
  router.get("/flavors/?", &Front::list_flavors);
  router.get("/flavors/detail", &Front::list_flavor_details);
  router.get("/flavors/([^/]+)", &Front::show_flavor);
  router.get("/flavors/([^/]+)/os-extra_specs", &Front::show_flavor_specs);
  router.get("/limits", &Front::show_limits);
  router.get("/os-availability-zone(?:/detail)?", &Front::list_availability_zones);
  router.get("/extensions", &Front::list_extensions);
  router.get("/os-security-groups", &Front::list_security_groups);
  router.get("/os-quota-sets/([^/]+)(?:/(?:defaults|detail))?", &Front::show_quota_set);
  router.get("/os-services", &Front::list_services);
  router.get("/os-hypervisors(?:/detail)?", &Front::list_hypervisors);
  router.get("/os-server-groups", &Front::list_server_groups);
  router.post("/os-server-groups", &Front::create_server_group);
  router.get("/os-server-groups/([^/]+)", &Front::show_server_group);
  router.del("/os-server-groups/([^/]+)", &Front::delete_server_group);
  router.get("/os-keypairs", &Front::list_keypairs);
  router.post("/os-keypairs", &Front::create_keypair);
  router.get("/os-keypairs/([^/]+)", &Front::show_keypair);
  router.del("/os-keypairs/([^/]+)", &Front::delete_keypair);
}

/// The way of every request, in the order of nova-api's pipeline: request id, token, version, controller.
void ComputeFront::handle(const httplib::Request& request, httplib::Response& response, Method method) {
  const bool is_up = cloud_.look([](const Cloud::Inside& inside) { return inside.history.is_api_up(); });
  if (!is_up) return drop_connection();
  ComputeCall call{request, response, {}, {}, random_request_id()};
  std::optional<Identity> identity = authenticated(tokens_, request, response);
  try {
    if (identity) {
      call.identity = *std::move(identity);
      if (!is_legacy(request)) {
        call.version = negotiated_microversion(request.get_header_value("OpenStack-API-Version"),
                                               request.get_header_value("X-OpenStack-Nova-API-Version"));
        set_version_headers(response, call.version);
      }
      (this->*method)(call);
    }
  } catch (const MicroversionError& error) {
    set_version_headers(response, call.version);
    answer_error(response, "compute", error.status, error.what());
  } catch (const NovaRefusal& refusal) {
    answer_error(response, "compute", refusal.status, refusal.what());
  } catch (const SessionFull& full) {
    answer_error(response, "compute", 403, std::string("Quota exceeded: ") + full.what());
  } catch (const std::exception& error) {
    answer_error(response, "compute", 500, std::string(unexpected_error) + "<class '" + error.what() + "'>");
  }
  response.set_header("X-Openstack-Request-Id", call.request_id);
  response.set_header("x-compute-request-id", call.request_id);
}

ServerViewer ComputeFront::viewer(const ComputeCall& call, bool is_show) const {
  return {cloud_, host_url(call.request), call.version, call.identity.is_admin(), is_show};
}

ServerViewer ComputeFront::change_viewer(const ComputeCall& call) const {
  ServerViewer shown = viewer(call, true);
  shown.is_brief = !call.version.has(75);
  return shown;
}

Server ComputeFront::server_of_path(const ComputeCall& call) {
  return visible_server(call, call.request.matches[1]);
}

/// The server, which a caller of another project is not told of. Throws NovaRefusal (404).
Server ComputeFront::visible_server(const ComputeCall& call, const std::string& id, bool is_deleted_too) {
  std::optional<Server> server = servers_.find(id);
  const bool is_visible = server && (is_deleted_too || !server->state.is_deleted) &&
                          (call.identity.is_admin() || server->details.project_id == call.identity.project_id);
  if (!is_visible) throw NovaRefusal(404, fmt::format("Instance {} could not be found.", id));
  images_.wait_for_bytes({server->details.instance});
  return *std::move(server);
}

}  // namespace snapsim
