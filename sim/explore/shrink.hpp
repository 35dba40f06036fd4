#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace snapsim {

/// A run as a list of numbers. Any list is a run: after its end every choice is 0, and a number that is out of range
/// counts as the last alternative (sim/choice/replay.hpp).
using Picks = std::vector<std::uint32_t>;

/// The order in which shrinking goes down: shorter first, then smaller at the first difference.
bool is_simpler(const Picks& one, const Picks& other);

/// When shrinking gives up; the simplest list so far is kept.
struct ShrinkLimits {
  std::uint64_t runs_max = 20'000;
  std::function<bool()> is_time_up;  ///< asked before each run; none: never
};

struct Shrunk {
  Picks picks;               ///< fails as the first one did, and is never less simple
  std::uint64_t runs = 0;    ///< how often `still_fails` was asked
  bool is_fixpoint = false;  ///< no pass finds anything simpler; false: a limit ended the search
};

/// Makes a failing list as simple as it gets, in the manner of Hypothesis (MacIver and Donaldson, ECOOP 2020): deletes
/// and zeroes blocks, lowers numbers, alone, in pairs and at the expense of later ones, sorts, and deletes elements
/// together with a length that was drawn before them, until none of that helps. `still_fails(picks)` holds for what
/// is given; it is a pure function and never asked twice about a list.
Shrunk shrink(Picks picks, const std::function<bool(const Picks&)>& still_fails, const ShrinkLimits& limits = {});

}  // namespace snapsim
