// The parts of the front that can be looked at without a socket.

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "fake_glance/http/api_message.hpp"
#include "fake_glance/http/image_query.hpp"
#include "fake_glance/http/python_text.hpp"
#include "fake_glance/http/schemas.hpp"
#include "fake_glance/http/token_table.hpp"
#include "real/http/http_head.hpp"
#include "tests/real/test_support.hpp"

namespace snapsim {

TEST_CASE("JSON is written with Python's blanks and escapes", "[fake_glance]") {
  const OrderedJson value = OrderedJson::parse(R"({"b": [1, true, null, "x"], "a": {"é": "q\"\\\n\u0001"}})");
  CHECK(python_json(value) == "{\"b\": [1, true, null, \"x\"], \"a\": {\"é\": \"q\\\"\\\\\\n\\u0001\"}}");
  CHECK(ascii_json_string("é😀\n") == "\"\\u00e9\\ud83d\\ude00\\n\"");
  CHECK(rc::check("any JSON string is read back", [] {
    const auto text = *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
    RC_ASSERT(OrderedJson::parse(python_json(OrderedJson(text))) == OrderedJson(text));
    RC_ASSERT(OrderedJson::parse(ascii_json_string(text)) == OrderedJson(text));
  }));
}

TEST_CASE("values are shown as Python shows them", "[fake_glance]") {
  CHECK(python_repr(OrderedJson("it's")) == "\"it's\"");
  CHECK(python_repr(OrderedJson("'\"\n\x7f")) == "'\\'\"\\n\\x7f'");
  CHECK(python_repr(OrderedJson::parse("[null, false, {\"a\": 1}]")) == "[None, False, {'a': 1}]");
  CHECK(python_pformat(OrderedJson::parse(R"({"type": "string", "maxLength": 255})")) ==
        "{'maxLength': 255, 'type': 'string'}");
  OrderedJson wide;
  wide["type"] = "string";
  wide["is_base"] = false;
  wide["description"] =
      "Metadata which can be used to record which instance this image is associated with. (Informational only, does "
      "not create an instance snapshot.)";
  CHECK(python_pformat(wide) ==
        "{'description': 'Metadata which can be used to record which instance '\n"
        "                'this image is associated with. (Informational only, '\n"
        "                'does not create an instance snapshot.)',\n"
        " 'is_base': False,\n"
        " 'type': 'string'}");
}

TEST_CASE("of several violations the one nearest to the top is told", "[fake_glance]") {
  const auto told = [](const char* text) {
    return schema_violation(OrderedJson::parse(text), image_schema()).value_or("");
  };
  CHECK(told("{}").empty());
  CHECK(told(R"({"name": "a", "tags": ["b"], "min_ram": 1, "kernel_id": null, "own": "x"})").empty());
  CHECK_THAT(told(R"({"tags": [1], "protected": "yes"})"), Catch::StartsWith("'yes' is not of type 'boolean'\n\n"));
  CHECK_THAT(told(R"({"name": 5})"), Catch::StartsWith("5 is not of type 'null', 'string'\n\nFailed validating 'type' "
                                                       "in schema['properties']['name']:\n"));
  CHECK_THAT(told(R"({"min_disk": true})"), Catch::StartsWith("True is not of type 'integer'"));
  CHECK_THAT(told(R"({"locations": [{"url": "x"}]})"), Catch::StartsWith("'metadata' is a required property"));
}

TEST_CASE("moments are read as ISO 8601 has them", "[fake_glance]") {
  CHECK(parsed_iso_time("1970-01-01") == 0);
  CHECK(parsed_iso_time("1970-01-02T00:00:01Z") == 86'401'000'000);
  CHECK(parsed_iso_time("1970-01-01T01:00:00+01:00") == 0);
  CHECK(parsed_iso_time("1970-01-01T00:00:00.25") == 250'000);
  CHECK(!parsed_iso_time("yesterday"));
  CHECK(!parsed_iso_time("1970-13-01"));
  CHECK(!parsed_iso_time("1970-01-01T25:00:00"));
  CHECK(!parsed_iso_time("1970-01-01 and more"));
  CHECK(iso_time(86'401'000'000) == "1970-01-02T00:00:01Z");
}

TEST_CASE("queries and paths are decoded and encoded as urllib does it", "[fake_glance]") {
  using Parameters = std::vector<std::pair<std::string, std::string>>;
  CHECK(parsed_query("a=1&b=x+y%2c&&c&a=2") == Parameters{{"a", "1"}, {"b", "x y,"}, {"c", ""}, {"a", "2"}});
  CHECK(percent_decoded("a%2", false) == "a%2");
  CHECK(percent_decoded("%D1%82+", false) == "т+");
  CHECK(quoted_plus("name:a, b~") == "name%3Aa%2C+b~");
  CHECK(is_utf8("тег"));
  CHECK(!is_utf8("\xc0\xaf"));
  CHECK(!is_utf8("\xed\xa0\x80"));
}

TEST_CASE("chunk sizes are hexadecimal numbers", "[fake_glance]") {
  CHECK(parsed_chunk_size("1f;name=value\r\n") == 31);
  CHECK(parsed_chunk_size("0\r\n") == 0);
  CHECK(!parsed_chunk_size("\r\n"));
  CHECK(!parsed_chunk_size("-1\r\n"));
  CHECK(!parsed_chunk_size("ffffffffffffffff\r\n"));
  CHECK(python_bytes_repr("z'\r\n\xff") == "b\"z'\\r\\n\\xff\"");
}

TEST_CASE("tokens come from the command line and from a file, or are refused in words", "[fake_glance]") {
  TokenTable table;
  table.add("secret=demo:member,reader");
  REQUIRE(table.validate("secret"));
  CHECK(table.validate("secret")->project_id == "demo");
  CHECK(table.validate("secret")->roles == std::vector<std::string>{"member", "reader"});
  CHECK(!table.validate("secre"));
  CHECK_THROWS_WITH(table.add("secret"), Catch::Contains("is not TOKEN=PROJECT:ROLE"));
  test::TemporaryFolder folder;
  test::write_file(folder.path() / "good", R"({"t": {"project_id": "p", "roles": ["admin"], "user_id": "u"}})");
  table.read(folder.path() / "good");
  REQUIRE(table.validate("t"));
  CHECK(table.validate("t")->is_admin());
  CHECK(table.validate("t")->user_id == "u");
  test::write_file(folder.path() / "bad", R"({"t": {"roles": []}})");
  CHECK_THROWS_WITH(table.read(folder.path() / "bad"), Catch::Contains("project_id"));
  CHECK_THROWS_WITH(table.read(folder.path() / "none"), Catch::Contains("cannot read the tokens"));
}

}  // namespace snapsim
