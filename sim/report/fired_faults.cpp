#include "sim/report/fired_faults.hpp"

#include "sim/choice/points.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {

std::string_view choice_point_name(std::uint8_t index) {
  return index < points::all.size() ? points::all[index].name : "choice";
}

std::vector<FiredFault> fired_faults(const RunRecord& record) {
  std::vector<FiredFault> faults;
  for (const TraceRecord& step : record.trace) {
    if (step.kind != TraceKind::fault) continue;
    faults.push_back({fault_points()[step.code].name, static_cast<int>(step.a), step.virtual_us});
  }
  return faults;
}

std::vector<std::size_t> silent_faults(const RunRecord& record) {
  std::vector<bool> has_fired(record.scenario.faults.size());
  for (const TraceRecord& step : record.trace) {
    const auto number = static_cast<std::size_t>(step.b);
    if (step.kind == TraceKind::fault && number < has_fired.size()) has_fired[number] = true;
  }
  std::vector<std::size_t> silent;
  for (std::size_t i = 0; i < has_fired.size(); ++i) {
    if (!has_fired[i]) silent.push_back(i);
  }
  return silent;
}

}  // namespace snapsim
