#include "sim/report/fired_faults.hpp"

#include <array>

#include "sim/choice/points.hpp"

namespace snapsim {

std::string_view choice_point_name(std::uint8_t index) {
  return index < points::all.size() ? points::all[index].name : "choice";
}

std::vector<FiredFault> fired_faults(const RunRecord& record) {
  std::vector<FiredFault> faults;
  std::array<int, 256> times_passed{};
  for (const TraceRecord& step : record.trace) {
    if (step.kind != TraceKind::choice) continue;
    const int nth = ++times_passed[step.code];
    const std::string_view name = choice_point_name(step.code);
    if (step.a != 0 && !name.ends_with(".next")) faults.push_back({name, nth, step.virtual_us});
  }
  return faults;
}

}  // namespace snapsim
