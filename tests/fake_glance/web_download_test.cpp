// Imports by web-download, from a server that is well or ill, and what they leave in the image, its task and the
// folder.

#include <thread>

#include <catch2/catch.hpp>

#include "fake_glance/http/import_filter.hpp"
#include "fake_glance/http/import_options.hpp"
#include "tests/fake_glance/http_bench.hpp"
#include "tests/fake_glance/image_bytes.hpp"
#include "tests/fake_glance/web_source.hpp"
#include "tests/real/test_support.hpp"

namespace snapsim {
namespace {

using test::TemporaryFolder;
using testing::HttpBench;
using testing::WebSource;

/// A Glance that may fetch from one source.
struct DownloadBench {
  DownloadBench() : bench(folder.path(), std::chrono::seconds(10), options(source)) {}

  static ImagesApiOptions options(const WebSource& source) {
    ImagesApiOptions made;
    made.import_filter.allowed_hosts = {"127.0.0.1"};
    made.import_filter.allowed_ports = {source.port()};
    return made;
  }
  int import(const std::string& id, const std::string& uri) {
    return bench
        .call("demo", "POST", "/v2/images/" + id + "/import",
              R"({"method": {"name": "web-download", "uri": ")" + uri + "\"}}")
        .status;
  }
  OrderedJson tasks(const std::string& id, const std::string& who = "demo") {
    return OrderedJson::parse(bench.call(who, "GET", "/v2/images/" + id + "/tasks").body).at("tasks");
  }
  /// The last task of the image, when it has ended.
  OrderedJson ended_task(const std::string& id) {
    OrderedJson task;
    for (int i = 0; i < 500; ++i) {
      task = tasks(id).back();
      if (task["status"] != "processing") return task;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return task;
  }
  /// The status of a task that has ended, of whatever image.
  std::string ended_status(const std::string& task_id) {
    std::string status = "processing";
    for (int i = 0; i < 500 && status == "processing"; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      status = OrderedJson::parse(bench.call("admin", "GET", "/v2/tasks/" + task_id).body)["status"];
    }
    return status;
  }
  bool has_no_files(const std::string& name = "staging") { return std::filesystem::is_empty(folder.path() / name); }

  WebSource source;
  TemporaryFolder folder;
  HttpBench bench;
};

std::string sha512_of(const std::string& text) {
  return testing::hash_of("sha512", text);
}

bool passes(const ImportFilter& filter, const char* uri) {
  return filtered_uri(filter, uri).has_value();
}

}  // namespace

TEST_CASE("an image that is imported from the web has its bytes, its hashes and a task", "[fake_glance]") {
  DownloadBench glance;
  const std::string data = testing::pattern(3'000'000);
  glance.source.serve_body("/disk.img?x=1", data);
  const std::string id = glance.bench.create_raw();
  REQUIRE(glance.import(id, glance.source.url("/disk.img?x=1#part")) == 202);
  CHECK(glance.bench.wait_for_status(id, "active") == "active");
  const OrderedJson image = glance.bench.show(id);
  CHECK(image["size"] == data.size());
  CHECK(image["os_hash_value"] == sha512_of(data));
  CHECK(image["os_glance_importing_to_stores"] == "");
  CHECK(image["os_glance_failed_import"] == "");
  CHECK(!image.contains("os_glance_import_task"));
  CHECK((glance.bench.call("demo", "GET", "/v2/images/" + id + "/file").body == data));
  CHECK(glance.has_no_files());

  const OrderedJson task = glance.ended_task(id);
  CHECK(task["type"] == "api_image_import");
  CHECK(task["status"] == "success");
  CHECK(task["message"] == "Copied 2 MiB");
  CHECK(task["owner"] == HttpBench::project_id("demo"));
  CHECK(task["user_id"] == "demo-id");
  CHECK(task["image_id"] == id);
  CHECK(task["result"]["image_id"] == id);
  CHECK(task["input"]["import_req"]["method"]["uri"] == glance.source.url("/disk.img?x=1#part"));
  CHECK(task["input"]["backend"] == OrderedJson::array({nullptr}));
  CHECK(task["deleted"] == false);
  CHECK(task["created_at"].get<std::string>().ends_with(".000000"));

  const std::vector<std::string> heads = glance.source.heads();
  REQUIRE(heads.size() == 1);
  CHECK_THAT(heads[0], Catch::StartsWith("GET /disk.img?x=1 HTTP/1.1\r\n"));
  CHECK_THAT(heads[0], Catch::Contains("Host: 127.0.0.1:" + std::to_string(glance.source.port()) + "\r\n"));
}

TEST_CASE("while an import goes on, the image is importing and has a lock", "[fake_glance]") {
  DownloadBench glance;
  glance.source.serve("/slow", "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + testing::pattern(300'000), true);
  const std::string id = glance.bench.create_raw();
  REQUIRE(glance.import(id, glance.source.url("/slow")) == 202);
  const OrderedJson image = glance.bench.show(id);
  CHECK(image["status"] == "importing");
  CHECK(image["size"].is_null());
  const OrderedJson task = glance.tasks(id).at(0);
  CHECK(image["os_glance_import_task"] == task["id"]);
  CHECK(task["status"] == "processing");
  CHECK(task["expires_at"].is_null());
  CHECK(task["result"].is_null());
  CHECK(task["message"] == "");
  CHECK(glance.import(id, glance.source.url("/slow")) == 409);
  CHECK(glance.bench.upload(id, "x") == 409);
  CHECK(glance.bench.call("demo", "GET", "/v2/images/" + id + "/file").status == 204);

  SECTION("a deletion ends it and leaves nothing") {
    CHECK(glance.bench.call("demo", "DELETE", "/v2/images/" + id).status == 204);
    CHECK(glance.has_no_files());
    CHECK(glance.bench.call("demo", "GET", "/v2/images/" + id + "/tasks").status == 404);
    CHECK(glance.ended_status(task["id"]) == "failure");
  }
  SECTION("the end of the server ends it, and the image is queued") {
    const auto began = std::chrono::steady_clock::now();
    glance.bench.server.stop();
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
    CHECK(glance.has_no_files());
    CHECK(glance.has_no_files("images"));
    ImageService& service = glance.bench.server.service();
    const std::lock_guard<std::mutex> lock(service.mutex);
    const ImageId image_id = service.catalogue.find(id).value();
    CHECK(service.glance.record(image_id).status == ImageStatus::queued);
    CHECK(service.catalogue.row(image_id).tasks.at(0).status == "failure");
  }
}

TEST_CASE("an image that is deleted while data comes in is not brought back by it", "[fake_glance]") {
  DownloadBench glance;
  const std::string id = glance.bench.create_raw();
  // The rest would never come to an end.
  glance.source.serve("/endless", "HTTP/1.1 200 OK\r\n\r\n" + testing::pattern(60'000'000), true);
  REQUIRE(glance.import(id, glance.source.url("/endless")) == 202);
  const OrderedJson task = glance.tasks(id).at(0);
  CHECK(glance.bench.call("demo", "DELETE", "/v2/images/" + id).status == 204);
  CHECK(glance.ended_status(task["id"]) == "failure");
  CHECK(glance.bench.show(id).is_null());
  CHECK(glance.has_no_files());
  CHECK(glance.has_no_files("images"));
}

TEST_CASE("a failed import leaves the image queued, nothing on the disk, and a task that says so", "[fake_glance]") {
  DownloadBench glance;
  glance.source.serve("/cut", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + testing::pattern(999));
  glance.source.serve("/cut-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  glance.source.serve("/error", "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");
  glance.source.serve("/silent", "");
  glance.source.serve("/garbage", "hello\r\n\r\n");
  glance.source.serve("/away", "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n");
  glance.source.serve("/file", "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n");
  glance.source.serve("/loop", "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n");
  glance.source.serve("/nowhere", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
  const std::string id = glance.bench.create_raw();
  std::size_t tries = 0;
  for (const char* path : {"/missing", "/cut", "/cut-chunk", "/error", "/silent", "/garbage", "/away", "/file", "/loop",
                           "/nowhere", "/with blank", "/with\\u0001control"}) {
    INFO(path);
    REQUIRE(glance.import(id, glance.source.url(path)) == 202);
    const OrderedJson task = glance.ended_task(id);
    CHECK(glance.tasks(id).size() == ++tries);
    CHECK(task["status"] == "failure");
    CHECK(task["message"] == "Task failed due to Internal Error");
    CHECK(task["result"].is_null());
    const OrderedJson image = glance.bench.show(id);
    CHECK(image["status"] == "queued");
    CHECK(image["size"].is_null());
    CHECK(image["os_glance_importing_to_stores"] == "");
    CHECK(image["os_glance_failed_import"] == "");
    CHECK(!image.contains("os_glance_import_task"));
    CHECK(glance.has_no_files());
    CHECK(glance.has_no_files("images"));
  }
  glance.source.serve_body("/missing", "now it is there");
  REQUIRE(glance.import(id, glance.source.url("/missing")) == 202);
  CHECK(glance.bench.wait_for_status(id, "active") == "active");
}

TEST_CASE("an import fails where nobody listens, and where the image would be too large", "[fake_glance]") {
  WebSource source;
  source.serve_body("/large", testing::pattern(200'000));
  ImagesApiOptions options = DownloadBench::options(source);
  options.image_size_cap_bytes = 199'999;
  int closed_port = 0;
  {
    const WebSource gone;
    closed_port = gone.port();
  }
  options.import_filter.allowed_ports.push_back(closed_port);
  TemporaryFolder folder;
  HttpBench bench(folder.path(), std::chrono::seconds(10), options);
  const std::string id = bench.create_raw();
  for (const std::string& uri : {source.url("/large"), "http://127.0.0.1:" + std::to_string(closed_port) + "/"}) {
    INFO(uri);
    REQUIRE(bench
                .call("demo", "POST", "/v2/images/" + id + "/import",
                      R"({"method": {"name": "web-download", "uri": ")" + uri + "\"}}")
                .status == 202);
    CHECK(bench.wait_for_status(id, "queued") == "queued");
    CHECK(std::filesystem::is_empty(folder.path() / "staging"));
  }
}

TEST_CASE("a download follows redirections, and takes bodies of every framing", "[fake_glance]") {
  DownloadBench glance;
  glance.source.serve("/a/first", "HTTP/1.1 301 Moved\r\nLocation: second\r\nContent-Length: 3\r\n\r\nxyz");
  glance.source.serve("/a/second", "HTTP/1.1 307 Moved\r\nLocation: /third\r\n\r\n");
  glance.source.serve("/third",
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n");
  glance.source.serve("/no-length", "HTTP/1.0 200 OK\r\n\r\nhello!");
  glance.source.serve("/empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  glance.source.serve("/gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\nhello!");
  for (const char* path : {"/a/first", "/no-length", "/gzip", "/empty"}) {
    INFO(path);
    const std::string id = glance.bench.create_raw();
    REQUIRE(glance.import(id, glance.source.url(path)) == 202);
    CHECK(glance.bench.wait_for_status(id, "active") == "active");
    const bool is_empty = std::string(path) == "/empty";
    CHECK(glance.bench.call("demo", "GET", "/v2/images/" + id + "/file").body == (is_empty ? "" : "hello!"));
    CHECK(glance.ended_task(id)["message"] == (is_empty ? "" : "Copied 0 MiB"));
  }
}

TEST_CASE("forty imports at once all end", "[fake_glance]") {
  DownloadBench glance;
  const std::string data = testing::pattern(100'000);
  glance.source.serve_body("/disk", data);
  std::vector<std::string> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(glance.bench.create_raw());
  for (const std::string& id : ids) REQUIRE(glance.import(id, glance.source.url("/disk")) == 202);
  for (const std::string& id : ids) {
    CHECK(glance.bench.wait_for_status(id, "active") == "active");
    CHECK(glance.bench.show(id)["os_hash_value"] == sha512_of(data));
  }
  CHECK(glance.has_no_files());
}

TEST_CASE("tasks are seen by their owner and by admins, and outlive the server", "[fake_glance]") {
  TemporaryFolder folder;
  std::string id;
  OrderedJson task;
  {
    HttpBench bench(folder.path());
    OrderedJson body;
    body["disk_format"] = "raw";
    body["container_format"] = "bare";
    body["visibility"] = "community";
    id = bench.create(body);
    REQUIRE(bench
                .call("demo", "PUT", "/v2/images/" + id + "/stage", "staged",
                      {{"Content-Type", "application/octet-stream"}})
                .status == 204);
    REQUIRE(bench
                .call("demo", "POST", "/v2/images/" + id + "/import", R"({"method": {"name": "glance-direct"}})",
                      {{"X-Openstack-Request-Id", "req-mine"}})
                .status == 202);
    CHECK(bench.call("alt", "GET", "/v2/images/" + id + "/tasks").body == R"({"tasks": []})");
    const auto seen = OrderedJson::parse(bench.call("demo", "GET", "/v2/images/" + id + "/tasks").body)["tasks"];
    REQUIRE(seen.size() == 1);
    task = seen[0];
    CHECK(task["status"] == "success");
    CHECK(task["request_id"] == "req-mine");
    CHECK(bench.call("demo", "GET", "/v2/tasks/" + task["id"].get<std::string>()).status == 403);
  }
  HttpBench bench(folder.path());
  CHECK(OrderedJson::parse(bench.call("demo", "GET", "/v2/images/" + id + "/tasks").body)["tasks"][0] == task);
  const auto listed = OrderedJson::parse(bench.call("admin", "GET", "/v2/tasks?limit=1").body);
  REQUIRE(listed["tasks"].size() == 1);
  CHECK(listed["tasks"][0]["id"] == task["id"]);
  CHECK(listed["first"] == "/v2/tasks?limit=1");
  CHECK(listed["next"] == "/v2/tasks?limit=1&marker=" + task["id"].get<std::string>());
  CHECK(OrderedJson::parse(bench.call("admin", "GET", listed["next"]).body)["tasks"].empty());
  CHECK(OrderedJson::parse(bench.call("admin", "GET", "/v2/tasks?status=failure").body)["tasks"].empty());
  CHECK(bench.call("admin", "GET", "/v2/tasks?status=lost").status == 400);
  CHECK(bench.call("admin", "GET", "/v2/tasks?limit=-1").status == 400);
  CHECK(bench.call("admin", "GET", "/v2/tasks?marker=x").status == 400);
  const auto shown = OrderedJson::parse(bench.call("admin", "GET", "/v2/tasks/" + task["id"].get<std::string>()).body);
  CHECK(shown["input"] == task["input"]);
  CHECK(shown["schema"] == "/v2/schemas/task");
}

TEST_CASE("what web-download may fetch is said by Glance's lists", "[fake_glance]") {
  const ImportFilter standard;
  CHECK(passes(standard, "http://10.0.0.1/x"));
  CHECK(passes(standard, "https://10.0.0.1:443"));
  CHECK(passes(standard, "HTTP://user:word@10.0.0.1:80/x"));
  CHECK(passes(standard, "http://[2001:db8::1]/x"));
  for (const char* uri : {"",
                          "x",
                          "ftp://10.0.0.1/",
                          "file:///etc/passwd",
                          "http:/10.0.0.1/",
                          "http://",
                          "http://:80/",
                          "http://10.0.0.1:8080/",
                          "http://10.0.0.1:x/",
                          "http://10.0.0.1:99999/",
                          "http://127.0.0.1/",
                          "http://127.9.9.9/",
                          "http://169.254.169.254/latest",
                          "http://[::1]/",
                          "http://[fe80::1]/",
                          "http://[::ffff:127.0.0.1]/",
                          "http://[::1/",
                          "http://2130706433/",
                          "http://127.1/",
                          "http://0x7f000001/",
                          "http://no.such.host.invalid/"}) {
    INFO(uri);
    CHECK(!passes(standard, uri));
  }
  ImportFilter filter;
  set_import_option(filter, "--import-allowed-hosts", "10.0.0.2,127.0.0.1");
  set_import_option(filter, "--import-disallowed-hosts", "10.0.0.2");
  CHECK(passes(filter, "http://10.0.0.2/"));
  CHECK(passes(filter, "http://127.0.0.1/"));
  CHECK(!passes(filter, "http://10.0.0.1/"));
  set_import_option(filter, "--import-allowed-hosts", "");
  CHECK(!passes(filter, "http://10.0.0.2/"));
  CHECK(passes(filter, "http://10.0.0.1/"));
  set_import_option(filter, "--import-allowed-ports", "");
  set_import_option(filter, "--import-disallowed-ports", "22,25");
  CHECK(passes(filter, "http://10.0.0.1:8080/"));
  CHECK(!passes(filter, "http://10.0.0.1:22/"));
  set_import_option(filter, "--import-allowed-schemes", "https");
  CHECK(!passes(filter, "http://10.0.0.1:8080/"));
  set_import_option(filter, "--import-allowed-schemes", "");
  set_import_option(filter, "--import-disallowed-schemes", "http");
  CHECK(!passes(filter, "http://10.0.0.1:8080/"));
  CHECK(passes(filter, "gopher://10.0.0.1:8080/"));
  CHECK_THROWS_WITH(set_import_option(filter, "--import-allowed-ports", "80,http"), Catch::Contains("\"http\""));
  CHECK_THROWS(set_import_option(filter, "--import-allowed-ports", "0"));
}

TEST_CASE("a redirection leads where urllib would go", "[fake_glance]") {
  ImportUri base;
  base.scheme = "http";
  base.netloc = "h:1";
  base.target = "/a/b?c";
  CHECK(joined_uri(base, "https://x/y") == "https://x/y");
  CHECK(joined_uri(base, "//x/y") == "http://x/y");
  CHECK(joined_uri(base, "/y") == "http://h:1/y");
  CHECK(joined_uri(base, "y?z") == "http://h:1/a/y?z");
  CHECK(joined_uri(base, "?z") == "http://h:1/a/b?z");
}

}  // namespace snapsim
