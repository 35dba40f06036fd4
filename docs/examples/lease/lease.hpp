#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/choice/choice_source.hpp"

namespace lease {

/// From when on a holder counts the time for which it was granted the lease. The server counts from the moment at which
/// it grants: that is never before the request was sent, and always before the grant arrives.
enum class CountFrom : std::uint8_t { request_sent, grant_received };

struct Outcome {
  std::vector<std::string> history;  ///< one line for each time that a holder begins or ends to hold the lease
  bool held_by_two = false;          ///< two holders had it at the same time
};

/// Three holders want the same lease again and again for 15 seconds. Everything that can go one way or another is
/// asked of `choices`: how long each message is under way, and who goes first at the same instant.
Outcome run(CountFrom count_from, snapsim::ChoiceSource& choices);

}  // namespace lease
