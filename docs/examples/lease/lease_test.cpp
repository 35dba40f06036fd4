// Looks for a run in which two hold the lease at once, makes its choices as few as possible, and does that run again.

#include "lease.hpp"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "sim/choice/random.hpp"
#include "sim/choice/recording.hpp"
#include "sim/choice/replay.hpp"
#include "sim/choice/uneventful.hpp"

namespace lease {
namespace {

using Picks = std::vector<std::uint32_t>;

constexpr std::uint64_t seeds = 200;

void require(bool condition, const char* what) {
  std::printf("%s  %s\n", condition ? "ok    " : "FAILED", what);
  if (!condition) std::exit(1);
}

Outcome replay(CountFrom count_from, Picks picks) {
  snapsim::ReplayChoices choices(std::move(picks));
  return run(count_from, choices);
}

/// What was picked in the first run, of those with random choices, in which two hold the lease.
std::optional<Picks> find_two_holders(CountFrom count_from) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    snapsim::RandomChoices random(seed);
    snapsim::RecordingChoices recording(random);
    if (run(count_from, recording).held_by_two) return recording.picks();
  }
  return std::nullopt;
}

bool leads_to_two_holders(CountFrom count_from, const Picks& picks) {
  return replay(count_from, picks).held_by_two;
}

/// Leaves of the picks as few as lead there, then puts the uneventful alternative 0 wherever that does too.
Picks shrunk(CountFrom count_from, const Picks& picks) {
  Picks fewest;
  while (!leads_to_two_holders(count_from, fewest)) fewest.push_back(picks[fewest.size()]);
  for (std::uint32_t& pick : fewest) {
    const std::uint32_t before = std::exchange(pick, 0);
    if (!leads_to_two_holders(count_from, fewest)) pick = before;
  }
  return fewest;
}

void test_uneventful_runs() {
  snapsim::UneventfulChoices choices;
  require(!run(CountFrom::grant_received, choices).held_by_two, "where no message is late, one holds the lease");
}

void test_the_defect_is_found_and_replayed() {
  const std::optional<Picks> found = find_two_holders(CountFrom::grant_received);
  require(found.has_value(), "random choices find two holders, where they count from the grant's arrival");

  const Picks picks = shrunk(CountFrom::grant_received, *found);
  const Outcome first = replay(CountFrom::grant_received, picks);
  const Outcome second = replay(CountFrom::grant_received, picks);
  std::printf("        choices:");
  for (const std::uint32_t pick : picks) std::printf(" %u", static_cast<unsigned>(pick));
  std::printf("\n");
  for (const std::string& line : first.history) std::printf("        %s\n", line.c_str());
  require(first.held_by_two, "the choices that are left lead there again");
  require(first.history == second.history, "the same choices give the same history");
}

void test_the_repair() {
  require(!find_two_holders(CountFrom::request_sent), "random choices find none, where they count from the request");
}

}  // namespace
}  // namespace lease

int main() {
  lease::test_uneventful_runs();
  lease::test_the_defect_is_found_and_replayed();
  lease::test_the_repair();
  return 0;
}
