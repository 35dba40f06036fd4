#include <catch2/catch.hpp>

#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

std::string error_message(const Answer& answer, const char* key) {
  CHECK(answer.body.at(key).at("code") == answer.status);
  return answer.body.at(key).at("message").get<std::string>();
}

std::vector<std::string> names_in(const Answer& answer) {
  std::vector<std::string> names;
  for (const Json& server : answer.body.at("servers")) names.push_back(server.at("name").get<std::string>());
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a server goes through its life by the API", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string id = demo.new_server();
  CHECK(demo.server(id).at("status") == "ACTIVE");
  struct Step {
    const char* action;
    int status;
    const char* then;
  };
  const std::vector<Step> steps{
      {R"({"os-stop": null})", 202, "SHUTOFF"},
      {R"({"os-start": null})", 202, "ACTIVE"},
      {R"({"pause": null})", 202, "PAUSED"},
      {R"({"unpause": null})", 202, "ACTIVE"},
      {R"({"suspend": null})", 202, "SUSPENDED"},
      {R"({"resume": null})", 202, "ACTIVE"},
      {R"({"rescue": {}})", 200, "RESCUE"},
      {R"({"unrescue": null})", 202, "ACTIVE"},
      {R"({"reboot": {"type": "SOFT"}})", 202, "ACTIVE"},
      {R"({"reboot": {"type": "HARD"}})", 202, "ACTIVE"},
      {R"({"shelve": null})", 202, "SHELVED_OFFLOADED"},
      {R"({"unshelve": null})", 202, "ACTIVE"},
      {R"({"createBackup": {"name": "b", "backup_type": "daily", "rotation": 1}})", 202, "ACTIVE"},
      {R"({"lock": null})", 202, "ACTIVE"},
      {R"({"unlock": null})", 202, "ACTIVE"},
  };
  for (const Step& step : steps) {
    CAPTURE(step.action);
    CHECK(demo.act(id, Json::parse(step.action)).status == step.status);
    CHECK(demo.settled(id).at("status") == step.then);
  }
  const Answer rebuilt = demo.act(id, {{"rebuild", {{"imageRef", demo.base_image()}, {"name", "vm-2"}}}});
  CHECK(rebuilt.status == 202);
  CHECK(rebuilt.body.at("server").at("adminPass").get<std::string>().size() == 12);
  CHECK(demo.settled(id).at("name") == "vm-2");
  CHECK_THAT(demo.act(id, {{"os-getConsoleOutput", Json::object()}}).body.at("output").get<std::string>(),
             Catch::Contains("login:"));

  const Json actions = demo.get("/compute/v2.1/servers/" + id + "/os-instance-actions").body.at("instanceActions");
  CHECK(actions.front().at("action") == "rebuild");
  CHECK(actions.back().at("action") == "create");
  const std::string request = actions.front().at("request_id").get<std::string>();
  CHECK(request == rebuilt.header("X-Openstack-Request-Id"));
  const Answer action = demo.get("/compute/v2.1/servers/" + id + "/os-instance-actions/" + request);
  CHECK(action.body.at("instanceAction").at("events").at(0).at("event") == "compute_rebuild_instance");
  CHECK(action.body.at("instanceAction").at("events").at(0).at("result") == "Success");

  CHECK(demo.del("/compute/v2.1/servers/" + id).status == 204);
  Answer gone = demo.get("/compute/v2.1/servers/" + id);
  for (int round = 0; round < 1000 && gone.status == 200; ++round) gone = demo.get("/compute/v2.1/servers/" + id);
  CHECK(error_message(gone, "itemNotFound") == "Instance " + id + " could not be found.");
  CHECK(cloud.anonymous().get("/_snapsim/verdict").body.at("verdict") == "consistent");
}

TEST_CASE("a server is seen by its project, and by an admin who asks for all", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const ApiClient admin = cloud.user("admin", "admin");
  const std::string id = demo.new_server("demos");
  admin.new_server("admins");
  CHECK(names_in(demo.get("/compute/v2.1/servers")) == Names{"demos"});
  CHECK(names_in(admin.get("/compute/v2.1/servers/detail")) == Names{"admins"});
  CHECK(names_in(admin.get("/compute/v2.1/servers?all_tenants=1")) == Names{"admins", "demos"});
  CHECK(error_message(demo.get("/compute/v2.1/servers?all_tenants=1"), "forbidden") ==
        "Policy doesn't allow os_compute_api:servers:detail:get_all_tenants to be performed.");
  CHECK(admin.get("/compute/v2.1/servers/" + id).status == 200);
}

TEST_CASE("lists are filtered, sorted, and given in pages", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  for (const char* const name : {"a1", "a2", "b1"}) demo.new_server(name);
  const std::string servers = "/compute/v2.1/servers";
  CHECK(names_in(demo.get(servers)) == Names{"b1", "a2", "a1"});
  CHECK(names_in(demo.get(servers + "?name=%5Ea")) == Names{"a2", "a1"});
  CHECK(names_in(demo.get(servers + "?status=SHUTOFF")).empty());
  CHECK(names_in(demo.get(servers + "?sort_key=display_name&sort_dir=asc")) == Names{"a1", "a2", "b1"});
  const Answer page = demo.get(servers + "?limit=2");
  CHECK(names_in(page) == Names{"b1", "a2"});
  const std::string next = page.body.at("servers_links").at(0).at("href").get<std::string>();
  CHECK(names_in(demo.get(next.substr(next.find("/compute")))) == Names{"a1"});
  CHECK(demo.get(servers + "?limit=many").status == 400);
  CHECK(demo.get(servers + "?marker=none").status == 400);
}

TEST_CASE("names, metadata and tags are kept", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string server = "/compute/v2.1/servers/" + demo.new_server();
  CHECK(demo.put(server, {{"server", {{"name", "other"}}}}).body.at("server").at("name") == "other");
  CHECK(demo.post(server + "/metadata", {{"metadata", {{"a", "1"}}}}).status == 200);
  CHECK(demo.put(server + "/metadata/b", {{"meta", {{"b", "2"}}}}).status == 200);
  CHECK(demo.get(server + "/metadata").body.at("metadata") == Json{{"a", "1"}, {"b", "2"}});
  CHECK(demo.del(server + "/metadata/a").status == 204);
  CHECK(demo.get(server + "/metadata/a").status == 404);
  CHECK(demo.put(server + "/metadata", {{"metadata", {{"c", "3"}}}}).body.at("metadata") == Json{{"c", "3"}});
  CHECK(demo.at("2.26").put(server + "/tags", {{"tags", Json::array({"x"})}}).body.at("tags") == Json::array({"x"}));
}

TEST_CASE("each refusal has the status and the key that Nova gives it", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string id = demo.new_server();
  const auto bad_name = [&](const Json& arguments) {
    return error_message(demo.act(id, {{"createImage", arguments}}), "badRequest");
  };
  CHECK_THAT(bad_name(Json::object()), Catch::Contains("'name' is a required property"));
  CHECK_THAT(bad_name({{"name", ""}}), Catch::Contains("is too short"));
  CHECK_THAT(bad_name({{"name", std::string(256, 'x')}}), Catch::Contains("is too long"));
  CHECK_THAT(bad_name({{"name", " x"}}), Catch::Contains("whitespace"));
  CHECK_THAT(bad_name({{"name", "x"}, {"nmae", "y"}}), Catch::Contains("Additional properties"));
  CHECK_THAT(bad_name({{"name", "x"}, {"metadata", {{"a/b", "y"}}}}), Catch::Contains("does not match"));
  CHECK_THAT(error_message(demo.act(id, {{"dance", nullptr}}), "badRequest"), Catch::Contains("no such action"));
  CHECK_THAT(error_message(demo.act(id, {{"resize", {{"flavorRef", "2"}}}}), "notImplemented"),
             Catch::Contains("resize"));
  CHECK_THAT(error_message(demo.act(id, {{"os-resetState", {{"state", "error"}}}}), "forbidden"),
             Catch::Contains("Policy"));
  CHECK_THAT(error_message(demo.act(id, {{"os-start", nullptr}}), "conflictingRequest"),
             Catch::Contains("Cannot 'start' instance " + id + " while it is in vm_state active"));
  CHECK_THAT(error_message(demo.act(id, {{"restore", nullptr}}), "conflictingRequest"), Catch::Contains("vm_state"));
  CHECK_THAT(error_message(demo.act("nothing", {{"os-start", nullptr}}), "itemNotFound"),
             Catch::Contains("Instance nothing could not be found."));
  CHECK_THAT(error_message(demo.act(id, {{"rebuild", {{"imageRef", "nothing"}}}}), "badRequest"),
             Catch::Contains("'nothing' is not a 'uuid'"));
  const std::string unknown_image = "11111111-2222-3333-4444-555555555555";
  CHECK_THAT(error_message(demo.act(id, {{"rebuild", {{"imageRef", unknown_image}}}}), "badRequest"),
             Catch::Contains("Cannot find image for rebuild"));
  const Json no_image{{"name", "x"}, {"flavorRef", "1"}, {"imageRef", unknown_image}};
  CHECK(error_message(demo.post("/compute/v2.1/servers", {{"server", no_image}}), "badRequest") ==
        "Can not find requested image");
  const Json no_flavor{{"name", "x"}, {"flavorRef", "99"}, {"imageRef", demo.base_image()}};
  CHECK(error_message(demo.post("/compute/v2.1/servers", {{"server", no_flavor}}), "badRequest") ==
        "Flavor 99 could not be found.");
  CHECK(demo.send("POST", "/compute/v2.1/servers", "{").status == 400);
  CHECK(demo.get("/compute/v2.1/nothing").body.at("itemNotFound").at("code") == 404);
  CHECK(cloud.user("admin", "demo").act(id, {{"os-resetState", {{"state", "error"}}}}).status == 202);
  CHECK(demo.server(id).at("status") == "ERROR");

  std::map<std::string, std::string> many;
  for (int i = 0; i < 129; ++i) many["key" + std::to_string(i)] = "x";
  demo.act(id, {{"reboot", {{"type", "HARD"}}}});
  demo.settled(id);
  const Json too_many{{"createImage", {{"name", "s"}, {"metadata", many}}}};
  CHECK(error_message(demo.at("2.38").act(id, too_many), "forbidden") == "Image metadata limit exceeded");
  CHECK(demo.at("2.39").act(id, too_many).status == 202);
}

TEST_CASE("a locked server can be snapshotted, and nothing else by its user", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string id = demo.new_server();
  CHECK(demo.at("2.73").act(id, {{"lock", {{"locked_reason", "mine"}}}}).status == 202);
  CHECK(demo.at("2.73").server(id).at("locked_reason") == "mine");
  CHECK(error_message(demo.act(id, {{"os-stop", nullptr}}), "conflictingRequest") == "Instance " + id + " is locked");
  CHECK(demo.act(id, {{"createImage", {{"name", "s"}}}}).status == 202);
  demo.settled(id);
  CHECK(cloud.user("admin", "demo").act(id, {{"os-stop", nullptr}}).status == 202);
}

TEST_CASE("what clients ask for before they act is there", "[serve]") {
  const ServedCloud cloud;
  const ApiClient admin = cloud.user("admin", "admin");
  const std::string path = GENERATE(
      "", "/", "/flavors", "/flavors/detail", "/flavors/1", "/flavors/1/os-extra_specs", "/limits", "/os-keypairs",
      "/os-security-groups", "/os-availability-zone", "/os-availability-zone/detail", "/extensions", "/os-quota-sets/x",
      "/os-quota-sets/x/defaults", "/os-services", "/os-hypervisors", "/os-hypervisors/detail", "/os-server-groups");
  CAPTURE(path);
  CHECK(admin.get("/compute/v2.1" + path).status == 200);
}

}  // namespace snapsim::test
