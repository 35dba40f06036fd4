#pragma once

#include "sim/runtime/runtime.hpp"
#include "sim/world/dealings.hpp"
#include "sim/world/fault_events.hpp"

namespace snapsim {

/// How things stand at a moment of a run.
struct Standing {
  Instant now;
  Dealings dealings;
  EventTarget target;                   ///< whom events would hit
  Duration reported{};                  ///< until when nova-computes have reported, all together
  bool has_guest = false;               ///< the target's domain is there ...
  bool guest_is_on = false;             ///< ... and on
  bool others_wait_for_glance = false;  ///< besides the thread whose step the moment is in
  bool others_are_ready = false;        ///< at this instant
};

/// Whether the event can be left out at the later moment, since it would come to the same as at the earlier one.
/// docs/prove.md says why.
bool comes_to_the_same(const FaultSpec& event, const Standing& earlier, const Standing& later);

/// Whether the run that stands so, and ends with such dealings, ends no other way with the event: what it hits is not
/// dealt with any more. In the run some fault has happened before.
bool comes_to_nothing(const FaultSpec& event, const Standing& standing, const Dealings& at_end);

}  // namespace snapsim
