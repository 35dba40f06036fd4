#include "sim/scenario/line_of.hpp"

#include <filesystem>
#include <fstream>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/real/test_support.hpp"

namespace snapsim {
namespace {

constexpr const char* text = R"({
  "expect": {
    "images": {
      "snap-1": {
        "status": "active"
      } } },
  "violates": [
    "one",
    "two"
  ]
})";

std::uint32_t line(const std::string& path, const std::vector<std::string>& keys) {
  return line_of(path, keys);
}

TEST_CASE("the line of a value is that of its key, and of an item that of its text", "[scenario]") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() / "a.json";
  test::write_file(path, text);
  CHECK(line(path, {"expect", "images", "snap-1", "status"}) == 5);
  CHECK(line(path, {"violates", "two"}) == 9);
  CHECK(line(path, {"expect", "images", "snap-1", "statuses"}) == 4);
  CHECK(line(path, {"expect", "instances", "vm-1"}) == 2);
  CHECK(line(path, {"violates_hardened", "one"}) == 1);
  CHECK(line(path, {}) == 1);
}

TEST_CASE("where a file cannot be read the line is 1", "[scenario]") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() / "a.json";
  CHECK(line(path, {"violates", "two"}) == 1);
  test::write_file(path, "{\n\"violates\": [");
  CHECK(line(path, {"violates", "two"}) == 1);
  CHECK(line("-", {"violates", "two"}) == 1);
}

}  // namespace
}  // namespace snapsim
