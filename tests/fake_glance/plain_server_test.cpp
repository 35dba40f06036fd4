// The front on a server of cpp-httplib's own, as whoever embeds it may have one.

#include <httplib.h>
#include <thread>

#include <catch2/catch.hpp>

#include "fake_glance/http/glance_front.hpp"
#include "tests/fake_glance/http_bench.hpp"
#include "tests/real/test_support.hpp"

namespace snapsim {

TEST_CASE("the front serves images on any server of cpp-httplib, below a prefix", "[fake_glance]") {
  test::TemporaryFolder folder;
  Catalogue* rows = nullptr;
  ImageFolder store(folder.path(), [&](ImageId image) { return rows->row(image).uuid; });
  Catalogue catalogue(store, nullptr, nullptr);
  rows = &catalogue;
  Glance glance(store, catalogue);
  ImageService service{glance, catalogue, store};
  TokenTable tokens = TokenTable::built_in();
  GlanceFront front(service, tokens);
  httplib::Server server;
  front.mount(server, "/image");
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread thread([&] { server.listen_after_bind(); });
  const auto call = [&](const std::string& method, const std::string& target, const std::string& body,
                        testing::RawHeaders headers) {
    headers.emplace_back("X-Auth-Token", "demo");
    headers.emplace_back("Connection", "close");
    return testing::raw_exchange(port, method, "/image/v2/images" + target, headers, body);
  };
  const testing::RawResponse made =
      call("POST", "", R"({"disk_format": "raw", "container_format": "bare"})", {{"Content-Type", "application/json"}});
  CHECK(made.status == 201);
  const std::string id = OrderedJson::parse(made.body)["id"];
  const std::string data(700'000, 'd');
  CHECK(call("PUT", "/" + id + "/file", data, {{"Content-Type", "application/octet-stream"}}).status == 204);
  CHECK((call("GET", "/" + id + "/file", "", {{"Accept-Encoding", "gzip"}}).body == data));
  const testing::RawResponse part = call("GET", "/" + id + "/file", "", {{"Range", "bytes=1-3"}});
  CHECK(part.status == 206);
  CHECK(part.header("content-range") == "bytes 1-3/700000");
  CHECK(part.body == "ddd");
  CHECK(call("DELETE", "/" + id, "", {}).status == 204);
  CHECK(call("GET", "/" + id, "", {}).status == 404);
  server.stop();
  thread.join();
}

}  // namespace snapsim
