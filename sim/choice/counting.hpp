#pragma once

#include <cstdint>
#include <vector>

#include "sim/choice/choice_source.hpp"

namespace snapsim {

/// Passes choices through and keeps among how many alternatives each was made.
class CountingChoices final : public ChoiceSource {
 public:
  /// `source` is not owned and must outlive this.
  explicit CountingChoices(ChoiceSource& source) : source_(source) {}

  std::uint32_t choose(const ChoicePoint& point, std::uint32_t alternatives) override {
    alternatives_.push_back(alternatives);
    return source_.choose(point, alternatives);
  }
  const std::vector<std::uint32_t>& alternatives() const { return alternatives_; }

 private:
  ChoiceSource& source_;
  std::vector<std::uint32_t> alternatives_;
};

}  // namespace snapsim
