// Goal: whatever is wrong with a scenario file, its author learns what and where, and the program stays sane.
// Method: a table of broken files, each with the place and the words of one problem that must be among those reported.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/scenario/reader.hpp"
#include "sim/spelling/utf8.hpp"

namespace snapsim {
namespace {

constexpr std::array<std::string_view, 2> invariant_names{"no_orphan_image", "no_stuck_task_state"};

ScenarioOrProblems read(std::string_view text) {
  return read_scenario(text, "x.json", {invariant_names});
}

struct Malformed {
  std::string_view what;
  std::string text;
  std::string_view problem;  ///< how one of the lines must begin
  std::string_view suggestion = "";
};

std::string instance_with(const std::string& members) {
  return "{\"instances\": [{\"name\": \"vm-1\"" + members + "}],\n \"requests\": []}";
}

std::string request_with(const std::string& request) {
  return "{\"instances\": [{\"name\": \"vm-1\"}],\n\"requests\": [" + request + "]}";
}

std::string top_with(const std::string& members) {
  return "{\"instances\": [], \"requests\": [],\n" + members + "}";
}

std::string faulty(const std::string& fault) {
  return top_with("\"faults\": [" + fault + "]");
}

const std::vector<Malformed>& syntax_errors() {
  using namespace std::string_literals;
  static const std::vector<Malformed> table{
      {"empty", "", "x.json:1:1: /: the file is empty"},
      {"only white space", " \n\t\r\n", "x.json:1:1: /: the file is empty"},
      {"only a byte order mark", "\xef\xbb\xbf", "x.json:1:1: /: the file is empty"},
      {"cut in an object", "{\"instances\": [", "x.json:1:16: /instances: the file ends too early"},
      {"cut in a string", "{\n  \"instan", "x.json:2:3: /: this string has no closing quote"},
      {"cut after a key", "{\"title\"\n\n", "x.json:1:9: /: the file ends too early"},
      {"cut in a comment", "{ /* what", "x.json:1:"},
      {"trailing garbage", "{}\n{}", "x.json:2:1: /: unexpected '{'"},
      {"trailing comma in an object", "{\"title\": \"x\",\n}", "x.json:1:14: /: a comma before the closing }"},
      {"trailing comma in an array", "{\"hosts\": [\"a\", ]}", "x.json:1:15: /hosts: a comma before the closing ]"},
      {"two commas", "{\"hosts\": [\"a\",,\"b\"]}", "x.json:1:16: /hosts: unexpected ','"},
      {"no comma", "{\"title\": \"x\" \"why\": \"y\"}", "x.json:1:15: /: unexpected string literal"},
      {"no colon", "{\"title\" \"x\"}", "x.json:1:10: /: unexpected string literal"},
      {"wrong bracket", "{\"hosts\": [\"a\"}}", "x.json:1:15: /hosts: unexpected '}'"},
      {"single quotes", "{'title': 'x'}", "x.json:1:2: /: strings stand in double quotes"},
      {"key without quotes", "{title: 1}", "x.json:1:2: /: \"title\" is not a JSON value"},
      {"NaN", "{\"seed\": NaN}", "x.json:1:10: /: \"NaN\" is not a JSON value"},
      {"infinity", "{\"seed\": -Infinity}", "x.json:1:"},
      {"Python's True", "{\"x\": True}", "x.json:1:7: /: \"True\" is not a JSON value"},
      {"half a literal", "{\"x\": nul}", "x.json:1:7: /: \"nul\" is not a JSON value"},
      {"hexadecimal", "{\"seed\": 0x10}", "x.json:1:"},
      {"leading zero", "{\"seed\": 012}", "x.json:1:"},
      {"1e999", "{\"seed\": 1e999}", "x.json:1:10: /: the number is too large"},
      {"control character in a string", "{\"title\": \"a\x01\"}", "x.json:1:13: /: invalid string: control character"},
      {"line end in a string", "{\"title\": \"a\nb\"}", "x.json:1:13: /: invalid string: control character"},
      {"bad escape", "{\"title\": \"\\q\"}", "x.json:1:13: /: invalid string: forbidden character after backslash"},
      {"lone high surrogate", "{\"title\": \"\\ud800\"}", "x.json:1:"},
      {"lone low surrogate", "{\"title\": \"\\udc00\"}", "x.json:1:"},
      {"invalid UTF-8", "{\"title\":\n \"\xff\"}", "x.json:2:3: /: the byte 0xff is not UTF-8"},
      {"overlong UTF-8", "{\"title\": \"\xc0\xaf\"}", "x.json:1:12: /: the byte 0xc0 is not UTF-8"},
      {"surrogate in UTF-8", "{\"title\": \"\xed\xa0\x80\"}", "x.json:1:12: /: the byte 0xed is not UTF-8"},
      {"invalid UTF-8 in a comment", "{} // \x80", "x.json:1:7: /: the byte 0x80 is not UTF-8"},
      {"NUL in a string", "{\"title\": \"a\0\"}"s, "x.json:1:13: /: a NUL byte"},
      {"NUL after the end", "{\"instances\": [], \"requests\": []}\0garbage"s, "x.json:1:34: /: a NUL byte"},
      {"UTF-16, little end first", "\xff\xfe{\0}\0"s, "x.json:1:1: /: the file is UTF-16"},
      {"UTF-16, big end first", "\xfe\xff\0{\0}"s, "x.json:1:1: /: the file is UTF-16"},
      {"a million brackets", std::string(1'000'000, '['), "x.json:1:65: /0/0/0/0"},
      {"a million objects",
       [] {
         std::string text;
         for (int i = 0; i < 1'000'000; ++i) text += "{\"a\":";
         return text;
       }(),
       "x.json:1:321: /a/a/a/a"},
      {"a million values",
       "[" +
           [] {
             std::string text;
             for (int i = 0; i < 1'000'000; ++i) text += "0,";
             return text;
           }() +
           "0]",
       "x.json:1:1000000: /: holds more than 500000 values"},
  };
  return table;
}

const std::vector<Malformed>& shape_errors() {
  static const std::vector<Malformed> table{
      {"array on top", "[]", "x.json:1:1: /: must be an object, not an array"},
      {"string on top", "\"x\"", "x.json:1:1: /: must be an object, not \"x\""},
      {"nothing in it", "// nothing\n{}", "x.json:2:1: /: \"instances\" is missing"},
      {"unknown key", top_with("\"tilte\": \"x\""), "x.json:2:1: /tilte: unknown key \"tilte\"", "title"},
      {"unknown key like no other", top_with("\"zzzzzzzz\": 1"), "x.json:2:1: /zzzzzzzz: unknown key"},
      {"empty key", top_with("\"\": 1"), "x.json:2:1: /: unknown key \"\""},
      {"key with a slash", top_with("\"a/b~c\": 1"), "x.json:2:1: /a~1b~0c: unknown key"},
      {"key twice", top_with("\"title\": \"a\", \"title\": \"b\""),
       "x.json:2:15: /title: the key \"title\" stands twice"},
      {"key twice, once escaped", top_with("\"title\": \"a\", \"\\u0074itle\": \"b\""),
       "x.json:2:15: /title: the key \"title\" stands twice"},
      {"wrong type", top_with("\"title\": 1"), "x.json:2:10: /title: must be a string, not 1"},
      {"null for an array", "{\"instances\": null, \"requests\": []}",
       "x.json:1:15: /instances: must be an array, not null"},
      {"object for an array", "{\"instances\": {\"name\": \"a\"}, \"requests\": []}",
       "x.json:1:15: /instances: must be an array, not an object"},
      {"string for a number", instance_with(", \"disk_mib\": \"64\""),
       "x.json:1:45: /instances/0/disk_mib: must be a whole number, not \"64\""},
      {"fraction", instance_with(", \"disk_mib\": 2.5"),
       "x.json:1:45: /instances/0/disk_mib: must be a whole number, not 2.5"},
      {"negative size", instance_with(", \"disk_mib\": -1"),
       "x.json:1:45: /instances/0/disk_mib: must be at least 1, not -1"},
      {"smallest integer", instance_with(", \"disk_mib\": -9223372036854775808"),
       "x.json:1:45: /instances/0/disk_mib: must be at least 1, not -9223372036854775808"},
      {"size of no disk", instance_with(", \"disk_mib\": 1048577"),
       "x.json:1:45: /instances/0/disk_mib: must be at most 1048576, not 1048577"},
      {"more than 64 bits", instance_with(", \"used_mib\": 99999999999999999999999"),
       "x.json:1:45: /instances/0/used_mib: must be at most 1048576, not 99999999999999999999999"},
      {"large exponent", instance_with(", \"used_mib\": 1e300"),
       "x.json:1:45: /instances/0/used_mib: must be at most 1048576, not 1e300"},
      {"seed of 2^64", top_with("\"seed\": 18446744073709551616"),
       "x.json:2:9: /seed: must be at most 18446744073709551615, not 18446744073709551616"},
      {"unknown policy", top_with("\"policy\": \"hardend\""), "x.json:2:11: /policy: must be \"nova\" or", "hardened"},
      {"unknown option", top_with("\"config\": {\"live_snapshots\": true}"),
       "x.json:2:12: /config/live_snapshots: unknown key", "live_snapshot"},
      {"string for a truth", top_with("\"config\": {\"live_snapshot\": \"no\"}"),
       "x.json:2:29: /config/live_snapshot: must be true or false, not \"no\""},
      {"unknown format", top_with("\"config\": {\"snapshot_image_format\": \"qcow\"}"),
       "x.json:2:37: /config/snapshot_image_format: must be", "qcow2"},
      {"interval of zero", top_with("\"config\": {\"sync_power_state_interval\": 0}"),
       "x.json:2:41: /config/sync_power_state_interval: must be"},
      {"no host", top_with("\"hosts\": []"), "x.json:2:10: /hosts: must not be empty"},
      {"unknown vm_state", instance_with(", \"vm_state\": \"pausd\""), "x.json:1:45: /instances/0/vm_state: must be",
       "paused"},
      {"vm_state that no scenario begins with", instance_with(", \"vm_state\": \"deleted\""),
       "x.json:1:45: /instances/0/vm_state: must be \"active\""},
      {"nameless instance", "{\"instances\": [{}], \"requests\": []}",
       "x.json:1:16: /instances/0: \"name\" is missing"},
      {"empty name", "{\"instances\": [{\"name\": \"\"}], \"requests\": []}",
       "x.json:1:25: /instances/0/name: must not be empty"},
      {"name of 256 characters", "{\"instances\": [{\"name\": \"" + std::string(256, 'n') + "\"}], \"requests\": []}",
       "x.json:1:25: /instances/0/name: must have at most 255 characters, not 256"},
      {"name that climbs out of a folder", "{\"instances\": [{\"name\": \"../x\"}], \"requests\": []}",
       "x.json:1:25: /instances/0/name: must be a name without"},
      {"name with an escape sequence", "{\"instances\": [{\"name\": \"a\\u001b[31m\"}], \"requests\": []}",
       "x.json:1:25: /instances/0/name: the control character U+001B is not allowed"},
      {"key with a control character", top_with("\"a\\u0007\": 1"), "x.json:2:1: /a\\u0007: unknown key \"a\\u0007\""},
      {"image property that is no string", instance_with(", \"image_properties\": {\"a\": 1}"),
       "x.json:1:59: /instances/0/image_properties/a: must be a string, not 1"},
      {"no moment", request_with("{\"create_image\": {\"instance\": \"vm-1\", \"name\": \"s\"}}"),
       "x.json:2:14: /requests/0: one of \"at_ms\", \"when\", \"before\", \"during\" and \"after\" is missing"},
      {"two moments",
       request_with("{\"at_ms\": 0, \"before\": {\"operation\": \"db.save\"}, \"stop\": {\"instance\": \"vm-1\"}}"),
       "x.json:2:27: /requests/0/before: \"before\" stands beside \"at_ms\""},
      {"no action", request_with("{\"at_ms\": 0}"), "x.json:2:14: /requests/0: one of \"create_image\""},
      {"two actions",
       request_with("{\"at_ms\": 0, \"stop\": {\"instance\": \"vm-1\"}, \"start\": {\"instance\": \"vm-1\"}}"),
       "x.json:2:57: /requests/0/start: \"start\" stands beside \"stop\""},
      {"unknown action", request_with("{\"at_ms\": 0, \"createImage\": {}}"),
       "x.json:2:27: /requests/0/createImage: unknown key", "create_image"},
      {"moment before the start", request_with("{\"at_ms\": -1, \"stop\": {\"instance\": \"vm-1\"}}"),
       "x.json:2:24: /requests/0/at_ms: must be at least 0, not -1"},
      {"moment too late", request_with("{\"at_ms\": 1e10, \"stop\": {\"instance\": \"vm-1\"}}"),
       "x.json:2:24: /requests/0/at_ms: must be at most 1000000000, not 1e10"},
      {"unknown operation",
       request_with("{\"after\": {\"operation\": \"glance.creat\"}, \"stop\": {\"instance\": \"vm-1\"}}"),
       "x.json:2:38: /requests/0/after/operation: \"glance.creat\" is not one of the known values", "glance.create"},
      {"unknown task_state",
       request_with("{\"when\": {\"instance\": \"vm-1\", \"task_state\": \"image_upload\"}, \"stop\": {\"instance\": "
                    "\"vm-1\"}}"),
       "x.json:2:58: /requests/0/when/task_state: \"image_upload\" is not one of the known", "image_uploading"},
      {"zeroth time",
       request_with(
           "{\"when\": {\"instance\": \"vm-1\", \"vm_state\": \"active\", \"nth\": 0}, \"stop\": {\"instance\": "
           "\"vm-1\"}}"),
       "x.json:2:73: /requests/0/when/nth: must be at least 1, not 0"},
      {"unknown fault point", faulty("{\"at\": \"glance.uplod.reset\"}"),
       "x.json:2:19: /faults/0/at: \"glance.uplod.reset\" is not one of the known", "glance.upload.reset"},
      {"crash without a moment", faulty("{\"at\": \"compute.crash\"}"),
       "x.json:2:12: /faults/0: one of \"at_ms\", \"when\""},
      {"outcome with a moment", faulty("{\"at\": \"db.save.error\", \"at_ms\": 3}"),
       "x.json:2:36: /faults/0/at_ms: \"db.save.error\" takes no \"at_ms\""},
      {"parameter of another point", faulty("{\"at\": \"db.save.error\", \"after_bytes\": 3}"),
       "x.json:2:36: /faults/0/after_bytes: \"db.save.error\" takes no \"after_bytes\""},
      {"nth of an event", faulty("{\"at\": \"compute.crash\", \"at_ms\": 3, \"nth\": 2}"),
       "x.json:2:48: /faults/0/nth: \"compute.crash\" takes no \"nth\""},
      {"nth that is a word", faulty("{\"at\": \"db.save.error\", \"nth\": \"always\"}"),
       "x.json:2:43: /faults/0/nth: must be"},
  };
  return table;
}

const std::vector<Malformed>& meaning_errors() {
  static const std::vector<Malformed> table{
      {"instance twice", "{\"instances\": [{\"name\": \"a\"}, {\"name\": \"a\"}], \"requests\": []}",
       "x.json:1:40: /instances/1/name: there is another instance \"a\""},
      {"host twice", top_with("\"hosts\": [\"a\", \"a\"]"), "x.json:2:16: /hosts/1: there is another host \"a\""},
      {"image twice",
       request_with("{\"at_ms\": 0, \"create_image\": {\"instance\": \"vm-1\", \"name\": \"s\"}},\n"
                    "{\"at_ms\": 1, \"create_image\": {\"instance\": \"vm-1\", \"name\": \"s\"}}"),
       "x.json:3:59: /requests/1/create_image/name: there is another image \"s\""},
      {"unknown host", instance_with(", \"host\": \"compute-2\""),
       "x.json:1:41: /instances/0/host: there is no host \"compute-2\"", "compute-1"},
      {"unknown instance", request_with("{\"at_ms\": 0, \"create_image\": {\"instance\": \"vm1\", \"name\": \"s\"}}"),
       "x.json:2:56: /requests/0/create_image/instance: there is no instance \"vm1\"", "vm-1"},
      {"unknown image", request_with("{\"at_ms\": 0, \"delete_image\": {\"name\": \"snap\"}}"),
       "x.json:2:52: /requests/0/delete_image/name: there is no image \"snap\""},
      {"used more than there is", instance_with(", \"disk_mib\": 4, \"used_mib\": 5"),
       "x.json:1:60: /instances/0/used_mib: 5 MiB cannot be used of a disk of 4 MiB"},
      {"used more than the default", instance_with(", \"used_mib\": 65"),
       "x.json:1:45: /instances/0/used_mib: 65 MiB cannot be used of a disk of 64 MiB"},
      {"raw disk over a base", instance_with(", \"disk_format\": \"raw\", \"backing_file\": true"),
       "x.json:1:71: /instances/0/backing_file: a raw disk has no backing file"},
      {"expectation of an unknown request", top_with("\"expect\": {\"requests\": {\"0\": {\"status\": 202}}}"),
       "x.json:2:25: /expect/requests/0: there is no request 0; there are 0"},
      {"expectation of no request", top_with("\"expect\": {\"requests\": {\"first\": {\"status\": 202}}}"),
       "x.json:2:25: /expect/requests/first: \"first\" is not the index of a request"},
      {"expectation of an index beyond all numbers",
       top_with("\"expect\": {\"requests\": {\"99999999999999999999999\": {}}}"),
       "x.json:2:25: /expect/requests/99999999999999999999999: \"99999999999999999999999\" is not the index"},
      {"expectation of an unknown instance", top_with("\"expect\": {\"instances\": {\"vm-1\": {}}}"),
       "x.json:2:26: /expect/instances/vm-1: there is no instance \"vm-1\""},
      {"expectation of an unknown image", top_with("\"expect\": {\"images\": {\"snap-1\": {}}}"),
       "x.json:2:23: /expect/images/snap-1: there is no image \"snap-1\""},
      {"unknown invariant", top_with("\"violates\": [\"no_orphan_images\"]"),
       "x.json:2:14: /violates/0: there is no invariant \"no_orphan_images\"", "no_orphan_image"},
      {"invariant twice", top_with("\"violates\": [\"no_orphan_image\", \"no_orphan_image\"]"),
       "x.json:2:33: /violates/1: \"no_orphan_image\" stands twice"},
      {"place after characters of several bytes", "{\"title\": \"\xe9\xaf\xa8\xf0\x9f\x90\x8b\", \"x\": 1}",
       "x.json:1:17: /x: unknown key \"x\""},
      {"place after a byte order mark and CRLF", "\xef\xbb\xbf{\r\n\"x\": 1}", "x.json:2:1: /x: unknown key \"x\""},
      {"place after comments", "/* \"x\": {[ */ { // \"y\": ]\n /**/\"x\"/**/:/**/1}",
       "x.json:2:6: /x: unknown key \"x\""},
  };
  return table;
}

void check_table(const std::vector<Malformed>& table) {
  for (const Malformed& malformed : table) {
    CAPTURE(malformed.what);
    const ScenarioOrProblems scenario = read(malformed.text);
    REQUIRE_FALSE(scenario.has_value());
    const std::vector<Problem> problems = scenario.error();
    REQUIRE_FALSE(problems.empty());
    CHECK(problems.size() <= problems_max);
    bool found = false;
    std::string lines;
    for (const Problem& problem : problems) {
      const std::string line = to_string(problem);
      lines += line.substr(0, 300) + "\n";
      found = found || (line.starts_with(malformed.problem) && problem.suggestion == malformed.suggestion);
      CHECK_FALSE(first_invalid_utf8(line).has_value());
      CHECK(std::none_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
    }
    CAPTURE(malformed.problem, lines);
    CHECK(found);
  }
}

TEST_CASE("a text that is no JSON is reported with the place where it stops making sense", "[scenario]") {
  check_table(syntax_errors());
}

TEST_CASE("a value of the wrong shape is reported at its place", "[scenario]") {
  check_table(shape_errors());
}

TEST_CASE("a name that does not exist, a name twice or a contradiction is reported at its place", "[scenario]") {
  check_table(meaning_errors());
}

TEST_CASE("all problems of a file are told at once, in the order of the text", "[scenario]") {
  const std::vector<Problem> problems =
      read("{\"tilte\": 1,\n \"instances\": [{\"name\": \"a\", \"disk_mib\": 0, \"host\": \"b\"}],\n \"requests\": 7}")
          .error();
  std::vector<std::string> lines;
  for (const Problem& problem : problems) lines.push_back(to_string(problem));
  CHECK(lines == std::vector<std::string>{
                     "x.json:1:2: /tilte: unknown key \"tilte\"; did you mean \"title\"?",
                     "x.json:2:42: /instances/0/disk_mib: must be at least 1, not 0",
                     "x.json:2:53: /instances/0/host: there is no host \"b\"",
                     "x.json:3:14: /requests: must be an array, not 7",
                 });
}

TEST_CASE("of very many problems the first twenty are told", "[scenario]") {
  std::string text = "{\"instances\": [";
  for (int i = 0; i < 9'000; ++i) text += "{\"name\": 0, \"x\": [0, 0]},\n";
  text += "{}], \"requests\": []}";
  const std::vector<Problem> problems = read(text).error();
  REQUIRE(problems.size() == 20);
  CHECK(problems.front().line == 1);
  CHECK(problems.back().line == 10);
}

TEST_CASE("whole numbers may be spelled as JSON allows", "[scenario]") {
  const ScenarioOrProblems scenario = read(
      "{\"instances\": [{\"name\": \"a\", \"disk_mib\": 64.0, \"used_mib\": 1.6e1, \"writes_mib_per_s\": -0}],"
      " \"requests\": [], \"seed\": 18446744073709551615}");
  REQUIRE(scenario.has_value());
  CHECK(scenario->instances[0].disk_mib == 64);
  CHECK(scenario->instances[0].used_mib == 16);
  CHECK(scenario->instances[0].writes_mib_per_s == 0);
  CHECK(scenario->seed == 18446744073709551615U);
}

TEST_CASE("a problem is one printable line whatever stands in it", "[scenario]") {
  Problem problem{"a\nb", 3, 4, "/\x1b[0m", "bad \xff byte, \xe2\x80\xae mark", "c\td"};
  CHECK(to_string(problem) == "a\\u000ab:3:4: /\\u001b[0m: bad \\xff byte, \\u202e mark; did you mean \"c\\u0009d\"?");
}

}  // namespace
}  // namespace snapsim
