#include "sim/bench/contest.hpp"

#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/bench/bench.hpp"

namespace snapsim {
namespace {

/// Gives the values one after the other and notes that it was asked.
Measure script(std::string name, std::vector<std::optional<double>> values, std::string* asked) {
  return [name, values, asked, next = std::size_t{0}]() mutable {
    *asked += name;
    return values.at(next++);
  };
}

TEST_CASE("the median and the spread do not depend on the order of the values", "[bench]") {
  CHECK(Samples{{3, 1, 2}}.median() == 2);
  CHECK(Samples{{4, 1, 2, 3}}.median() == 2.5);
  CHECK(Samples{{7}}.spread() == 0);
  CHECK(Samples{{5, 1, 3, 2, 4}}.spread() == Approx(2.0 / 3.0));
}

TEST_CASE("everybody works once a round, in turn, and the best variant of a peer counts", "[bench]") {
  std::string asked;
  Contest contest;
  contest.name = "test";
  contest.ours = script("o", {10, 20, 30}, &asked);
  contest.peers = {
      {"peer", "a-package", {{"slow", script("s", {1, 1, 1}, &asked)}, {"fast", script("f", {5, 5, 5}, &asked)}}}};

  SECTION("more is better") {
    const std::vector<Row> rows = hold(contest, 3);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].variant == "fast");
    CHECK(rows[0].ratio == 4.0);
  }
  SECTION("less is better") {
    contest.better = Better::less;
    const std::vector<Row> rows = hold(contest, 3);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].variant == "slow");
    CHECK(rows[0].ratio == 20.0);
  }
  CHECK(asked == "osfosfosf");
}

TEST_CASE("a peer that is missing, or fails once, is named with its package and has no ratio", "[bench]") {
  std::string asked;
  Contest contest;
  contest.ours = script("o", {10, 20}, &asked);
  contest.peers = {{"absent", "absent-package", {}},
                   {"failing", "failing-package", {{"", script("f", {1, std::nullopt}, &asked)}}}};
  const std::vector<Row> rows = hold(contest, 2);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].missing == "absent-package");
  CHECK(rows[1].missing == "failing-package");
  CHECK_FALSE(rows[0].ratio);
  CHECK_FALSE(rows[1].ratio);
  CHECK(rows[0].ours.median() == 15);
}

TEST_CASE("work without peers has a row of its own", "[bench]") {
  std::string asked;
  Contest contest;
  contest.ours = script("o", {10}, &asked);
  const std::vector<Row> rows = hold(contest, 1);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].peer.empty());
}

TEST_CASE("a benchmark that does not exist is a mistake of the user", "[bench]") {
  std::ostringstream out;
  CHECK(bench_main({"no.such", true, false}, out) == 2);
  CHECK(out.str().empty());
}

}  // namespace
}  // namespace snapsim
