// Faults of HTTP by the name of the operation, and answers whose hashes do not fit.

#include "sim/serve/http_operations.hpp"

#include <thread>

#include <catch2/catch.hpp>

#include "real/image_hasher.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

Answer plan_fault(const ServedCloud& cloud, const Json& fault) {
  return cloud.anonymous().post("/_snapsim/faults", fault);
}

/// A path of the operation.
std::string path_of(const HttpOperation& operation) {
  std::string path = "/" + std::string(operation.service);
  for (const char* c = operation.path; *c != 0; ++c) path += *c == '*' ? "x" : std::string(1, *c);
  return path;
}

std::string md5_of(const std::string& text) {
  Digest digest("md5");
  digest.update(std::as_bytes(std::span(text)));
  return digest.finish();
}

/// A new image with that data.
std::string new_image(const ApiClient& demo, const std::string& data) {
  const Answer made = demo.post("/image/v2/images", {{"disk_format", "raw"}, {"container_format", "bare"}});
  const std::string id = made.body.at("id");
  const Answer sent =
      demo.send("PUT", "/image/v2/images/" + id + "/file", data, {{"Content-Type", "application/octet-stream"}});
  REQUIRE(sent.status == 204);
  return id;
}

}  // namespace

TEST_CASE("every operation's name hits its requests and no others", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string server = demo.new_server();
  int id = 0;
  for (const HttpOperation& operation : http_operations()) {
    INFO(operation.name);
    REQUIRE(plan_fault(cloud, {{"operation", operation.name}, {"status", 418}, {"nth", "every"}}).status == 201);
    const auto happened = [&] {
      return cloud.anonymous().get("/_snapsim/faults/" + std::to_string(id)).body.at("happened").get<int>();
    };
    if (operation.is_action) {
      CHECK(demo.act(server, {{operation.name, nullptr}}).status == 418);
      CHECK(happened() == 1);
      CHECK(demo.act(server, {{"nothing", nullptr}}).status != 418);
    } else {
      CHECK(demo.send(operation.method, path_of(operation), "{}").status == 418);
      CHECK(happened() == 1);
      for (const HttpOperation& other : http_operations()) {
        const bool is_same = std::string(other.name) == operation.name;
        const bool is_inner = other.is_action && operation.name == std::string("server_action");
        if (is_same || is_inner) continue;
        CHECK(operation_of(other.service, other.method, path_of(other).substr(std::string(other.service).size() + 1)) !=
              std::string(operation.name));
      }
    }
    CHECK(cloud.anonymous().del("/_snapsim/faults/" + std::to_string(id++)).status == 204);
  }
}

TEST_CASE("an operation has other names too, and its path may have a project or a slash", "[serve]") {
  CHECK(find_http_operation("upload_image")->name == std::string("image_upload"));
  CHECK(find_http_operation("glance.upload")->name == std::string("image_upload"));
  CHECK(find_http_operation("glance.get")->name == std::string("image_show"));
  CHECK(find_http_operation("") == nullptr);
  CHECK(find_http_operation("image") == nullptr);
  const std::string project(32, 'a');
  CHECK(operation_of("compute", "GET", "/v2.1/" + project + "/servers/detail") == "server_list");
  CHECK(operation_of("compute", "GET", "/v2.1/servers/") == "server_list");
  CHECK(operation_of("compute", "GET", "/v2.1/" + project) == "");
  CHECK(operation_of("compute", "GET", "/v2.1//servers") == "");
  CHECK(operation_of("image", "GET", "/v2/images/x/file/y") == "");
  CHECK(operation_of("image", "GET", "/v2/images/x/file") == "image_download");
  const ServedCloud cloud;
  const Json listed = cloud.anonymous().get("/_snapsim/operations").body.at("operations");
  CHECK(listed.size() == http_operations().size());
}

TEST_CASE("a wrong operation or a wrong hash where there is none is refused in words", "[serve]") {
  const ServedCloud cloud;
  const auto message = [&cloud](const Json& fault) {
    const Answer refused = plan_fault(cloud, fault);
    CHECK(refused.status == 400);
    return refused.body.at("error").at("message").get<std::string>();
  };
  CHECK_THAT(message({{"operation", "image_uplaod"}, {"status", 503}}),
             Catch::Contains("did you mean \"image_upload\"?"));
  CHECK_THAT(message({{"operation", "createimage"}, {"status", 503}}),
             Catch::Contains("did you mean \"createImage\"?"));
  CHECK_THAT(message({{"operation", "zzzzzzzzzz"}, {"status", 503}}), Catch::Contains("GET /_snapsim/operations"));
  CHECK_THAT(message({{"http", "compute"}, {"operation", "image_upload"}, {"status", 503}}),
             Catch::Contains("image_upload is one of \"image\""));
  CHECK_THAT(message({{"operation", "createImage"}, {"action", "os-stop"}, {"status", 503}}),
             Catch::Contains("/action"));
  CHECK_THAT(message({{"operation", 7}, {"status", 503}}), Catch::Contains("must be a string"));
  CHECK_THAT(message({{"http", "compute"}, {"wrong_hash", true}}), Catch::Contains("only answers of \"image\""));
  CHECK_THAT(message({{"operation", "createImage"}, {"wrong_hash", true}}), Catch::Contains("/wrong_hash"));
  CHECK_THAT(message({{"http", "image"}, {"wrong_hash", 1}}), Catch::Contains("must be true or false"));
  CHECK_THAT(message({{"http", "image"}, {"wrong_hash", true}, {"status", 500}}), Catch::Contains("/wrong_hash"));
  CHECK_THAT(message({{"http", "image"}, {"wrong_hash", false}}), Catch::Contains("nothing happens"));
}

TEST_CASE("with a wrong hash the data or its hashes are others, for as long as it is planned", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string data = std::string(700'000, 'a') + "end";
  const std::string id = new_image(demo, data);
  const std::string path = "/image/v2/images/" + id;
  const Answer good = demo.get(path);
  REQUIRE(good.body.at("checksum") == md5_of(data));

  plan_fault(cloud, {{"operation", "image_download"}, {"wrong_hash", true}, {"nth", 2}});
  CHECK((demo.get(path + "/file").text == data));
  const Answer bad = demo.get(path + "/file");
  CHECK(bad.status == 200);
  CHECK(bad.text.size() == data.size());
  CHECK(bad.header("Content-Md5") == good.body.at("checksum"));
  CHECK(md5_of(bad.text) != good.body.at("checksum"));
  CHECK((bad.text.substr(1) == data.substr(1)));
  CHECK((demo.get(path + "/file").text == data));

  plan_fault(cloud, {{"operation", "image_download"}, {"wrong_hash", true}, {"body_bytes_per_s", 1'000'000}});
  const Answer part = demo.send("GET", path + "/file", "", {{"Range", "bytes=700000-"}});
  CHECK(part.status == 206);
  CHECK(part.text == "dnd");

  plan_fault(cloud, {{"operation", "image_show"}, {"wrong_hash", true}});
  const Answer shown = demo.get(path);
  CHECK(shown.text.size() == good.text.size());
  for (const char* name : {"checksum", "os_hash_value"}) {
    CHECK(shown.body.at(name) != good.body.at(name));
    CHECK(shown.body.at(name).get<std::string>().size() == good.body.at(name).get<std::string>().size());
  }
  CHECK(shown.body.at("id") == id);
  CHECK(demo.get(path).body == good.body);

  plan_fault(cloud, {{"http", "image"}, {"method", "GET"}, {"path", "/v2/images"}, {"wrong_hash", true}});
  const Answer listed = demo.get("/image/v2/images");
  for (const Json& image : listed.body.at("images")) {
    if (image.at("id") == id) CHECK(image.at("checksum") != good.body.at("checksum"));
  }

  const std::string empty = new_image(demo, "");
  plan_fault(cloud, {{"operation", "image_download"}, {"wrong_hash", true}});
  CHECK(demo.get("/image/v2/images/" + empty + "/file").header("Content-Md5") != md5_of(""));
}

TEST_CASE("an error of Glance that is planned is written as its own are, by what the client accepts", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const auto asked = [&](const std::string& accept) {
    return demo.send("GET", "/image/v2/images/none", "", {{"Accept", accept}});
  };
  for (const char* const accept : {"*/*", "text/html", "application/json", "text/plain"}) {
    CAPTURE(accept);
    const Answer own = asked(accept);
    REQUIRE(own.status == 404);
    plan_fault(cloud, {{"operation", "image_show"}, {"status", 404}});
    const Answer planned = asked(accept);
    CHECK(planned.status == 404);
    CHECK(planned.header("Content-Type") == own.header("Content-Type"));
    std::string text = own.text;
    const std::string explanation = "No image found with ID none";
    REQUIRE(text.find(explanation) != std::string::npos);
    text.replace(text.find(explanation), explanation.size(), "Not Found (planned)");
    CHECK(planned.text == text);
  }
}

TEST_CASE("faults by operation and wrong hashes are saved with the session", "[serve]") {
  const ServedCloud cloud;
  const Json fault{{"operation", "glance.upload"}, {"status", 503}, {"nth", 3}};
  plan_fault(cloud, fault);
  plan_fault(cloud, {{"operation", "image_show"}, {"wrong_hash", true}});
  plan_fault(cloud, {{"operation", "createImage"}, {"reset_after_bytes", 0}});
  const Json saved = cloud.anonymous().get("/_snapsim/session/http-faults").body;
  REQUIRE(saved.size() == 3);
  CHECK(saved[0].at("operation") == "image_upload");
  CHECK(saved[1].at("wrong_hash") == true);
  CHECK(saved[2].at("action") == "createImage");
  for (const Json& one : saved) CHECK(plan_fault(cloud, one).status == 201);
  CHECK(cloud.anonymous().get("/_snapsim/session/http-faults").body.size() == 6);
}

TEST_CASE("what is imported from the web under /image is there", "[serve]") {
  httplib::Server source;
  source.Get("/disk", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("bytes of a disk", "application/octet-stream");
  });
  const int port = source.bind_to_any_port("127.0.0.1");
  std::thread serving([&source] { source.listen_after_bind(); });
  StackOptions options = ServedCloud::fast();
  options.import_filter.allowed_hosts = {"127.0.0.1"};
  options.import_filter.allowed_ports = {port};
  {
    const ServedCloud cloud(options);
    const ApiClient demo = cloud.user();
    const std::string id =
        demo.post("/image/v2/images", {{"disk_format", "raw"}, {"container_format", "bare"}}).body.at("id");
    const std::string path = "/image/v2/images/" + id;
    const Json method{{"name", "web-download"}, {"uri", "http://127.0.0.1:" + std::to_string(port) + "/disk"}};
    CHECK(demo.post(path + "/import", {{"method", method}}).status == 202);
    for (int i = 0; i < 500 && demo.get(path).body.at("status") == "importing"; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CHECK(demo.get(path + "/file").text == "bytes of a disk");
  }
  source.stop();
  serving.join();
}

}  // namespace snapsim::test
