// How Glance's API fails, outcome by outcome, as real clients see it.

#include <cstdlib>

#include <catch2/catch.hpp>

#include "tests/main/program.hpp"
#include "tests/serve/openstacksdk_script.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {

TEST_CASE("openstacksdk sees each outcome of Glance's operations as from the real one", "[serve]") {
  check_openstacksdk_script(
      "openstacksdk_outcomes.py",
      R"(unavailable: HttpException 503 after 6; left: doomed queued + good queued
error: HttpException 500 after 1; left: doomed queued + good queued
bad_gateway: HttpException 502 after 1; left: doomed queued + good queued
unauthorized: HttpException 401 after 2; left: doomed queued + good queued
forbidden: HttpException 403 after 1; left: doomed queued + good queued
not_found: ResourceNotFound 404 after 1; left: doomed queued + good queued
conflict: ConflictException 409 after 1; left: doomed queued + good queued
gone: HttpException 410 after 1; left: doomed queued + good queued
too_large: HttpException 413 after 1; left: doomed queued + good queued
reset: ConnectFailure after 2; left: doomed queued + good queued
reset, after_effect: ConnectFailure after 2; left: another queued + another queued + good active min_disk 1
timeout: ConnectTimeout after 2; left: doomed queued + good queued
unavailable, once: fine after 1; left: another queued + good active min_disk 1
reset, once: fine after 1; left: another queued + good active min_disk 1
reset, once, after_effect: image_create: fine after 1, image_show: fine after 1, image_update: fine after 1, )"
      R"(image_upload: ConflictException 409 after 1, image_delete: ResourceNotFound 404 after 1; )"
      R"(left: another queued + another queued + good active min_disk 1
reset on the way: ConnectFailure after 2; left: good queued
error on the way: HttpException 500 after 1; left: good queued
timeout on the way: ConnectFailure after 2; left: good queued
reset on the way, once: fine after 1; left: good active
refused: ConnectFailure, connection refused; left: doomed queued + good queued
timeout, done later: ConnectTimeout; left: late queued + late queued
)");
}

TEST_CASE("the glance and the openstack client tell of failures of Glance as of the real one's", "[serve]") {
  if (std::system("command -v openstack >/dev/null 2>&1 && command -v glance >/dev/null 2>&1") != 0) {
    WARN("skipped: there is no openstack or no glance client (Debian: python3-openstackclient)");
    return;
  }
  const ServedCloud cloud;
  const Desk desk;
  const std::string url = "http://127.0.0.1:" + std::to_string(cloud.port());
  const ApiClient demo = cloud.user();
  const auto failed = [&](const Json& fault, const std::string& command, const std::string& words) {
    REQUIRE(cloud.anonymous().post("/_snapsim/faults", fault).status == 201);
    const Ended ended = desk.bash("export HOME=$PWD OS_AUTH_URL=" + url + R"(/identity/v3 OS_USERNAME=demo
export OS_PASSWORD=secret OS_PROJECT_NAME=demo OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default
)" + command);
    CAPTURE(command, ended.out, ended.err);
    CHECK(ended.status == 1);
    CHECK_THAT(ended.out + ended.err, Catch::Contains(words));
    CHECK(cloud.anonymous().del("/_snapsim/faults").status == 204);
  };
  const std::string image = demo.base_image();
  const std::string glance = "glance --os-auth-token " + demo.token() + " --os-image-url " + url + "/image ";
  failed({{"operation", "image_show"}, {"status", 503}}, glance + "image-show " + image, "HTTP 503");
  failed({{"operation", "member_create"}, {"status", 413}}, glance + "member-create " + image + " x", "HTTP 413");
  failed({{"operation", "image_delete"}, {"status", 403}, {"nth", "every"}}, "openstack image delete " + image,
         "HttpException: 403");
  failed({{"operation", "image_list"}, {"reset_after_bytes", 0}}, glance + "image-list", "Connection reset by peer");
  REQUIRE(cloud.anonymous().post("/_snapsim/faults", {{"http", "image"}, {"refuse_ms", 60'000}}).status == 201);
  CHECK(demo.get("/image/v2/images").status == 0);
  const Ended refused = desk.bash("HOME=$PWD " + glance + "image-list");
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, Catch::Contains("Connection refused"));
}

}  // namespace snapsim::test
