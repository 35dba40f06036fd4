#pragma once

#include <array>

#include "sim/choice/choice_source.hpp"

namespace snapsim::points {

inline constexpr ChoicePoint schedule_next{0, "schedule.next",
                                           "Which of the threads that are ready at the same instant goes on first."};

/// Every point, by index.
inline constexpr std::array<ChoicePoint, 1> all{schedule_next};

}  // namespace snapsim::points
