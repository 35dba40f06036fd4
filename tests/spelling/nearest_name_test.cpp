#include "sim/spelling/nearest_name.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

namespace snapsim {
namespace {

TEST_CASE("a slip of the finger is one edit", "[spelling]") {
  CHECK(edit_distance("active", "active", 3) == 0);
  CHECK(edit_distance("actve", "active", 3) == 1);
  CHECK(edit_distance("acttive", "active", 3) == 1);
  CHECK(edit_distance("actibe", "active", 3) == 1);
  CHECK(edit_distance("actvie", "active", 3) == 1);
  CHECK(edit_distance("ACTIVE", "active", 3) == 0);
  CHECK(edit_distance("", "abc", 3) == 3);
  CHECK(edit_distance("stopped", "active", 2) > 2);
}

/// The textbook's recursion, without any table.
std::size_t slow_distance(std::string_view left, std::string_view right) {
  if (left.empty() || right.empty()) return std::max(left.size(), right.size());
  const std::size_t replaced = slow_distance(left.substr(1), right.substr(1)) + (left[0] == right[0] ? 0 : 1);
  const std::size_t removed = slow_distance(left.substr(1), right) + 1;
  const std::size_t added = slow_distance(left, right.substr(1)) + 1;
  std::size_t best = std::min({replaced, removed, added});
  if (left.size() > 1 && right.size() > 1 && left[0] == right[1] && left[1] == right[0]) {
    best = std::min(best, slow_distance(left.substr(2), right.substr(2)) + 1);
  }
  return best;
}

TEST_CASE("the distance is exact up to its limit and above it beyond", "[spelling]") {
  const bool held = rc::check("against the textbook", [] {
    const auto word = rc::gen::resize(6, rc::gen::container<std::string>(rc::gen::element('a', 'b', 'c')));
    const std::string left = *word;
    const std::string right = *word;
    const auto limit = *rc::gen::inRange<std::size_t>(0, 7);
    const std::size_t exact = slow_distance(left, right);
    const std::size_t found = edit_distance(left, right, limit);
    if (exact <= limit) RC_ASSERT(found == exact);
    if (exact > limit) RC_ASSERT(found > limit);
  });
  CHECK(held);
}

TEST_CASE("the nearest name is suggested, and nothing where none comes near", "[spelling]") {
  const std::vector<std::string> names{"pause", "unpause", "suspend", "create_image"};
  CHECK(nearest_name("puase", names) == "pause");
  CHECK(nearest_name("createImage", names) == "create_image");
  CHECK(nearest_name("unpuase", names) == "unpause");
  CHECK(nearest_name("teleport", names).empty());
  CHECK(nearest_name("", names).empty());
  CHECK(nearest_name(std::string(100'000, 'x'), names).empty());
}

}  // namespace
}  // namespace snapsim
