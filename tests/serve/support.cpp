#include "tests/serve/support.hpp"

#include <chrono>
#include <sstream>
#include <thread>

#include <catch2/catch.hpp>

namespace snapsim::test {

std::string Answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

ApiClient ApiClient::at(const std::string& version) const {
  ApiClient other = *this;
  other.version_ = version;
  return other;
}

Answer ApiClient::send(const std::string& method, const std::string& path, const std::string& body,
                       const httplib::Headers& more) const {
  httplib::Client client("127.0.0.1", port_);
  client.set_read_timeout(60);
  httplib::Request request;
  request.method = method;
  request.path = path;
  request.body = body;
  if (!body.empty() && more.count("Content-Type") == 0) request.set_header("Content-Type", "application/json");
  if (!token_.empty()) request.set_header("X-Auth-Token", token_);
  if (!version_.empty()) request.set_header("OpenStack-API-Version", "compute " + version_);
  for (const auto& [name, value] : more) {
    request.headers.erase(name);
    request.set_header(name, value);
  }
  const httplib::Result result = client.send(request);
  if (!result) return {};
  Answer answer;
  answer.status = result->status;
  answer.text = result->body;
  answer.headers = result->headers;
  answer.body = Json::parse(result->body, nullptr, false);
  return answer;
}

std::string ApiClient::base_image() const {
  return get("/_snapsim/state").body.at("images").at(0).at("id").get<std::string>();
}

std::string ApiClient::new_server(const std::string& name) const {
  const Json server{{"name", name}, {"flavorRef", "1"}, {"imageRef", base_image()}};
  const Answer answer = post("/compute/v2.1/servers", {{"server", server}});
  REQUIRE(answer.status == 202);
  return answer.body.at("server").at("id").get<std::string>();
}

Answer ApiClient::act(const std::string& server, const Json& action) const {
  return post("/compute/v2.1/servers/" + server + "/action", action);
}

Json ApiClient::server(const std::string& id) const {
  const Answer answer = get("/compute/v2.1/servers/" + id);
  REQUIRE(answer.status == 200);
  return answer.body.at("server");
}

Json ApiClient::settled(const std::string& id) const {
  for (int round = 0; round < 3000; ++round) {
    Json shown = server(id);
    if (shown.at("OS-EXT-STS:task_state").is_null()) return shown;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  FAIL("the server does not come to rest");
  return {};
}

ServedCloud::ServedCloud(StackOptions options) : stack_(options), port_(stack_.start()) {}

StackOptions ServedCloud::fast() {
  StackOptions options;
  options.cloud.speed = 0;
  return options;
}

Json password_auth(const std::string& user, const std::string& password, const std::string& project) {
  const Json domain{{"id", "default"}};
  const Json who{{"name", user}, {"domain", domain}, {"password", password}};
  Json auth{{"identity", {{"methods", Json::array({"password"})}, {"password", {{"user", who}}}}}};
  if (!project.empty()) auth["scope"] = {{"project", {{"name", project}, {"domain", domain}}}};
  return {{"auth", auth}};
}

ApiClient ServedCloud::user(const std::string& name, const std::string& project) const {
  const Answer answer = anonymous().post("/identity/v3/auth/tokens", password_auth(name, "secret", project));
  REQUIRE(answer.status == 201);
  return {port_, answer.header("X-Subject-Token")};
}

std::vector<std::string> printed_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream out(text);
  for (std::string line; std::getline(out, line);) {
    while (line.starts_with("(openstack) ")) line.erase(0, 12);
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

}  // namespace snapsim::test
