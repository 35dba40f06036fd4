// What no client of good will sends to the served cloud.

#include <catch2/catch.hpp>

#include "tests/fake_glance/raw_http.hpp"
#include "tests/serve/hostile_cloud_requests.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

/// The status of the answer to these bytes, after which the client sends nothing more.
int status_of_bytes(const ServedCloud& cloud, const std::string& bytes) {
  testing::RawConnection connection(cloud.port());
  connection.send(bytes);
  connection.end_sending();
  return connection.receive().status;
}

}  // namespace

TEST_CASE("what is malformed or too large is refused at the front door, for every service", "[serve]") {
  const ServedCloud cloud;
  const std::string place = GENERATE("/identity/v3", "/compute/v2.1", "/image/v2/images", "/_snapsim/state", "/");
  const auto status_with = [&](const std::string& header) {
    return status_of_bytes(cloud, "GET " + place + " HTTP/1.1\r\n" + header + "\r\n\r\n");
  };
  CHECK(status_with("A b: c") == 400);
  CHECK(status_with("Content-Length: 1\r\nTransfer-Encoding: chunked") == 400);
  CHECK(status_with("A: " + std::string(9000, 'a')) == 431);
  CHECK(status_of_bytes(cloud, "GET " + place + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n") == 414);
  CHECK(status_of_bytes(cloud, "GET " + place + " HTTP/3\r\n\r\n") == 505);
  CHECK(status_of_bytes(cloud, "BREW " + place + " HTTP/1.1\r\n\r\n") == 501);
}

TEST_CASE("a body of a request to the cloud is taken in chunks as well, and as it is", "[serve]") {
  const ServedCloud cloud;
  const std::string demo = "X-Auth-Token: " + cloud.user().token() + "\r\n";
  const auto post = [&](const std::string& headers, const std::string& body) {
    return status_of_bytes(cloud, "POST /compute/v2.1/servers HTTP/1.1\r\n" + demo + headers + "\r\n" + body);
  };
  const std::string server =
      R"({"server": {"name": "x", "flavorRef": "1", "imageRef": ")" + cloud.user().base_image() + R"("}})";
  char size[20];
  std::snprintf(size, sizeof(size), "%zx\r\n", server.size());
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  CHECK(post(chunked, size + server + "\r\n0\r\n\r\n") == 202);
  CHECK(post(chunked, "zz\r\n" + server + "\r\n0\r\n\r\n") == 400);
  CHECK(post(chunked + "Content-Encoding: gzip\r\n", size + server + "\r\n0\r\n\r\n") == 202);
  CHECK(post("", "") == 400);
  CHECK(post("Content-Length: 5\r\n", "{}") == 400);
}

TEST_CASE("Keystone and Nova take bodies of 112 KiB, as oslo.middleware lets them", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string place = GENERATE("/identity/v3/auth/tokens", "/compute/v2.1/servers");
  const std::string longest(114'688, '[');
  CHECK(demo.send("POST", place, longest).status == 400);
  const Answer refused = demo.send("POST", place, longest + "[", {{"Accept", "application/json"}});
  CHECK(refused.status == 413);
  CHECK(refused.body ==
        Json{{"message", "Request is too large. Larger than max_request_body_size (114688).<br /><br />\n\n\n"},
             {"code", "413 Request Entity Too Large"},
             {"title", "Request Entity Too Large"}});
  CHECK_THAT(refused.header("X-Openstack-Request-Id"), Catch::StartsWith("req-"));
  CHECK_THAT(demo.send("POST", place, longest + "[", {{"Accept", "*/*"}}).text, Catch::StartsWith("<html>"));
  testing::RawConnection connection(cloud.port());
  connection.send("POST " + place +
                  " HTTP/1.1\r\nAccept: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1c001\r\n" + longest +
                  "[\r\n0\r\n\r\n");
  const auto chunked = connection.receive();
  CHECK(chunked.status == 413);
  CHECK_THAT(chunked.body, Catch::Contains("Request is too large. Larger than 114688."));
}

TEST_CASE("other bodies in memory are of at most 1 MiB", "[serve]") {
  const ServedCloud cloud;
  const std::string largest(1024 * 1024, '[');
  CHECK(cloud.anonymous().send("POST", "/_snapsim/faults", largest).status == 400);
  const Answer refused = cloud.anonymous().send("POST", "/_snapsim/faults", largest + "[");
  CHECK(refused.status == 413);
  CHECK(refused.text == "The body of the request is too large.");
}

TEST_CASE("the longest path that is let in is looked through", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  for (const char* const begin : {"/compute/v2.1/servers/", "/compute/v2.1/servers/x/metadata/", "/identity/v3/users/",
                                  "/_snapsim/faults/", "/image/v2/images/", "/"}) {
    const std::string path = begin + std::string(7900 - std::string(begin).size(), 'a');
    CHECK(demo.get(path).status / 100 == 4);
  }
}

TEST_CASE("more connections than any number of threads are kept open, and others served meanwhile", "[serve]") {
  const ServedCloud cloud;
  std::vector<testing::RawConnection> idle;
  idle.reserve(300);
  for (int i = 0; i < 300; ++i) idle.emplace_back(cloud.port());
  for (testing::RawConnection& connection : idle) connection.send("GET /_snapsim/state HTTP/1.1\r\n\r\n");
  for (testing::RawConnection& connection : idle) REQUIRE(connection.receive().status == 200);
  CHECK(cloud.anonymous().get("/identity/v3").status == 200);
  for (testing::RawConnection& connection : idle) connection.send("GET /_snapsim/state HTTP/1.1\r\n\r\n");
  for (testing::RawConnection& connection : idle) REQUIRE(connection.receive().status == 200);
}

TEST_CASE("a client that is slow in the middle of a request does not hold the cloud up", "[serve]") {
  StackOptions options = ServedCloud::fast();
  options.patience = std::chrono::milliseconds(300);
  const ServedCloud cloud(options);
  testing::RawConnection head(cloud.port());
  head.send("GET /compute/v2.1/servers HTTP/1.1\r\nX-Auth");
  testing::RawConnection body(cloud.port());
  body.send("POST /identity/v3/auth/tokens HTTP/1.1\r\nContent-Length: 10\r\n\r\n{");
  CHECK(cloud.anonymous().get("/identity/v3").status == 200);
  CHECK(body.receive().status == 400);
  CHECK(head.is_closed_by_server());
}

// serve_fuzz sends as many as one likes.
TEST_CASE("thousands of hostile requests to all services are answered or cut, and harm nobody", "[serve]") {
  testing::HostileTally tally;
  CHECK(fuzz_served_cloud(3000, 2, tally) == 3000);
  CHECK(tally.count(0) < 1000);
  CHECK(tally.count(2) > 300);
}

}  // namespace snapsim::test
