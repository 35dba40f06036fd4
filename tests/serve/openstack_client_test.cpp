// The real `openstack` client against the served cloud.

#include <cstdlib>

#include <catch2/catch.hpp>

#include "tests/main/program.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

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
  const int port = stack.start();
  const Desk desk;
  const Ended ended = run_openstack(desk, port, R"(token issue -c project_id -f value
catalog list -c Name -f value
flavor list -c Name -f value
server create --flavor m1.tiny --image debian-12 --nic none --wait -c status -f value vm-1
server list -c Name -c Status -c Image -f value
server image create --name snap-1 --wait vm-1 -c name -f value
image show snap-1 -c status -c visibility -f value
image save --file saved.qcow2 snap-1
image create --disk-format qcow2 --container-format bare --file saved.qcow2 again -c name -c status -f value
image list -c Name -f value
server stop vm-1
server show vm-1 -c status -f value
server start vm-1
server rebuild --image snap-1 --wait vm-1 -c status -f value
server event list vm-1 -c Action -f value
image set --property os_distro=debian snap-1
image delete again
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
  for (const char* const wanted :
       {"keystone", "nova", "glance", "m1.tiny", "ACTIVE", "vm-1 ACTIVE debian-12", "snap-1", "SHUTOFF", "rebuild",
        "stop", "start", "createImage", "create", "active", "private", "again"}) {
    CAPTURE(wanted);
    CHECK(has(wanted));
  }
  CHECK(desk.bash("qemu-img check saved.qcow2").status == 0);
  CHECK(stack.cloud().look(
      [](const Cloud::Inside& inside) { return inside.world.tables().instance(InstanceUuid(1)).is_deleted; }));
}

}  // namespace snapsim::test
