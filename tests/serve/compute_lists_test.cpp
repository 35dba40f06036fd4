// Lists with their filters, and what clients ask of one server besides its state.

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

std::vector<std::string> listed_names(const Answer& answer, const char* key) {
  std::vector<std::string> names;
  for (const Json& one : answer.body.at(key)) names.push_back(one.at("name").get<std::string>());
  return names;
}

using ListedNames = std::vector<std::string>;

}  // namespace

TEST_CASE("flavors are listed from a size, after a marker, and no more than wanted", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const auto names = [&](const std::string& query) {
    return listed_names(demo.get("/compute/v2.1/flavors" + query), "flavors");
  };
  CHECK(names("?minRam=4096") == ListedNames{"m1.medium", "m1.large"});
  CHECK(names("/detail?minDisk=20&limit=2") == ListedNames{"m1.small", "m1.medium"});
  CHECK(names("?marker=3") == ListedNames{"m1.large", "cirros256"});
  CHECK(demo.get("/compute/v2.1/flavors?marker=none").status == 400);
  CHECK(demo.get("/compute/v2.1/flavors?minRam=much").status == 400);
}

TEST_CASE("servers are listed by when they changed, deleted ones among them", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string id = demo.new_server("gone");
  demo.new_server("there");
  demo.del("/compute/v2.1/servers/" + id);
  for (int round = 0; round < 1000 && demo.get("/compute/v2.1/servers/" + id).status == 200; ++round) continue;
  const std::string servers = "/compute/v2.1/servers";
  CHECK(listed_names(demo.get(servers), "servers") == ListedNames{"there"});
  CHECK(listed_names(demo.get(servers + "?changes-since=2011-01-01T12:34:00Z"), "servers") ==
        ListedNames{"there", "gone"});
  CHECK(listed_names(demo.get(servers + "?changes-since=2099-01-01"), "servers").empty());
  CHECK(listed_names(demo.at("2.66").get(servers + "?changes-before=2011-01-01T12:34:00%2B01:00"), "servers").empty());
  CHECK(listed_names(demo.at("2.65").get(servers + "?changes-before=2011-01-01"), "servers") == ListedNames{"there"});
  CHECK(listed_names(demo.get(servers + "?limit=0"), "servers").empty());
  CHECK(listed_names(demo.get(servers + "?name=%5Ethe.e%5C-%3F%24"), "servers") == ListedNames{"there"});
  const Answer refused = demo.get(servers + "?changes-since=yesterday");
  CHECK(refused.status == 400);
  CHECK(refused.body.at("badRequest").at("message") ==
        "Invalid input for field/attribute changes-since. Value: yesterday. 'yesterday' is not a 'date-time'");
  CHECK(demo.get(servers + "?changes-since=2011-13-01").status == 400);

  const std::string actions = servers + "/" + id + "/os-instance-actions";
  CHECK(demo.at("2.20").get(actions).status == 404);
  CHECK(demo.at("2.21").get(actions).body.at("instanceActions").at(0).at("action") == "delete");
}

TEST_CASE("the tags of a server can be had one by one", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user().at("2.26");
  const std::string tags = "/compute/v2.1/servers/" + demo.new_server() + "/tags";
  CHECK(demo.put(tags + "/a", Json()).status == 201);
  CHECK(demo.put(tags + "/a", Json()).status == 204);
  CHECK(demo.get(tags + "/a").status == 204);
  CHECK(demo.get(tags + "/b").status == 404);
  CHECK(demo.put(tags + "/" + std::string(61, 'x'), Json()).status == 400);
  CHECK(demo.del(tags + "/b").status == 404);
  CHECK(demo.put(tags, {{"tags", Json::array({"c", "d", "c"})}}).body.at("tags") == Json::array({"c", "d"}));
  CHECK(demo.del(tags + "/c").status == 204);
  CHECK(demo.get(tags).body.at("tags") == Json::array({"d"}));
  CHECK(demo.del(tags).status == 204);
  CHECK(demo.get(tags).body.at("tags").empty());
}

TEST_CASE("the answer to a change tells less of a server before 2.75", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string server = "/compute/v2.1/servers/" + demo.new_server();
  const Json renamed{{"server", {{"name", "n"}}}};
  const Json before = demo.at("2.74").put(server, renamed).body.at("server");
  const Json since = demo.at("2.75").put(server, renamed).body.at("server");
  for (const char* const field : {"OS-EXT-STS:vm_state", "key_name", "config_drive", "security_groups",
                                  "OS-EXT-AZ:availability_zone", "os-extended-volumes:volumes_attached"}) {
    CAPTURE(field);
    CHECK_FALSE(before.contains(field));
    CHECK(since.contains(field));
  }
  CHECK_FALSE(before.at("addresses").at("private").at(0).contains("OS-EXT-IPS:type"));
  CHECK(since.at("addresses").at("private").at(0).contains("OS-EXT-IPS:type"));
  CHECK(demo.get(server + "/ips/private").body.at("private").at(0).size() == 2);
  CHECK(demo.get(server + "/ips/public").status == 404);
  CHECK(demo.get(server + "/os-server-password").body == Json{{"password", ""}});
  CHECK(demo.del(server + "/os-server-password").status == 204);
}

TEST_CASE("the console shows as many lines as are asked for", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string id = demo.new_server();
  const auto lines = [&](const Json& arguments) {
    const std::string output = demo.act(id, {{"os-getConsoleOutput", arguments}}).body.at("output").get<std::string>();
    return std::count(output.begin(), output.end(), '\n') + 1;
  };
  CHECK(lines({{"length", 3}}) == 3);
  CHECK(lines({{"length", "2"}}) == 2);
  CHECK(lines({{"length", -1}}) == lines(Json::object()));
  CHECK(lines(Json::object()) > 3);
  CHECK(demo.act(id, {{"os-getConsoleOutput", {{"length", "all"}}}}).status == 400);
}

TEST_CASE("quotas and limits have the fields of their version", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  demo.new_server();
  const auto quotas = [&](const char* version) {
    const std::string project = demo.get("/compute/v2.1/servers/detail").body.at("servers").at(0).at("tenant_id");
    return demo.at(version).get("/compute/v2.1/os-quota-sets/" + project + "/detail").body.at("quota_set");
  };
  CHECK(quotas("2.35").contains("floating_ips"));
  CHECK_FALSE(quotas("2.36").contains("floating_ips"));
  CHECK(quotas("2.56").contains("injected_files"));
  CHECK_FALSE(quotas("2.57").contains("injected_files"));
  CHECK(quotas("2.57").at("instances").at("in_use") == 1);
  const auto limits = [&](const char* version) {
    return demo.at(version).get("/compute/v2.1/limits").body.at("limits").at("absolute");
  };
  CHECK(limits("2.35").contains("maxTotalFloatingIps"));
  CHECK_FALSE(limits("2.36").contains("maxTotalFloatingIps"));
  CHECK(limits("2.56").contains("maxPersonality"));
  CHECK_FALSE(limits("2.57").contains("maxPersonality"));
}

TEST_CASE("v2.0 is there as well, and knows no microversions", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const Json versions = demo.get("/compute/").body.at("versions");
  CHECK(versions.at(0).at("id") == "v2.0");
  CHECK(versions.at(0).at("min_version") == "");
  CHECK(versions.at(1).at("id") == "v2.1");
  CHECK(demo.get("/compute/v2/").body.at("version").at("id") == "v2.0");
  const Answer listed = demo.at("2.93").get("/compute/v2/servers");
  CHECK(listed.status == 200);
  CHECK(listed.header("OpenStack-API-Version").empty());
  const std::string id = demo.new_server();
  CHECK_FALSE(demo.at("2.93").get("/compute/v2/servers/" + id).body.at("server").contains("tags"));
}

}  // namespace snapsim::test
