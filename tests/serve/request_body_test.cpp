// Faults that happen while the body of a request is on its way.

#include <algorithm>
#include <chrono>
#include <future>

#include <catch2/catch.hpp>

#include "tests/main/program.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

constexpr std::size_t upload_bytes = 3 * 1024 * 1024;

/// An image that awaits its data, in a cloud where a fault is planned for the upload.
class Upload {
 public:
  explicit Upload(const Json& how) {
    const Answer created =
        demo_.post("/image/v2/images", {{"name", "i"}, {"disk_format", "raw"}, {"container_format", "bare"}});
    REQUIRE(created.status == 201);
    image_ = "/image/v2/images/" + created.body.at("id").get<std::string>();
    Json fault = how;
    fault["operation"] = "image_upload";
    const Answer planned = cloud_.anonymous().post("/_snapsim/faults", fault);
    REQUIRE(planned.status == 201);
    fault_ = "/_snapsim/faults/" + std::to_string(planned.body.at("id").get<int>());
  }

  Answer send(const std::string& data) const {
    return demo_.send("PUT", image_ + "/file", data, {{"Content-Type", "application/octet-stream"}});
  }
  /// In chunks, to whoever reads them.
  int send_in_chunks(const std::string& data) const {
    httplib::Client client("127.0.0.1", cloud_.port());
    const auto provide = [&](std::size_t offset, httplib::DataSink& sink) {
      const std::size_t size = std::min<std::size_t>(data.size() - offset, 50'000);
      if (size == 0) {
        sink.done();
        return true;
      }
      return sink.write(data.data() + offset, size);
    };
    const auto answer =
        client.Put((image_ + "/file").c_str(), {{"X-Auth-Token", demo_.token()}}, provide, "application/octet-stream");
    return answer ? answer->status : 0;
  }
  Json shown() const { return demo_.get(image_).body; }
  std::string data() const { return demo_.get(image_ + "/file").text; }
  int happened() const { return cloud_.anonymous().get(fault_).body.at("happened"); }

  void stop() { cloud_.stack().stop(); }

  /// Glance gives the image back when it notices that its client has gone.
  bool is_queued_again() const {
    const auto end = std::chrono::steady_clock::now() + long_enough;
    while (shown().at("status") != "queued") {
      if (std::chrono::steady_clock::now() > end) return false;
    }
    return shown().at("size").is_null();
  }

 private:
  ServedCloud cloud_;
  ApiClient demo_ = cloud_.user();
  std::string image_;
  std::string fault_;
};

}  // namespace

TEST_CASE("an upload is cut in its middle, and the image can be uploaded again", "[serve]") {
  const std::string data(upload_bytes, 'x');
  const Json fault = GENERATE(Json{{"after_request_bytes", 1'000'000}, {"reset_after_bytes", 0}},
                              Json{{"after_request_bytes", 1'000'000}, {"status", 503}},
                              Json{{"after_request_bytes", 0}, {"delay_ms", 100}, {"reset_after_bytes", 0}},
                              Json{{"after_request_bytes", 1'000'000'000}, {"reset_after_bytes", 0}});
  CAPTURE(fault);
  const Upload upload(fault);
  SECTION("of a known length") {
    CHECK(upload.send(data).status == fault.value("status", 0));
  }
  SECTION("in chunks") {
    CHECK(upload.send_in_chunks(data) == fault.value("status", 0));
  }
  CHECK(upload.happened() == 1);
  CHECK(upload.is_queued_again());
  CHECK(upload.send(data).status == 204);
  CHECK(upload.data() == data);
}

TEST_CASE("an upload that only stops in its middle arrives whole", "[serve]") {
  const std::string data(upload_bytes, 'x');
  const Upload upload({{"after_request_bytes", 1'000'000}, {"delay_ms", 300}});
  const auto begun = std::chrono::steady_clock::now();
  SECTION("of a known length") {
    CHECK(upload.send(data).status == 204);
  }
  SECTION("in chunks") {
    CHECK(upload.send_in_chunks(data) == 204);
  }
  CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::milliseconds(300));
  CHECK(upload.happened() == 1);
  CHECK(upload.data() == data);
}

TEST_CASE("while an upload stands still its image is being saved", "[serve]") {
  Upload upload({{"after_request_bytes", 1'000'000}, {"delay_ms", 60'000}});
  std::future<Answer> sent = std::async([&] { return upload.send(std::string(upload_bytes, 'x')); });
  const auto end = std::chrono::steady_clock::now() + long_enough;
  while (upload.shown().at("status") != "saving") REQUIRE(std::chrono::steady_clock::now() < end);
  upload.stop();
  CHECK(sent.get().status == 0);
}

TEST_CASE("a request without a body meets at once what was to happen in it", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const Json fault{{"operation", "image_list"}, {"after_request_bytes", 10}, {"status", 503}};
  REQUIRE(cloud.anonymous().post("/_snapsim/faults", fault).status == 201);
  CHECK(demo.get("/image/v2/images").status == 503);
  CHECK(demo.get("/image/v2/images").status == 200);
}

TEST_CASE("of a server that is ordered by half nothing is left", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const Json fault{{"operation", "server_create"}, {"after_request_bytes", 10}, {"reset_after_bytes", 0}};
  REQUIRE(cloud.anonymous().post("/_snapsim/faults", fault).status == 201);
  const Json order{{"server", {{"name", "vm-1"}, {"imageRef", demo.base_image()}, {"flavorRef", "1"}}}};
  CHECK(demo.post("/compute/v2.1/servers", order).status == 0);
  CHECK(demo.get("/compute/v2.1/servers").body.at("servers").empty());
  CHECK(demo.post("/compute/v2.1/servers", order).status == 202);
}

TEST_CASE("what cannot happen in the middle of a body is refused in words", "[serve]") {
  const ServedCloud cloud;
  const auto message = [&](const Json& fault) {
    const Answer answer = cloud.anonymous().post("/_snapsim/faults", fault);
    CHECK(answer.status == 400);
    return answer.text;
  };
  CHECK_THAT(message({{"operation", "createImage"}, {"status", 503}, {"after_request_bytes", 10}}),
             Catch::Contains("/after_request_bytes: which action it is shows only when the whole body has come"));
  CHECK_THAT(message({{"http", "image"}, {"status", 503}, {"after_request_bytes", 10}, {"after_effect", true}}),
             Catch::Contains("/after_request_bytes: what has come in part has no effect"));
  CHECK_THAT(message({{"http", "image"}, {"status", 503}, {"after_request_bytes", -1}}),
             Catch::Contains("/after_request_bytes: must be a whole number from 0 to "));
  CHECK_THAT(message({{"http", "image"}, {"after_request_bytes", 10}}), Catch::Contains("nothing happens"));
}

}  // namespace snapsim::test
