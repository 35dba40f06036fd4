#pragma once

#include <cstdint>

#include "sim/choice/random.hpp"

namespace snapsim {

/// How long the timers of the hold model (Vaucher and Duval 1975: every event that is taken out puts one in) wait: 1 us
/// to 1 s, every number of microseconds with the same probability. All peers draw the same numbers.
class HoldTimes {
 public:
  explicit HoldTimes(std::uint64_t timer) : bits_(timer) {}
  std::int64_t next_us() {
    bits_ = mix_bits(bits_);
    return static_cast<std::int64_t>(1 + bits_ % 1'000'000);
  }

 private:
  std::uint64_t bits_;
};

}  // namespace snapsim
