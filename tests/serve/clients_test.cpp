// Real clients against the served cloud: the `openstack` client and openstacksdk.

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/main/program.hpp"
#include "tests/serve/openstacksdk_script.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

/// Runs the commands in one client, which takes a second to start; gives its output.
Ended run_openstack(const Desk& desk, int port, const std::string& commands, const std::string& user = "demo") {
  desk.write("commands", commands);
  return desk.bash("export OS_AUTH_URL=http://127.0.0.1:" + std::to_string(port) + "/identity/v3 OS_USERNAME=" + user +
                   " OS_PASSWORD=secret OS_PROJECT_NAME=" + user +
                   " OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default OS_IDENTITY_API_VERSION=3 "
                   "OS_COMPUTE_API_VERSION=2.73\n"
                   "openstack < commands");
}

bool is_openstack_client_there() {
  if (std::system("command -v openstack >/dev/null 2>&1") == 0) return true;
  WARN("skipped: there is no openstack client (Debian: python3-openstackclient)");
  return false;
}

/// What the part of docs/serve.md with this title has its reader type, with another port.
std::string documented_commands(const std::string& title, int port) {
  std::ifstream page(SNAPSIM_SOURCE_DIR "/docs/serve.md");
  std::string commands;
  bool is_there = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("#")) is_there = line == title;
    if (is_there && line.starts_with("    ")) commands += line.substr(4) + "\n";
  }
  const std::string documented = ":8774/";
  const std::size_t at = commands.find(documented);
  if (at != std::string::npos) commands.replace(at, documented.size(), ":" + std::to_string(port) + "/");
  return commands;
}

}  // namespace

TEST_CASE("the openstack commands of docs/serve.md do what it says", "[serve]") {
  if (!is_openstack_client_there()) return;
  Stack stack(ServedCloud::fast());
  const Desk desk;
  const Ended ended = desk.bash("set -e\n" + documented_commands("### openstack", stack.start()));
  CAPTURE(ended.out, ended.err);
  CHECK(ended.status == 0);
  CHECK(desk.bash("qemu-img check snap-1.qcow2").status == 0);
}

TEST_CASE("the openstack client lives with a server and its snapshot", "[serve]") {
  if (!is_openstack_client_there()) return;
  StackOptions options = ServedCloud::fast();
  Stack stack(options);
  const int port = stack.start();
  const Desk desk;
  const Ended ended = run_openstack(desk, port, R"(token issue -c project_id -f value
catalog list -c Name -f value
flavor list -c Name -f value
server create --flavor m1.tiny --image debian-12 --nic none --wait -c status -f value vm-1
server list -c Name -c Status -c Image -f value
server image create --name snap-1 --wait vm-1 -c name -f value
image show snap-1 -c status -c visibility -f value
image show snap-1 -c checksum -f value
image save --file saved.qcow2 snap-1
image create --disk-format qcow2 --container-format bare --file saved.qcow2 again -c name -c status -f value
image list -c Name -f value
server stop vm-1
server show vm-1 -c status -f value
server start vm-1
server rebuild --image snap-1 --wait vm-1 -c status -f value
server pause vm-1
server show vm-1 -c status -f value
server unpause vm-1
server suspend vm-1
server show vm-1 -c status -f value
server resume vm-1
server rescue vm-1
server show vm-1 -c status -f value
server unrescue vm-1
server shelve vm-1
server show vm-1 -c status -f value
server unshelve vm-1
server reboot --hard vm-1
server show vm-1 -c OS-EXT-STS:vm_state -f value
server event list vm-1 -f value
image set --shared snap-1
image set --property os_distro=debian snap-1
image delete again
)");
  CAPTURE(ended.out, ended.err);
  CHECK(ended.status == 0);
  const std::vector<std::string> lines = printed_lines(ended.out);
  const auto has = [&lines](const std::string& wanted) {
    return std::find(lines.begin(), lines.end(), wanted) != lines.end();
  };
  for (const char* const wanted :
       {"keystone", "nova", "glance", "m1.tiny", "ACTIVE", "vm-1 ACTIVE debian-12", "snap-1", "SHUTOFF", "PAUSED",
        "SUSPENDED", "RESCUE", "SHELVED_OFFLOADED", "active", "private", "again"}) {
    CAPTURE(wanted);
    CHECK(has(wanted));
  }
  std::vector<std::string> actions;
  std::string snapshot_request;
  std::string server;
  for (const std::string& line : lines) {
    std::istringstream words(line);
    std::string request;
    std::string id;
    std::string action;
    if (!line.starts_with("req-") || !(words >> request >> id >> action)) continue;
    actions.push_back(action);
    if (action == "createImage") snapshot_request = request;
    server = id;
  }
  CHECK(actions == std::vector<std::string>{"reboot", "unshelve", "shelve", "unrescue", "rescue", "resume", "suspend",
                                            "unpause", "pause", "rebuild", "start", "stop", "createImage", "create"});
  CHECK(desk.bash("qemu-img check saved.qcow2").status == 0);
  const std::string checksum = desk.bash("md5sum < saved.qcow2").out.substr(0, 32);
  CHECK(has(checksum));

  // Another project's: the image is offered, accepted and taken back.
  const Ended other = run_openstack(desk, port,
                                    R"(image add project snap-1 admin -c status -f value
image set --accept snap-1
image member list snap-1 -c Status -f value
image remove project snap-1 admin
image member list snap-1 -c Status -f value
server event show )" + server + " " + snapshot_request +
                                        R"( -c action -f value
server delete --wait )" + server + R"(
server list --all-projects -c Name -f value
)",
                                    "admin");
  CAPTURE(other.out, other.err);
  CHECK(other.status == 0);
  CHECK(printed_lines(other.out) == std::vector<std::string>{"pending", "accepted", "createImage"});
  CHECK(stack.cloud().look(
      [](const Cloud::Inside& inside) { return inside.world.tables().instance(InstanceUuid(1)).is_deleted; }));
}

TEST_CASE("openstack image save and glance image-download notice wrong hashes", "[serve]") {
  if (std::system("command -v openstack >/dev/null 2>&1 && command -v glance >/dev/null 2>&1") != 0) {
    WARN("skipped: there is no openstack or no glance client (Debian: python3-openstackclient)");
    return;
  }
  const ServedCloud cloud;
  const Desk desk;
  const auto plan = [&cloud](const char* operation) {
    const Json fault{{"operation", operation}, {"wrong_hash", true}, {"nth", "every"}};
    REQUIRE(cloud.anonymous().post("/_snapsim/faults", fault).status == 201);
  };
  const std::string token = cloud.user().token();
  const std::string image = cloud.user().base_image();
  const auto save = [&] { return run_openstack(desk, cloud.port(), "image save --file saved debian-12\n"); };
  const auto download = [&] {
    return desk.bash("rm -rf home && mkdir home && HOME=$PWD/home glance --os-auth-token " + token +
                     " --os-image-url http://127.0.0.1:" + std::to_string(cloud.port()) +
                     "/image image-download --file got " + image);
  };
  const auto says = [](const Ended& ended, const char* words) {
    CAPTURE(ended.out, ended.err);
    CHECK_THAT(ended.out + ended.err, Catch::Contains(words, Catch::CaseSensitive::No));
  };
  {
    const Ended good = download();
    CAPTURE(good.out, good.err);
    CHECK(good.status == 0);
    CHECK(desk.bash("qemu-img check got").status == 0);
  }
  for (const char* operation : {"image_download", "image_show"}) {
    INFO(operation);
    plan(operation);
    const Ended bad = download();
    CHECK(bad.status == 1);
    says(bad, "corrupt");
    CHECK(cloud.anonymous().del("/_snapsim/faults").status == 204);
  }
  const Ended saved = save();
  CAPTURE(saved.out, saved.err);
  CHECK_THAT(saved.out + saved.err, !Catch::Contains("Unable to download"));
  plan("image_download");
  says(save(), "Unable to download image: InvalidResponse");
}

TEST_CASE("openstacksdk lives with a server, its snapshot and their faults", "[serve]") {
  check_openstacksdk_script("openstacksdk_client.py", R"(uploaded active True True
images debian-12 uploaded
server ACTIVE vm-1
snapshot snap-1 active qcow2 test True
downloaded True True
fault HttpException 503 Service Unavailable (planned)
fault HttpException 403 HTTP 403 Forbidden
images debian-12 snap-1 uploaded
left debian-12
)");
}

}  // namespace snapsim::test
