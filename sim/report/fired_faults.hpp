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

/// Every planned fault that happened, in order.
std::vector<FiredFault> fired_faults(const RunRecord& record);

/// Those of the scenario's list that never happened, by number: the run never came to where they were planned.
std::vector<std::size_t> silent_faults(const RunRecord& record);

}  // namespace snapsim
