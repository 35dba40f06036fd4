#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "sim/serve/remote_keystone.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

constexpr const char* tokens = "/identity/v3/auth/tokens";

Answer about_token(const ApiClient& caller, const std::string& method, const std::string& subject) {
  return caller.send(method, tokens, "", {{"X-Subject-Token", subject}});
}

}  // namespace

TEST_CASE("a token is given out for a password, shown, used, revoked, and is nothing then", "[serve]") {
  const ServedCloud cloud;
  const Answer issued = cloud.anonymous().post(tokens, password_auth("demo", "secret", "demo"));
  REQUIRE(issued.status == 201);
  const Json& token = issued.body.at("token");
  CHECK(token.at("user").at("name") == "demo");
  CHECK(token.at("project").at("name") == "demo");
  CHECK(token.at("roles").at(0).at("name") == "member");
  CHECK(token.at("methods") == Json::array({"password"}));
  const std::string id = issued.header("X-Subject-Token");
  REQUIRE_FALSE(id.empty());
  const ApiClient demo(cloud.port(), id);

  CHECK(about_token(demo, "GET", id).body.at("token").at("user") == token.at("user"));
  CHECK(about_token(demo, "HEAD", id).status == 200);
  CHECK(demo.get("/compute/v2.1/servers").status == 200);
  CHECK(about_token(demo, "DELETE", id).status == 204);
  CHECK(about_token(demo, "GET", id).status == 401);
  CHECK(demo.get("/compute/v2.1/servers").status == 401);
}

TEST_CASE("a wrong password, user, project or method is refused in Keystone's words", "[serve]") {
  const ServedCloud cloud;
  const Json body = GENERATE(password_auth("demo", "wrong", "demo"), password_auth("nobody", "secret", "demo"),
                             password_auth("demo", "secret", "admin"), password_auth("demo", "secret", "nothing"),
                             Json::parse(R"({"auth": {"identity": {"methods": ["saml2"]}}})"));
  const Answer refused = cloud.anonymous().post(tokens, body);
  CHECK(refused.status == 401);
  CHECK(refused.body.at("error").at("code") == 401);
  CHECK(refused.body.at("error").at("title") == "Unauthorized");
  CHECK_THAT(refused.header("WWW-Authenticate"), Catch::Contains("/identity"));
}

TEST_CASE("what is no request for a token is a bad request", "[serve]") {
  const ServedCloud cloud;
  const std::string body = GENERATE("", "{", "[]", "{}", R"({"auth": {}})", R"({"auth": {"identity": {}}})");
  CHECK(cloud.anonymous().send("POST", tokens, body).status == 400);
}

TEST_CASE("a token without a scope can be made one for a project, and lives no longer", "[serve]") {
  const ServedCloud cloud;
  const Answer unscoped = cloud.anonymous().post(tokens, password_auth("admin", "secret", ""));
  REQUIRE(unscoped.status == 201);
  CHECK_FALSE(unscoped.body.at("token").contains("project"));
  CHECK_FALSE(unscoped.body.at("token").contains("catalog"));
  const std::string id = unscoped.header("X-Subject-Token");
  CHECK(ApiClient(cloud.port(), id).get("/compute/v2.1/servers").status == 401);
  const Answer projects = ApiClient(cloud.port(), id).get("/identity/v3/auth/projects");
  CHECK(projects.body.at("projects").size() == 2);

  Json auth = password_auth("admin", "secret", "demo");
  auth["auth"]["identity"] = {{"methods", Json::array({"token"})}, {"token", {{"id", id}}}};
  const Answer scoped = cloud.anonymous().post(tokens, auth);
  REQUIRE(scoped.status == 201);
  CHECK(scoped.body.at("token").at("methods") == Json::array({"token", "password"}));
  CHECK(scoped.body.at("token").at("expires_at") <= unscoped.body.at("token").at("expires_at"));
}

TEST_CASE("an application credential gives a token for its own project", "[serve]") {
  const ServedCloud cloud;
  const Json credential = Json::parse(R"({"name": "demo-app", "secret": "secret",
                                          "user": {"name": "demo", "domain": {"name": "Default"}}})");
  Json auth{
      {"auth",
       {{"identity", {{"methods", Json::array({"application_credential"})}, {"application_credential", credential}}}}}};
  const Answer issued = cloud.anonymous().post(tokens, auth);
  REQUIRE(issued.status == 201);
  CHECK(issued.body.at("token").at("project").at("name") == "demo");
  auth["auth"]["identity"]["application_credential"]["secret"] = "wrong";
  CHECK(cloud.anonymous().post(tokens, auth).status == 401);
}

TEST_CASE("the catalog names the host that the client used", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const Answer answer = demo.send("GET", "/identity/v3/auth/catalog", "", {{"Host", "cloud.example:1234"}});
  REQUIRE(answer.status == 200);
  std::map<std::string, std::string> urls;
  for (const Json& service : answer.body.at("catalog")) {
    CHECK(service.at("endpoints").size() == 3);
    for (const Json& endpoint : service.at("endpoints")) {
      CHECK(endpoint.at("region") == "RegionOne");
      urls[service.at("type").get<std::string>()] = endpoint.at("url").get<std::string>();
    }
  }
  CHECK(urls == std::map<std::string, std::string>{{"identity", "http://cloud.example:1234/identity"},
                                                   {"compute", "http://cloud.example:1234/compute/v2.1"},
                                                   {"image", "http://cloud.example:1234/image"}});
}

TEST_CASE("Keystone's lists are for admins, and one's own user and project for oneself", "[serve]") {
  const ServedCloud cloud;
  const ApiClient admin = cloud.user("admin", "admin");
  const ApiClient demo = cloud.user();
  const std::string list = GENERATE("users", "projects", "domains", "services", "endpoints", "roles");
  CAPTURE(list);
  const Answer answer = admin.get("/identity/v3/" + list);
  REQUIRE(answer.status == 200);
  REQUIRE_FALSE(answer.body.at(list).empty());
  const std::string id = answer.body.at(list).at(0).at("id").get<std::string>();
  CHECK(admin.get("/identity/v3/" + list + "/" + id).status == 200);
  CHECK(admin.get("/identity/v3/" + list + "/none").body.at("error").at("code") == 404);
  CHECK(demo.get("/identity/v3/" + list).body.at("error").at("code") == 403);
  CHECK(cloud.anonymous().get("/identity/v3/" + list).status == 401);
  const Answer found = admin.get("/identity/v3/users?name=demo");
  REQUIRE(found.body.at("users").size() == 1);
  CHECK(demo.get("/identity/v3/users/" + found.body.at("users").at(0).at("id").get<std::string>()).status == 200);
}

TEST_CASE("a token ends with its time", "[serve]") {
  auto now = std::chrono::system_clock::now();
  TokenStore store(std::chrono::seconds(60), [&now] { return now; });
  const Token token = store.issue({"u", "demo", "p", "demo", {"member"}}, {"password"});
  CHECK(store.validate(token.id)->project_name == "demo");
  now += std::chrono::seconds(59);
  CHECK(store.validate(token.id));
  now += std::chrono::seconds(1);
  CHECK_FALSE(store.validate(token.id));
}

TEST_CASE("another Keystone checks the tokens, and is not asked twice", "[serve]") {
  const ServedCloud identity;
  StackOptions options = ServedCloud::fast();
  options.keystone_url = "http://127.0.0.1:" + std::to_string(identity.port()) + "/identity/v3";
  const ServedCloud cloud(options);
  const ApiClient there = identity.user();
  const ApiClient here(cloud.port(), there.token());
  CHECK(here.get("/compute/v2.1/servers").status == 200);
  CHECK(about_token(there, "DELETE", there.token()).status == 204);
  CHECK(here.get("/compute/v2.1/servers").status == 200);  // believed for 300 s
  CHECK(ApiClient(cloud.port(), "nonsense").get("/compute/v2.1/servers").status == 401);
  CHECK(here.get("/identity/v3").status == 404);
}

TEST_CASE("another Keystone is asked once for a request, and once in 300 s about a token that is valid", "[serve]") {
  const ServedCloud identity;
  // Stands before it, and counts.
  std::atomic<int> asked{0};
  httplib::Server counter;
  counter.Get("/identity/v3/auth/tokens", [&](const httplib::Request& request, httplib::Response& response) {
    ++asked;
    const Answer answer = identity.anonymous().send("GET", request.path, "",
                                                    {{"X-Auth-Token", request.get_header_value("X-Auth-Token")},
                                                     {"X-Subject-Token", request.get_header_value("X-Subject-Token")}});
    response.status = answer.status;
    response.set_content(answer.text, "application/json");
  });
  const int port = counter.bind_to_any_port("127.0.0.1");
  std::thread listener([&counter] { counter.listen_after_bind(); });
  {
    StackOptions options = ServedCloud::fast();
    options.keystone_url = "http://127.0.0.1:" + std::to_string(port) + "/identity/v3";
    const ServedCloud cloud(options);
    const ApiClient here(cloud.port(), identity.user().token());
    // Planned faults, Nova, and Glance behind its image API all want to know who it is.
    REQUIRE(here.post("/_snapsim/faults", {{"http", "compute"}, {"project", "nobody"}, {"status", 500}}).status == 201);
    const std::string id = here.new_server();
    for (int round = 0; round < 3; ++round) {
      CHECK(here.get("/compute/v2.1/servers").status == 200);
      CHECK(here.get("/compute/v2.1/images").status == 200);
      CHECK(here.get("/image/v2/images").status == 200);
      CHECK(here.act(id, {{"lock", nullptr}}).status == 202);
    }
    CHECK(asked == 1);
    const ApiClient nobody(cloud.port(), "nonsense");
    CHECK(nobody.get("/compute/v2.1/servers").status == 401);
    CHECK(asked == 2);
    CHECK(nobody.get("/image/v2/images").status == 401);
    CHECK(asked == 3);
    CHECK(here.get("/compute/v2.1/servers").status == 200);
    CHECK(asked == 3);
  }
  counter.stop();
  listener.join();
}

TEST_CASE("without the Keystone that was named, the service is unavailable", "[serve]") {
  StackOptions options = ServedCloud::fast();
  options.keystone_url = "http://127.0.0.1:1/v3";
  const ServedCloud cloud(options);
  CHECK(ApiClient(cloud.port(), "any").get("/compute/v2.1/servers").status == 503);
}

TEST_CASE("a users file that is not as it should be is told of by place", "[serve]") {
  const auto problem = [](const std::string& text) -> std::string {
    try {
      parse_users(text, "users.json");
    } catch (const UsersFileError& error) {
      return error.what();
    }
    return "";
  };
  CHECK_THAT(problem("{"), Catch::Contains("no JSON"));
  CHECK_THAT(problem(R"({"user": []})"), Catch::Contains("/user: unknown key; did you mean \"users\"?"));
  CHECK_THAT(problem(R"({"users": [{"name": "a"}]})"), Catch::Contains("/users/0: the key \"password\" is missing"));
  CHECK_THAT(problem(R"({"projects": ["demo"], "users": [{"name": "a", "password": "b", "roles": {"deno": []}}]})"),
             Catch::Contains("/users/0/roles/deno") && Catch::Contains("did you mean \"demo\"?"));
  const UserDirectory users = parse_users(
      R"({"projects": ["x"], "users": [{"name": "a", "password": "b", "roles": {"x": ["member"]}}]})", "users.json");
  REQUIRE(users.user_named("a") != nullptr);
  CHECK(users.user_named("a")->roles.at(users.project_named("x")->id) == std::vector<std::string>{"member"});
}

}  // namespace snapsim::test
