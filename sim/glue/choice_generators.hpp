#pragma once

#include <cstdint>
#include <vector>

#include <rapidcheck.h>

namespace snapsim {

/// The first choices of a run, for ReplayChoices: a list of up to `length_max` numbers below `alternatives_max`, most
/// of them the uneventful 0. Any list is a run: after its end alternative 0 is picked, and a number that is too large
/// is taken as the last alternative. Shrinks towards shorter lists, then towards smaller numbers.
///
///     const auto picks = *snapsim::choice_list();
///     snapsim::ReplayChoices choices(picks);
inline rc::Gen<std::vector<std::uint32_t>> choice_list(int length_max = 100, std::uint32_t alternatives_max = 4) {
  const auto number = rc::gen::inRange<std::uint32_t>(0, alternatives_max);
  const auto pick = rc::gen::weightedOneOf<std::uint32_t>({{2, rc::gen::just<std::uint32_t>(0)}, {1, number}});
  return rc::gen::resize(length_max,
                         rc::gen::container<std::vector<std::uint32_t>>(rc::gen::resize(rc::kNominalSize, pick)));
}

}  // namespace snapsim
