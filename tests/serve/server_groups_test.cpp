// Server groups: by the API, and by the real `openstack` client.

#include <cstdlib>

#include <catch2/catch.hpp>

#include "tests/main/program.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

const std::string groups_path = "/compute/v2.1/os-server-groups";

Answer new_group(const ApiClient& client, const std::string& name) {
  return client.at("2.64").post(groups_path, {{"server_group", {{"name", name}, {"policy", "affinity"}}}});
}

std::string id_of_group(const Answer& answer) {
  REQUIRE(answer.status == 200);
  return answer.body.at("server_group").at("id").get<std::string>();
}

Answer server_with_hint(const ApiClient& client, const Json& hints, int count = 1) {
  Json server{{"name", "x"}, {"flavorRef", "1"}, {"imageRef", client.base_image()}, {"min_count", count}};
  return client.post("/compute/v2.1/servers", {{"server", std::move(server)}, {"os:scheduler_hints", hints}});
}

std::string refusal(const Answer& answer, int status, const char* key = "badRequest") {
  CHECK(answer.status == status);
  REQUIRE(answer.body.contains(key));
  return answer.body.at(key).at("message").get<std::string>();
}

}  // namespace

TEST_CASE("a server group is written as its version writes it", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const Json old_form{{"server_group", {{"name", "old"}, {"policies", Json::array({"affinity"})}}}};
  const Json made = demo.at("2.1").post(groups_path, old_form).body.at("server_group");
  const std::string id = made.at("id").get<std::string>();
  CHECK(made == Json{{"id", id},
                     {"name", "old"},
                     {"policies", Json::array({"affinity"})},
                     {"metadata", Json::object()},
                     {"members", Json::array()}});
  const Json since_13 = demo.at("2.13").get(groups_path + "/" + id).body.at("server_group");
  CHECK(since_13.at("project_id").get<std::string>().size() == 32);
  CHECK(since_13.at("user_id").get<std::string>().size() == 32);
  const Json since_64 = demo.at("2.64").get(groups_path + "/" + id).body.at("server_group");
  CHECK(since_64.at("policy") == "affinity");
  CHECK(since_64.at("rules") == Json::object());
  CHECK_FALSE(since_64.contains("policies"));
  CHECK_FALSE(since_64.contains("metadata"));

  const Json rules{{"max_server_per_host", "3"}};
  const Json with_rule{{"server_group", {{"name", "new"}, {"policy", "anti-affinity"}, {"rules", rules}}}};
  const Json ruled = demo.at("2.64").post(groups_path, with_rule).body.at("server_group");
  CHECK(ruled.at("rules") == Json{{"max_server_per_host", 3}});
  const Json listed = demo.at("2.64").get(groups_path).body.at("server_groups");
  REQUIRE(listed.size() == 2);
  CHECK(listed.at(1) == ruled);
  CHECK(demo.get(groups_path + "?limit=1&offset=1").body.at("server_groups").at(0).at("name") == "new");

  CHECK(demo.del(groups_path + "/" + id).status == 204);
  CHECK(refusal(demo.del(groups_path + "/" + id), 404, "itemNotFound") ==
        "Instance group " + id + " could not be found.");
}

TEST_CASE("a bad server group is refused in Nova's words", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const auto old_form = [&](const char* version, const Json& policies) {
    const Json group{{"name", "x"}, {"policies", policies}};
    return refusal(demo.at(version).post(groups_path, {{"server_group", group}}), 400);
  };
  CHECK(old_form("2.14", Json::array({"soft-affinity"})) ==
        "Invalid input for field/attribute 0. Value: soft-affinity. 'soft-affinity' is not one of ['anti-affinity', "
        "'affinity']");
  CHECK_THAT(old_form("2.15", Json::array({"none"})), Catch::Contains("'soft-anti-affinity', 'soft-affinity']"));
  CHECK_THAT(old_form("2.15", Json::array()), Catch::Contains("[] is too short"));
  CHECK_THAT(old_form("2.15", Json::array({"affinity", "affinity"})), Catch::Contains("is too long"));
  CHECK_THAT(old_form("2.63", "affinity"), Catch::Contains("'affinity' is not of type 'array'"));
  CHECK_THAT(old_form("2.64", Json::array({"affinity"})),
             Catch::Contains("Additional properties are not allowed ('policies' was unexpected)"));
  const auto new_form = [&](const Json& group) {
    return refusal(demo.at("2.64").post(groups_path, {{"server_group", group}}), 400);
  };
  CHECK_THAT(new_form({{"name", "x"}}), Catch::Contains("'policy' is a required property"));
  const Json three{{"max_server_per_host", 3}};
  CHECK(new_form({{"name", "x"}, {"policy", "affinity"}, {"rules", three}}) ==
        "Only anti-affinity policy supports rules.");
  const Json none{{"max_server_per_host", 0}};
  CHECK_THAT(new_form({{"name", "x"}, {"policy", "anti-affinity"}, {"rules", none}}),
             Catch::Contains("0 is less than the minimum of 1"));
  CHECK(refusal(demo.post(groups_path, {{"x", 1}}), 400) ==
        "Additional properties are not allowed ('x' was unexpected)");
  CHECK(demo.at("2.74").get(groups_path + "?x=1").status == 200);
  CHECK(refusal(demo.at("2.75").get(groups_path + "?x=1"), 400) ==
        "Additional properties are not allowed ('x' was unexpected)");
  for (int i = 0; i < 10; ++i) CHECK(new_group(demo, "g").status == 200);
  CHECK(refusal(new_group(demo, "g"), 403, "forbidden") == "Quota exceeded, too many server groups.");
  CHECK(new_group(cloud.user("admin", "admin"), "g").status == 200);
}

TEST_CASE("servers come into a group by a hint and leave it when they are deleted", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string group = id_of_group(new_group(demo, "g"));
  const auto members = [&] { return demo.get(groups_path + "/" + group).body.at("server_group").at("members"); };
  const auto hinted = [&] {
    const Answer made = server_with_hint(demo, {{"group", group}});
    REQUIRE(made.status == 202);
    return made.body.at("server").at("id").get<std::string>();
  };
  const std::string first = hinted();
  const std::string second = hinted();
  CHECK(members() == Json::array({first, second}));
  CHECK(demo.at("2.71").server(first).at("server_groups") == Json::array({group}));
  CHECK(server_with_hint(demo, {{"group", group}}, 8).status == 202);
  CHECK(refusal(server_with_hint(demo, {{"group", group}}), 403, "forbidden") ==
        "Quota exceeded, too many servers in group");
  CHECK(demo.del("/compute/v2.1/servers/" + first).status == 204);
  for (int round = 0; round < 1000 && members().size() == 10; ++round) continue;
  CHECK(members().size() == 9);
  CHECK(members().at(0) == second);
  CHECK(demo.get("/compute/v2.1/limits").body.at("limits").at("absolute").at("totalServerGroupsUsed") == 1);

  const std::string unknown = "11111111-2222-3333-4444-555555555555";
  CHECK(refusal(server_with_hint(demo, {{"group", unknown}}), 400) ==
        "Instance group " + unknown + " could not be found.");
  CHECK(refusal(server_with_hint(demo, {{"group", "g"}}), 400) ==
        "Invalid input for field/attribute group. Value: g. 'g' is not a 'uuid'");
  CHECK(demo.del(groups_path + "/" + group).status == 204);
  CHECK(demo.at("2.71").server(second).at("server_groups") == Json::array());
}

TEST_CASE("another project's server groups are the admin's to see", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const ApiClient admin = cloud.user("admin", "admin");
  const std::string demos = id_of_group(new_group(demo, "demos"));
  const std::string admins = id_of_group(new_group(admin, "admins"));
  CHECK(demo.get(groups_path + "?all_projects=1").body.at("server_groups").size() == 1);
  CHECK(admin.get(groups_path).body.at("server_groups").size() == 1);
  CHECK(admin.get(groups_path + "?all_projects=1").body.at("server_groups").size() == 2);
  CHECK(refusal(demo.get(groups_path + "/" + admins), 403, "forbidden") ==
        "Policy doesn't allow os_compute_api:os-server-groups:show to be performed.");
  CHECK(demo.del(groups_path + "/" + admins).status == 403);
  CHECK(admin.del(groups_path + "/" + demos).status == 204);
}

TEST_CASE("the openstack client makes server groups, old and new", "[serve]") {
  if (std::system("command -v openstack >/dev/null 2>&1") != 0) {
    WARN("skipped: there is no openstack client (Debian: python3-openstackclient)");
    return;
  }
  ServedCloud cloud;
  const Desk desk;
  desk.write("old", R"(server group create --policy affinity old -c policies -f value
server group show old -c policies -f value
server create --flavor m1.tiny --image debian-12 --wait --hint group=GROUP vm-1 -c name -f value
server group list --long -c Name -c Policies -f value
)");
  desk.write("new", R"(server group create --policy anti-affinity --rule max_server_per_host=2 new -c policy -f value
server group show new -c rules -f value
server group list -c Name -c Policy -f value
server group delete old new
server group list -c Name -f value
)");
  const ApiClient demo = cloud.user();
  const std::string group = id_of_group(new_group(demo, "hinted"));
  const Ended ended = desk.bash("sed -i s/GROUP/" + group +
                                "/ old\nexport OS_AUTH_URL=http://127.0.0.1:" + std::to_string(cloud.port()) +
                                "/identity/v3 OS_USERNAME=demo OS_PASSWORD=secret OS_PROJECT_NAME=demo "
                                "OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default OS_IDENTITY_API_VERSION=3\n"
                                "OS_COMPUTE_API_VERSION=2.1 openstack < old && OS_COMPUTE_API_VERSION=2.64 openstack "
                                "< new");
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  CHECK(printed_lines(ended.out) == std::vector<std::string>{"['affinity']", "['affinity']", "vm-1",
                                                             "hinted ['affinity']", "old ['affinity']", "anti-affinity",
                                                             "{'max_server_per_host': 2}", "hinted affinity",
                                                             "old affinity", "new anti-affinity", "hinted"});
  CHECK(demo.get(groups_path + "/" + group).body.at("server_group").at("members").size() == 1);
}

}  // namespace snapsim::test
