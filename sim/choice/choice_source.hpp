#pragma once

#include <cstdint>
#include <string_view>

namespace snapsim {

/// A place where a run could go on in more than one way. Identified by its name, so that an edit elsewhere does not
/// break a replay. All of them stand in sim/choice/points.hpp.
struct ChoicePoint {
  std::uint8_t index = 0;     ///< position in points.hpp, for trace records
  std::string_view name;      ///< component.operation.outcome
  std::string_view sentence;  ///< what is chosen, in words
};

/// Where all chance of a run comes from. Strategies (random, replay, exhaustive ...) never see the world, only choices.
class ChoiceSource {
 public:
  virtual ~ChoiceSource() = default;
  /// Picks one of `alternatives` (at least 1) ways, counted from 0. 0 is always the uneventful one.
  virtual std::uint32_t choose(const ChoicePoint& point, std::uint32_t alternatives) = 0;
};

}  // namespace snapsim
