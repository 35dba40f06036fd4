// Uploads, downloads and what a server leaves behind in its folder, over real sockets.

#include <cstdio>

#include <catch2/catch.hpp>

#include "tests/fake_glance/http_bench.hpp"
#include "tests/fake_glance/image_bytes.hpp"
#include "tests/real/test_support.hpp"

namespace snapsim {
namespace {

using test::TemporaryFolder;
using testing::hash_of;
using testing::HttpBench;
using testing::pattern;
using testing::RawConnection;
using testing::RawHeaders;
using testing::RawResponse;
using testing::request_text;

const RawHeaders binary{{"Content-Type", "application/octet-stream"}};

std::string chunked(const std::string& data, std::size_t chunk) {
  std::string out;
  char size[32];
  for (std::size_t at = 0; at < data.size(); at += chunk) {
    const std::string part = data.substr(at, chunk);
    std::snprintf(size, sizeof(size), "%zx\r\n", part.size());
    out += size + part + "\r\n";
  }
  return out + "0\r\n\r\n";
}

}  // namespace

TEST_CASE("an upload of many buffers comes back byte for byte, with the right hashes", "[fake_glance]") {
  HttpBench bench;
  const std::string data = pattern(5'000'017);
  const std::string id = bench.create_raw();
  const bool is_chunked = GENERATE(false, true);
  RawHeaders headers = binary;
  if (is_chunked) headers.emplace_back("Transfer-Encoding", "chunked");
  const RawResponse stored =
      bench.call("demo", "PUT", "/v2/images/" + id + "/file", is_chunked ? chunked(data, 65536) : data, headers);
  REQUIRE(stored.status == 204);
  const OrderedJson image = bench.show(id);
  CHECK(image["size"] == data.size());
  CHECK(image["checksum"] == hash_of("md5", data));
  CHECK(image["os_hash_value"] == hash_of("sha512", data));
  const RawResponse loaded = bench.call("demo", "GET", "/v2/images/" + id + "/file");
  CHECK(loaded.header("content-md5") == hash_of("md5", data));
  CHECK((loaded.body == data));
  const RawResponse part =
      bench.call("demo", "GET", "/v2/images/" + id + "/file", "", {{"Range", "bytes=4000000-4999999"}});
  CHECK(part.status == 206);
  CHECK(part.header("content-range") == "bytes 4000000-4999999/5000017");
  CHECK((part.body == data.substr(4'000'000, 1'000'000)));
}

TEST_CASE("ranges are those of RFC 9110, one at a time", "[fake_glance]") {
  HttpBench bench;
  const std::string id = bench.create_raw("0123456789");
  const auto range = [&](const std::string& value) {
    return bench.call("demo", "GET", "/v2/images/" + id + "/file", "", {{"Range", value}});
  };
  CHECK(range("bytes=0-0").body == "0");
  CHECK(range("bytes=7-").body == "789");
  CHECK(range("BYTES = 2 - 3").body == "23");
  CHECK(range("bytes=-100").body == "0123456789");
  CHECK(range("bytes=-100").header("content-range") == "bytes 0-9/10");
  CHECK(range("bytes=10-").status == 416);
  CHECK(range("bytes=3-2").status == 416);
  CHECK(range("bytes=-").status == 416);
  CHECK(range("bytes=99999999999999999999-").status == 416);
  CHECK(range("bytes=0-1,3-4").status == 400);
  for (const char* name : {"Range", "Content-Range"}) {
    for (const char* value : {"", "  "}) {
      const RawResponse empty = bench.call("demo", "GET", "/v2/images/" + id + "/file", "", {{name, value}});
      CHECK(empty.status == 416);
      CHECK_THAT(empty.body, Catch::Contains("Invalid " + std::string(name) + " header."));
    }
  }
  const RawResponse content_range =
      bench.call("demo", "GET", "/v2/images/" + id + "/file", "", {{"Content-Range", "bytes 1-3/*"}});
  CHECK(content_range.status == 206);
  CHECK(content_range.body == "123");
}

TEST_CASE("an image that is deleted while it is uploaded is gone, and so is its data", "[fake_glance]") {
  TemporaryFolder folder;
  HttpBench bench(folder.path());
  const std::string id = bench.create_raw();
  RawConnection connection(bench.server.port());
  connection.send(request_text("PUT", "/v2/images/" + id + "/file",
                               {{"X-Auth-Token", "demo"}, binary[0], {"Content-Length", "2000"}},
                               std::string(1000, 'x')));
  REQUIRE(bench.wait_for_status(id, "saving") == "saving");
  CHECK(bench.call("demo", "DELETE", "/v2/images/" + id).status == 204);
  CHECK(bench.show(id).is_null());
  connection.send(std::string(1000, 'x'));
  const RawResponse gone = connection.receive();
  CHECK(gone.status == 410);
  CHECK(gone.body == "410 Gone\n\nImage " + id +
                         " could not be found after upload. The image may have been deleted during the upload, "
                         "cleaning up the chunks uploaded.\n\n   ");
  CHECK(std::filesystem::is_empty(folder.path() / "images"));
  CHECK(bench.call("demo", "POST", "/v2/images", "{\"id\": \"" + id + "\"}").status == 409);
}

TEST_CASE("data is only taken for images with formats, of the right type, by their owner", "[fake_glance]") {
  HttpBench bench;
  const std::string bare = bench.create();
  const RawResponse refused = bench.call("demo", "PUT", "/v2/images/" + bare + "/file", "x", binary);
  CHECK(refused.status == 400);
  CHECK(refused.body ==
        "400 Bad Request\n\nProperties disk_format, container_format must be set prior to saving data.\n\n   ");
  CHECK(bench.patch(bare, "replace", "/disk_format", "raw") == 200);
  CHECK(bench.call("demo", "PUT", "/v2/images/" + bare + "/file", "x", binary).body ==
        "400 Bad Request\n\nProperty container_format must be set prior to saving data.\n\n   ");
  CHECK(bench.patch(bare, "replace", "/container_format", "bare") == 200);
  CHECK(bench.upload(bare, "x") == 204);
  CHECK(bench.patch(bare, "replace", "/disk_format", "qcow2") == 403);
}

TEST_CASE("staged data becomes the image's when it is imported", "[fake_glance]") {
  TemporaryFolder folder;
  HttpBench bench(folder.path());
  const std::string data = pattern(1'200'000);
  const std::string id = bench.create_raw();
  const std::string path = "/v2/images/" + id;
  const std::string direct = R"({"method": {"name": "glance-direct"}})";
  CHECK(bench.call("demo", "POST", path + "/import", direct).status == 409);
  REQUIRE(bench.call("demo", "PUT", path + "/stage", data, binary).status == 204);
  CHECK(bench.show(id)["status"] == "uploading");
  CHECK(bench.call("alt", "POST", path + "/import", direct).status == 404);
  REQUIRE(bench.call("demo", "POST", path + "/import", direct).status == 202);
  const OrderedJson image = bench.show(id);
  CHECK(image["status"] == "active");
  CHECK(image["os_hash_value"] == hash_of("sha512", data));
  CHECK((bench.call("demo", "GET", path + "/file").body == data));
  CHECK(std::filesystem::is_empty(folder.path() / "staging"));
  CHECK(bench.call("demo", "POST", path + "/import", direct).status == 409);
}

TEST_CASE("the virtual size is what the file says of itself", "[fake_glance]") {
  HttpBench bench;
  OrderedJson body;
  body["disk_format"] = "qcow2";
  body["container_format"] = "bare";
  std::string header(1024, 0);
  header.replace(0, 4, "QFI\xfb");
  header[29] = 1;  // 64 KiB, big-endian
  const std::string good = bench.create(body);
  REQUIRE(bench.upload(good, header) == 204);
  CHECK(bench.show(good)["virtual_size"] == 65536);
  const std::string other = bench.create(body);
  REQUIRE(bench.upload(other, "no qcow2") == 204);
  CHECK(bench.show(other)["virtual_size"].is_null());
}

}  // namespace snapsim
