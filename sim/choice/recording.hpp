#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/choice/choice_source.hpp"

namespace snapsim {

/// Passes choices through and keeps what was picked.
class RecordingChoices final : public ChoiceSource {
 public:
  /// `source` is not owned and must outlive this.
  explicit RecordingChoices(ChoiceSource& source) : source_(source) {}

  std::uint32_t choose(const ChoicePoint& point, std::uint32_t alternatives) override {
    const std::uint32_t pick = source_.choose(point, alternatives);
    ++asked_;
    if (pick != 0) {
      picks_.resize(asked_);
      picks_.back() = pick;
    }
    return pick;
  }
  /// What was picked, in order, without the zeros at the end.
  const std::vector<std::uint32_t>& picks() const { return picks_; }

 private:
  ChoiceSource& source_;
  std::size_t asked_ = 0;
  std::vector<std::uint32_t> picks_;
};

}  // namespace snapsim
