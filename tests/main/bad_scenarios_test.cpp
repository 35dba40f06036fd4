// Scenario files that cannot be run: told with their place, and nothing is run or written.

#include <algorithm>
#include <sstream>
#include <string_view>

#include "tests/main/program.hpp"

namespace snapsim::test {
namespace {

/// A scenario with this as its one instance.
std::string with_instance(const std::string& members) {
  return R"({ "instances": [{ "name": "vm-1")" + members + R"( }], "requests": [] })";
}

/// A scenario with this as its one request.
std::string with_request(const std::string& request) {
  return R"({ "instances": [{ "name": "vm-1" }], "requests": [)" + request + "] }";
}

const std::vector<std::string>& bad_scenarios() {
  static const std::vector<std::string> texts{
      "",
      " \n\n",
      "null",
      "[]",
      "7",
      "\"text\"",
      "{",
      "{}}",
      "{ \"instances\": [], }",
      "{ 'instances': [] }",
      "{ \"instances\": [] /* }",
      "\xff\xfe{}",
      std::string("{\0}", 3),
      std::string(100'000, '['),
      "{}",
      R"({ "instances": [] })",
      R"({ "instances": {}, "requests": [] })",
      R"({ "instances": [], "requests": [], "instances": [] })",
      R"({ "instances": [], "requests": [], "titel": "x" })",
      R"({ "instances": [], "requests": [], "title": 7 })",
      R"({ "instances": [], "requests": [], "policy": "nowa" })",
      R"({ "instances": [], "requests": [], "seed": -1 })",
      R"({ "instances": [], "requests": [], "seed": 1.5 })",
      R"({ "instances": [], "requests": [], "choices": ["a"] })",
      R"({ "instances": [], "requests": [], "hosts": [] })",
      R"({ "instances": [], "requests": [], "hosts": ["h", "h"] })",
      R"({ "instances": [], "requests": [], "config": { "live_snapshots": true } })",
      R"({ "instances": [], "requests": [], "config": { "glance_num_retries": "3" } })",
      R"({ "instances": [], "requests": [], "violates": ["no_orphan_imag"] })",
      R"({ "instances": [], "requests": [], "faults": [{ "at": "glance.upload.rest" }] })",
      R"({ "instances": [], "requests": [], "expect": { "images": { "nobody": { "status": "active" } } } })",
      R"({ "instances": [], "requests": [], "expect": { "requests": { "0": { "status": 202 } } } })",
      R"({ "instances": [{ "name": "a" }, { "name": "a" }], "requests": [] })",
      R"({ "instances": [{ "host": "compute-1" }], "requests": [] })",
      with_instance(R"(, "host": "compute-9")"),
      with_instance(R"(, "vm_state": "activ")"),
      with_instance(R"(, "disk_mib": -1)"),
      with_instance(R"(, "disk_mib": 1e300)"),
      with_instance(R"(, "disk_mib": 4, "used_mib": 5)"),
      with_instance(R"(, "disk_gib": 4)"),
      with_request("{}"),
      with_request(R"({ "at_ms": 0 })"),
      with_request(R"({ "create_image": { "instance": "vm-1", "name": "s" } })"),
      with_request(R"({ "at_ms": 0, "create_imag": { "instance": "vm-1", "name": "s" } })"),
      with_request(R"({ "at_ms": 0, "create_image": { "instance": "vm-2", "name": "s" } })"),
      with_request(R"({ "at_ms": 0, "create_image": { "instance": "vm-1" } })"),
      with_request(R"({ "at_ms": 0, "create_image": { "instance": "vm-1", "name": "s", "nam": "t" } })"),
      with_request(R"({ "at_ms": -5, "create_image": { "instance": "vm-1", "name": "s" } })"),
      with_request(R"({ "at_ms": "0", "create_image": { "instance": "vm-1", "name": "s" } })"),
      with_request(R"({ "at_ms": 0, "before": { "operation": "glance.upload" },
                        "create_image": { "instance": "vm-1", "name": "s" } })"),
      with_request(
          R"({ "before": { "operation": "glance.uplod" }, "create_image": { "instance": "vm-1", "name": "s" } })"),
  };
  return texts;
}

/// Whether the line is "bad.json:LINE:COLUMN: /POINTER: TEXT".
bool is_problem(std::string_view line) {
  const auto skip = [&](std::string_view word) {
    if (!line.starts_with(word)) return false;
    line.remove_prefix(word.size());
    return true;
  };
  const auto skip_number = [&] {
    const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
    const bool is_number = digits > 0 && line[0] != '0';
    line.remove_prefix(digits);
    return is_number;
  };
  if (!skip("bad.json:") || !skip_number() || !skip(":") || !skip_number() || !skip(": /")) return false;
  const std::size_t text = line.find(": ");
  return text != std::string_view::npos && text + 2 < line.size();
}

}  // namespace

TEST_CASE("a malformed scenario is told with its place, and nothing is written", "[main][often]") {
  const Desk desk;
  const std::vector<std::string> verbs{"run", "replay", "export"};
  std::size_t first_verb = 0;
  for (const std::string& text : bad_scenarios()) {
    CAPTURE(text.substr(0, 200));
    desk.write("bad.json", text);
    // Each verb, or where a program takes long to start, each in turn.
    first_verb = (first_verb + 1) % verbs.size();
    for (std::size_t i = first_verb; i < (is_sanitized ? first_verb + 1 : first_verb + verbs.size()); ++i) {
      const std::string& verb = verbs[i % verbs.size()];
      CAPTURE(verb);
      const Ended ended = desk.bash("snapsim " + verb + " bad.json");
      CHECK(ended.status == 2);
      CHECK(ended.out.empty());
      CHECK_FALSE(ended.err.empty());
      std::istringstream lines(ended.err);
      for (std::string line; std::getline(lines, line);) {
        CAPTURE(line.substr(0, 300));
        CHECK(is_problem(line));
      }
    }
  }
  CHECK(desk.names_in(".") == std::vector<std::string>{"bad.json", "snapsim"});
}

TEST_CASE("a misspelled key is told with what was meant", "[main]") {
  const Desk desk;
  desk.write("bad.json", "{ \"instances\": [],\n  \"requests\": [],\n  \"titel\": \"x\" }");
  const Ended ended = desk.bash("snapsim run bad.json --json");
  CHECK(ended.status == 2);
  CHECK(ended.out.empty());
  CHECK(ended.err.starts_with("bad.json:3:3: /titel: "));
  CHECK(ended.err.find("did you mean \"title\"?") != std::string::npos);
}

TEST_CASE("one bad file of several keeps all from being run", "[main]") {
  const Desk desk;
  desk.write("good.json", small_scenario());
  desk.write("bad.json", "{");
  desk.write("worse.json", "[");
  const Ended ended = desk.bash("snapsim run good.json bad.json worse.json missing.json --disks model");
  CHECK(ended.status == 2);
  CHECK(ended.out.empty());
  for (const char* file : {"bad.json:1:", "worse.json:1:", "missing.json:1:1: /: no such file"}) {
    CHECK(ended.err.find(file) != std::string::npos);
  }
  CHECK_FALSE(std::filesystem::exists(desk / "snapsim-out"));
}

TEST_CASE("what cannot be a scenario file is refused without delay", "[main]") {
  const Desk desk;
  const Ended ended = desk.bash(
      "mkdir folder; mkfifo pipe; ln -s loop loop;"
      "for f in folder pipe loop /dev/zero /dev/null /proc/self/mem $'no\\nsuch\\e[2J'; do "
      "timeout 20 " SNAPSIM_PROGRAM " run \"$f\" --disks model || echo $?; done");
  CHECK(ended.out == "2\n2\n2\n2\n2\n2\n2\n");
  CHECK(ended.err.find('\x1b') == std::string::npos);
  CHECK_FALSE(std::filesystem::exists(desk / "snapsim-out"));
}

}  // namespace snapsim::test
