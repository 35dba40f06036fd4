// Metadata definitions over HTTP: what is made, seen, changed, refused and kept.

#include <catch2/catch.hpp>

#include "tests/fake_glance/http_bench.hpp"
#include "tests/real/test_support.hpp"

namespace snapsim {
namespace {

using testing::HttpBench;
using testing::RawResponse;
using Names = std::vector<std::string>;

const std::string spaces = "/v2/metadefs/namespaces";

/// The JSON of an answer; fails the test where the status is another.
OrderedJson answered(const RawResponse& response, int status = 200) {
  INFO(response.body);
  REQUIRE(response.status == status);
  return OrderedJson::parse(response.body);
}

/// The explanation of a refusal, as webob puts it into plain text.
std::string explanation(const RawResponse& response, int status) {
  INFO(response.body);
  REQUIRE(response.status == status);
  const std::size_t begin = response.body.find("\n\n");
  const std::size_t end = response.body.rfind("\n\n");
  REQUIRE(begin != std::string::npos);
  return response.body.substr(begin + 2, end - begin - 2);
}

OrderedJson make_space(HttpBench& bench, const std::string& name, const std::string& more = {}) {
  return answered(bench.call("admin", "POST", spaces, R"({"namespace": ")" + name + "\"" + more + "}"), 201);
}

Names names_of(const OrderedJson& list, const char* key) {
  Names names;
  for (const OrderedJson& one : list) names.push_back(one.at(key));
  return names;
}

Names listed(HttpBench& bench, const std::string& who, const std::string& query = {}) {
  return names_of(answered(bench.call(who, "GET", spaces + query))["namespaces"], "namespace");
}

}  // namespace

TEST_CASE("a namespace is made with all that is in it, and shown so", "[fake_glance]") {
  HttpBench bench;
  const std::string body = R"({"namespace": "My::Space", "display_name": "mine", "visibility": "public",
    "resource_type_associations": [{"name": "OS::Nova::Server", "prefix": "hw_"}, {"name": "Own::Type"}],
    "properties": {"cores": {"title": "Cores", "type": "integer", "minimum": 1}},
    "objects": [{"name": "cpu", "required": ["model"], "properties": {"model": {"title": "Model", "type": "string"}}}],
    "tags": [{"name": "first"}, {"name": "second"}]})";
  const RawResponse response = bench.call("admin", "POST", spaces, body);
  const OrderedJson made = answered(response, 201);
  CHECK(response.header("location").ends_with("/v2/metadefs/namespaces/My::Space"));
  CHECK(made["owner"] == HttpBench::project_id("admin"));
  CHECK(made["protected"] == false);
  CHECK(made["tags"] == OrderedJson::parse(R"([{"name": "first"}, {"name": "second"}])"));
  CHECK(made["self"] == "/v2/metadefs/namespaces/My::Space");

  const OrderedJson shown = answered(bench.call("alt", "GET", spaces + "/My::Space"));
  CHECK(names_of(shown["resource_type_associations"], "name") == Names{"OS::Nova::Server", "Own::Type"});
  CHECK(shown["resource_type_associations"][0]["prefix"] == "hw_");
  CHECK(shown["properties"].dump() == R"({"cores":{"type":"integer","title":"Cores","minimum":1}})");
  CHECK(shown["objects"][0]["self"] == "/v2/metadefs/namespaces/My::Space/objects/cpu");
  CHECK(names_of(shown["tags"], "name") == Names{"second", "first"});

  const OrderedJson prefixed = answered(bench.call("alt", "GET", spaces + "/My::Space?resource_type=OS::Nova::Server"));
  CHECK(prefixed["properties"].contains("hw_cores"));
  CHECK(prefixed["objects"][0]["required"] == OrderedJson::parse(R"(["hw_model"])"));
  CHECK(prefixed["objects"][0]["properties"].contains("hw_model"));
  const std::string one = spaces + "/My::Space/properties/";
  CHECK(answered(bench.call("alt", "GET", one + "hw_cores?resource_type=OS::Nova::Server"))["name"] == "cores");
  CHECK(explanation(bench.call("alt", "GET", one + "cores?resource_type=OS::Nova::Server"), 404) ==
        "Property cores does not start with the expected resource type association prefix of 'hw_'.");
  const OrderedJson types = answered(bench.call("alt", "GET", "/v2/metadefs/resource_types"));
  CHECK(names_of(types["resource_types"], "name") == Names{"OS::Cinder::Volume", "OS::Glance::Image",
                                                           "OS::Nova::Aggregate", "OS::Nova::Flavor",
                                                           "OS::Nova::Server", "OS::Trove::Instance", "Own::Type"});
}

TEST_CASE("a private namespace is its owner's and the admin's, and only an admin changes any", "[fake_glance]") {
  HttpBench bench;
  make_space(bench, "open", R"(, "visibility": "public")");
  make_space(bench, "hidden", R"(, "owner": ")" + HttpBench::project_id("demo") + "\"");
  CHECK(listed(bench, "admin") == Names{"hidden", "open"});
  CHECK(listed(bench, "demo") == Names{"hidden", "open"});
  CHECK(listed(bench, "alt") == Names{"open"});
  CHECK(bench.call("demo", "GET", spaces + "/hidden").status == 200);
  CHECK(bench.call("alt", "GET", spaces + "/hidden").status == 404);
  CHECK(explanation(bench.call("alt", "GET", spaces + "/hidden/tags"), 404) == "Namespace hidden not found");
  CHECK(bench.call("alt", "GET", spaces + "?marker=hidden").status == 403);
  CHECK(explanation(bench.call("demo", "POST", spaces, R"({"namespace": "mine"})"), 403) ==
        "You are not authorized to complete add_metadef_namespace action.");
  CHECK(explanation(bench.call("demo", "DELETE", spaces + "/hidden"), 403) ==
        "You are not authorized to complete delete_metadef_namespace action.");
  CHECK(bench.call("alt", "DELETE", spaces + "/hidden").status == 404);
  CHECK(bench.call("demo", "POST", spaces + "/open/tags/mine").status == 403);
  CHECK(bench.call("demo", "POST", spaces + "/open/objects", R"({"name": "mine"})").status == 403);
  CHECK(bench.call("nobody", "GET", spaces).status == 401);
}

TEST_CASE("a list of namespaces is filtered, sorted and cut into pages", "[fake_glance]") {
  HttpBench bench;
  make_space(bench, "b", R"(, "visibility": "public")");
  make_space(bench, "c", R"(, "resource_type_associations": [{"name": "OS::Nova::Server"}])");
  make_space(bench, "a", R"(, "resource_type_associations": [{"name": "OS::Glance::Image"}])");
  CHECK(listed(bench, "admin") == Names{"a", "c", "b"});
  CHECK(listed(bench, "admin", "?sort_key=namespace&sort_dir=asc") == Names{"a", "b", "c"});
  CHECK(listed(bench, "admin", "?visibility=public") == Names{"b"});
  CHECK(listed(bench, "admin", "?resource_types=OS::Nova::Server,OS::Glance::Image") == Names{"a", "c"});
  const OrderedJson page = answered(bench.call("admin", "GET", spaces + "?limit=2&sort_dir=asc"));
  CHECK(names_of(page["namespaces"], "namespace") == Names{"b", "c"});
  CHECK(page["first"] == spaces + "?limit=2&sort_dir=asc");
  REQUIRE(page["next"] == spaces + "?limit=2&sort_dir=asc&marker=c");
  const OrderedJson last = answered(bench.call("admin", "GET", page["next"]));
  CHECK(names_of(last["namespaces"], "namespace") == Names{"a"});
  CHECK(!last.contains("next"));
  CHECK(explanation(bench.call("admin", "GET", spaces + "?marker=x"), 404) ==
        "Metadata definition namespace=x was not found.");
  CHECK(explanation(bench.call("admin", "GET", spaces + "?sort_dir=up"), 400) == "Invalid sort direction: up");
  CHECK(explanation(bench.call("admin", "GET", spaces + "?limit=-1"), 400) == "limit param must be positive");
  CHECK(explanation(bench.call("admin", "GET", spaces + "?visibility=shared"), 400) ==
        "Invalid visibility value: shared");
}

TEST_CASE("a namespace is renamed with all that is in it, and a protected one stays whole", "[fake_glance]") {
  HttpBench bench;
  make_space(bench, "old", R"(, "protected": true, "tags": [{"name": "t"}])");
  make_space(bench, "other");
  CHECK(explanation(bench.call("admin", "DELETE", spaces + "/old"), 403) ==
        "Metadata definition namespace old is protected and cannot be deleted.");
  CHECK(explanation(bench.call("admin", "DELETE", spaces + "/old/tags/t"), 403) ==
        "Metadata definition tag t is protected and cannot be deleted.");
  CHECK(bench.call("admin", "DELETE", spaces + "/old/tags").status == 403);
  CHECK(explanation(bench.call("admin", "PUT", spaces + "/old", R"({"namespace": "other"})"), 409) ==
        "Invalid update. It would result in a duplicate metadata definition namespace with the same name of other");
  const OrderedJson changed = answered(bench.call(
      "admin", "PUT", spaces + "/old", R"({"namespace": "new", "visibility": "public", "protected": false})"));
  CHECK(changed["self"] == "/v2/metadefs/namespaces/new");
  CHECK(bench.call("admin", "GET", spaces + "/old").status == 404);
  CHECK(answered(bench.call("alt", "GET", spaces + "/new/tags/t"))["name"] == "t");
  CHECK(bench.call("admin", "DELETE", spaces + "/new/tags").status == 204);
  CHECK(answered(bench.call("alt", "GET", spaces + "/new/tags"))["tags"].empty());
  CHECK(bench.call("admin", "DELETE", spaces + "/new").status == 204);
  CHECK(explanation(bench.call("admin", "GET", spaces + "/new"), 404) ==
        "Metadata definition namespace=new was not found.");
}

TEST_CASE("objects and properties are made, changed, renamed and deleted", "[fake_glance]") {
  HttpBench bench;
  make_space(bench, "ns");
  for (const std::string kind : {"object", "property"}) {
    const bool is_object = kind == "object";
    const std::string all = spaces + (is_object ? "/ns/objects" : "/ns/properties");
    const std::string rest = is_object ? R"(", "description": "d"})" : R"(", "title": "d", "type": "string"})";
    const char* said = is_object ? "description" : "title";
    CAPTURE(kind);
    CHECK(answered(bench.call("admin", "POST", all, R"({"name": "one)" + rest), 201)[said] == "d");
    CHECK(answered(bench.call("admin", "POST", all, R"({"name": "two)" + rest), 201)["name"] == "two");
    CHECK(explanation(bench.call("admin", "POST", all, R"({"name": "one)" + rest), 409) ==
          "A metadata definition " + kind + " with name=one already exists in namespace=ns.");
    CHECK(explanation(bench.call("admin", "PUT", all + "/two", R"({"name": "one)" + rest), 409) ==
          "Invalid update. It would result in a duplicate metadata definition " + kind +
              " with the same name=one in namespace=ns.");
    CHECK(answered(bench.call("admin", "PUT", all + "/two", R"({"name": "three)" + rest))["name"] == "three");
    CHECK(answered(bench.call("admin", "GET", all + "/three"))["name"] == "three");
    CHECK(explanation(bench.call("admin", "GET", all + "/two"), 404) ==
          std::string(is_object ? "Could not find metadata object" : "Could not find property") + " two");
    CHECK(bench.call("admin", "DELETE", all + "/three").status == 204);
    CHECK(bench.call("admin", "DELETE", all + "/three").status == 404);
    const OrderedJson left = answered(bench.call("admin", "GET", all))[is_object ? "objects" : "properties"];
    CHECK(left.size() == 1);
    CHECK(bench.call("admin", "DELETE", all).status == 204);
    CHECK(answered(bench.call("admin", "GET", all))[is_object ? "objects" : "properties"].empty());
  }
}

TEST_CASE("tags replace the old ones, or come to them; a tag has its name alone in a list", "[fake_glance]") {
  HttpBench bench;
  make_space(bench, "ns");
  const std::string tags = spaces + "/ns/tags";
  const auto seen = [&](const std::string& query = "") {
    return names_of(answered(bench.call("admin", "GET", tags + query))["tags"], "name");
  };
  CHECK(answered(bench.call("admin", "POST", tags, R"({"tags": [{"name": "a"}, {"name": "b"}]})"), 201).dump() ==
        R"({"tags":[{"name":"a"},{"name":"b"}]})");
  CHECK(bench.call("admin", "POST", tags, R"({"tags": [{"name": "c"}]})", {{"X-Openstack-Append", "True"}}).status ==
        201);
  CHECK(seen() == Names{"c", "b", "a"});
  CHECK(seen("?sort_key=name&sort_dir=asc&limit=1&marker=a") == Names{"b"});
  CHECK(explanation(bench.call("admin", "POST", tags, R"({"tags": [{"name": "x"}, {"name": "x"}]})"), 409) ==
        "A metadata tag with name=x already exists in namespace=ns. (Please note that metadata tag names are case "
        "insensitive).");
  CHECK(seen() == Names{"c", "b", "a"});
  CHECK(bench.call("admin", "POST", tags, R"({"tags": [{"name": "d"}]})").status == 201);
  CHECK(seen() == Names{"d"});
  CHECK(bench.call("admin", "POST", tags + "/e").status == 201);
  CHECK(bench.call("admin", "POST", tags + "/e").status == 409);
  CHECK(bench.call("admin", "POST", tags + "/" + std::string(81, 'e')).status == 400);
  CHECK(answered(bench.call("admin", "PUT", tags + "/e", R"({"name": "f"})"))["name"] == "f");
  CHECK(bench.call("admin", "PUT", tags + "/f", R"({"name": "d"})").status == 409);
  CHECK(explanation(bench.call("admin", "DELETE", tags + "/e"), 404) == "Could not find metadata tag e");
  CHECK(bench.call("admin", "DELETE", tags + "/f").status == 204);
  CHECK(seen() == Names{"d"});
}

TEST_CASE("resource types are associated with a namespace once", "[fake_glance]") {
  HttpBench bench;
  make_space(bench, "ns");
  const std::string types = spaces + "/ns/resource_types";
  const OrderedJson made = answered(bench.call("admin", "POST", types, R"({"name": "T", "prefix": "t_"})"), 201);
  CHECK(made["prefix"] == "t_");
  CHECK(!made.contains("properties_target"));
  CHECK(explanation(bench.call("admin", "POST", types, R"({"name": "T"})"), 409) ==
        "The metadata definition resource-type association of resource-type=T to namespace=ns already exists.");
  CHECK(names_of(answered(bench.call("admin", "GET", types))["resource_type_associations"], "name") == Names{"T"});
  CHECK(bench.call("admin", "DELETE", types + "/T").status == 204);
  CHECK(explanation(bench.call("admin", "DELETE", types + "/T"), 404) == "Failed to find resource type T to delete");
}

TEST_CASE("what the schemas of metadata definitions do not allow is refused, and nothing is made", "[fake_glance]") {
  HttpBench bench;
  make_space(bench, "ns");
  const auto refused = [&](const std::string& where, const std::string& body, int status = 400) {
    return explanation(bench.call("admin", "POST", where, body), status);
  };
  CHECK(refused(spaces, "{}")
            .starts_with("Provided object does not match schema 'namespace': 'namespace' is a required property"));
  CHECK(refused(spaces, R"({"namespace": "x", "self": "y"})", 403) == "Attribute 'self' is read-only.");
  CHECK(refused(spaces, R"({"namespace": "ns"})", 409) == "The metadata definition namespace=ns already exists.");
  CHECK(refused(spaces, R"({"namespace": "x", "visibility": "shared"})")
            .starts_with("Provided object does not match schema 'namespace': 'shared' is not one of"));
  CHECK(refused(spaces, R"({"namespace": "x", "properties": {"p": {"title": "P"}}})")
            .starts_with("Provided object does not match schema 'namespace': 'type' is a required property"));
  CHECK(refused(spaces, R"({"namespace": "x", "tags": [{"name": "t"}, {"name": "t"}]})", 409)
            .starts_with("A metadata tag with name=t already exists"));
  const std::string properties = spaces + "/ns/properties";
  CHECK(refused(properties, R"({"name": "p", "title": "P", "type": "string", "minLength": -1})")
            .starts_with("Provided object does not match schema 'property': -1 is less than the minimum of 0"));
  CHECK(refused(properties, R"({"name": "p", "title": "P", "type": "string", "what": 1})")
            .starts_with("Provided object does not match schema 'property': Additional properties are not allowed"));
  CHECK(refused(spaces + "/ns/objects", R"({"name": "o", "required": ["a", "a"]})")
            .starts_with("Provided object does not match schema 'object': ['a', 'a'] has non-unique elements"));
  CHECK(refused(spaces + "/ns/tags", R"({"tags": [{}]})").find("'name' is a required property") != std::string::npos);
  CHECK(refused(spaces + "/ns/resource_types", R"({"name": "T", "created_at": "now"})", 403) ==
        "Attribute 'created_at' is read-only.");
  CHECK(refused(spaces, "[]") == "Expected an object.");
  CHECK(bench.call("admin", "PATCH", spaces + "/ns").status == 405);
  CHECK(listed(bench, "admin") == Names{"ns"});
  CHECK(answered(bench.call("admin", "GET", properties))["properties"].empty());
}

TEST_CASE("the schemas of metadata definitions are shown", "[fake_glance]") {
  HttpBench bench;
  const auto schema = [&](const std::string& name) {
    return answered(bench.call("demo", "GET", "/v2/schemas/metadefs/" + name));
  };
  const std::vector<std::pair<std::string, std::string>> names = {{"namespace", "namespace"},
                                                                  {"namespaces", "namespaces"},
                                                                  {"resource_type", "resource_type_association"},
                                                                  {"property", "property"},
                                                                  {"properties", "properties"},
                                                                  {"resource_types", "resource_type_associations"},
                                                                  {"object", "object"},
                                                                  {"objects", "objects"},
                                                                  {"tag", "tag"},
                                                                  {"tags", "tags"}};
  for (const auto& [path, name] : names) CHECK(schema(path)["name"] == name);
  CHECK(schema("property")["required"] == OrderedJson::parse(R"(["type", "title", "name"])"));
  CHECK(schema("objects")["definitions"].contains("stringArray"));
  CHECK(bench.call("demo", "GET", "/v2/schemas/metadefs/other").status == 404);
}

TEST_CASE("metadata definitions outlive the process where there is a data folder", "[fake_glance]") {
  test::TemporaryFolder folder;
  OrderedJson before;
  {
    HttpBench bench(folder.path());
    make_space(bench, "gone");
    make_space(bench, "kept", R"(, "description": "d", "tags": [{"name": "t"}],
      "resource_type_associations": [{"name": "Own::Type", "prefix": "o_"}],
      "objects": [{"name": "o", "properties": {"p": {"title": "P", "type": "string"}}}])");
    make_space(bench, "named");
    CHECK(bench.call("admin", "DELETE", spaces + "/gone").status == 204);
    CHECK(bench.call("admin", "PUT", spaces + "/named", R"({"namespace": "renamed"})").status == 200);
    before = answered(bench.call("admin", "GET", spaces + "/kept"));
  }
  HttpBench bench(folder.path());
  CHECK(listed(bench, "admin") == Names{"renamed", "kept"});
  CHECK(answered(bench.call("admin", "GET", spaces + "/kept")) == before);
  const OrderedJson types = answered(bench.call("admin", "GET", "/v2/metadefs/resource_types"));
  CHECK(names_of(types["resource_types"], "name").back() == "Own::Type");
  make_space(bench, "new");
  CHECK(listed(bench, "admin") == Names{"new", "renamed", "kept"});
}

}  // namespace snapsim
