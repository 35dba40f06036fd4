#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "sim/check/invariant.hpp"
#include "sim/explore/plan.hpp"

namespace snapsim {

/// An invariant that a run violated, and for whom. Two runs violate the same thing where these are equal.
struct ViolationKey {
  std::string invariant;
  std::string subject;  ///< name of an instance or image, "request 0", or "run"
  bool operator==(const ViolationKey&) const = default;
  bool operator<(const ViolationKey& other) const {
    return std::tie(invariant, subject) < std::tie(other.invariant, other.subject);
  }
};

/// What a run by a plan ended in.
struct PlanRun {
  bool all_fired = true;  ///< each fault of the plan happened
  bool is_held =
      false;  ///< a step waits for ever for a request with "hold": no real cloud does that; nothing is judged
  /// 64 bits over all that the run ended in: instances, images, answers, events, leftovers and violations, without
  /// times and texts.
  std::uint64_t outcome = 0;
  struct Found {
    ViolationKey key;
    std::string message;
  };
  std::vector<Found> violations;
  std::vector<Place> places;      ///< all that the run came to, in order
  Dealings dealings;              ///< all that there were
  std::uint64_t place_count = 0;  ///< how many these are, wanted or not
};

/// Runs a scenario by one plan after the other, on model disks. One thread's.
class PlanRunner {
 public:
  /// The scenario's own faults and choices stay as they are.
  explicit PlanRunner(Scenario scenario) : scenario_(std::move(scenario)), own_faults_(scenario_.faults.size()) {}

  /// Without `wants_places` the places are left out, which is faster.
  PlanRun run(const Plan& plan, bool wants_places);
  /// The scenario with the plan's faults, and without its reorderings.
  const Scenario& scenario_of(const Plan& plan);

 private:
  Scenario scenario_;
  std::size_t own_faults_;
};

}  // namespace snapsim
