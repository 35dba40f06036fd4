// The images of the simulated cloud, as clients of Glance see them.

#include <catch2/catch.hpp>

#include "tests/main/program.hpp"
#include "tests/real/test_support.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

std::string images_url(const std::string& image = "") {
  return "/image/v2/images" + (image.empty() ? image : "/" + image);
}

/// The image once its status is `status`, or as it was last seen.
Json image_in(const ApiClient& user, const std::string& image, const std::string& status) {
  Json seen;
  for (int round = 0; round < 400; ++round) {
    const Answer answer = user.get(images_url(image));
    seen = answer.body;
    if (answer.status == 200 && seen["status"] == status) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  return seen;
}

std::string snapshot_of(const ApiClient& user, const std::string& server, const std::string& name) {
  const Answer answer = user.at("2.45").post("/compute/v2.1/servers/" + server + "/action",
                                             {{"createImage", {{"name", name}, {"metadata", {{"k", "v"}}}}}});
  REQUIRE(answer.status == 202);
  return answer.body["image_id"];
}

}  // namespace

TEST_CASE("a snapshot made by HTTP is downloaded with its hash, and is a sound disk", "[serve]") {
  const ServedCloud served;
  const ApiClient user = served.user();
  const std::string image = snapshot_of(user, user.new_server(), "snap-1");
  CHECK(user.get(images_url(image)).status == 200);
  const Json shown = image_in(user, image, "active");
  CHECK(shown["status"] == "active");
  CHECK(shown["name"] == "snap-1");
  CHECK(shown["k"] == "v");
  CHECK(shown["image_type"] == "snapshot");
  CHECK(shown["visibility"] == "private");
  CHECK(shown["disk_format"] == "qcow2");

  const Answer file = user.get(images_url(image) + "/file");
  CHECK(file.status == 200);
  CHECK(std::to_string(file.text.size()) == shown["size"].dump());
  const Desk desk;
  desk.write("saved.qcow2", file.text);
  CHECK(desk.bash("md5sum < saved.qcow2 | cut -d' ' -f1").out == shown["checksum"].get<std::string>() + "\n");
  CHECK(desk.bash("qemu-img check saved.qcow2").status == 0);

  SECTION("others do not see it") {
    const ApiClient stranger = served.user("admin", "demo");
    CHECK(stranger.get(images_url(image)).status == 200);  // an admin sees all
    CHECK(served.anonymous().get(images_url(image)).status == 401);
  }
  SECTION("its deletion is the cloud's, too") {
    CHECK(user.del(images_url(image)).status == 204);
    CHECK(user.get(images_url(image)).status == 404);
    for (int round = 0; round < 400; ++round) {
      const Json verdict = served.anonymous().get("/_snapsim/state").body["images"];
      if (verdict.dump().find("snap-1") == std::string::npos) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    CHECK(const_cast<ServedCloud&>(served).stack().cloud().look([](const Cloud::Inside& inside) {
      const World& world = inside.world;
      return world.image(world.image_count() - 1).was_deleted_by_user;
    }));
  }
}

TEST_CASE("a planned fault of the upload is seen in Glance", "[serve]") {
  ServedCloud served;
  const ApiClient user = served.user();
  const std::string server = user.new_server();
  REQUIRE(served.anonymous().post("/_snapsim/faults", {{"at", "glance.upload.error"}}).status < 300);
  const std::string image = snapshot_of(user, server, "snap-1");
  user.settled(server);
  CHECK(user.get(images_url(image)).status == 404);
}

TEST_CASE("an image that came by HTTP makes a server, and a reset leaves it there", "[serve]") {
  ServedCloud served;
  const ApiClient user = served.user();
  const Answer made = user.post(images_url(), {{"name", "mine"}, {"disk_format", "raw"}, {"container_format", "bare"}});
  REQUIRE(made.status == 201);
  const std::string image = made.body["id"];
  httplib::Client uploader("127.0.0.1", served.port());
  const httplib::Headers token{{"X-Auth-Token", user.token()}};
  REQUIRE(uploader.Put(images_url(image) + "/file", token, "bytes", "application/octet-stream")->status == 204);
  const Answer server =
      user.post("/compute/v2.1/servers", {{"server", {{"name", "vm"}, {"imageRef", image}, {"flavorRef", "1"}}}});
  CHECK(server.status == 202);
  REQUIRE(served.anonymous().post("/_snapsim/reset", Json::object()).status < 300);
  CHECK(user.get(images_url(image)).body["status"] == "active");
  const Json all = user.get(images_url()).body["images"];
  CHECK(all.size() == 2);  // and the base image
}

}  // namespace snapsim::test
