#pragma once

#include "sim/choice/choice_source.hpp"

namespace snapsim {

/// Always alternative 0: first come, first served, and nothing goes wrong that was not planned.
class UneventfulChoices final : public ChoiceSource {
 public:
  std::uint32_t choose(const ChoicePoint&, std::uint32_t) override { return 0; }
};

}  // namespace snapsim
