#include "sim/explore/run_places.hpp"

#include "sim/choice/random.hpp"
#include "sim/choice/replay.hpp"
#include "sim/choice/uneventful.hpp"

namespace snapsim {

void RunPlaces::reached(const OperationCall& call, AtOperation::Phase phase) {
  constexpr std::array kinds{Place::Kind::before, Place::Kind::during, Place::Kind::after};
  note(kinds[static_cast<std::size_t>(phase)], call.operation);
}

void RunPlaces::chosen(int nth, std::uint32_t alternatives, std::uint32_t picked) {
  ++count_;
  at({Place::Kind::choice, {}, nth, alternatives, picked});
}

void RunPlaces::note(Place::Kind kind, Operation operation) {
  ++count_;
  const int nth = ++counts_[static_cast<std::size_t>(kind)][static_cast<std::size_t>(operation)];
  at({kind, operation, nth});
}

std::unique_ptr<ChoiceSource> own_choices(const Scenario& scenario) {
  if (!scenario.choices.empty()) return std::make_unique<ReplayChoices>(scenario.choices);
  if (scenario.seed.value_or(0) != 0) return std::make_unique<RandomChoices>(*scenario.seed);
  return std::make_unique<UneventfulChoices>();
}

}  // namespace snapsim
