// Who sees and may change what, and what a list shows, over HTTP.

#include <catch2/catch.hpp>

#include "tests/fake_glance/http_bench.hpp"

namespace snapsim {
namespace {

using testing::HttpBench;
using testing::RawResponse;

/// The names of the images of a list, in its order.
std::vector<std::string> names(const RawResponse& response) {
  std::vector<std::string> found;
  INFO(response.body);
  REQUIRE(response.status == 200);
  const OrderedJson body = OrderedJson::parse(response.body);
  for (const OrderedJson& image : body["images"]) found.push_back(image["name"]);
  return found;
}

std::string create(HttpBench& bench, const std::string& who, const std::string& name, const std::string& visibility) {
  OrderedJson body;
  body["name"] = name;
  body["visibility"] = visibility;
  return bench.create(body, who);
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an image is seen by its owner, by everybody or by its members, as its visibility says", "[fake_glance]") {
  HttpBench bench;
  const std::string own = create(bench, "demo", "own", "private");
  const std::string shared = create(bench, "demo", "shared", "shared");
  const std::string community = create(bench, "demo", "community", "community");
  const std::string open = create(bench, "admin", "open", "public");
  const auto seen_by = [&](const std::string& who, const std::string& id) { return !bench.show(id, who).is_null(); };
  CHECK(seen_by("demo", own));
  CHECK(!seen_by("alt", own));
  CHECK(seen_by("admin", own));
  CHECK(!seen_by("alt", shared));
  CHECK(seen_by("alt", community));
  CHECK(seen_by("alt", open));
  CHECK(names(bench.call("demo", "GET", "/v2/images")) == Names{"open", "community", "shared", "own"});
  CHECK(names(bench.call("alt", "GET", "/v2/images")) == Names{"open"});
  CHECK(names(bench.call("alt", "GET", "/v2/images?visibility=community")) == Names{"community"});
  CHECK(names(bench.call("alt", "GET", "/v2/images?visibility=all")) == Names{"open", "community"});
  CHECK(names(bench.call("admin", "GET", "/v2/images?visibility=private")) == Names{"own"});
  const RawResponse refused = bench.call("demo", "POST", "/v2/images", R"({"visibility": "public"})");
  CHECK(refused.status == 403);
  CHECK(refused.body == "403 Forbidden\n\nYou are not authorized to complete publicize_image action.\n\n   ");
  CHECK(bench.patch(own, "replace", "/visibility", "public") == 403);
  CHECK(bench.patch(community, "replace", "/name", "x", "alt") == 403);
  CHECK(bench.patch(own, "replace", "/name", "x", "alt") == 404);
}

TEST_CASE("a member sees a shared image at once, and lists it when it has accepted it", "[fake_glance]") {
  HttpBench bench;
  const std::string id = create(bench, "demo", "shared", "shared");
  const std::string members = "/v2/images/" + id + "/members";
  const std::string alt = HttpBench::project_id("alt");
  CHECK(bench.call("alt", "POST", members, "{\"member\": \"" + alt + "\"}").status == 404);
  REQUIRE(bench.call("demo", "POST", members, "{\"member\": \"" + alt + "\"}").status == 200);
  CHECK(!bench.show(id, "alt").is_null());
  CHECK(names(bench.call("alt", "GET", "/v2/images")).empty());
  CHECK(names(bench.call("alt", "GET", "/v2/images?member_status=pending")) == Names{"shared"});
  CHECK(bench.call("demo", "PUT", members + "/" + alt, R"({"status": "accepted"})").status == 403);
  CHECK(bench.call("alt", "PUT", members + "/" + alt, R"({"status": "never"})").status == 400);
  CHECK(bench.call("alt", "PUT", members + "/" + alt, R"({"status": "accepted"})").status == 200);
  CHECK(names(bench.call("alt", "GET", "/v2/images")) == Names{"shared"});
  CHECK(bench.call("alt", "POST", members, R"({"member": "third"})").status == 403);
  CHECK(bench.patch(id, "replace", "/visibility", "private") == 200);
  CHECK(bench.show(id, "alt").is_null());
  CHECK(bench.call("demo", "GET", members).status == 403);
  CHECK(bench.patch(id, "replace", "/visibility", "shared") == 200);
  CHECK(bench.call("demo", "DELETE", members + "/" + alt).status == 204);
  CHECK(bench.show(id, "alt").is_null());
}

TEST_CASE("a list is filtered, sorted and cut into pages", "[fake_glance]") {
  HttpBench bench;
  for (const char* name : {"b", "a", "d", "c", "e"}) {
    OrderedJson body;
    body["name"] = name;
    body["disk_format"] = std::string(name) == "d" ? "qcow2" : "raw";
    body["container_format"] = "bare";
    body["min_ram"] = name[0];
    body["letter"] = name;
    body["tags"] = std::string(name) < "c" ? OrderedJson::array({"x", "y"}) : OrderedJson::array({"x"});
    const std::string id = bench.create(body);
    CHECK(bench.upload(id, std::string(static_cast<std::size_t>(name[0] - 'a'), 'z')) == 204);
  }
  const auto list = [&](const std::string& query) { return names(bench.call("demo", "GET", "/v2/images?" + query)); };
  CHECK(list("") == Names{"e", "c", "d", "a", "b"});
  CHECK(list("sort=name") == Names{"e", "d", "c", "b", "a"});
  CHECK(list("sort_key=name&sort_dir=asc") == Names{"a", "b", "c", "d", "e"});
  CHECK(list("sort=disk_format:asc,name:desc") == Names{"d", "e", "c", "b", "a"});
  CHECK(list("sort=created_at:asc") == Names{"b", "a", "d", "c", "e"});
  CHECK(list("name=in:a,e&sort=name:asc") == Names{"a", "e"});
  CHECK(list("name=in:%22a%22,d&sort=name:asc") == Names{"a", "d"});
  CHECK(list("tag=x&tag=y&sort=name:asc") == Names{"a", "b"});
  CHECK(list("size_min=3&size_max=3") == Names{"d"});
  CHECK(list("letter=c") == Names{"c"});
  CHECK(list("min_ram=101") == Names{"e"});
  CHECK(list("disk_format=qcow2") == Names{"d"});
  CHECK(list("status=queued").empty());
  CHECK(list("created_at=gt:2000-01-01T00:00:00Z").size() == 5);
  CHECK(list("created_at=lt:2000-01-01").empty());
  CHECK(list("os_hidden=true").empty());
  Names walked;
  std::string next = "/v2/images?limit=2&sort=name:asc";
  for (int pages = 0; !next.empty() && pages < 5; ++pages) {
    const RawResponse page = bench.call("demo", "GET", next);
    for (const std::string& name : names(page)) walked.push_back(name);
    next = OrderedJson::parse(page.body).value("next", "");
  }
  CHECK(walked == Names{"a", "b", "c", "d", "e"});
  for (const char* bad : {"sort=name&sort_key=id", "sort_key=shape", "limit=x", "name=in:%22a", "name=up:a",
                          "created_at=up:2000-01-01", "changes-since=2000-01-01", "visibility=some", "member_status=x",
                          "marker=00000000-0000-0000-0000-000000000000", "name=%ff"}) {
    INFO(bad);
    CHECK(bench.call("demo", "GET", std::string("/v2/images?") + bad).status == 400);
  }
}

TEST_CASE("a page that ends with an image without a size is followed as MariaDB would have it", "[fake_glance]") {
  HttpBench bench;
  const auto make = [&](const std::string& name, const std::string& data, bool has_data) {
    OrderedJson body;
    body["name"] = name;
    body["disk_format"] = "raw";
    body["container_format"] = "bare";
    const std::string id = bench.create(body);
    if (has_data) CHECK(bench.upload(id, data) == 204);
    return id;
  };
  const std::string full = make("full", "12345", true);
  const std::string empty = make("empty", "", true);
  const std::string first = make("first", "", false);
  const std::string second = make("second", "", false);
  const std::string late = make("late", "", true);  // empty, too
  const auto list = [&](const std::string& query) { return names(bench.call("demo", "GET", "/v2/images?" + query)); };
  CHECK(list("sort=size:asc") == Names{"first", "second", "empty", "late", "full"});
  CHECK(list("sort=size:asc&marker=" + second) == Names{"late", "full"});
  CHECK(list("sort=size:asc&marker=" + first) == Names{"second", "late", "full"});
  CHECK(list("sort=size:asc&marker=" + late) == Names{"full"});
  CHECK(list("sort=size:asc&marker=" + empty) == Names{"first", "second", "late", "full"});
  CHECK(list("sort=size:desc") == Names{"full", "late", "empty", "second", "first"});
  CHECK(list("sort=size:desc&marker=" + full) == Names{"late", "empty", "second", "first"});
  CHECK(list("sort=size:desc&marker=" + second) == Names{"empty", "first"});
}

TEST_CASE("an owner that is empty is nobody, whose images everybody sees", "[fake_glance]") {
  HttpBench bench;
  CHECK(bench.call("demo", "POST", "/v2/images", R"({"owner": ""})").body ==
        "403 Forbidden\n\nYou are not permitted to create images owned by ''.\n\n   ");
  const auto made = OrderedJson::parse(bench.call("admin", "POST", "/v2/images", R"({"owner": ""})").body);
  CHECK(made["owner"] == "");
  const std::string id = made["id"];
  CHECK(bench.show(id, "demo")["owner"].is_null());
  CHECK(bench.patch(id, "replace", "/name", "x", "demo") == 403);
  const std::string owned = bench.create_raw();
  const auto patched =
      bench.call("admin", "PATCH", "/v2/images/" + owned, R"([{"op": "replace", "path": "/owner", "value": ""}])",
                 {{"Content-Type", "application/openstack-images-v2.1-json-patch"}});
  CHECK(OrderedJson::parse(patched.body)["owner"] == "");
  CHECK(bench.show(owned, "alt")["owner"].is_null());
}

TEST_CASE("a token is asked for, and where its validity cannot be found out, that is said", "[fake_glance]") {
  HttpBench bench;
  CHECK(bench.call("nobody", "GET", "/v2/images").status == 401);
  CHECK(bench.call("stranger", "GET", "/v2/images").status == 401);
  struct Unreachable final : TokenValidator {
    std::optional<Identity> validate(std::string_view) override { throw std::runtime_error("no Keystone"); }
  };
  Unreachable validator;
  FakeGlanceOptions options;
  options.tokens = &validator;
  FakeGlanceServer server(options);
  server.start();
  CHECK(testing::raw_exchange(server.port(), "GET", "/v2/images", {{"X-Auth-Token", "x"}}).status == 503);
}

TEST_CASE("errors are HTML, JSON or text, as the client likes it", "[fake_glance]") {
  HttpBench bench;
  const auto error = [&](const std::string& accept) {
    return bench.call("demo", "GET", "/v2/images/%3Cb%3E", "", {{"Accept", accept}});
  };
  CHECK(error("*/*").body ==
        "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  "
        "No image found with ID &lt;b&gt;<br /><br />\n\n\n\n </body>\n</html>");
  CHECK(error("application/json, text/html;q=0.5").header("content-type") == "application/json");
  CHECK(error("text/plain").body == "404 Not Found\n\nNo image found with ID \n\n   ");
  CHECK(error("text/plain").header("content-type") == "text/plain; charset=UTF-8");
}

TEST_CASE("a request has an id, its own or a new one", "[fake_glance]") {
  HttpBench bench;
  const auto id = [&](const testing::RawHeaders& headers) {
    return bench.call("demo", "GET", "/v2/images", "", headers).header("x-openstack-request-id");
  };
  CHECK(id({{"X-Openstack-Request-Id", "req-mine"}}) == "req-mine");
  CHECK(id({{"X-Openstack-Request-Id", "mine"}}) == "req-mine");
  CHECK(id({}).size() == 40);
}

}  // namespace snapsim
