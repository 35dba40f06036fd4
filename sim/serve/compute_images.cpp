#include <algorithm>
#include <array>
#include <cstring>
#include <httplib.h>

#include <fmt/format.h>

#include "sim/serve/compute_fields.hpp"
#include "sim/serve/compute_front.hpp"

// nova/api/openstack/compute: images.py and image_metadata.py, until 2.35 a proxy of Glance's own API, which is asked
// with the token of whoever asks Nova.

namespace snapsim {
namespace {

/// MAX_PROXY_API_VERSION and MAX_IMAGE_META_PROXY_API_VERSION.
constexpr int image_proxy_minor_end = 36;
constexpr int image_metadata_proxy_minor_end = 39;
/// [quota]metadata_items.
constexpr std::size_t proxied_metadata_max = 128;

/// The members of Glance's image that are no properties (image/glance.py, _extract_attributes).
constexpr std::array<std::string_view, 22> image_attributes{
    "id",    "name",         "status",      "visibility",   "protected",  "checksum",      "owner",
    "size",  "virtual_size", "min_ram",     "min_disk",     "created_at", "updated_at",    "container_format",
    "tags",  "self",         "disk_format", "os_hash_algo", "os_hidden",  "os_hash_value", "file",
    "schema"};

/// A query's filter as Nova names it, and as Glance does (SUPPORTED_FILTERS).
struct ImageFilter {
  std::string_view nova;
  std::string_view glance;
};
constexpr std::array<ImageFilter, 7> image_filters{{
    {"name", "name"},
    {"status", "status"},
    {"changes-since", "updated_at"},
    {"server", "instance_uuid"},
    {"type", "image_type"},
    {"minRam", "min_ram"},
    {"minDisk", "min_disk"},
}};

/// Text as the body of a request.
class HeldBody final : public RequestBody {
 public:
  explicit HeldBody(std::string text) : text_(std::move(text)) {}
  std::size_t size() const { return text_.size(); }
  BodyEnd stream(BodySink& sink) override {
    for (std::size_t at = 0; at < text_.size();) {
      const std::span<std::byte> room = sink.buffer();
      const std::size_t count = std::min(room.size(), text_.size() - at);
      std::memcpy(room.data(), text_.data() + at, count);
      if (!sink.accept(count)) return BodyEnd::refused;
      at += count;
    }
    return BodyEnd::complete;
  }
  std::string complaint() const override { return {}; }

 private:
  std::string text_;
};

/// Before the version in which Nova gave it up. As a method that is not there, it is refused without a reason.
void require_proxy(const ComputeCall& call, int minor_end) {
  if (call.version.has(minor_end)) throw NovaRefusal(404, "The resource could not be found.");
}

/// views/images.py
std::string_view proxied_status(std::string_view status) {
  if (status == "active") return "ACTIVE";
  if (status == "queued" || status == "saving") return "SAVING";
  if (status == "deleted" || status == "pending_delete") return "DELETED";
  return status == "killed" ? "ERROR" : "UNKNOWN";
}

int proxied_progress(std::string_view status) {
  if (status == "active") return 100;
  if (status == "saving") return 50;
  return status == "queued" ? 25 : 0;
}

Json properties_of(const Json& image) {
  Json properties = Json::object();
  for (const auto& [name, value] : image.items()) {
    if (std::find(image_attributes.begin(), image_attributes.end(), name) == image_attributes.end()) {
      properties[name] = value;
    }
  }
  return properties;
}

Json proxied_basic_json(const std::string& url, const Json& image) {
  const std::string id = image.at("id").get<std::string>();
  const Json self{{"rel", "self"}, {"href", url + "/compute/v2.1/images/" + id}};
  const Json bookmark{{"rel", "bookmark"}, {"href", url + "/compute/images/" + id}};
  const Json alternate{
      {"rel", "alternate"}, {"type", "application/vnd.openstack.image"}, {"href", url + "/image/images/" + id}};
  return {{"id", id}, {"name", image.value("name", Json())}, {"links", Json::array({self, bookmark, alternate})}};
}

Json proxied_detail_json(const std::string& url, const Json& image) {
  Json json = proxied_basic_json(url, image);
  const std::string status = image.at("status").get<std::string>();
  const Json& size = image.at("size");
  json["minRam"] = image.at("min_ram");
  json["minDisk"] = image.at("min_disk");
  json["metadata"] = properties_of(image);
  json["created"] = image.at("created_at");
  json["updated"] = image.at("updated_at");
  json["status"] = proxied_status(status);
  json["progress"] = proxied_progress(status);
  json["OS-EXT-IMG-SIZE:size"] = size.is_null() ? Json(0) : size;
  const auto instance = image.find("instance_uuid");
  if (instance != image.end() && instance->is_string()) {
    const std::string id = instance->get<std::string>();
    json["server"] = {{"id", id}, {"links", server_links_json(url, id)}};
  }
  return json;
}

/// images.py, _get_filters: the query that Glance gets. Filters that Nova does not know are left out.
std::string glance_query(const httplib::Request& request) {
  std::string query;
  const auto add = [&query](std::string_view key, const std::string& value) {
    query += (query.empty() ? "" : "&") + quoted_plus(key) + "=" + quoted_plus(value);
  };
  for (const auto& [key, value] : request.params) {
    if (key == "limit" || key == "marker") add(key, value);
    if (key.starts_with("property-")) add(key.substr(std::strlen("property-")), value);
    for (const ImageFilter& filter : image_filters) {
      if (filter.nova != key) continue;
      std::string wanted = value;
      if (key == "status") std::transform(wanted.begin(), wanted.end(), wanted.begin(), ::tolower);
      if (key == "server") wanted = wanted.substr(wanted.rfind('/') + 1);
      if (key == "changes-since") wanted = "gte:" + wanted;
      add(filter.glance, wanted);
    }
  }
  return query;
}

/// What Glance says of a request that it refuses.
std::string glance_message(const ApiResponse& answer) {
  const Json body = Json::parse(answer.body, nullptr, false);
  if (body.is_object() && body.contains("message")) return body.at("message").get<std::string>();
  return fmt::format("HTTP {}", answer.status);
}

std::string metadata_key_of_path(const ComputeCall& call, const Json& properties) {
  const std::string key = call.request.matches[2];
  if (!properties.contains(key)) throw NovaRefusal(404, "Metadata item was not found");
  return key;
}

Json metadata_in_body(const ComputeCall& call, const char* under) {
  const Json body = call.body();
  const RequestFields fields(body, "");
  fields.allow_only({under});
  if (!fields.has(under)) RequestFields::refuse("", body, fmt::format("'{}' is a required property", under));
  return fields.metadata(under);
}

}  // namespace

ApiResponse ComputeFront::ask_glance(const ComputeCall& call, const std::string& method, const std::string& path,
                                     const std::string& query, const Json& body) {
  HeldBody held(body.is_null() ? "" : body.dump());
  ApiRequest request;
  request.method = method;
  request.path = path;
  request.query = query;
  request.base_url = host_url(call.request) + "/image";
  request.token = call.request.get_header_value("X-Auth-Token");
  request.request_id = call.request_id;
  request.accept = "application/json";
  if (!body.is_null()) {
    request.content_type = "application/openstack-images-v2.1-json-patch";
    request.content_length = held.size();
    request.body = &held;
  }
  return glance_.answer(request);
}

/// The image that the path names, as Glance shows it. Throws NovaRefusal (404).
Json ComputeFront::glance_image(const ComputeCall& call) {
  const std::string id = call.request.matches[1];
  const ApiResponse answer = ask_glance(call, "GET", "/v2/images/" + quoted_plus(id));
  if (answer.status != 200) throw NovaRefusal(404, "Image not found.");
  return Json::parse(answer.body);
}

void ComputeFront::list_images(ComputeCall& call) {
  list_images_as(call, false);
}

void ComputeFront::list_image_details(ComputeCall& call) {
  list_images_as(call, true);
}

void ComputeFront::list_images_as(ComputeCall& call, bool has_details) {
  require_proxy(call, image_proxy_minor_end);
  const ApiResponse answer = ask_glance(call, "GET", "/v2/images", glance_query(call.request));
  if (answer.status != 200) throw NovaRefusal(400, glance_message(answer));
  const std::string url = host_url(call.request);
  const Json found = Json::parse(answer.body);
  Json images = Json::array();
  for (const Json& image : found.at("images")) {
    images.push_back(has_details ? proxied_detail_json(url, image) : proxied_basic_json(url, image));
  }
  Json body{{"images", std::move(images)}};
  if (found.contains("next")) {
    std::string query;
    for (const auto& [key, value] : call.request.params) {
      if (key != "marker") query += quoted_plus(key) + "=" + quoted_plus(value) + "&";
    }
    const Json next{{"rel", "next"},
                    {"href", fmt::format("{}{}?{}marker={}", url, call.request.path, query,
                                         body.at("images").back().at("id").get<std::string>())}};
    body["images_links"] = Json::array({next});
  }
  answer_json(call.response, 200, body);
}

void ComputeFront::show_image(ComputeCall& call) {
  require_proxy(call, image_proxy_minor_end);
  answer_json(call.response, 200, {{"image", proxied_detail_json(host_url(call.request), glance_image(call))}});
}

void ComputeFront::delete_image(ComputeCall& call) {
  require_proxy(call, image_proxy_minor_end);
  const std::string id = call.request.matches[1];
  const ApiResponse answer = ask_glance(call, "DELETE", "/v2/images/" + quoted_plus(id));
  if (answer.status == 403) throw NovaRefusal(403, "You are not allowed to delete the image.");
  if (answer.status != 204) throw NovaRefusal(404, "Image not found.");
  call.response.status = 204;
}

/// Puts the metadata into the image: beside what is there, or in its place.
void ComputeFront::change_image_metadata(const ComputeCall& call, const Json& image, const Json& metadata,
                                         bool is_whole) {
  if (metadata.size() > proxied_metadata_max) throw NovaRefusal(403, "Image metadata limit exceeded");
  const auto path_of = [](const std::string& key) { return "/" + key; };  // Nova lets no key have a '/' or '~'
  Json patch = Json::array();
  for (const auto& [key, value] : metadata.items()) {
    patch.push_back({{"op", "add"}, {"path", path_of(key)}, {"value", value}});
  }
  if (is_whole) {
    const Json before = properties_of(image);
    for (const auto& [key, value] : before.items()) {
      if (!metadata.contains(key)) patch.push_back({{"op", "remove"}, {"path", path_of(key)}});
    }
  }
  const ApiResponse answer = ask_glance(call, "PATCH", "/v2/images/" + image.at("id").get<std::string>(), "", patch);
  if (answer.status == 200) return;
  throw NovaRefusal(answer.status == 404 ? 404 : answer.status == 403 ? 403 : 400, glance_message(answer));
}

void ComputeFront::list_image_metadata(ComputeCall& call) {
  require_proxy(call, image_metadata_proxy_minor_end);
  answer_json(call.response, 200, {{"metadata", properties_of(glance_image(call))}});
}

void ComputeFront::add_image_metadata(ComputeCall& call) {
  require_proxy(call, image_metadata_proxy_minor_end);
  const Json image = glance_image(call);
  Json metadata = properties_of(image);
  metadata.update(metadata_in_body(call, "metadata"));
  change_image_metadata(call, image, metadata, false);
  answer_json(call.response, 200, {{"metadata", metadata}});
}

void ComputeFront::replace_image_metadata(ComputeCall& call) {
  require_proxy(call, image_metadata_proxy_minor_end);
  const Json metadata = metadata_in_body(call, "metadata");
  change_image_metadata(call, glance_image(call), metadata, true);
  answer_json(call.response, 200, {{"metadata", metadata}});
}

void ComputeFront::show_image_metadata_item(ComputeCall& call) {
  require_proxy(call, image_metadata_proxy_minor_end);
  const Json properties = properties_of(glance_image(call));
  const std::string key = metadata_key_of_path(call, properties);
  answer_json(call.response, 200, {{"meta", {{key, properties.at(key)}}}});
}

void ComputeFront::set_image_metadata_item(ComputeCall& call) {
  require_proxy(call, image_metadata_proxy_minor_end);
  const Json meta = metadata_in_body(call, "meta");
  const std::string key = call.request.matches[2];
  if (meta.size() != 1 || !meta.contains(key)) throw NovaRefusal(400, "Request body and URI mismatch");
  const Json image = glance_image(call);
  Json metadata = properties_of(image);
  metadata.update(meta);
  change_image_metadata(call, image, metadata, false);
  answer_json(call.response, 200, {{"meta", meta}});
}

void ComputeFront::delete_image_metadata_item(ComputeCall& call) {
  require_proxy(call, image_metadata_proxy_minor_end);
  const Json image = glance_image(call);
  Json metadata = properties_of(image);
  metadata.erase(metadata_key_of_path(call, metadata));
  change_image_metadata(call, image, metadata, true);
  call.response.status = 204;
}

}  // namespace snapsim
