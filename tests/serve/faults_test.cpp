#include <thread>

#include <catch2/catch.hpp>

#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

Answer plan(const ServedCloud& cloud, const char* fault) {
  return cloud.anonymous().post("/_snapsim/faults", Json::parse(fault));
}

int happened(const ServedCloud& cloud, int id) {
  return cloud.anonymous().get("/_snapsim/faults/" + std::to_string(id)).body.at("happened").get<int>();
}

constexpr const char* servers = "/compute/v2.1/servers";

}  // namespace

TEST_CASE("a fault that was planned now is met by a snapshot made by HTTP", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string id = demo.new_server();
  demo.act(id, {{"createImage", {{"name", "good"}}}});
  demo.settled(id);
  CHECK(plan(cloud, R"({"at": "glance.upload.unavailable", "nth": "every"})").status == 201);
  const Answer accepted = demo.at("2.45").act(id, {{"createImage", {{"name", "bad"}}}});
  REQUIRE(accepted.status == 202);
  demo.settled(id);
  CHECK(happened(cloud, 0) == 4);  // the first attempt and three more
  const Json images = demo.get("/_snapsim/state").body.at("images");
  for (const Json& image : images) CHECK(image.at("name") != "bad");
  const std::string action = accepted.header("X-Openstack-Request-Id");
  const Answer shown = demo.get(servers + ("/" + id) + "/os-instance-actions/" + action);
  CHECK(shown.body.at("instanceAction").at("events").at(0).at("result") == "Error");

  CHECK(cloud.anonymous().del("/_snapsim/faults/0").status == 204);
  demo.act(id, {{"createImage", {{"name", "good again"}}}});
  demo.settled(id);
  CHECK(demo.get("/_snapsim/state").body.at("images").back().at("status") == "active");
}

TEST_CASE("a fault counts from when it was planned, and a moment too", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string id = demo.new_server();
  demo.act(id, {{"createImage", {{"name", "s1"}}}});
  demo.settled(id);
  CHECK(plan(cloud, R"({"at": "glance.create.error", "nth": 2})").status == 201);
  CHECK(demo.act(id, {{"createImage", {{"name", "s2"}}}}).status == 202);
  demo.settled(id);
  const Answer failed = demo.act(id, {{"createImage", {{"name", "s3"}}}});
  CHECK(failed.status == 500);
  CHECK_THAT(failed.body.at("computeFault").at("message").get<std::string>(),
             Catch::StartsWith("Unexpected API Error."));
  CHECK(plan(cloud, R"({"at": "compute.crash", "during": {"operation": "disk.extract", "nth": 1}})").status == 201);
  demo.act(id, {{"createImage", {{"name", "s4"}}}});
  demo.settled(id);
  CHECK(happened(cloud, 1) == 1);
  CHECK(cloud.anonymous().get("/_snapsim/verdict").body.at("verdict") == "violated");
}

TEST_CASE("a request under way gets no answer when nova-api dies", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string id = demo.new_server();
  plan(cloud, R"({"at": "api.crash", "after": {"operation": "glance.create"}, "restart_after_ms": null})");
  CHECK(demo.act(id, {{"createImage", {{"name", "s"}}}}).status == 0);
  CHECK(demo.get(servers).status == 0);
  CHECK(cloud.anonymous().post("/_snapsim/reset", Json::object()).status == 204);
  CHECK(demo.get(servers).body.at("servers").empty());
}

TEST_CASE("a bad fault is refused with its place and what was probably meant, and nothing is planned", "[serve]") {
  const ServedCloud cloud;
  const auto message = [&cloud](const char* fault) {
    const Answer refused = plan(cloud, fault);
    CHECK(refused.status == 400);
    return refused.body.at("error").at("message").get<std::string>();
  };
  CHECK_THAT(message(R"({"at": "glance.uplod.reset"})"), Catch::Contains("did you mean \"glance.upload.reset\"?"));
  CHECK_THAT(message(R"({"at": "glance.upload.reset", "instance": "none"})"), Catch::Contains("instance"));
  CHECK_THAT(message(R"({"http": "compute", "stauts": 503})"), Catch::Contains("did you mean \"status\"?"));
  CHECK_THAT(message(R"({"http": "compute", "status": 200})"), Catch::Contains("from 400 to 599"));
  CHECK_THAT(message(R"({"http": "compute"})"), Catch::Contains("nothing happens"));
  message(R"([{"at": "glance.upload.reset"}, {"at": "nothing"}])");
  CHECK(cloud.anonymous().get("/_snapsim/faults").body.at("faults").empty());
}

TEST_CASE("a body that is nothing but brackets is refused before it is built", "[serve]") {
  const ServedCloud cloud;
  const auto message = [&cloud](const std::string& body) {
    const Answer refused = cloud.anonymous().send("POST", "/_snapsim/faults", body);
    CHECK(refused.status == 400);
    return refused.body.at("error").at("message").get<std::string>();
  };
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(message(nested(500'000)) == "the body is nested too deeply");
  CHECK(message(std::string(1'000'000, '[')) == "the body is nested too deeply");
  CHECK(message(nested(33)) == "the body is nested too deeply");
  CHECK(message(nested(32)) != "the body is nested too deeply");
  CHECK(message("[{") == "the body is no JSON");
}

TEST_CASE("a fault is changed, taken back and planned anew", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  plan(cloud, R"({"http": "compute", "method": "GET", "path": "/v2.1/servers", "status": 503, "nth": "every"})");
  const ApiClient anybody = cloud.anonymous();
  CHECK(demo.get(servers).status == 503);
  CHECK(anybody.patch("/_snapsim/faults/0", {{"status", 429}}).status == 200);
  CHECK(demo.get(servers).body.at("overLimit").at("code") == 429);
  CHECK(anybody.patch("/_snapsim/faults/0", {{"enabled", false}}).body.at("enabled") == false);
  CHECK(demo.get(servers).status == 200);
  CHECK(anybody.patch("/_snapsim/faults/0", {{"enabled", true}}).status == 200);
  CHECK(demo.get(servers).status == 429);
  CHECK(anybody.del("/_snapsim/faults").status == 204);
  CHECK(demo.get(servers).status == 200);
  CHECK(anybody.get("/_snapsim/faults/7").status == 404);
}

TEST_CASE("HTTP faults go by service, method, path, project and action", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const ApiClient admin = cloud.user("admin", "admin");
  const std::string id = demo.new_server();
  plan(cloud, R"({"http": "compute", "project": "admin", "status": 500, "nth": "every"})");
  CHECK(demo.get(servers).status == 200);
  CHECK(admin.get(servers).status == 500);
  plan(cloud, R"({"http": "compute", "action": "os-stop", "status": 502})");
  CHECK(demo.act(id, {{"createImage", {{"name", "s"}}}}).status == 202);
  demo.settled(id);
  CHECK(demo.act(id, {{"os-stop", nullptr}}).status == 502);
  CHECK(demo.settled(id).at("status") == "ACTIVE");
  CHECK(demo.act(id, {{"os-stop", nullptr}}).status == 202);
  plan(cloud, R"({"http": "identity", "method": "POST", "path": "*tokens", "status": 503})");
  CHECK(cloud.anonymous().post("/identity/v3/auth/tokens", Json::object()).body.at("error").at("code") == 503);
}

TEST_CASE("an answer is lost after its effect, cut, reset, delayed or slow", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string id = demo.new_server();
  plan(cloud, R"({"http": "compute", "action": "os-stop", "status": 503, "after_effect": true})");
  CHECK(demo.act(id, {{"os-stop", nullptr}}).status == 503);
  CHECK(demo.settled(id).at("status") == "SHUTOFF");

  plan(cloud, R"({"http": "compute", "action": "os-start", "reset_after_bytes": 0})");
  CHECK(demo.act(id, {{"os-start", nullptr}}).status == 0);
  CHECK(demo.settled(id).at("status") == "SHUTOFF");
  plan(cloud, R"({"http": "compute", "action": "os-start", "reset_after_bytes": 0, "after_effect": true})");
  CHECK(demo.act(id, {{"os-start", nullptr}}).status == 0);
  CHECK(demo.settled(id).at("status") == "ACTIVE");
  plan(cloud, R"({"http": "compute", "method": "GET", "path": "/v2.1/flavors", "reset_after_bytes": 300})");
  CHECK(demo.get("/compute/v2.1/flavors").status == 0);

  plan(cloud, R"({"http": "compute", "path": "/v2.1/limits", "delay_ms": 200})");
  const auto begun = std::chrono::steady_clock::now();
  CHECK(demo.get("/compute/v2.1/limits").status == 200);
  CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::milliseconds(200));
  plan(cloud, R"({"http": "compute", "path": "/v2.1/os-keypairs", "body_bytes_per_s": 2000})");
  const auto begun_slow = std::chrono::steady_clock::now();
  CHECK(demo.get("/compute/v2.1/os-keypairs").status == 200);
  CHECK(std::chrono::steady_clock::now() - begun_slow >= std::chrono::milliseconds(100));
}

TEST_CASE("of faults by probability the seed says which happen", "[serve]") {
  const auto hits = [](std::uint64_t seed) {
    HttpFaults faults;
    HttpFault fault;
    fault.nth = HttpFault::every;
    fault.probability = 0.5;
    fault.seed = seed;
    fault.status = 503;
    faults.add(fault);
    std::vector<bool> hit;
    for (int i = 0; i < 64; ++i) hit.push_back(faults.meet({"compute", "GET", "/", "", nullptr}).has_value());
    return hit;
  };
  CHECK(hits(1) == hits(1));
  CHECK(hits(1) != hits(2));
  const std::vector<bool> some = hits(1);
  const auto count = std::count(some.begin(), some.end(), true);
  CHECK(count > 16);
  CHECK(count < 48);
}

TEST_CASE("a star in a pattern stands for any characters", "[serve]") {
  CHECK(matches_pattern("*", ""));
  CHECK(matches_pattern("/servers/*/action", "/servers/x/y/action"));
  CHECK(matches_pattern("a*b*c", "aXbYbZc"));
  CHECK_FALSE(matches_pattern("/servers", "/servers/detail"));
  CHECK_FALSE(matches_pattern("a*b", "aXbY"));
  CHECK_FALSE(matches_pattern("", "x"));
}

}  // namespace snapsim::test
