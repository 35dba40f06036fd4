#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "sim/glue/scenario_generators.hpp"
#include "sim/scenario/reader.hpp"
#include "sim/scenario/writer.hpp"

namespace snapsim {
namespace {

std::string joined(const std::vector<Problem>& problems) {
  std::string lines;
  for (const Problem& problem : problems) lines += to_string(problem) + "\n";
  return lines;
}

/// Puts a mistake into a sound text: takes out, doubles or replaces some bytes.
std::string damaged(std::string text) {
  for (int i = *rc::gen::inRange(1, 4); i > 0 && !text.empty(); --i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        text.erase(at, *rc::gen::inRange<std::size_t>(1, 20));
        break;
      case 1:
        text.insert(at, text.substr(at, *rc::gen::inRange<std::size_t>(1, 20)));
        break;
      case 2:
        text[at] = *rc::gen::arbitrary<char>();
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

TEST_CASE("a scenario that is written reads back equal", "[scenario]") {
  const bool held = rc::check("write, then read", [](const Scenario& scenario) {
    const auto read = read_scenario(write_scenario(scenario), scenario.path);
    if (!read) RC_FAIL(joined(read.error()));
    RC_ASSERT(*read == scenario);
  });
  CHECK(held);
}

TEST_CASE("writing what was read gives the same file again", "[scenario]") {
  const bool held = rc::check("write, read, write", [](const Scenario& scenario) {
    const std::string text = write_scenario(scenario);
    const auto read = read_scenario(text, scenario.path);
    RC_ASSERT(read.has_value());
    RC_ASSERT(write_scenario(*read) == text);
  });
  CHECK(held);
}

TEST_CASE("a damaged file gives a scenario or problems with a place inside the file, and never a crash", "[scenario]") {
  const bool held = rc::check("damage, then read", [](const Scenario& scenario) {
    const std::string text = damaged(write_scenario(scenario));
    const auto read = read_scenario(text, "damaged.json");
    if (read) return;
    const std::vector<Problem> problems = read.error();
    RC_ASSERT(!problems.empty());
    RC_ASSERT(problems.size() <= problems_max);
    const auto lines = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n') + 1);
    for (const Problem& problem : problems) {
      RC_ASSERT(problem.line >= 1U);
      RC_ASSERT(problem.line <= lines);
      RC_ASSERT(problem.column >= 1U);
      RC_ASSERT(!problem.message.empty());
      for (const char character : to_string(problem)) RC_ASSERT(static_cast<unsigned char>(character) >= 0x20);
    }
  });
  CHECK(held);
}

TEST_CASE("what a file leaves out has Nova's defaults", "[scenario]") {
  const auto read = read_scenario(R"({"instances": [{"name": "vm-1", "disk_mib": 4}], "requests": []})", "x.json");
  REQUIRE(read.has_value());
  CHECK(read->config == Config{});
  CHECK(read->hosts == std::vector<std::string>{"compute-1"});
  CHECK(read->policy == Policy::nova);
  InstanceSpec expected;
  expected.name = "vm-1";
  expected.disk_mib = 4;
  expected.used_mib = 4;
  CHECK(read->instances == std::vector<InstanceSpec>{expected});
}

}  // namespace
}  // namespace snapsim
