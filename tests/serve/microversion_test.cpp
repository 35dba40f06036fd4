#include "sim/serve/microversion.hpp"

#include <catch2/catch.hpp>

#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

int status_of(const std::string& openstack, const std::string& nova = "") {
  try {
    negotiated_microversion(openstack, nova);
    return 200;
  } catch (const MicroversionError& error) {
    return error.status;
  }
}

}  // namespace

TEST_CASE("the version is that of either header, and 2.1 without one", "[serve]") {
  CHECK(negotiated_microversion("", "").minor == 1);
  CHECK(negotiated_microversion("compute 2.45", "").minor == 45);
  CHECK(negotiated_microversion("", "2.53").minor == 53);
  CHECK(negotiated_microversion("identity 3, compute 2.7", "2.53").minor == 7);
  CHECK(negotiated_microversion("volume 3.59", "").minor == 1);
  CHECK(negotiated_microversion("compute latest", "").minor == 93);
  CHECK(status_of("compute 2.94") == 406);
  CHECK(status_of("compute 2.0") == 406);
  CHECK(status_of("compute 3.1") == 406);
  CHECK(status_of("compute two") == 400);
  CHECK(status_of("compute 2.01") == 400);
  CHECK(status_of("", "2") == 400);
}

TEST_CASE("every version is said in the answer, and one that is not spoken is refused", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const Answer latest = demo.at("latest").get("/compute/v2.1/servers");
  CHECK(latest.header("OpenStack-API-Version") == "compute 2.93");
  CHECK(latest.header("X-OpenStack-Nova-API-Version") == "2.93");
  CHECK_THAT(latest.header("Vary"), Catch::Contains("OpenStack-API-Version"));
  CHECK_THAT(latest.header("X-Openstack-Request-Id"), Catch::StartsWith("req-"));
  const Answer refused = demo.at("2.94").get("/compute/v2.1/servers");
  CHECK(refused.status == 406);
  CHECK(refused.body.at("computeFault").at("code") == 406);
}

TEST_CASE("a server shows what its version shows, and nothing else", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string id = demo.new_server();
  struct Shown {
    const char* field;
    int since;
  };
  const std::vector<Shown> fields{{"locked", 9},
                                  {"description", 19},
                                  {"tags", 26},
                                  {"server_groups", 71},
                                  {"locked_reason", 73},
                                  {"trusted_image_certificates", 63},
                                  {"OS-EXT-SRV-ATTR:hostname", 90}};
  for (const int minor : {1, 8, 9, 19, 26, 46, 47, 63, 71, 73, 89, 90, 93}) {
    CAPTURE(minor);
    const Json server = demo.at("2." + std::to_string(minor)).server(id);
    for (const Shown& shown : fields) {
      CAPTURE(shown.field);
      CHECK(server.contains(shown.field) == (minor >= shown.since));
    }
    CHECK(server.at("flavor").contains("original_name") == (minor >= 47));
    CHECK(server.at("flavor").contains("id") == (minor < 47));
    CHECK_FALSE(server.contains("OS-EXT-SRV-ATTR:host"));
  }
  const Json for_admin = cloud.user("admin", "demo").at("2.16").server(id);
  CHECK(for_admin.at("OS-EXT-SRV-ATTR:host") == "compute-1");
  CHECK(for_admin.at("host_status") == "UP");
}

TEST_CASE("createImage tells of the image in a header before 2.45, in the body since", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string id = demo.new_server();
  const Answer before = demo.at("2.44").act(id, {{"createImage", {{"name", "snap-1"}}}});
  CHECK(before.status == 202);
  CHECK(before.text.empty());
  const std::string location = before.header("Location");
  CHECK_THAT(location, Catch::Contains("/image/images/"));
  demo.settled(id);
  const Answer since = demo.at("2.45").act(id, {{"createImage", {{"name", "snap-2"}}}});
  CHECK(since.status == 202);
  CHECK(since.header("Location").empty());
  const std::string second = since.body.at("image_id").get<std::string>();
  demo.settled(id);
  std::map<std::string, std::string> statuses;
  const Json images = demo.get("/_snapsim/state").body.at("images");
  for (const Json& image : images) {
    statuses[image.at("id").get<std::string>()] = image.at("status").get<std::string>();
  }
  CHECK(statuses[location.substr(location.rfind('/') + 1)] == "active");
  CHECK(statuses[second] == "active");
}

}  // namespace snapsim::test
