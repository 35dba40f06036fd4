#include "sim/explore/run_places.hpp"

#include "sim/choice/random.hpp"
#include "sim/choice/replay.hpp"
#include "sim/choice/uneventful.hpp"

namespace snapsim {

void RunPlaces::met(const OperationCall& call) {
  const int nth = number_of(Place::Kind::met, call.operation);
  if (is_wanted()) at({Place::Kind::met, call.operation, nth});
}

void RunPlaces::reached(const OperationCall& call, AtOperation::Phase phase) {
  constexpr std::array kinds{Place::Kind::before, Place::Kind::during, Place::Kind::after};
  const Place::Kind kind = kinds[static_cast<std::size_t>(phase)];
  const int nth = number_of(kind, call.operation);
  if (is_wanted()) at({kind, call.operation, nth, 0, 0, standing_at(call)});
}

Standing RunPlaces::standing_at(const OperationCall& call) const {
  Standing standing;
  standing.now = world_->engine().now();
  standing.dealings = world_->recorder().dealings();
  standing.target = target_of(FaultSpec(), &call, world_->scenario());
  for (std::uint32_t host = 0; host < world_->scenario().hosts.size(); ++host) {
    standing.reported += world_->tables().service_last_seen_up(HostId(host), standing.now).time_since_epoch();
  }
  const Hypervisor& hypervisor = world_->hypervisors().hypervisor();
  if (standing.target.instance.value < hypervisor.domain_count()) {
    const Domain& domain = hypervisor.domain_record(standing.target.instance);
    standing.has_guest = domain.exists;
    standing.guest_is_on = domain.is_on();
  }
  standing.others_wait_for_glance = world_->glance().outage().is_waited_for();
  standing.others_are_ready = world_->engine().is_anything_ready();
  return standing;
}

void RunPlaces::chosen(int nth, std::uint32_t alternatives, std::uint32_t picked) {
  ++count_;
  if (is_wanted()) at({Place::Kind::choice, {}, nth, alternatives, picked});
}

/// Counts the place.
int RunPlaces::number_of(Place::Kind kind, Operation operation) {
  ++count_;
  return ++counts_[static_cast<std::size_t>(kind)][static_cast<std::size_t>(operation)];
}

std::unique_ptr<ChoiceSource> own_choices(const Scenario& scenario) {
  if (!scenario.choices.empty()) return std::make_unique<ReplayChoices>(scenario.choices);
  if (scenario.seed.value_or(0) != 0) return std::make_unique<RandomChoices>(*scenario.seed);
  return std::make_unique<UneventfulChoices>();
}

}  // namespace snapsim
