#include "fake_glance/http/images_api.hpp"

#include <algorithm>
#include <array>

#include "fake_glance/http/refusal.hpp"

namespace snapsim {
namespace {

/// api/middleware/version_negotiation.py, without multiple stores and without a cache.
constexpr std::array<std::string_view, 11> version_names{"v2",   "v2.0", "v2.1", "v2.2", "v2.3", "v2.4",
                                                         "v2.5", "v2.6", "v2.7", "v2.9", "v2.15"};
constexpr std::array<std::string_view, 10> shown_versions{"v2.15", "v2.9", "v2.7", "v2.6", "v2.5",
                                                          "v2.4",  "v2.3", "v2.2", "v2.1", "v2.0"};
constexpr std::size_t json_body_max_bytes = 16 * 1024 * 1024;
constexpr int json_depth_max = 64;

/// The parts of a path between its slashes; "/a/" has two, "a" and "".
std::vector<std::string> segments_of(const std::string& path) {
  std::vector<std::string> segments;
  for (std::size_t at = path.starts_with('/') ? 1 : 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    segments.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return segments;
}

bool matches(std::string_view pattern, const std::vector<std::string>& path) {
  for (const std::string& segment : path) {
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view wanted = pattern.substr(0, end);
    if (wanted.empty() || (wanted == "*" ? segment.empty() : segment != wanted)) return false;
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
  }
  return pattern.empty();
}

/// Each byte as the character that it is in Latin-1.
std::string latin1_as_utf8(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) out += static_cast<char>(0xc0 | byte >> 6);
    out += static_cast<char>(byte < 0x80 ? byte : 0x80 | (byte & 0x3f));
  }
  return out;
}

/// How deep brackets are nested; strings do not count.
int nesting_of(std::string_view json) {
  int depth = 0;
  int deepest = 0;
  bool is_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (is_string) {
      if (c == '\\') ++i;
      if (c == '"') is_string = false;
    } else if (c == '"') {
      is_string = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return deepest;
}

/// api/middleware/context.py: the client's own, if it has given one.
std::string request_id_of(const ApiRequest& request) {
  const std::string given = request.request_id.value_or("");
  if (given.empty() || given.size() > 64) return "req-" + random_uuid();
  return given.starts_with("req-") ? given : "req-" + given;
}

ApiResponse unauthorized(const ApiRequest& request, const std::string& keystone_url) {
  Refusal refusal = Refusal::plain(401);
  refusal.headers.emplace_back("WWW-Authenticate", "Keystone uri=\"" + keystone_url + "\"");
  return refusal_response(refusal, request);
}

}  // namespace

ImagesApi::ImagesApi(ImageService& service, TokenValidator& tokens, ImagesApiOptions options)
    : service_(service),
      tokens_(tokens),
      options_(std::move(options)),
      importer_(service, options_.import_filter, options_.image_size_cap_bytes) {}

const std::vector<ImagesApi::Route>& ImagesApi::routes() {
  static const std::vector<Route> table = [] {
    std::vector<Route> made = image_routes();
    const std::vector<Route> more = metadef_routes();
    made.insert(made.end(), more.begin(), more.end());
    return made;
  }();
  return table;
}

std::vector<ImagesApi::Route> ImagesApi::image_routes() {
  return {
      {"GET", "images/*", &ImagesApi::show_image, true},
      {"GET", "images", &ImagesApi::list_images},
      {"POST", "images", &ImagesApi::create_image},
      {"PATCH", "images/*", &ImagesApi::update_image},
      {"DELETE", "images/*", &ImagesApi::delete_image, true},
      {"GET", "images/*/file", &ImagesApi::download, true},
      {"PUT", "images/*/file", &ImagesApi::upload},
      {"PUT", "images/*/stage", &ImagesApi::stage},
      {"POST", "images/*/import", &ImagesApi::import_image},
      {"GET", "images/*/tasks", &ImagesApi::image_tasks, true, false},
      {"POST", "images/*/actions/deactivate", &ImagesApi::deactivate, true},
      {"POST", "images/*/actions/reactivate", &ImagesApi::reactivate, true},
      {"PUT", "images/*/tags/*", &ImagesApi::put_tag, true},
      {"DELETE", "images/*/tags/*", &ImagesApi::delete_tag, true},
      {"GET", "images/*/members", &ImagesApi::list_members, true},
      {"POST", "images/*/members", &ImagesApi::create_member},
      {"GET", "images/*/members/*", &ImagesApi::show_member, true},
      {"PUT", "images/*/members/*", &ImagesApi::update_member},
      {"DELETE", "images/*/members/*", &ImagesApi::delete_member, true},
      {"GET", "schemas/image", &ImagesApi::schema, true},
      {"GET", "schemas/images", &ImagesApi::schema, true},
      {"GET", "schemas/member", &ImagesApi::schema, true},
      {"GET", "schemas/members", &ImagesApi::schema, true},
      {"GET", "schemas/task", &ImagesApi::schema},
      {"GET", "schemas/tasks", &ImagesApi::schema},
      {"DELETE", "stores/*/*", &ImagesApi::delete_from_store, true},
      {"GET", "info/import", &ImagesApi::info_import, true},
      {"GET", "info/stores", &ImagesApi::info_stores, true},
      {"GET", "info/stores/detail", &ImagesApi::info_stores, true},
      {"GET", "info/usage", &ImagesApi::info_usage, false, false},
      {"GET", "tasks", &ImagesApi::list_tasks},
      {"POST", "tasks", &ImagesApi::create_task},
      {"GET", "tasks/*", &ImagesApi::show_task},
      {"DELETE", "tasks/*", &ImagesApi::delete_task},
      {"GET", "cache", &ImagesApi::cache_state, true},
      {"DELETE", "cache", &ImagesApi::clear_cache},
      {"DELETE", "cache/*", &ImagesApi::clear_cache},
      {"PUT", "cache/*", &ImagesApi::queue_for_cache},
  };
}

ApiResponse ImagesApi::answer(const ApiRequest& request) {
  try {
    return negotiate_version(request);
  } catch (const Refusal& refusal) {
    return refusal_response(refusal, request);
  } catch (const std::exception&) {
    return refusal_response(Refusal::plain(500), request);
  }
}

/// The filters of glance-api's pipeline, in its order: cors, healthcheck, versionnegotiation, authtoken, context.
ApiResponse ImagesApi::negotiate_version(const ApiRequest& request) {
  const std::string path = percent_decoded(request.path, false);
  if (path == "/healthcheck") {
    ApiResponse response;
    if (request.method == "HEAD") {
      response.status = 204;
      return response;
    }
    response.content_type = "text/plain; charset=UTF-8";
    response.body = "OK";
    return response;
  }
  if (!is_utf8(path) || path.find('\0') != std::string::npos) {
    throw Refusal(400,
                  "Error decoding your request. Either the URL or the request body contained characters that "
                  "could not be decoded by Glance");
  }
  std::vector<std::string> segments = segments_of(path);
  if (segments[0] == "versions") return versions(request, 200);
  // The cors filter: what nothing behind it answers well is an empty 200, and nothing under /v2 does.
  if (request.method == "OPTIONS") return ApiResponse{};
  if (std::find(version_names.begin(), version_names.end(), segments[0]) == version_names.end()) {
    return versions(request, 300);
  }
  segments.erase(segments.begin());
  // WSGI hands the path over as Latin-1, and neither Routes nor the controllers read it as UTF-8.
  for (std::string& segment : segments) segment = latin1_as_utf8(segment);
  // Routes takes several slashes for one; a last one counts.
  for (std::size_t i = 0; i + 1 < segments.size();) {
    if (segments[i].empty()) {
      segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  return authenticated(request, std::move(segments));
}

ApiResponse ImagesApi::authenticated(const ApiRequest& request, std::vector<std::string> path) {
  if (request.token.empty()) return unauthorized(request, options_.keystone_url);
  std::optional<Identity> who;
  try {
    who = tokens_.validate(request.token);
  } catch (const std::runtime_error&) {
    return refusal_response(Refusal::plain(503), request);
  }
  if (!who) return unauthorized(request, options_.keystone_url);
  ApiResponse response;
  const Call call{request, std::move(*who), std::move(path), request_id_of(request)};
  try {
    response = routed(call);
  } catch (const Refusal& refusal) {
    response = refusal_response(refusal, request);
  } catch (const std::exception&) {
    response = refusal_response(Refusal::plain(500), request);
  }
  response.headers.emplace_back("X-Openstack-Request-Id", call.request_id);
  return response;
}

ApiResponse ImagesApi::routed(const Call& call) {
  if (call.path.empty()) {
    ApiResponse redirect;  // wsgi.Router: mapper.redirect("", "/")
    redirect.status = 302;
    redirect.content_type = "text/plain; charset=utf8";
    redirect.headers.emplace_back("Location", call.request.base_url + "/v2/");
    return redirect;
  }
  std::string allowed;
  for (const Route& route : routes()) {
    if (!matches(route.pattern, call.path)) continue;
    if (call.request.method == route.method) {
      if (route.rejects_body && call.request.has_body()) {
        throw Refusal(400, "A body is not expected with this request.");
      }
      return (this->*route.controller)(call);
    }
    if (route.names_methods) allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
  }
  if (allowed.empty()) throw Refusal::plain(call.request.method == "TRACE" ? 501 : 404);
  Refusal refusal(405, "");
  refusal.headers.emplace_back("Allow", allowed);
  throw refusal;
}

ApiResponse ImagesApi::versions(const ApiRequest& request, int status) const {
  OrderedJson document;
  document["versions"] = OrderedJson::array();
  for (const std::string_view name : shown_versions) {
    OrderedJson version;
    version["id"] = name;
    version["status"] = name == shown_versions[0] ? "CURRENT" : "SUPPORTED";
    OrderedJson link;
    link["rel"] = "self";
    link["href"] = request.base_url + "/v2/";
    version["links"] = OrderedJson::array({link});
    document["versions"].push_back(version);
  }
  return json_response(status, python_json(document));
}

void ImagesApi::commit(Lock lock) {
  if (service_.database == nullptr) return;
  const std::uint64_t change = service_.database->last_change();
  lock.unlock();
  if (!service_.database->wait_until_durable(change)) throw Refusal::plain(500);
}

std::optional<ImageId> ImagesApi::find_visible(const Call& call, std::string_view uuid) const {
  const std::optional<ImageId> found = service_.catalogue.find(uuid);
  if (!found || service_.glance.record(*found).status == ImageStatus::deleted) return std::nullopt;
  return is_visible(call.who, service_.catalogue.row(*found)) ? found : std::nullopt;
}

bool is_visible(const Identity& who, const ImageDescription& row) {
  const bool is_open = !row.owner || row.visibility == "public" || row.visibility == "community";
  if (who.is_admin() || is_open || *row.owner == who.project_id) return true;
  return row.visibility == "shared" && row.member(who.project_id) != nullptr;
}

ImageId ImagesApi::visible_image(const Call& call, std::string_view uuid) const {
  const std::optional<ImageId> found = find_visible(call, uuid);
  if (!found) throw Refusal(404, "No image found with ID " + std::string(uuid));
  return *found;
}

bool ImagesApi::is_mutable(const Call& call, ImageId image) const {
  const std::optional<std::string>& owner = service_.catalogue.row(image).owner;
  return call.who.is_admin() || owner == call.who.project_id;
}

void ImagesApi::check_mutable(const Call& call, ImageId image) const {
  if (!is_mutable(call, image)) throw Refusal(403, "You do not own this image");
}

ApiResponse ImagesApi::image_response(ImageId image, int status) const {
  return json_response(status, service_.catalogue.json(image, service_.glance.record(image)));
}

ApiResponse ImagesApi::saved_image_response(ImageId image, int status) {
  ApiResponse response = image_response(image, status);
  ImageDescription& row = service_.catalogue.row(image);
  if (row.owner == "") {
    row.owner.reset();
    service_.catalogue.changed(image, service_.glance.record(image));
  }
  return response;
}

OrderedJson json_body(const ApiRequest& request) {
  if (!request.has_body() || request.body == nullptr) throw Refusal(400, "Body expected in request.");
  TextSink sink(json_body_max_bytes);
  const BodyEnd end = request.body->stream(sink);
  if (end == BodyEnd::refused) throw Refusal::plain(413);
  if (end == BodyEnd::malformed) throw Refusal(400, request.body->complaint());
  if (end == BodyEnd::disconnected) throw Refusal::plain(400);
  if (nesting_of(sink.text) > json_depth_max) throw Refusal(400, "Malformed JSON in request body.");
  // Python's json takes no byte order mark, as this library does.
  if (sink.text.starts_with("\xef\xbb\xbf")) throw Refusal(400, "Malformed JSON in request body.");
  OrderedJson parsed = OrderedJson::parse(sink.text, nullptr, false);
  if (parsed.is_discarded()) throw Refusal(400, "Malformed JSON in request body.");
  if (!parsed.is_structured()) throw Refusal(400, "Unexpected body type. Expected list/dict.");
  return parsed;
}

ApiResponse empty_response(int status) {
  ApiResponse response;
  response.status = status;
  response.content_type = "text/html; charset=UTF-8";
  return response;
}

ApiResponse json_response(int status, std::string body) {
  ApiResponse response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

}  // namespace snapsim
