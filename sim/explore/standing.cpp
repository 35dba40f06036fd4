#include "sim/explore/standing.hpp"

#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

bool is_crash_of(const FaultPoint& event, Service service) {
  return event.outcome == Outcome::crash && event.service == service;
}

/// The event of a guest would find none that it could change.
bool finds_no_guest(const FaultPoint& event, const Standing& standing) {
  if (event.outcome == Outcome::vanishes) return !standing.has_guest;
  return !standing.guest_is_on;
}

/// How often anybody has dealt with what the event hits.
std::uint32_t dealings_with(const FaultPoint& event, const Standing& standing) {
  const Dealings& dealings = standing.dealings;
  // Nova is not told of a domain that goes while it is off: only who asks libvirt finds out.
  if (event.outcome != Outcome::crash) return standing.guest_is_on ? dealings.guest : dealings.libvirt;
  switch (event.service) {
    case Service::api:
      return dealings.api;
    case Service::glance:
      return dealings.glance;
    case Service::queue:
      return dealings.queue;
    case Service::compute:
      break;
  }
  return dealings.compute;
}

}  // namespace

bool comes_to_the_same(const FaultSpec& event, const Standing& earlier, const Standing& later) {
  const FaultPoint& point = fault_points()[event.point];
  // The step of a moment waits until the event has happened, and so others overtake it.
  if (later.others_are_ready || earlier.others_are_ready) return false;
  const bool is_of_guest = point.outcome != Outcome::crash;
  if ((is_of_guest || is_crash_of(point, Service::compute)) && earlier.target != later.target) return false;
  if (is_of_guest && finds_no_guest(point, earlier) && finds_no_guest(point, later)) {
    return earlier.dealings.everybody == later.dealings.everybody;
  }
  if (is_of_guest && earlier.guest_is_on != later.guest_is_on) return false;
  if (dealings_with(point, earlier) != dealings_with(point, later)) return false;
  if (earlier.reported != later.reported) return false;
  // Whose step it is in learns of it later than they do; and of an upload more has arrived.
  const bool is_answering = earlier.others_wait_for_glance || later.others_wait_for_glance;
  if (is_crash_of(point, Service::glance) && is_answering) return false;
  return next_beat(earlier.now) == next_beat(later.now);
}

bool comes_to_nothing(const FaultSpec& event, const Standing& standing, const Dealings& at_end) {
  const FaultPoint& point = fault_points()[event.point];
  const Dealings& dealings = standing.dealings;
  if (standing.others_are_ready || dealings.api != at_end.api) return false;
  return is_crash_of(point, Service::api) || (is_crash_of(point, Service::queue) && dealings.queue == at_end.queue);
}

}  // namespace snapsim
