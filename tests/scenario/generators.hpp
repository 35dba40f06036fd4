#pragma once

#include <ostream>
#include <string>

#include <rapidcheck.h>

#include "sim/world/scenario.hpp"

namespace snapsim {

/// Any scenario that the reader accepts: a few hosts, instances and requests with every kind of moment, every option
/// and odd but allowed names. Shrinks towards the smallest one.
rc::Gen<Scenario> any_scenario();

/// For RapidCheck's messages.
void showValue(const Scenario& scenario, std::ostream& out);

}  // namespace snapsim

namespace rc {

template <>
struct Arbitrary<snapsim::Scenario> {
  static Gen<snapsim::Scenario> arbitrary() { return snapsim::any_scenario(); }
};

}  // namespace rc
