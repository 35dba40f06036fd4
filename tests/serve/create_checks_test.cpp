// What Nova refuses of a new, a changed or a rebuilt server, and in which words.

#include <catch2/catch.hpp>

#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

const std::string network_id = "11111111-2222-3333-4444-555555555555";

/// Asks for servers that are right but for some keys.
class Asker {
 public:
  Asker(const ApiClient& client, const std::string& version) : client_(client.at(version)) {}

  Answer ask(const Json& more) const {
    Json server{{"name", "x"}, {"flavorRef", "1"}, {"imageRef", client_.base_image()}};
    for (const auto& [key, value] : more.items()) server[key] = value;
    return client_.post("/compute/v2.1/servers", {{"server", std::move(server)}});
  }
  /// The message of the refusal; the status where there is none.
  std::string refusal(const Json& more, int status = 400) const {
    const Answer answer = ask(more);
    if (answer.status != status) return std::to_string(answer.status);
    return answer.body.at(status == 400 ? "badRequest" : "forbidden").at("message").get<std::string>();
  }

 private:
  ApiClient client_;
};

std::string invalid(const std::string& field, const std::string& value, const std::string& why) {
  return "Invalid input for field/attribute " + field + ". Value: " + value + ". " + why;
}

}  // namespace

TEST_CASE("addresses of a server are of their family", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const Asker asker(demo, "2.1");
  CHECK(asker.refusal({{"accessIPv4", "1.1.1"}}) == invalid("accessIPv4", "1.1.1", "'1.1.1' is not a 'ipv4'"));
  CHECK(asker.refusal({{"accessIPv4", "::1"}}) == invalid("accessIPv4", "::1", "'::1' is not a 'ipv4'"));
  CHECK(asker.refusal({{"accessIPv6", "1.1.1.1"}}) == invalid("accessIPv6", "1.1.1.1", "'1.1.1.1' is not a 'ipv6'"));
  CHECK(asker.refusal({{"accessIPv4", 7}}) == invalid("accessIPv4", "7", "7 is not of type 'string'"));
  CHECK(asker.ask({{"accessIPv4", "1.1.1.1"}, {"accessIPv6", "::babe:220.12.22.2"}}).status == 202);

  const std::string id = demo.new_server();
  const std::string server = "/compute/v2.1/servers/" + id;
  CHECK(demo.put(server, {{"server", {{"accessIPv4", "300.1.1.1"}}}}).status == 400);
  CHECK(demo.server(id).at("accessIPv4") == "");
  CHECK(demo.put(server, {{"server", {{"accessIPv6", "fe80::7"}}}}).body.at("server").at("accessIPv6") == "fe80::7");
  CHECK(demo.put(server, {{"server", {{"OS-DCF:diskConfig", "auto"}}}}).status == 400);
}

TEST_CASE("what a new server names has to be there", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const Asker asker(demo, "2.1");
  const auto group = [](const char* name) { return Json{{"security_groups", Json::array({{{"name", name}}})}}; };
  CHECK(asker.refusal(group("web")) == "Unable to find security_group with name or id 'web'");
  CHECK(asker.ask(group("default")).status == 202);
  CHECK(asker.refusal({{"key_name", "mine"}}) == "Invalid key_name provided.");
  CHECK(asker.refusal({{"availability_zone", "moon"}}) == "The requested availability zone is not available");
  CHECK(asker.ask({{"availability_zone", "nova"}}).status == 202);
  CHECK(asker.refusal({{"availability_zone", "nova:compute-1"}}, 403) ==
        "Policy doesn't allow os_compute_api:servers:create:forced_host to be performed.");
  const Asker admin(cloud.user("admin", "admin"), "2.1");
  CHECK(admin.ask({{"availability_zone", "nova:compute-1"}}).status == 202);
  CHECK(admin.refusal({{"availability_zone", "nova:moon"}}) == "Compute host moon could not be found.");
  CHECK(asker.refusal({{"flavorRef", "99"}}) == "Flavor 99 could not be found.");
  CHECK(asker.refusal({{"imageRef", network_id}}) == "Can not find requested image");
  CHECK(asker.refusal({{"imageRef", "debian"}}) ==
        invalid("imageRef", "debian", "'debian' is not valid under any of the given schemas"));
  CHECK(asker.refusal({{"imageRef", ""}}) == "Missing imageRef attribute");
}

TEST_CASE("networks and ports that are named do not exist", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const auto networks = [](const Json& network) { return Json{{"networks", Json::array({network})}}; };
  for (const char* const version : {"2.1", "2.37", "2.93"}) {
    CAPTURE(version);
    const Asker asker(demo, version);
    CHECK(asker.refusal(networks({{"uuid", network_id}})) == "Network " + network_id + " could not be found.");
    CHECK(asker.refusal(networks({{"port", network_id}})) == "Port id " + network_id + " could not be found.");
    CHECK(asker.refusal(networks({{"port", "p"}})) == invalid("port", "p", "'p' is not a 'uuid'"));
    CHECK(asker.refusal(networks(Json::object())) == "Bad network format: missing 'uuid'");
    CHECK(asker.refusal(networks({{"port", network_id}, {"fixed_ip", "10.0.0.1"}})) ==
          "Specified Fixed IP '10.0.0.1' cannot be used with port '" + network_id +
              "': the two cannot be specified together.");
    CHECK(asker.ask({{"networks", Json::array()}}).status == 202);
  }
  CHECK(Asker(demo, "2.36").refusal(networks({{"uuid", "n"}})) ==
        "Bad networks format: network uuid is not in proper format (n)");
  CHECK(Asker(demo, "2.37").refusal(networks({{"uuid", "n"}})) == invalid("uuid", "n", "'n' is not a 'uuid'"));
  CHECK(Asker(demo, "2.36").refusal({{"networks", "none"}}) ==
        invalid("networks", "none", "'none' is not of type 'array'"));
  CHECK_THAT(Asker(demo, "2.37").refusal(Json::object()), Catch::Contains("'networks' is a required property"));
}

TEST_CASE("fields of a new server are of their form and of the version", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const Asker asker(demo, "2.1");
  CHECK(asker.refusal({{"user_data", "a"}}) == invalid("user_data", "a", "'a' is not a 'base64'"));
  CHECK(asker.ask({{"user_data", "aGVs\nbG8="}}).status == 202);
  CHECK(asker.refusal({{"config_drive", "maybe"}}) ==
        invalid("config_drive", "maybe", "'maybe' is not of type 'boolean'"));
  CHECK(asker.refusal({{"OS-DCF:diskConfig", "auto"}}) ==
        invalid("OS-DCF:diskConfig", "auto", "'auto' is not one of ['AUTO', 'MANUAL']"));
  CHECK(asker.refusal({{"min_count", 3}, {"max_count", 2}}) == "min_count must be <= max_count");
  CHECK_THAT(asker.refusal({{"max_count", 0}}), Catch::Contains("0 is less than the minimum of 1"));
  CHECK(asker.refusal({{"name", " x"}}) ==
        "An invalid 'name' value was provided. The name must be: printable characters. Can not start or end with "
        "whitespace.");
  CHECK_THAT(asker.refusal({{"nmae", "x"}}),
             Catch::Contains("Additional properties are not allowed ('nmae' was unexpected)"));
  const Asker newest(demo, "2.90");
  CHECK(newest.ask({{"networks", "none"}, {"hostname", "web-1"}}).status == 202);
  CHECK(newest.refusal({{"networks", "none"}, {"hostname", "web_1"}}) ==
        invalid("hostname", "web_1", "'web_1' does not match '^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$'"));
  CHECK_THAT(asker.refusal({{"description", "x"}}), Catch::Contains("('description' was unexpected)"));
  CHECK(Asker(demo, "2.19").ask({{"description", "x"}}).status == 202);
  const Json tags{{"networks", "none"}, {"tags", Json::array({"a,b"})}};
  CHECK(Asker(demo, "2.52").refusal(tags) == invalid("0", "a,b", "'a,b' does not match '^[^,/]*$'"));
  CHECK_THAT(Asker(demo, "2.51").refusal(tags), Catch::Contains("('tags' was unexpected)"));
  std::map<std::string, std::string> many;
  for (int i = 0; i < 129; ++i) many["key" + std::to_string(i)] = "x";
  CHECK(asker.refusal({{"metadata", many}}, 403) == "Maximum number of metadata items exceeds 128");

  const auto files = [](std::size_t count, const std::string& contents) {
    Json list = Json::array();
    for (std::size_t i = 0; i < count; ++i) list.push_back({{"path", "/etc/motd"}, {"contents", contents}});
    return Json{{"personality", std::move(list)}};
  };
  CHECK(asker.ask(files(5, "aGVsbG8=")).status == 202);
  CHECK(asker.refusal(files(6, "aGVsbG8="), 403) == "Personality file limit exceeded");
  CHECK(asker.refusal(files(1, std::string(16'384, 'a')), 403) == "Personality file content exceeds maximum 10240");
  CHECK_THAT(asker.refusal(files(1, "a")), Catch::Contains("'a' is not a 'base64'"));
  Json since_57 = files(1, "aGVsbG8=");
  since_57["networks"] = "none";
  CHECK_THAT(Asker(demo, "2.57").refusal(since_57), Catch::Contains("('personality' was unexpected)"));
}

TEST_CASE("a server boots from its image and from nothing else", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const Asker asker(demo, "2.1");
  const auto devices = [](const Json& device) { return Json{{"block_device_mapping_v2", Json::array({device})}}; };
  CHECK(asker.refusal(devices({{"source_type", "volume"}, {"uuid", network_id}})) ==
        "Block Device Mapping is Invalid: failed to get volume " + network_id + ".");
  CHECK(asker.refusal(devices({{"source_type", "snapshot"}, {"uuid", network_id}})) ==
        "Block Device Mapping is Invalid: failed to get snapshot " + network_id + ".");
  CHECK(asker.refusal(devices({{"source_type", "blank"}, {"uuid", network_id}})) ==
        "Block Device Mapping is Invalid: Invalid device UUID.");
  CHECK(asker.refusal(devices({{"source_type", "volume"}})) == "Block Device Mapping is Invalid: Missing device UUID.");
  CHECK_THAT(asker.refusal(devices({{"source_type", "tape"}})),
             Catch::Contains("'tape' is not one of ['volume', 'image', 'snapshot', 'blank']"));
  CHECK_THAT(asker.refusal(devices({{"source_type", "image"}, {"uuid", network_id}})),
             Catch::Contains("Boot sequence for the instance"));
  const Json own_image{
      {"source_type", "image"}, {"uuid", demo.base_image()}, {"destination_type", "local"}, {"boot_index", 0}};
  CHECK(asker.ask(devices(own_image)).status == 202);
  Json both = devices(own_image);
  both["block_device_mapping"] = Json::array({{{"volume_id", network_id}}});
  CHECK(asker.refusal(both) == "Using different block_device_mapping syntaxes is not allowed in the same request.");
  CHECK(asker.refusal({{"block_device_mapping", Json::array({{{"volume_id", network_id}}})}}) ==
        "Block Device Mapping is Invalid: failed to get volume " + network_id + ".");
}

TEST_CASE("a flavor has to be large enough for the image", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const auto image = [&](const char* key, int least) {
    const Json wanted{{"name", "i"}, {"disk_format", "raw"}, {"container_format", "bare"}, {key, least}};
    const std::string id = demo.post("/image/v2/images", wanted).body.at("id").get<std::string>();
    demo.send("PUT", "/image/v2/images/" + id + "/file", "x", {{"Content-Type", "application/octet-stream"}});
    return id;
  };
  const Asker asker(demo, "2.1");
  CHECK(asker.refusal({{"imageRef", image("min_ram", 513)}}) == "Flavor's memory is too small for requested image.");
  CHECK(asker.refusal({{"imageRef", image("min_disk", 2)}}) ==
        "Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is 1073741824 bytes, "
        "minimum size is 2147483648 bytes.");
  CHECK(asker.ask({{"imageRef", image("min_ram", 512)}}).status == 202);
}

TEST_CASE("a rebuild takes the fields of its version", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string id = demo.new_server();
  const auto rebuild = [&](const char* version, const Json& more) {
    Json arguments{{"imageRef", demo.base_image()}};
    for (const auto& [key, value] : more.items()) arguments[key] = value;
    return demo.at(version).act(id, {{"rebuild", std::move(arguments)}});
  };
  CHECK(rebuild("2.1", {{"accessIPv4", "x"}}).status == 400);
  CHECK(rebuild("2.1", {{"key_name", "mine"}}).status == 400);
  CHECK(rebuild("2.54", {{"key_name", "mine"}}).body.at("badRequest").at("message") == "Invalid key_name provided.");
  CHECK(rebuild("2.1", {{"OS-DCF:diskConfig", "AUTO"}, {"accessIPv4", "1.2.3.4"}}).status == 202);
  const Json shown = demo.settled(id);
  CHECK(shown.at("OS-DCF:diskConfig") == "AUTO");
  CHECK(shown.at("accessIPv4") == "1.2.3.4");
}

}  // namespace snapsim::test
