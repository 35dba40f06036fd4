#include "sim/report/replay_token.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "sim/report/text.hpp"
#include "tests/report/sample_trace.hpp"

namespace snapsim {

TEST_CASE("a token reads back as what it was made from", "[report]") {
  rc::prop("any path, seed and choices", [](std::string path, std::uint64_t seed, bool hardened) {
    ReplayToken token{std::move(path), hardened ? Policy::hardened : Policy::nova, seed, {}};
    // Mostly zeros, as real runs have them.
    token.choices = *rc::gen::container<std::vector<std::uint32_t>>(
        rc::gen::weightedOneOf<std::uint32_t>({{8, rc::gen::just(std::uint32_t{0})},
                                               {2, rc::gen::inRange<std::uint32_t>(0, 4)},
                                               {1, rc::gen::arbitrary<std::uint32_t>()}}));
    const auto read = parse_replay_token(to_string(token));
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == token);
  });
}

TEST_CASE("equal choices in a row stand in a token once", "[report]") {
  CHECK(to_string(ReplayToken{"a b.json", Policy::nova, 7, {0, 0, 0, 2, 0, 1, 1}}) ==
        "a b.json#p=nova,s=7,c=0*3.2.0.1*2");
  CHECK(to_string(ReplayToken{"x", Policy::hardened, 0, {}}) == "x#p=hardened,s=0,c=");
}

TEST_CASE("the path ends at the last hash", "[report]") {
  const auto token = parse_replay_token("odd#name#p=nova,s=1,c=.json#p=hardened,s=2,c=3");
  REQUIRE(token.has_value());
  CHECK(token->path == "odd#name#p=nova,s=1,c=.json");
  CHECK(token->seed == 2);
}

TEST_CASE("what is no token is refused with a reason", "[report]") {
  for (const char* text : {"",
                           "scenarios/x.json",
                           "x#",
                           "x#p=nova",
                           "x#p=nova,s=1",
                           "x#s=1,p=nova,c=",
                           "x#p=other,s=1,c=",
                           "x#p=nova,s=-1,c=",
                           "x#p=nova,s=18446744073709551616,c=",
                           "x#p=nova,s= 1,c=",
                           "x#p=nova,s=1,c=0*",
                           "x#p=nova,s=1,c=*3",
                           "x#p=nova,s=1,c=0*0",
                           "x#p=nova,s=1,c=1.",
                           "x#p=nova,s=1,c=.1",
                           "x#p=nova,s=1,c=1..2",
                           "x#p=nova,s=1,c=4294967296",
                           "x#p=nova,s=1,c=0*99999999999999999999",
                           "x#p=nova,s=1,c=0*16777217",
                           "x#p=nova,s=1,c=0*16777216.1",
                           "x#p=nova,s=1,c=1,d=2",
                           "x#p=nova,s=1,c=a"}) {
    INFO(text);
    const auto token = parse_replay_token(text);
    REQUIRE(token.has_error());
    CHECK_FALSE(token.error().message.empty());
  }
}

TEST_CASE("the replay command quotes the token for a shell", "[report]") {
  const SampleRun run = renamed(failed_cold_run(), "it's.json");
  CHECK(replay_command(run.record()) == "./snapsim replay 'it'\\''s.json#p=nova,s=7,c=0*3.1'");
}

}  // namespace snapsim
