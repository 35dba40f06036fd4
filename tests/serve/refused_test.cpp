// A fault of HTTP by which connections are refused for a while.

#include <cerrno>
#include <chrono>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

#include <catch2/catch.hpp>

#include "real/http/http_listener.hpp"
#include "real/unique_fd.hpp"
#include "tests/fake_glance/raw_http.hpp"
#include "tests/main/program.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

using RefusalClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// What connect(2) says of that port: 0, or errno.
int connect_error(int port) {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ? 0 : errno;
}

/// Waits until connections are taken again; gives when that was.
RefusalClock::time_point opened(int port) {
  const auto end = RefusalClock::now() + long_enough;
  while (connect_error(port) != 0) {
    REQUIRE(RefusalClock::now() < end);
    std::this_thread::sleep_for(milliseconds(5));
  }
  return RefusalClock::now();
}

const std::string flavors = "/compute/v2.1/flavors";

}  // namespace

TEST_CASE("a fault that refuses resets its request, and lets nobody in until its time is over", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  testing::RawConnection kept(cloud.port());
  kept.send("GET /_snapsim/operations HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(kept.receive().status == 200);
  const Json fault{{"operation", "flavor_list"}, {"refuse_ms", 700}, {"nth", 2}};
  REQUIRE(cloud.anonymous().post("/_snapsim/faults", fault).status == 201);
  CHECK(demo.get(flavors).status == 200);
  const auto begun = RefusalClock::now();
  CHECK(demo.get(flavors).status == 0);
  CHECK(connect_error(cloud.port()) == ECONNREFUSED);
  CHECK(demo.get("/image/v2/images").status == 0);
  CHECK(kept.is_closed_by_server());
  CHECK(opened(cloud.port()) - begun >= milliseconds(700));
  CHECK(demo.get(flavors).status == 200);
  CHECK(cloud.anonymous().get("/_snapsim/faults/0").body.at("happened") == 1);
  CHECK(cloud.anonymous().post("/_snapsim/reset", Json::object()).status == 204);
}

TEST_CASE("a fault that refuses comes after the effect, or after some bytes, where that is said", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const auto plan = [&](const char* fault) {
    REQUIRE(cloud.anonymous().post("/_snapsim/faults", Json::parse(fault)).status == 201);
  };
  const Json image{{"name", "made"}};
  const auto count = [&] { return demo.get("/image/v2/images?name=made").body.at("images").size(); };
  plan(R"({"operation": "image_create", "refuse_ms": 30})");
  CHECK(demo.post("/image/v2/images", image).status == 0);
  opened(cloud.port());
  CHECK(count() == 0);
  plan(R"({"operation": "image_create", "refuse_ms": 30, "after_effect": true})");
  CHECK(demo.post("/image/v2/images", image).status == 0);
  opened(cloud.port());
  CHECK(count() == 1);
  plan(R"({"operation": "flavor_list", "refuse_ms": 30, "reset_after_bytes": 20})");
  CHECK(demo.get(flavors).status == 0);
  opened(cloud.port());
  plan(R"({"operation": "createImage", "refuse_ms": 30})");
  CHECK(demo.act(demo.new_server(), {{"createImage", {{"name", "s"}}}}).status == 0);
  opened(cloud.port());
}

TEST_CASE("of several times to refuse the latest counts, and the port is kept meanwhile", "[serve]") {
  HttpListener listener;
  listener.open("127.0.0.1", 0);
  const int port = listener.port();
  const auto begin = HttpListener::Clock::now();
  CHECK(connect_error(port) == 0);
  CHECK_FALSE(listener.reopen(begin));
  listener.refuse_until(begin + milliseconds(100));
  listener.refuse_until(begin + milliseconds(300));
  listener.refuse_until(begin + milliseconds(200));
  CHECK(connect_error(port) == ECONNREFUSED);
  CHECK_FALSE(listener.reopen(begin + milliseconds(299)));
  CHECK(connect_error(port) == ECONNREFUSED);
  {
    const UniqueFd other(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    CHECK(::bind(other.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0);
  }
  CHECK(listener.reopen(begin + milliseconds(300)));
  CHECK(listener.port() == port);
  CHECK_FALSE(listener.reopening().has_value());
  CHECK(connect_error(port) == 0);
}

TEST_CASE("where another has taken the port meanwhile, it is tried again", "[serve]") {
  HttpListener listener;
  listener.open("127.0.0.1", 0);
  const auto begin = HttpListener::Clock::now();
  listener.refuse_until(begin);
  {
    HttpListener other;
    other.open("127.0.0.1", listener.port());
    CHECK_FALSE(listener.reopen(begin));
    REQUIRE(listener.reopening().has_value());
    CHECK(*listener.reopening() > begin);
  }
  CHECK(listener.reopen(*listener.reopening()));
  CHECK(connect_error(listener.port()) == 0);
}

TEST_CASE("while connections are refused, the cloud ends at once", "[serve]") {
  ServedCloud cloud;
  const Json fault{{"operation", "flavor_list"}, {"refuse_ms", 3'600'000}};
  REQUIRE(cloud.anonymous().post("/_snapsim/faults", fault).status == 201);
  CHECK(cloud.user().get(flavors).status == 0);
  const auto begun = RefusalClock::now();
  cloud.stack().stop();
  CHECK(RefusalClock::now() - begun < std::chrono::seconds(30));
  CHECK(connect_error(cloud.port()) == ECONNREFUSED);
}

TEST_CASE("a fault that refuses is saved with the session, and happens again", "[serve]") {
  const auto seen = [](const ServedCloud& cloud, bool plans) {
    const ApiClient demo = cloud.user();
    std::vector<int> statuses{demo.get(flavors).status};
    const Json fault{{"operation", "flavor_list"}, {"refuse_ms", 20}};
    if (plans) REQUIRE(cloud.anonymous().post("/_snapsim/faults", fault).status == 201);
    for (int i = 0; i < 3; ++i) {
      statuses.push_back(demo.get(flavors).status);
      opened(cloud.port());
    }
    return statuses;
  };
  const ServedCloud first;
  CHECK(seen(first, true) == std::vector<int>{200, 0, 200, 200});
  const Json saved = first.anonymous().get("/_snapsim/session/http-faults").body;
  REQUIRE(saved.size() == 1);
  CHECK(saved[0].at("refuse_ms") == 20);
  const ServedCloud second;
  REQUIRE(second.anonymous().post("/_snapsim/faults", saved).status == 201);
  CHECK(seen(second, false) == std::vector<int>{200, 0, 200, 200});
}

TEST_CASE("a bad time to refuse is refused in words", "[serve]") {
  const ServedCloud cloud;
  const auto message = [&cloud](const Json& fault) {
    const Answer refused = cloud.anonymous().post("/_snapsim/faults", fault);
    CHECK(refused.status == 400);
    return refused.body.at("error").at("message").get<std::string>();
  };
  for (const Json& bad : {Json(0), Json(-1), Json(3'600'001), Json("1"), Json(1.5), Json(true)}) {
    CAPTURE(bad.dump());
    CHECK_THAT(message({{"http", "image"}, {"refuse_ms", bad}}),
               Catch::Contains("/refuse_ms: must be a whole number from 1 to 3600000"));
  }
  CHECK_THAT(message({{"http", "image"}, {"refused_ms", 1}}), Catch::Contains("did you mean \"refuse_ms\"?"));
  CHECK_THAT(message({{"http", "image"}}), Catch::Contains("refuse_ms"));
}

}  // namespace snapsim::test
