#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// The name of the choice point with that index; "choice" where there is none.
std::string_view choice_point_name(std::uint8_t index);

/// A fault that happened in a run.
struct FiredFault {
  std::string_view at;  ///< the fault point's name
  int nth = 0;          ///< the how-manieth time that the point was passed, from 1
  std::int64_t virtual_us = 0;
};

/// Every fault of the run, in order: each choice that was not the uneventful one, save for those of mere order
/// (`*.next`).
std::vector<FiredFault> fired_faults(const RunRecord& record);

}  // namespace snapsim
