#include <algorithm>
#include <httplib.h>

#include <fmt/format.h>

#include "sim/serve/compute_fields.hpp"
#include "sim/serve/compute_front.hpp"

// nova/api/openstack/compute: server_metadata.py, server_tags.py, ips.py, and lists of a server that are always empty.

namespace snapsim {
namespace {

std::map<std::string, std::string> requested_metadata(const ComputeCall& call) {
  const Json body = call.body();
  const RequestFields fields(body, "");
  fields.allow_only({"metadata"});
  if (!fields.has("metadata")) RequestFields::refuse("", body, "'metadata' is a required property");
  return fields.metadata("metadata");
}

/// The tag that the path names, which the server has. Throws NovaRefusal (404).
std::string tag_of_path(const ComputeCall& call, const ServerDetails& details) {
  std::string tag = call.request.matches[2];
  if (std::find(details.tags.begin(), details.tags.end(), tag) == details.tags.end()) {
    throw NovaRefusal(404, fmt::format("Server {} has no tag '{}'", details.id, tag));
  }
  return tag;
}

}  // namespace

void ComputeFront::list_metadata(ComputeCall& call) {
  answer_json(call.response, 200, {{"metadata", server_of_path(call).details.metadata}});
}

/// POST adds, PUT replaces.
void ComputeFront::change_metadata(ComputeCall& call) {
  ServerDetails details = server_of_path(call).details;
  if (call.request.method == "PUT") details.metadata.clear();
  for (auto& [key, value] : requested_metadata(call)) details.metadata[key] = value;
  check_metadata_quota(details.metadata);
  servers_.change(details.id, [&details](ServerDetails& kept) { kept.metadata = details.metadata; });
  answer_json(call.response, 200, {{"metadata", details.metadata}});
}

void ComputeFront::show_metadata_item(ComputeCall& call) {
  const ServerDetails details = server_of_path(call).details;
  const auto found = details.metadata.find(call.request.matches[2]);
  if (found == details.metadata.end()) throw NovaRefusal(404, "Metadata item was not found");
  answer_json(call.response, 200, {{"meta", {{found->first, found->second}}}});
}

void ComputeFront::set_metadata_item(ComputeCall& call) {
  ServerDetails details = server_of_path(call).details;
  const Json body = call.body();
  const std::map<std::string, std::string> meta = RequestFields(body, "").metadata("meta");
  const std::string key = call.request.matches[2];
  if (meta.size() != 1 || meta.begin()->first != key) {
    throw NovaRefusal(400, "Request body and URI mismatch");
  }
  details.metadata[key] = meta.begin()->second;
  check_metadata_quota(details.metadata);
  servers_.change(details.id, [&details](ServerDetails& kept) { kept.metadata = details.metadata; });
  answer_json(call.response, 200, {{"meta", meta}});
}

void ComputeFront::delete_metadata_item(ComputeCall& call) {
  const ServerDetails details = server_of_path(call).details;
  const std::string key = call.request.matches[2];
  if (details.metadata.count(key) == 0) throw NovaRefusal(404, "Metadata item was not found");
  servers_.change(details.id, [&key](ServerDetails& kept) { kept.metadata.erase(key); });
  call.response.status = 204;
}

void ComputeFront::list_tags(ComputeCall& call) {
  answer_json(call.response, 200, {{"tags", server_of_path(call).details.tags}});
}

void ComputeFront::replace_tags(ComputeCall& call) {
  const ServerDetails details = server_of_path(call).details;
  const Json body = call.body();
  const RequestFields fields(body, "");
  fields.allow_only({"tags"});
  fields.required("tags");
  const std::vector<std::string> wanted = fields.tags("tags");
  servers_.change(details.id, [&wanted](ServerDetails& kept) { kept.tags = wanted; });
  answer_json(call.response, 200, {{"tags", wanted}});
}

void ComputeFront::delete_tags(ComputeCall& call) {
  servers_.change(server_of_path(call).details.id, [](ServerDetails& kept) { kept.tags.clear(); });
  call.response.status = 204;
}

void ComputeFront::show_tag(ComputeCall& call) {
  tag_of_path(call, server_of_path(call).details);
  call.response.status = 204;
}

void ComputeFront::delete_tag(ComputeCall& call) {
  const ServerDetails details = server_of_path(call).details;
  const std::string tag = tag_of_path(call, details);
  servers_.change(details.id, [&tag](ServerDetails& kept) { std::erase(kept.tags, tag); });
  call.response.status = 204;
}

/// 201 where the server had no such tag.
void ComputeFront::add_tag(ComputeCall& call) {
  const ServerDetails details = server_of_path(call).details;
  const std::string tag = call.request.matches[2];
  check_tag("tag", Json(tag));
  const bool is_there = std::find(details.tags.begin(), details.tags.end(), tag) != details.tags.end();
  if (!is_there && details.tags.size() >= server_tags_max) {
    throw NovaRefusal(400, fmt::format("The number of tags exceeded the per-server limit {}", server_tags_max));
  }
  if (!is_there) servers_.change(details.id, [&tag](ServerDetails& kept) { kept.tags.push_back(tag); });
  call.response.status = is_there ? 204 : 201;
  call.response.set_header("Location",
                           fmt::format("{}/compute/v2.1/servers/{}/tags/{}", host_url(call.request), details.id, tag));
}

void ComputeFront::list_addresses(ComputeCall& call) {
  ServerViewer brief = viewer(call, true);
  brief.is_brief = true;
  const Json shown = server_detail_json(brief, server_of_path(call));
  answer_json(call.response, 200, {{"addresses", shown.at("addresses")}});
}

void ComputeFront::list_addresses_of_network(ComputeCall& call) {
  const std::string network = call.request.matches[2];
  ServerViewer brief = viewer(call, true);
  brief.is_brief = true;
  const Json shown = server_detail_json(brief, server_of_path(call)).at("addresses");
  if (!shown.contains(network)) throw NovaRefusal(404, "Instance is not a member of specified network");
  answer_json(call.response, 200, {{network, shown.at(network)}});
}

/// What a guest would have told of its password, encrypted: nothing.
void ComputeFront::show_password(ComputeCall& call) {
  server_of_path(call);
  answer_json(call.response, 200, {{"password", ""}});
}

void ComputeFront::clear_password(ComputeCall& call) {
  server_of_path(call);
  call.response.status = 204;
}

void ComputeFront::list_security_groups_of_server(ComputeCall& call) {
  server_of_path(call);
  list_security_groups(call);
}

/// Interfaces and volumes: nothing is attached to any server here.
void ComputeFront::list_nothing(ComputeCall& call) {
  server_of_path(call);
  const bool is_of_interfaces = call.request.matches[2] == "os-interface";
  answer_json(call.response, 200, {{is_of_interfaces ? "interfaceAttachments" : "volumeAttachments", Json::array()}});
}

}  // namespace snapsim
