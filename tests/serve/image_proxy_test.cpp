// Nova's own image API, which old clients use.

#include <thread>

#include <catch2/catch.hpp>

#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

const std::string images = "/compute/v2.1/images";

/// The snapshot of a new server as Nova shows it, once it is active.
Json new_snapshot(const ApiClient& client, const std::string& server) {
  const Answer made = client.act(server, {{"createImage", {{"name", "snap-1"}, {"metadata", {{"reason", "test"}}}}}});
  const std::string location = made.header("Location");
  Json shown;
  for (int round = 0; round < 3000; ++round) {
    shown = client.get(images + "/" + location.substr(location.rfind('/') + 1)).body.at("image");
    if (shown.at("status") == "ACTIVE") return shown;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  FAIL("the image does not become active");
  return shown;
}

}  // namespace

TEST_CASE("Nova shows Glance's images in a shape of its own", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string server = demo.new_server();
  const Json snapshot = new_snapshot(demo, server);
  const std::string id = snapshot.at("id").get<std::string>();
  CHECK(snapshot.at("name") == "snap-1");
  CHECK(snapshot.at("progress") == 100);
  CHECK(snapshot.at("minRam") == 0);
  CHECK(snapshot.at("minDisk").get<int>() >= 0);
  CHECK(snapshot.at("OS-EXT-IMG-SIZE:size").get<std::int64_t>() > 0);
  CHECK(snapshot.at("metadata").at("reason") == "test");
  CHECK_FALSE(snapshot.at("metadata").contains("checksum"));
  CHECK(snapshot.at("server").at("id") == server);
  CHECK(snapshot.at("server").at("links").size() == 2);
  CHECK(snapshot.at("links").size() == 3);

  // One that waits for its data.
  const Json wanted{{"name", "empty"}, {"container_format", "bare"}, {"disk_format", "raw"}};
  const std::string queued = demo.post("/image/v2/images", wanted).body.at("id").get<std::string>();
  const Json waiting = demo.get(images + "/" + queued).body.at("image");
  CHECK(waiting.at("status") == "SAVING");
  CHECK(waiting.at("progress") == 25);
  CHECK(waiting.at("OS-EXT-IMG-SIZE:size") == 0);
  CHECK_FALSE(waiting.contains("server"));

  CHECK(demo.get(images).body.at("images").size() == 3);
  CHECK(demo.get(images).body.at("images").at(0).size() == 3);
  const auto only = [&demo](const std::string& query) {
    const Json found = demo.get(images + "/detail?" + query).body.at("images");
    CHECK(found.size() == 1);
    return found.at(0).at("name").get<std::string>();
  };
  CHECK(only("server=" + server) == "snap-1");
  CHECK(only("server=http://nova/servers/" + server) == "snap-1");
  CHECK(only("name=empty") == "empty");
  CHECK(only("status=Active&server=" + server) == "snap-1");
  CHECK(demo.get(images + "?status=QUEUED").body.at("images").size() == 1);
  CHECK(demo.get(images + "?status=SAVING").body.at("images").empty());  // Glance's word, not what Nova makes of it
  CHECK(only("type=snapshot&property-reason=test") == "snap-1");
  CHECK(only("limit=1&unknown=1") == "empty");
  CHECK(demo.get(images + "?limit=1").body.at("images_links").at(0).at("rel") == "next");
  CHECK(demo.get(images + "/detail?changes-since=2999-01-01T00:00:00Z").body.at("images").empty());
  CHECK(demo.get(images + "?limit=-1").status == 400);
}

TEST_CASE("a snapshot's type is what its maker says", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const Json arguments{{"name", "snap-1"}, {"metadata", {{"image_type", "test"}}}};
  const std::string location = demo.act(demo.new_server(), {{"createImage", arguments}}).header("Location");
  const Answer shown = demo.get(images + location.substr(location.rfind('/')));
  CHECK(shown.body.at("image").at("metadata").at("image_type") == "test");
}

TEST_CASE("an image's metadata and its end go through Nova to Glance", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string id = new_snapshot(demo, demo.new_server()).at("id").get<std::string>();
  const std::string metadata = images + "/" + id + "/metadata";
  CHECK(demo.get(metadata).body.at("metadata").at("reason") == "test");
  CHECK(demo.post(metadata, {{"metadata", {{"os", "debian"}}}}).body.at("metadata").at("reason") == "test");
  CHECK(demo.get("/image/v2/images/" + id).body.at("os") == "debian");
  CHECK(demo.put(metadata + "/os", {{"meta", {{"os", "none"}}}}).body.at("meta").at("os") == "none");
  CHECK(demo.put(metadata + "/os", {{"meta", {{"other", "none"}}}}).status == 400);
  CHECK(demo.get(metadata + "/os").body == Json{{"meta", {{"os", "none"}}}});
  CHECK(demo.del(metadata + "/os").status == 204);
  CHECK(demo.del(metadata + "/os").status == 404);
  CHECK(demo.get(metadata + "/os").status == 404);
  CHECK(demo.put(metadata, {{"metadata", {{"one", "1"}}}}).status == 200);
  CHECK(demo.get(metadata).body == Json{{"metadata", {{"one", "1"}}}});

  // What Glance does not let go, Nova does not either: the base image is public, and nobody's.
  const Answer kept = demo.del(images + "/" + demo.base_image());
  CHECK(kept.status == 403);
  CHECK(kept.body.at("forbidden").at("message") == "You are not allowed to delete the image.");
  CHECK(demo.del(images + "/" + id).status == 204);
  CHECK(demo.get("/image/v2/images/" + id).status == 404);
  for (const std::string& unknown : {id, std::string("none"), std::string("a%20b")}) {
    const Answer answer = demo.get(images + "/" + unknown);
    CHECK(answer.status == 404);
    CHECK(answer.body.at("itemNotFound").at("message") == "Image not found.");
  }
}

TEST_CASE("Nova's image API ends with 2.35, that of their metadata with 2.38", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string image = images + "/" + demo.base_image();
  CHECK(demo.at("2.35").get(images).status == 200);
  CHECK(demo.at("2.38").get(image + "/metadata").status == 200);
  for (const Answer& answer : {demo.at("2.36").get(images), demo.at("2.36").get(image), demo.at("2.36").del(image),
                               demo.at("2.39").get(image + "/metadata")}) {
    CHECK(answer.status == 404);
    CHECK(answer.body.at("itemNotFound").at("message") == "The resource could not be found.");
  }
}

}  // namespace snapsim::test
