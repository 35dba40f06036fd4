#pragma once

#include <chrono>
#include <cstdint>

namespace snapsim {

/// A span of virtual (or, behind the real runtime, of monotonic) time.
using Duration = std::chrono::duration<std::int64_t, std::micro>;

/// The clock of a run. It has no now(): only a Runtime knows what time it is.
struct RunClock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<RunClock>;
  static constexpr bool is_steady = true;
};

/// A moment of a run; the epoch is its start.
using Instant = RunClock::time_point;

}  // namespace snapsim
