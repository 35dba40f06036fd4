#include "sim/explore/outcome.hpp"

#include <string_view>

#include "sim/choice/random.hpp"
#include "sim/world/world.hpp"

namespace snapsim {
namespace {

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

PlanRun outcome_of_run(World& world, std::size_t own_faults) {
  PlanRun run;
  for (std::size_t i = own_faults; i < world.scenario().faults.size(); ++i) {
    run.all_fired &= world.faults().times(static_cast<std::uint32_t>(i)) > 0;
  }
  run.is_held = world.ledger().is_any_step_held();
  if (!run.is_held) {
    for (const Violation& violation : world.violations()) {
      run.violations.push_back({{std::string(violation.invariant), world.subject_name(violation)}, violation.message});
    }
  }
  run.outcome = outcome_of(world, run);
  run.dealings = world.recorder().dealings();
  return run;
}

}  // namespace snapsim
