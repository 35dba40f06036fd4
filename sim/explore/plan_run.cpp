#include "sim/explore/plan_run.hpp"

#include <array>
#include <memory>

#include "sim/choice/random.hpp"
#include "sim/choice/replay.hpp"
#include "sim/choice/uneventful.hpp"
#include "sim/world/world.hpp"

namespace snapsim {
namespace {

/// Writes down the places of a run.
class Places final : public PlaceObserver {
 public:
  explicit Places(std::vector<Place>* list) : list_(list) {}

  void met(const OperationCall& call) override { note(Place::Kind::met, call.operation); }
  void reached(const OperationCall& call, AtOperation::Phase phase) override {
    constexpr std::array kinds{Place::Kind::before, Place::Kind::during, Place::Kind::after};
    note(kinds[static_cast<std::size_t>(phase)], call.operation);
  }
  void chosen(int nth, std::uint32_t alternatives, std::uint32_t picked) {
    ++count_;
    if (list_) list_->push_back({Place::Kind::choice, {}, nth, alternatives, picked});
  }
  std::uint64_t count() const { return count_; }

 private:
  void note(Place::Kind kind, Operation operation) {
    ++count_;
    if (!list_) return;
    const int nth = ++counts_[static_cast<std::size_t>(kind)][static_cast<std::size_t>(operation)];
    list_->push_back({kind, operation, nth});
  }

  std::vector<Place>* list_;
  std::uint64_t count_ = 0;
  std::array<std::array<int, operation_count>, 4> counts_{};
};

std::unique_ptr<ChoiceSource> own_choices(const Scenario& scenario) {
  if (!scenario.choices.empty()) return std::make_unique<ReplayChoices>(scenario.choices);
  if (scenario.seed.value_or(0) != 0) return std::make_unique<RandomChoices>(*scenario.seed);
  return std::make_unique<UneventfulChoices>();
}

/// The scenario's own choices, but for those that the plan makes.
class PlannedChoices final : public ChoiceSource {
 public:
  PlannedChoices(const Scenario& scenario, const Plan& plan, Places& places)
      : own_(own_choices(scenario)), plan_(plan), places_(places) {}

  std::uint32_t choose(const ChoicePoint& point, std::uint32_t alternatives) override {
    ++asked_;
    std::uint32_t picked = own_->choose(point, alternatives);
    for (const Departure& departure : plan_) {
      const Reordering* const order = departure.reordering();
      if (order && order->nth == asked_ && order->pick < alternatives) picked = order->pick;
    }
    places_.chosen(asked_, alternatives, picked);
    return picked;
  }

 private:
  std::unique_ptr<ChoiceSource> own_;
  const Plan& plan_;
  Places& places_;
  int asked_ = 0;
};

class OutcomeDigest {
 public:
  template <class... Numbers>
  void add(Numbers... numbers) {
    ((bits_ = mix_bits(bits_ ^ static_cast<std::uint64_t>(numbers))), ...);
  }
  void add_text(std::string_view text) {
    for (const char letter : text) add(static_cast<unsigned char>(letter));
    add(text.size());
  }
  std::uint64_t bits() const { return bits_; }

 private:
  std::uint64_t bits_ = 0;
};

void add_instances(const World& world, OutcomeDigest& digest) {
  for (std::uint32_t i = 0; i < world.instance_count(); ++i) {
    const InstanceView view = world.instance(i);
    digest.add(view.vm_state, view.task_state, view.power_state, view.is_deleted, view.was_removed_by_nova,
               view.is_on_host, view.has_domain, view.guest, view.is_persistent, view.has_block_job, view.is_frozen,
               view.disk_is_unchanged, world.has_managed_save(i));
  }
}

void add_images(const World& world, OutcomeDigest& digest) {
  digest.add(world.image_count());
  for (std::uint32_t i = 0; i < world.image_count(); ++i) {
    const ImageView view = world.image(i);
    digest.add(view.status, view.request, view.size_bytes, view.was_active, view.was_deleted_by_user, view.data.bytes,
               view.data.bytes_expected, view.data.is_whole, view.data.is_of_one_instant,
               view.data.is_of_this_snapshot);
  }
}

void add_requests(const World& world, OutcomeDigest& digest) {
  for (std::uint32_t i = 0; i < world.request_count(); ++i) {
    const RequestView view = world.request(i);
    digest.add(view.status, view.image.value, view.was_cast, view.event, view.faults);
  }
}

std::uint64_t outcome_of(World& world, const PlanRun& run) {
  OutcomeDigest digest;
  add_instances(world, digest);
  add_images(world, digest);
  add_requests(world, digest);
  digest.add(world.leftover_file_count(), world.came_to_rest());
  for (const PlanRun::Found& found : run.violations) {
    digest.add_text(found.key.invariant);
    digest.add_text(found.key.subject);
  }
  return digest.bits();
}

}  // namespace

const Scenario& PlanRunner::scenario_of(const Plan& plan) {
  scenario_.faults.resize(own_faults_);
  for (const Departure& departure : plan) {
    if (departure.fault()) scenario_.faults.push_back(*departure.fault());
  }
  return scenario_;
}

PlanRun PlanRunner::run(const Plan& plan, bool wants_places) {
  PlanRun run;
  if (wants_places) run.places.reserve(512);
  Places places(wants_places ? &run.places : nullptr);
  const Scenario& scenario = scenario_of(plan);
  PlannedChoices choices(scenario, plan, places);
  WorldOptions options;
  options.keep_trace = false;
  options.places = &places;
  World world(scenario, choices, options);
  world.run();
  run.place_count = places.count();
  for (std::size_t i = own_faults_; i < scenario.faults.size(); ++i) {
    run.all_fired &= world.faults().times(static_cast<std::uint32_t>(i)) > 0;
  }
  run.is_held = world.ledger().is_any_step_held();
  if (!run.is_held) {
    for (const Violation& violation : world.violations()) {
      run.violations.push_back({{std::string(violation.invariant), world.subject_name(violation)}, violation.message});
    }
  }
  run.outcome = outcome_of(world, run);
  return run;
}

}  // namespace snapsim
