// The real `openstack` client against the served cloud, with a list of images beside it that stands in for Glance's
// front: the client looks images up there before it asks Nova.

#include <cstdlib>

#include <catch2/catch.hpp>

#include "tests/main/program.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

Json listed_image_json(const DirectoryImage& image) {
  return {{"id", image.id},
          {"name", image.name},
          {"status", image.status},
          {"visibility", "public"},
          {"owner", nullptr},
          {"size", image.size_bytes},
          {"min_disk", 0},
          {"min_ram", 0},
          {"protected", false},
          {"tags", Json::array()},
          {"disk_format", "qcow2"},
          {"container_format", "bare"},
          {"file", "/v2/images/" + image.id + "/file"}};
}

/// GET of images and of one image, as much of it as the client looks at.
void mount_image_list(Stack& stack) {
  stack.routes().Get("/image/?", [](const httplib::Request& request, httplib::Response& response) {
    const Json link{{"rel", "self"}, {"href", host_url(request) + "/image/v2/"}};
    const Json version{{"id", "v2.15"}, {"status", "CURRENT"}, {"links", Json::array({link})}};
    answer_json(response, 300, {{"versions", Json::array({version})}});
  });
  stack.routes().Get("/image/v2/images", [&stack](const httplib::Request& request, httplib::Response& response) {
    Json images = Json::array();
    for (const DirectoryImage& image : stack.images().list()) {
      if (request.has_param("name") && request.get_param_value("name") != image.name) continue;
      images.push_back(listed_image_json(image));
    }
    answer_json(response, 200, {{"images", images}, {"first", "/v2/images"}, {"schema", "/v2/schemas/images"}});
  });
  stack.routes().Get("/image/v2/images/([^/]+)",
                     [&stack](const httplib::Request& request, httplib::Response& response) {
                       const std::optional<DirectoryImage> image = stack.images().find(request.matches[1]);
                       if (!image) return answer_error(response, "image", 404, "No image found");
                       answer_json(response, 200, listed_image_json(*image));
                     });
}

/// Runs the commands in one client, which takes a second to start; gives its output.
Ended run_openstack(const Desk& desk, int port, const std::string& commands) {
  desk.write("commands", commands);
  return desk.bash("export OS_AUTH_URL=http://127.0.0.1:" + std::to_string(port) +
                   "/identity/v3 OS_USERNAME=demo OS_PASSWORD=secret OS_PROJECT_NAME=demo OS_USER_DOMAIN_NAME=Default "
                   "OS_PROJECT_DOMAIN_NAME=Default OS_IDENTITY_API_VERSION=3 OS_COMPUTE_API_VERSION=2.73\n"
                   "openstack < commands");
}

}  // namespace

TEST_CASE("the openstack client lives with a server and its snapshot", "[serve]") {
  if (std::system("command -v openstack >/dev/null 2>&1") != 0) {
    WARN("skipped: there is no openstack client (Debian: python3-openstackclient)");
    return;
  }
  StackOptions options = ServedCloud::fast();
  Stack stack(options);
  mount_image_list(stack);
  const int port = stack.start();
  const Desk desk;
  const Ended ended = run_openstack(desk, port, R"(token issue -c project_id -f value
catalog list -c Name -f value
flavor list -c Name -f value
server create --flavor m1.tiny --image debian-12 --nic none --wait -c status -f value vm-1
server list -c Name -c Status -c Image -f value
server image create --name snap-1 --wait vm-1 -c name -f value
server stop vm-1
server show vm-1 -c status -f value
server start vm-1
server rebuild --image snap-1 --wait vm-1 -c status -f value
server event list vm-1 -c Action -f value
server delete --wait vm-1
server list -c Name -f value
)");
  CAPTURE(ended.out, ended.err);
  CHECK(ended.status == 0);
  std::vector<std::string> lines;
  std::istringstream out(ended.out);
  for (std::string line; std::getline(out, line);) {
    while (line.starts_with("(openstack) ")) line.erase(0, 12);
    if (!line.empty()) lines.push_back(line);
  }
  const auto has = [&lines](const std::string& wanted) {
    return std::find(lines.begin(), lines.end(), wanted) != lines.end();
  };
  for (const char* const wanted : {"keystone", "nova", "glance", "m1.tiny", "ACTIVE", "vm-1 ACTIVE debian-12", "snap-1",
                                   "SHUTOFF", "rebuild", "stop", "start", "createImage", "create"}) {
    CAPTURE(wanted);
    CHECK(has(wanted));
  }
  CHECK(stack.cloud().look(
      [](const Cloud::Inside& inside) { return inside.world.tables().instance(InstanceUuid(1)).is_deleted; }));
}

}  // namespace snapsim::test
