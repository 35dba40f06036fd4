#include "tests/serve/hostile_cloud_requests.hpp"

#include <array>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "sim/serve/stack.hpp"
#include "tests/fake_glance/raw_http.hpp"

namespace snapsim::test {
namespace {

struct HostileRoute {
  std::string_view method;
  std::string_view target;
  std::string_view body;
};

constexpr std::array identity_routes{
    HostileRoute{
        "POST", "/identity/v3/auth/tokens",
        R"({"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo", "domain": {"id": "default"}, "password": $json}}}, "scope": $json}})"},
    HostileRoute{
        "POST", "/identity/v3/auth/tokens",
        R"({"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo", "domain": $json, "password": "secret"}}}, "scope": {"project": {"name": "demo", "domain": {"id": "default"}}}}})"},
    HostileRoute{"POST", "/identity/v3/auth/tokens",
                 R"({"auth": {"identity": {"methods": ["token"], "token": {"id": $token}}, "scope": $json}})"},
    HostileRoute{
        "POST", "/identity/v3/auth/tokens",
        R"({"auth": {"identity": {"methods": $json, "application_credential": {"id": $json, "name": "demo-app", "user": $json, "secret": "secret"}}}})"},
    HostileRoute{"GET", "/identity/v3/auth/tokens", ""},
    HostileRoute{"GET", "/identity/v3/auth/catalog", ""},
    HostileRoute{"GET", "/identity/v3/auth/projects", ""},
    HostileRoute{"GET", "/identity/v3/$things$query", ""},
    HostileRoute{"GET", "/identity/v3/$things/$text", ""},
    HostileRoute{"GET", "/identity/v3/users/$text/projects", ""},
    HostileRoute{"GET", "/identity", ""},
    HostileRoute{"DELETE", "/identity/v3/auth/tokens/$text", ""},
};

constexpr std::array compute_routes{
    HostileRoute{
        "POST", "/compute/v2.1/servers",
        R"({"server": {"name": $name, "imageRef": $image, "flavorRef": "1", "networks": "none", "metadata": $json, "min_count": $number}})"},
    HostileRoute{
        "POST", "/compute/v2.1/servers",
        R"({"server": {"name": "x", "imageRef": $image, "flavorRef": $json, "networks": $json, "key_name": $json, "tags": $json, "user_data": $json, "hostname": $name, "description": $json}})"},
    HostileRoute{"POST", "/compute/v2.1/servers", "$json"},
    HostileRoute{"GET", "/compute/v2.1/servers$query", ""},
    HostileRoute{"GET", "/compute/v2.1/servers/detail$query", ""},
    HostileRoute{"GET", "/compute/v2.1/servers/$server", ""},
    HostileRoute{"GET", "/compute/v2.1/servers/$server/$part", ""},
    HostileRoute{"GET", "/compute/v2.1/servers/$server/$part/$text", ""},
    HostileRoute{"PUT", "/compute/v2.1/servers/$server",
                 R"({"server": {"name": $name, "description": $json, "accessIPv4": $json}})"},
    HostileRoute{"PUT", "/compute/v2.1/servers/$server/tags", R"({"tags": $json})"},
    HostileRoute{"POST", "/compute/v2.1/servers/$server/metadata", R"({"metadata": {"a": $json, $name: $name}})"},
    HostileRoute{"PUT", "/compute/v2.1/servers/$server/metadata/$text", R"({"meta": {$name: $json}})"},
    HostileRoute{"DELETE", "/compute/v2.1/servers/$server/metadata/$text", ""},
    HostileRoute{"DELETE", "/compute/v2.1/servers/$server", ""},
    HostileRoute{"POST", "/compute/v2.1/servers/$server/action",
                 R"({"createImage": {"name": $name, "metadata": {$name: $json}}})"},
    HostileRoute{"POST", "/compute/v2.1/servers/$server/action", R"({"createImage": {"name": $name}})"},
    HostileRoute{"POST", "/compute/v2.1/servers/$server/action",
                 R"({"createBackup": {"name": $name, "backup_type": $name, "rotation": $number}})"},
    HostileRoute{"POST", "/compute/v2.1/servers/$server/action", R"({"rebuild": {"imageRef": $image, "name": $json}})"},
    HostileRoute{"POST", "/compute/v2.1/servers/$server/action", R"({"reboot": {"type": $json}})"},
    HostileRoute{"POST", "/compute/v2.1/servers/$server/action",
                 R"({"rescue": {"adminPass": $json, "rescue_image_ref": $image}})"},
    HostileRoute{"POST", "/compute/v2.1/servers/$server/action", R"({"os-resetState": {"state": $json}})"},
    HostileRoute{"POST", "/compute/v2.1/servers/$server/action", R"({"os-getConsoleOutput": {"length": $json}})"},
    HostileRoute{"POST", "/compute/v2.1/servers/$server/action", R"({"$action": $json})"},
    HostileRoute{"POST", "/compute/v2.1/servers/$server/action", R"({"$action": null})"},
    HostileRoute{"POST", "/compute/v2.1/servers/$server/action", R"({"$action": null})"},
    HostileRoute{"GET", "/compute/v2.1/$rest$query", ""},
    HostileRoute{"GET", "/compute/v2.1/$rest/$text", ""},
    HostileRoute{"POST", "/compute/v2.1/os-keypairs",
                 R"({"keypair": {"name": $name, "public_key": $json, "type": $json}})"},
    HostileRoute{"DELETE", "/compute/v2.1/os-keypairs/$text", ""},
    HostileRoute{"POST", "/compute/v2.1/os-server-groups",
                 R"({"server_group": {"name": $name, "policies": $json, "policy": $json, "rules": $json}})"},
    HostileRoute{"GET", "/compute/v2.1/os-server-groups/$text", ""},
    HostileRoute{
        "POST", "/compute/v2.1/servers",
        R"({"server": {"name": "x", "imageRef": $image, "flavorRef": "1", "networks": "none", "security_groups": $json, "personality": $json, "block_device_mapping_v2": [$json], "availability_zone": $name}, "os:scheduler_hints": $json})"},
    HostileRoute{"PUT", "/compute/v2.1/servers/$server/tags/$text", ""},
    HostileRoute{"DELETE", "/compute/v2.1/servers/$server/tags/$text", ""},
    HostileRoute{"GET", "/compute/v2.1/0123456789abcdef0123456789abcdef/servers", ""},
    HostileRoute{"GET", "/compute", ""},
    HostileRoute{"GET", "/compute/v2.1", ""},
};

constexpr std::array control_routes{
    HostileRoute{"GET", "/_snapsim/$control$query", ""},
    HostileRoute{"GET", "/_snapsim/trace?since=$number", ""},
    HostileRoute{"GET", "/_snapsim/faults/$number", ""},
    HostileRoute{"DELETE", "/_snapsim/faults/$number", ""},
    HostileRoute{"GET", "/", ""},
    HostileRoute{"GET", "/$text", ""},
};

constexpr std::array fault_routes{
    HostileRoute{"POST", "/_snapsim/faults", R"({"at": "$point", "nth": $number})"},
    HostileRoute{
        "POST", "/_snapsim/faults",
        R"({"at": "$point", "instance": $name, "after_bytes": $number, "delay_ms": 1, "after_effect": $json})"},
    HostileRoute{"POST", "/_snapsim/faults", R"({"at": "$point", "nth": "every"})"},
    HostileRoute{
        "POST", "/_snapsim/faults",
        R"({"at": "$crash", "restart_after_ms": 100, "during": {"operation": "disk.extract", "nth": $number}})"},
    HostileRoute{"POST", "/_snapsim/faults", R"({"at": "$crash", "restart_after_ms": 100})"},
    HostileRoute{"POST", "/_snapsim/faults",
                 R"({"http": "$service", "method": $name, "path": $name, "status": 503, "nth": $number})"},
    HostileRoute{"POST", "/_snapsim/faults",
                 R"({"http": "*", "probability": 0.2, "seed": $number, "status": 500, "after_effect": true})"},
    HostileRoute{"POST", "/_snapsim/faults", R"({"http": "$service", "reset_after_bytes": $number, "project": $name})"},
    HostileRoute{"POST", "/_snapsim/faults", R"({"http": "$service", "status": 503, "after_request_bytes": $number})"},
    HostileRoute{"POST", "/_snapsim/faults",
                 R"({"http": "compute", "action": "$action", "delay_ms": 3, "body_bytes_per_s": 100000})"},
    HostileRoute{"POST", "/_snapsim/faults", R"({"http": "$service", "refuse_ms": 3, "nth": $number})"},
    HostileRoute{"POST", "/_snapsim/faults", "$json"},
    HostileRoute{"PATCH", "/_snapsim/faults/$number", R"({"enabled": $json, "nth": $json, $name: $json})"},
    HostileRoute{"DELETE", "/_snapsim/faults", ""},
};

constexpr std::array<std::string_view, 9> things{"users",     "projects", "roles",  "domains",         "services",
                                                 "endpoints", "regions",  "groups", "role_assignments"};
constexpr std::array<std::string_view, 10> parts{
    "metadata", "tags", "ips", "os-security-groups", "os-interface", "os-volume_attachments", "os-instance-actions",
    "action",   "",     "x"};
constexpr std::array<std::string_view, 12> rest_of_compute{
    "flavors",         "flavors/detail", "limits",         "os-availability-zone", "extensions",  "os-security-groups",
    "os-quota-sets/x", "os-services",    "os-hypervisors", "os-server-groups",     "os-keypairs", "images"};
constexpr std::array<std::string_view, 24> actions{"createImage",
                                                   "createBackup",
                                                   "reboot",
                                                   "rebuild",
                                                   "rescue",
                                                   "unrescue",
                                                   "os-resetState",
                                                   "shelve",
                                                   "unshelve",
                                                   "lock",
                                                   "unlock",
                                                   "os-stop",
                                                   "os-start",
                                                   "pause",
                                                   "unpause",
                                                   "suspend",
                                                   "resume",
                                                   "forceDelete",
                                                   "restore",
                                                   "resize",
                                                   "shelveOffload",
                                                   "os-getConsoleOutput",
                                                   "x",
                                                   ""};
constexpr std::array<std::string_view, 7> controls{"faults", "trace",        "verdict", "session",
                                                   "state",  "fault-points", "x"};
constexpr std::array<std::string_view, 10> points{
    "glance.upload.reset",   "glance.create.error",     "glance.get.timeout", "queue.cast.lost",
    "queue.cast.duplicated", "db.save.error",           "disk.extract.exit",  "disk.extract.full",
    "disk.cleanup.error",    "hypervisor.suspend.error"};
constexpr std::array<std::string_view, 4> crashes{"compute.crash", "glance.crash", "queue.crash",
                                                  "hypervisor.guest.vanishes"};
constexpr std::array<std::string_view, 5> services{"compute", "image", "identity", "*", "x"};
constexpr std::array<std::string_view, 9> numbers{"1", "0", "2", "3", "-1", "7", "99999999999999999999", "1.5", "1e9"};
constexpr std::array<std::string_view, 8> versions{"2.1", "2.45", "2.93", "latest", "2.94", "2.x", "", "3.0"};

constexpr std::string_view unknown_server = "22222222-2222-4222-8222-222222222222";

}  // namespace

void HostileCloudRequests::use(std::vector<std::string> tokens, std::vector<std::string> servers,
                               std::vector<std::string> images) {
  tokens_ = std::move(tokens);
  servers_ = std::move(servers);
  images_of_cloud_ = std::move(images);
  for (const std::string& image : images_of_cloud_) use_image(image);
}

std::string HostileCloudRequests::any_token() {
  return tokens_.empty() || is_one_in(12) ? any_text() : any_of(tokens_);
}

std::string HostileCloudRequests::word_for(std::string_view word, bool is_json) {
  const std::string mark = is_json ? "\"" : "";
  if (word == "json") return any_json(2);
  if (word == "number") return any_of(numbers);
  if (word == "text") return is_one_in(3) ? any_id() : any_text();
  if (word == "name") return is_one_in(20) ? any_json(3) : mark + (is_one_in(3) ? any_text() : "vm-1") + mark;
  if (word == "token") return mark + any_token() + mark;
  if (word == "server") return servers_.empty() || is_one_in(6) ? std::string(unknown_server) : any_of(servers_);
  if (word == "image") {
    return is_one_in(12)
               ? any_json(3)
               : mark + (images_of_cloud_.empty() || is_one_in(6) ? any_id() : any_of(images_of_cloud_)) + mark;
  }
  if (word == "query") return is_one_in(2) ? "" : any_query();
  if (word == "things") return any_of(things);
  if (word == "part") return any_of(parts);
  if (word == "rest") return any_of(rest_of_compute);
  if (word == "action") return any_of(actions);
  if (word == "control") return any_of(controls);
  if (word == "point") return any_of(points);
  if (word == "crash") return any_of(crashes);
  if (word == "service") return any_of(services);
  throw std::logic_error("no such word: " + std::string(word));
}

std::string HostileCloudRequests::filled_in(std::string_view pattern, bool is_json) {
  std::string out;
  while (!pattern.empty()) {
    if (pattern.front() != '$') {
      out += pattern.front();
      pattern.remove_prefix(1);
      continue;
    }
    const std::size_t end = std::min(pattern.find_first_not_of("abcdefghijklmnopqrstuvwxyz", 1), pattern.size());
    out += word_for(pattern.substr(1, end - 1), is_json);
    pattern.remove_prefix(end);
  }
  return out;
}

std::string HostileCloudRequests::any_request() {
  if (is_one_in(5)) {
    std::string text = HostileRequests::any_request();
    const std::size_t target = text.find(' ') + 1;
    const std::size_t token = text.find("X-Auth-Token: ") + 14;
    text.replace(token, text.find('\r', token) - token, any_token());
    return text.insert(target, "/image");
  }
  HostileRoute route = compute_routes[below(compute_routes.size())];
  if (is_one_in(5)) route = identity_routes[below(identity_routes.size())];
  if (is_one_in(8)) route = control_routes[below(control_routes.size())];
  if (plans_faults_ && is_one_in(8)) route = fault_routes[below(fault_routes.size())];
  const std::string method = is_one_in(40) ? (is_one_in(2) ? "HEAD" : "PATCH") : std::string(route.method);
  std::string target = filled_in(route.target, false);
  for (char& c : target) c = c == ' ' ? '+' : c;
  if (is_one_in(100)) target += std::string(below(7000), 'a');
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: x\r\nX-Auth-Token: " + any_token() + "\r\n";
  if (is_one_in(4)) text += "OpenStack-API-Version: compute " + any_of(versions) + "\r\n";
  if (target.find("tokens") != std::string::npos) text += "X-Subject-Token: " + any_token() + "\r\n";
  if (is_one_in(100)) text += "Content-Encoding: gzip\r\n";
  if (is_one_in(100)) text += "Expect: 100-continue\r\n";
  if (method == "GET" || method == "HEAD") return text + "\r\n";
  text += is_one_in(50) ? "Content-Type: multipart/form-data; boundary=x\r\n" : "Content-Type: application/json\r\n";
  if (is_one_in(30)) return with_body(std::move(text), any_json(0));
  if (is_one_in(1000)) return with_body(std::move(text), std::string(below(2'000'000), '['));
  return with_body(std::move(text), filled_in(route.body, true));
}

namespace {

using testing::raw_exchange;

std::string token_of(int port, const std::string& user, const std::string& project) {
  const std::string body =
      R"({"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": ")" + user +
      R"(", "domain": {"id": "default"}, "password": "secret"}}}, "scope": {"project": {"name": ")" + project +
      R"(", "domain": {"id": "default"}}}}})";
  return raw_exchange(port, "POST", "/identity/v3/auth/tokens", {}, body).header("x-subject-token");
}

/// Waits until the cloud takes connections, which a fault may have it refuse. False: it does not.
bool is_open_soon(int port) {
  for (int tries = 0; tries < 1000; ++tries) {
    try {
      const testing::RawConnection connection(port);
      return true;
    } catch (const std::runtime_error&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  return false;
}

/// Values of "id" in a list of that name.
std::vector<std::string> ids_in(const std::string& text, const char* list) {
  std::vector<std::string> ids;
  const Json parsed = Json::parse(text, nullptr, false);
  if (!parsed.is_object() || !parsed.contains(list)) return ids;
  for (const Json& one : parsed.at(list)) ids.push_back(one.at("id").get<std::string>());
  return ids;
}

}  // namespace

long fuzz_served_cloud(long requests, std::uint64_t seed, testing::HostileTally& tally) {
  constexpr long cloud_lives = 1000;
  constexpr long between_looks = 50;
  StackOptions options;
  options.cloud.speed = 0;
  options.patience = std::chrono::seconds(2);
  Stack stack(options);
  const int port = stack.start();
  HostileCloudRequests hostile(seed);
  bool has_faults = false;
  for (long i = 0; i < requests; ++i) {
    if (has_faults && !is_open_soon(port)) return i;
    if (i % cloud_lives == 0) {
      if (raw_exchange(port, "POST", "/_snapsim/reset").status != 204) return i;
      has_faults = i / cloud_lives % 2 == 1;
      hostile.plan_faults(has_faults);
      tally.allow_failures(has_faults);
    }
    if (i % between_looks == 0) {
      raw_exchange(port, "DELETE", "/_snapsim/faults");
      const std::string state = raw_exchange(port, "GET", "/_snapsim/state").body;
      const std::vector<std::string> tokens{token_of(port, "demo", "demo"), token_of(port, "admin", "admin")};
      if (tokens[0].empty() || tokens[1].empty()) return i;
      hostile.use(tokens, ids_in(state, "servers"), ids_in(state, "images"));
    }
    if (!tally.send(port, hostile.next())) return i;
  }
  return requests;
}

}  // namespace snapsim::test
