#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/choice/choice_source.hpp"

namespace snapsim {

/// Picks what a list says, then alternative 0. A number that is out of range for its choice is taken as the last
/// alternative, so that any list of numbers is a run.
class ReplayChoices final : public ChoiceSource {
 public:
  explicit ReplayChoices(std::vector<std::uint32_t> picks) : picks_(std::move(picks)) {}

  std::uint32_t choose(const ChoicePoint&, std::uint32_t alternatives) override {
    if (asked_ >= picks_.size()) return 0;
    const std::uint32_t pick = picks_[asked_++];
    return pick < alternatives ? pick : alternatives - 1;
  }

 private:
  std::vector<std::uint32_t> picks_;
  std::size_t asked_ = 0;
};

}  // namespace snapsim
