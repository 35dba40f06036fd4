#include "tests/fake_glance/hostile_requests.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

#include "tests/fake_glance/raw_http.hpp"

namespace snapsim::testing {
namespace {

constexpr std::string_view unknown_id = "11111111-1111-4111-8111-111111111111";
constexpr std::array<std::string_view, 12> bad_ids{"..%2f..%2fescape",
                                                   "../../escape",
                                                   "%2e%2e",
                                                   "..",
                                                   ".",
                                                   "a%00b",
                                                   "%ff",
                                                   "%",
                                                   "%zz",
                                                   "'--",
                                                   "%252e%252e",
                                                   "11111111-1111-4111-8111-11111111111"};
constexpr std::array<std::string_view, 14> texts{
    "",   "x",     "name", "null", "\xff\xfe", "\xf0\x9f\x98\x80",    "%s%n", "a\\u0000b",
    "-1", "1e400", "'\"",  "true", "../..",    "2020-13-41T99:99:99Z"};
constexpr std::array<std::string_view, 32> names{"name",
                                                 "id",
                                                 "status",
                                                 "visibility",
                                                 "protected",
                                                 "os_hidden",
                                                 "owner",
                                                 "tags",
                                                 "tag",
                                                 "min_disk",
                                                 "min_ram",
                                                 "disk_format",
                                                 "container_format",
                                                 "locations",
                                                 "size",
                                                 "size_min",
                                                 "virtual_size_max",
                                                 "created_at",
                                                 "updated_at",
                                                 "limit",
                                                 "marker",
                                                 "sort",
                                                 "sort_key",
                                                 "sort_dir",
                                                 "member_status",
                                                 "os_glance_x",
                                                 "checksum",
                                                 "self",
                                                 "schema",
                                                 "a~1b",
                                                 "a~2",
                                                 "x"};
constexpr std::array<std::string_view, 12> operators{
    "in:", "eq:", "neq:", "gt:", "gte:", "lt:", "lte:", "in:\"", ":", "like:", "", ""};
constexpr std::array<std::string_view, 5> media_types{"application/openstack-images-v2.1-json-patch",
                                                      "application/openstack-images-v2.0-json-patch",
                                                      "application/json", "application/octet-stream", "text/plain"};
constexpr std::array<std::string_view, 8> methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"};
constexpr std::array<std::string_view, 14> ends{"",
                                                "/file",
                                                "/stage",
                                                "/import",
                                                "/members",
                                                "/members/",
                                                "/tags/",
                                                "/tasks",
                                                "/actions/deactivate",
                                                "/actions/reactivate",
                                                "/locations",
                                                "/",
                                                "//",
                                                "/x/y/z"};
constexpr std::array<std::string_view, 12> others{
    "/",           "/versions",      "/v2",          "/v2/",  "/v2/schemas/image", "/v2/info/import", "/v2/tasks",
    "/v2/cache/x", "/v2/stores/a/b", "/healthcheck", "/v9/x", "/v2/nothing"};
constexpr std::array<std::string_view, 6> metadef_spaces{"a", "b", "OS::Own", "a%2fb", "%20", "%c3%a4"};
constexpr std::array<std::string_view, 5> metadef_kinds{"properties", "objects", "tags", "resource_types", "x"};
constexpr std::array<std::string_view, 5> metadef_names{"a", "hw_a", "OS::Nova::Server", "%c3%a4", "x"};
constexpr std::array<std::string_view, 4> tokens{"demo", "alt", "admin", "none"};

}  // namespace

std::size_t HostileRequests::below(std::size_t bound) {
  state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
  return static_cast<std::size_t>(state_ >> 33) % bound;
}

void HostileRequests::use_image(const std::string& id) {
  images_.push_back(id);
  if (images_.size() > 8) images_.erase(images_.begin());
}

std::string HostileRequests::any_id() {
  if (!images_.empty() && !is_one_in(4)) return any_of(images_);
  return is_one_in(3) ? std::string(unknown_id) : any_of(bad_ids);
}

std::string HostileRequests::any_text() {
  if (is_one_in(60)) return std::string(1 + below(3000), static_cast<char>('a' + below(26)));
  return any_of(texts);
}

std::string HostileRequests::any_json(int depth) {
  static constexpr std::array<std::string_view, 16> scalars{"null",    "true",        "false",
                                                            "0",       "-1",          "1.5",
                                                            "1e999",   "2147483648",  "99999999999999999999",
                                                            "\"\"",    "\"active\"",  "\"shared\"",
                                                            "\"raw\"", "\"\\ud83d\"", "NaN",
                                                            "\"x\""};
  const std::size_t kind = below(depth > 4 ? 6 : 10);
  if (kind < 4) return any_of(scalars);
  if (kind < 6) return "\"" + any_text() + "\"";
  std::string out = kind < 8 ? "[" : "{";
  for (std::size_t i = below(4); i > 0; --i) {
    if (out.size() > 1) out += ", ";
    if (kind >= 8) out += "\"" + (is_one_in(2) ? any_of(names) : any_text()) + "\": ";
    out += any_json(depth + 1);
  }
  return out + (kind < 8 ? "]" : "}");
}

std::string HostileRequests::any_patch() {
  static constexpr std::array<std::string_view, 5> operations{"add", "remove", "replace", "move", ""};
  std::string out = "[";
  for (std::size_t i = below(5); i > 0; --i) {
    if (out.size() > 1) out += ", ";
    const std::string operation = any_of(operations);
    const std::string path = (is_one_in(10) ? "" : "/") + any_of(names) + (is_one_in(4) ? "/" + any_text() : "");
    out += is_one_in(4) ? "{\"" + operation + "\": \"" + path + "\""
                        : "{\"op\": \"" + operation + "\", \"path\": \"" + path + "\"";
    if (!is_one_in(5)) out += ", \"value\": " + any_json(1);
    out += "}";
  }
  return out + "]";
}

std::string HostileRequests::any_query() {
  std::string out = "?";
  for (std::size_t i = 1 + below(4); i > 0; --i) {
    out += any_of(names) + "=" + any_of(operators);
    for (const char c : is_one_in(4) ? any_id() : any_text()) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte > 0x20 && byte < 0x7f) out += c;
      if (byte >= 0x80) out += "%" + std::string(1, "89abcdef"[(byte >> 4) & 7]) + "f";
    }
    out += "&";
  }
  return out;
}

/// Most methods fit the target, so that the request gets as far as a controller.
std::string HostileRequests::any_target(std::string& method) {
  if (is_one_in(4)) return any_metadef_target(method);
  method = any_of(methods);
  if (is_one_in(8)) return any_of(others) + (is_one_in(2) ? any_query() : "");
  if (is_one_in(4)) {
    method = is_one_in(3) ? "POST" : "GET";
    return "/v2/images" + (method == "GET" ? any_query() : "");
  }
  const std::string end = any_of(ends);
  if (!is_one_in(4)) {
    if (end.empty()) method = is_one_in(4) ? (is_one_in(4) ? "DELETE" : "GET") : "PATCH";
    if (end == "/file") method = is_one_in(3) ? "PUT" : "GET";
    if (end == "/stage" || end == "/tags/") method = "PUT";
    if (end == "/import" || end.starts_with("/actions") || end == "/members") method = "POST";
    if (end == "/members/") method = is_one_in(2) ? "PUT" : "DELETE";
  }
  return "/v2/images/" + any_id() + end + (end.ends_with("s/") ? any_id() : "");
}

std::string HostileRequests::any_metadef_target(std::string& method) {
  static constexpr std::array<std::string_view, 5> likely_methods{"GET", "POST", "POST", "PUT", "DELETE"};
  method = is_one_in(20) ? any_of(methods) : any_of(likely_methods);
  std::string target = is_one_in(12) ? "/v2/schemas/metadefs/" : "/v2/metadefs/";
  target += is_one_in(12) ? "resource_types" : "namespaces";
  const std::size_t depth = below(4);
  if (depth > 0) target += "/" + (is_one_in(8) ? any_id() : any_of(metadef_spaces));
  if (depth > 1) target += "/" + any_of(metadef_kinds);
  if (depth > 2) target += "/" + (is_one_in(8) ? any_id() : any_of(metadef_names));
  if (depth == 0 && method != "GET") method = "POST";
  return target + (is_one_in(3) ? any_query() + "resource_type=" + any_of(metadef_names) : "");
}

std::string HostileRequests::mostly(std::string_view text) {
  return is_one_in(20) ? any_json(3) : "\"" + std::string(text) + "\"";
}

/// Most are what the target takes.
std::string HostileRequests::any_metadef_body(const std::string& target) {
  static constexpr std::array<std::string_view, 6> types{"string", "integer", "array", "object", "boolean", "number"};
  const auto named = [this] { return "{\"name\": " + mostly(any_of(metadef_names)); };
  const auto property = [&] {
    std::string out = named() + ", \"title\": " + mostly("t") + ", \"type\": " + mostly(any_of(types));
    if (is_one_in(6)) out += ", \"minimum\": " + any_json(4) + ", \"enum\": " + any_json(3);
    if (is_one_in(6)) out += ", \"items\": " + any_json(2) + ", \"default\": " + any_json(3);
    return out + "}";
  };
  const auto properties = [&] { return is_one_in(8) ? any_json(2) : "{" + mostly("hw_a") + ": " + property() + "}"; };
  const auto object = [&] {
    const std::string required = is_one_in(8) ? any_json(3) : "[\"hw_a\"]";
    return named() + ", \"required\": " + required + ", \"properties\": " + properties() + "}";
  };
  const auto association = [&] {
    return named() + ", \"prefix\": " + mostly("hw_") + ", \"properties_target\": " + mostly("image") + "}";
  };
  const auto is_about = [&](std::string_view kind) {
    return is_one_in(10) || (target.find(kind) != std::string::npos && !is_one_in(10));
  };
  if (is_about("/properties")) return property();
  if (is_about("/objects")) return object();
  if (is_about("/resource_types")) return association();
  if (is_about("/tags/")) return named() + "}";
  if (is_about("/tags")) return "{\"tags\": [" + named() + "}, " + named() + "}]}";
  std::string out = "{\"namespace\": " + mostly(any_of(metadef_spaces));
  if (is_one_in(2)) out += ", \"visibility\": " + mostly("public") + ", \"display_name\": " + mostly("n");
  if (is_one_in(6)) out += ", \"protected\": " + any_json(6) + ", \"description\": " + mostly("d");
  if (is_one_in(3)) out += ", \"properties\": " + properties() + ", \"objects\": [" + object() + "]";
  if (is_one_in(3)) out += ", \"resource_type_associations\": [" + association() + "], \"tags\": [" + named() + "}]";
  return out + "}";
}

std::string HostileRequests::any_body() {
  switch (below(8)) {
    case 0:
      return std::string(below(is_one_in(500) ? 20'000'000 : 5000), 'x');
    case 1:
      return "{\"method\": {\"name\": " + any_json(4) + "}, \"stores\": " + any_json(3) + "}";
    case 2:
      return "{\"member\": " + any_json(3) + ", \"status\": " + any_json(3) + "}";
    case 3:
      return is_one_in(50) ? std::string(100'000, '[') : any_json(0);
    default:
      return any_patch();
  }
}

std::string HostileRequests::any_request() {
  std::string method;
  const std::string target = any_target(method);
  const bool is_metadef = target.find("/metadefs/") != std::string::npos;
  const std::string token = is_metadef && !is_one_in(3) ? "admin" : any_of(tokens);  // others may only look
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: x\r\nX-Auth-Token: " + token + "\r\n";
  if (is_one_in(6)) text += "Accept: " + any_of(media_types) + ";q=0." + std::to_string(below(20)) + "\r\n";
  if (is_one_in(200)) text += "X-Long: " + std::string(below(200'000), 'h') + "\r\n";
  if (target.ends_with("/file") && is_one_in(2)) {
    const std::string first = is_one_in(4) ? "" : std::to_string(below(40));
    text += (is_one_in(6) ? "Content-Range: bytes " : "Range: bytes=") + first + "-" +
            (is_one_in(4) ? "" : std::to_string(below(40))) + (is_one_in(6) ? "/*" : "") + "\r\n";
  }
  const bool is_plain_removal = is_metadef && method == "DELETE" && !is_one_in(8);
  if (method == "GET" || method == "HEAD" || is_plain_removal || is_one_in(20)) return text + "\r\n";
  const bool is_data = target.ends_with("/file") || target.ends_with("/stage");
  const std::string type = is_data && !is_one_in(8) ? "application/octet-stream"
                           : method == "PATCH"      ? any_of(std::array{media_types[0], media_types[1]})
                                                    : any_of(media_types);
  text += "Content-Type: " + type + "\r\n";
  if (is_metadef && !is_one_in(8)) {
    return with_body(std::move(text), any_metadef_body(target));
  }
  return with_body(std::move(text), method == "PATCH" && !is_one_in(8) ? any_patch() : any_body());
}

std::string HostileRequests::with_body(std::string head, const std::string& body) {
  if (is_one_in(5)) {
    char size[20];
    std::snprintf(size, sizeof(size), "%zx", body.size() + (is_one_in(10) ? 3 : 0));
    return head + "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\n" + body + "\r\n0\r\n\r\n";
  }
  const std::size_t length = body.size() + (is_one_in(20) ? below(50) : 0);
  return head + "Content-Length: " + std::to_string(length) + "\r\n\r\n" + body;
}

void HostileRequests::spoil(std::string& text) {
  for (std::size_t i = 1 + below(4); i > 0 && !text.empty(); --i) {
    const std::size_t at = below(std::min<std::size_t>(text.size(), 600));
    switch (below(5)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, 1 + below(8));
        break;
      case 2:
        text.insert(at, std::string(1 + below(40), static_cast<char>(below(256))));
        break;
      case 3:
        text.insert(at, text.substr(at, below(60)));
        break;
      default:
        text.resize(at + 1);
        break;
    }
  }
  if (text.empty()) text = "\r\n";
}

std::string HostileRequests::next() {
  if (is_one_in(50)) {
    std::string noise;
    for (std::size_t i = 1 + below(300); i > 0; --i) noise += static_cast<char>(below(256));
    return noise + "\r\n\r\n";
  }
  std::string text = any_request();
  if (is_one_in(3)) spoil(text);
  return text;
}

bool HostileTally::send(int port, const std::string& request) {
  const auto begun = std::chrono::steady_clock::now();
  RawConnection connection(port);
  connection.send(request);
  connection.end_sending();
  const RawResponse response = connection.receive(request.starts_with("HEAD "));
  const int status = response.status;
  ++counts_[static_cast<std::size_t>(status / 100) % counts_.size()];
  const bool is_in_time = std::chrono::steady_clock::now() - begun < std::chrono::seconds(9);
  const bool is_refusal = status == 501 || status == 505 || (are_failures_allowed_ && status >= 500);
  const bool is_defect = response.body.find("a defect of its own") != std::string::npos ||
                         response.body.find("json.exception") != std::string::npos;
  if (is_in_time && !is_defect && (status == 0 || (status >= 200 && status < 500) || is_refusal)) return true;
  std::fprintf(stderr, "this was answered with %d%s:\n%s\n\n%s\n", status, is_in_time ? "" : ", too late",
               request.substr(0, 2000).c_str(), response.body.substr(0, 2000).c_str());
  return false;
}

std::string HostileTally::text() const {
  std::string text;
  for (std::size_t hundreds = 2; hundreds < counts_.size(); ++hundreds) {
    text += std::to_string(counts_[hundreds]) + " x " + std::to_string(hundreds) + "xx, ";
  }
  return text + std::to_string(counts_[0]) + " cut";
}

}  // namespace snapsim::testing
