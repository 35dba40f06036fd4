#include "sim/choice/random.hpp"

#include <array>
#include <cstdint>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "sim/choice/points.hpp"

namespace snapsim {
namespace {

std::vector<std::uint32_t> draw(std::uint64_t seed, std::uint32_t alternatives, int count) {
  RandomChoices choices(seed);
  std::vector<std::uint32_t> picks;
  for (int i = 0; i < count; ++i) picks.push_back(choices.choose(points::schedule_next, alternatives));
  return picks;
}

TEST_CASE("a seed gives the same picks with every compiler and on every machine", "[choice]") {
  CHECK(draw(1, 1000, 8) == std::vector<std::uint32_t>{783, 800, 674, 274, 152, 680, 59, 254});
  CHECK(draw(0xfedcba9876543210, 0xffffffff, 4) ==
        std::vector<std::uint32_t>{2087158648, 3000804387, 1371804779, 794957482});
}

TEST_CASE("mixed bits are those of SplitMix64", "[choice]") {
  // The first numbers of its reference implementation for the seeds 0 and 1234567.
  static_assert(mix_bits(0) == 0xe220a8397b1dcdaf);
  static_assert(mix_bits(0x9e3779b97f4a7c15) == 0x6e789e6aa1b965f4);
  static_assert(mix_bits(1234567) == 6457827717110365317U);
  SUCCEED();
}

TEST_CASE("a random pick is one of the alternatives", "[choice]") {
  rc::prop("for any seed and any number of alternatives", [](std::uint64_t seed) {
    const auto alternatives = *rc::gen::inRange<std::uint32_t>(1, 0xffffffff);
    for (const std::uint32_t pick : draw(seed, alternatives, 20)) RC_ASSERT(pick < alternatives);
  });
}

TEST_CASE("a single alternative is always the uneventful one", "[choice]") {
  for (const std::uint32_t pick : draw(42, 1, 100)) CHECK(pick == 0);
}

TEST_CASE("random picks are spread evenly", "[choice]") {
  constexpr int count = 70'000;
  std::array<int, 7> seen{};
  for (const std::uint32_t pick : draw(7, seen.size(), count)) ++seen[pick];
  // Chi-squared with 6 degrees of freedom: above 22.5 in one of a thousand seeds.
  double chi_squared = 0;
  constexpr double expected = count / 7.0;
  for (const int times : seen) chi_squared += (times - expected) * (times - expected) / expected;
  CHECK(chi_squared < 22.5);
}

TEST_CASE("neighbouring seeds have nothing in common", "[choice]") {
  const std::vector<std::uint32_t> one = draw(1, 1000, 200);
  const std::vector<std::uint32_t> two = draw(2, 1000, 200);
  int equal = 0;
  for (std::size_t i = 0; i < one.size(); ++i) equal += one[i] == two[i] ? 1 : 0;
  CHECK(equal < 5);
}

}  // namespace
}  // namespace snapsim
