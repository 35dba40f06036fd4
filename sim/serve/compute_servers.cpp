#include <httplib.h>

#include <fmt/format.h>

#include "sim/serve/compute_fields.hpp"
#include "sim/serve/compute_front.hpp"

// nova/api/openstack/compute/servers.py: what reads and changes a server without a flow, and its deletion.

namespace snapsim {

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
  const std::optional<std::string> hostname = fields.hostname("hostname");
  const std::optional<std::string> access_ipv4 = fields.address("accessIPv4", IpFamily::ipv4);
  const std::optional<std::string> access_ipv6 = fields.address("accessIPv6", IpFamily::ipv6);
  const std::optional<std::string> disk_config = fields.choice("OS-DCF:diskConfig", Json::array({"AUTO", "MANUAL"}));
  servers_.change(server.details.id, [&](ServerDetails& details) {
    if (name) details.name = *name;
    if (fields.has("description")) details.description = description;
    if (hostname) details.hostname = *hostname;
    if (access_ipv4) details.access_ipv4 = *access_ipv4;
    if (access_ipv6) details.access_ipv6 = *access_ipv6;
    if (disk_config) details.disk_config = *disk_config;
  });
  answer_json(call.response, 200, {{"server", server_detail_json(change_viewer(call), server_of_path(call))}});
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
