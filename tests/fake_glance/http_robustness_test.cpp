// What no client of good will sends, and what too many clients do at once.

#include <algorithm>
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "real/http/http_head.hpp"
#include "tests/fake_glance/hostile_requests.hpp"
#include "tests/fake_glance/http_bench.hpp"
#include "tests/real/test_support.hpp"

namespace snapsim {
namespace {

using test::TemporaryFolder;
using testing::HttpBench;
using testing::RawConnection;
using testing::RawResponse;

int status_of(HttpBench& bench, const std::string& text) {
  RawConnection connection(bench.server.port());
  connection.send(text);
  connection.end_sending();
  return connection.receive().status;
}

std::string get(const std::string& headers) {
  return "GET /v2/images HTTP/1.1\r\nX-Auth-Token: demo\r\n" + headers + "\r\n";
}

std::size_t files_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) count += entry.is_regular_file();
  return count;
}

}  // namespace

TEST_CASE("a malformed request is refused with a status that says why", "[fake_glance]") {
  HttpBench bench;
  CHECK(status_of(bench, "hello\r\n\r\n") == 400);
  CHECK(status_of(bench, "GET /v2/images HTTP/2.0\r\n\r\n") == 505);
  CHECK(status_of(bench, "BREW /v2/images HTTP/1.1\r\n\r\n") == 501);
  CHECK(status_of(bench, "GET v2/images HTTP/1.1\r\n\r\n") == 400);
  CHECK(status_of(bench, get("A b: c\r\n")) == 400);
  CHECK(status_of(bench, get("A: b\r\n c\r\n")) == 400);
  CHECK(status_of(bench, get("A: b\x01\r\n")) == 400);
  CHECK(status_of(bench, get("Content-Length: 1x\r\n")) == 400);
  CHECK(status_of(bench, get("Content-Length: -1\r\n")) == 400);
  CHECK(status_of(bench, get("Content-Length: 1\r\nContent-Length: 2\r\n")) == 400);
  CHECK(status_of(bench, get("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")) == 400);
  CHECK(status_of(bench, get("Transfer-Encoding: gzip\r\n")) == 501);
  CHECK(status_of(bench, "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n") == 414);
  CHECK(status_of(bench, get("A: " + std::string(9000, 'a') + "\r\n")) == 431);
  CHECK(status_of(bench, get(std::string(80000, 'a'))) == 431);
  CHECK(status_of(bench, get("Content-Length: 3\r\n") + "abc") == 200);
  CHECK(status_of(bench, "DELETE /v2/images/x HTTP/1.1\r\nX-Auth-Token: demo\r\nContent-Length: 1\r\n\r\na") == 400);
  CHECK(status_of(bench, get("")) == 200);
}

TEST_CASE("a JSON body that is too deep or too long is refused", "[fake_glance]") {
  HttpBench bench;
  const auto post = [&](const std::string& body) { return bench.call("demo", "POST", "/v2/images", body).status; };
  CHECK(post("{\"name\": " + std::string(100'000, '[') + std::string(100'000, ']') + "}") == 400);
  CHECK(post("{\"name\": \"" + std::string(20'000'000, 'x') + "\"}") == 413);
  CHECK(post("{\"name\": \"\xff\"}") == 400);
  CHECK(post("7") == 400);
  CHECK(bench.call("demo", "GET", "/v2/images").status == 200);
}

TEST_CASE("no path of a request leads out of the server's folder", "[fake_glance]") {
  TemporaryFolder outer;
  HttpBench bench(outer.path() / "data");
  for (const char* id : {"..%2f..%2fescape", "../../escape", "%2e%2e", "..", "a%00b", "%ff"}) {
    const std::string path = std::string("/v2/images/") + id;
    INFO(path);
    for (const char* end : {"/file", "/stage"}) {
      const int status =
          bench.call("demo", "PUT", path + end, "x", {{"Content-Type", "application/octet-stream"}}).status;
      CHECK((status == 404 || status == 400 || status == 405 || status == 300));
    }
  }
  CHECK(bench.call("demo", "POST", "/v2/images", R"({"id": "../../../../../../../../../escape00"})").status == 400);
  CHECK(!std::filesystem::exists(outer.path() / "escape"));
  CHECK(files_in(outer.path() / "data" / "images") == 0);
}

// glance_fuzz sends as many as one likes.
TEST_CASE("thousands of hostile requests are all answered or cut, and harm nobody", "[fake_glance]") {
  TemporaryFolder folder;
  HttpBench bench(folder.path() / "data");
  testing::HostileRequests hostile(2);
  testing::HostileTally tally;
  for (int i = 0; i < 3000; ++i) {
    if (i % 100 == 0) hostile.use_image(bench.create_raw(i % 200 == 0 ? "hello glance" : ""));
    REQUIRE(tally.send(bench.server.port(), hostile.next()));
  }
  CHECK(tally.count(0) < 1000);
  CHECK(tally.count(2) > 200);
  CHECK(bench.call("demo", "GET", "/v2/images").status == 200);
  const std::filesystem::directory_iterator outer(folder.path());
  CHECK(std::distance(begin(outer), end(outer)) == 1);
}

TEST_CASE("any bytes are a head that is taken or refused", "[fake_glance]") {
  rc::prop("inspected_head ends, and says why it refuses", [](const std::string& text) {
    const HttpHead head = inspected_head(text);
    RC_ASSERT(head.error_status == 0 || !head.error.empty());
  });
}

TEST_CASE("1,000 idle connections wait without a thread, and others are served meanwhile", "[fake_glance]") {
  // Both ends are in this process.
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const rlimit raised{std::min<rlim_t>(limit.rlim_max, 4096), limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &raised) == 0);
  REQUIRE(raised.rlim_cur >= 2100);
  HttpBench bench;
  std::vector<RawConnection> idle;
  idle.reserve(1000);
  const std::string request = get("");
  for (int i = 0; i < 1000; ++i) idle.emplace_back(bench.server.port());
  for (RawConnection& connection : idle) connection.send(request);
  for (RawConnection& connection : idle) REQUIRE(connection.receive().status == 200);
  CHECK(bench.call("demo", "GET", "/v2/images").status == 200);
  for (RawConnection& connection : idle) connection.send(request);
  for (RawConnection& connection : idle) REQUIRE(connection.receive().status == 200);
  idle.clear();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

TEST_CASE("a client that is slow in the middle of a request is given up after a while", "[fake_glance]") {
  HttpBench bench(std::nullopt, std::chrono::milliseconds(300));
  const std::string id = bench.create_raw();
  RawConnection head(bench.server.port());
  head.send("GET /v2/images HTTP/1.1\r\nX-Auth");
  RawConnection body(bench.server.port());
  body.send(testing::request_text(
      "PUT", "/v2/images/" + id + "/file",
      {{"X-Auth-Token", "demo"}, {"Content-Type", "application/octet-stream"}, {"Content-Length", "10"}}, "12345"));
  CHECK(bench.wait_for_status(id, "queued") == "queued");
  CHECK(body.receive().status == 400);
  CHECK(head.is_closed_by_server());
}

TEST_CASE("requests that come in one go are answered in their order", "[fake_glance]") {
  HttpBench bench;
  RawConnection connection(bench.server.port());
  connection.send(get("") + "GET /healthcheck HTTP/1.1\r\n\r\n" +
                  "PUT /v2/images/x/file HTTP/1.1\r\nX-Auth-Token: demo\r\nContent-Length: 5\r\n\r\nhello" +
                  "GET /healthcheck HTTP/1.1\r\nConnection: close\r\n\r\n");
  CHECK(connection.receive().status == 200);
  CHECK(connection.receive().body == "OK");
  CHECK(connection.receive().status == 415);
  CHECK(connection.receive().body == "OK");
  CHECK(connection.is_closed_by_server());
}

}  // namespace snapsim
