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

void ComputeFront::list_addresses(ComputeCall& call) {
  const Json shown = server_detail_json(viewer(call, true), server_of_path(call));
  answer_json(call.response, 200, {{"addresses", shown.at("addresses")}});
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
