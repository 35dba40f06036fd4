#include "sim/explore/branches.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

namespace snapsim {
namespace {

/// Two requests at the same instant, so that threads are ready together.
Scenario racing_requests() {
  Scenario scenario;
  scenario.instances.emplace_back().name = "vm-1";
  for (const char* name : {"snap-1", "snap-2"}) {
    RequestSpec request;
    request.action = Action::create_image;
    request.instance = 0;
    request.name = name;
    request.moment = AtTime{0};
    scenario.requests.push_back(request);
  }
  return scenario;
}

std::size_t steps_in_common(const RunOutput& one, const RunOutput& other) {
  const auto parted = std::ranges::mismatch(one.trace, other.trace);
  return static_cast<std::size_t>(parted.in1 - one.trace.begin());
}

}  // namespace

TEST_CASE("every branch of a step is a run that is the same up to there", "[explore]") {
  const Scenario scenario = racing_requests();
  const RunOutput output = run_scenario_as_written(scenario);
  const RunBranches branches(scenario, output);
  std::size_t faults = 0;
  std::size_t orders = 0;
  std::size_t other_runs = 0;
  for (std::size_t position = 0; position < output.trace.size(); position += 3) {
    for (const Departure& departure : branches.at(position)) {
      CAPTURE(position, departure.text());
      const RunOutput other = run_scenario_as_written(branches.branched(departure));
      const std::size_t common = steps_in_common(output, other);
      // What an operation meets is decided before it is written down that it begins.
      CHECK(common + 1 >= position);
      other_runs += common < output.trace.size() ? 1U : 0U;
      (departure.fault() != nullptr ? faults : orders) += 1;
    }
  }
  CHECK(faults > 100);
  CHECK(orders > 0);
  CHECK(other_runs * 10 > (faults + orders) * 9);
}

TEST_CASE("a step without an operation or a choice has no branch", "[explore]") {
  const Scenario scenario = racing_requests();
  const RunOutput output = run_scenario_as_written(scenario);
  const RunBranches branches(scenario, output);
  std::size_t without = 0;
  for (std::size_t position = 0; position < output.trace.size(); ++position) {
    without += branches.at(position).empty() ? 1U : 0U;
  }
  CHECK(without > 0);
}

}  // namespace snapsim
