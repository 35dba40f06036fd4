#pragma once

#include <string_view>

#include "sim/choice/uneventful.hpp"
#include "sim/world/world.hpp"

namespace snapsim::testing {

/// Two hosts with a guest each, and a snapshot of each guest: vm-1 runs, writes and has an agent; vm-2 is stopped. Of
/// snap-1 a request of index 0 is made, of snap-2 one of index 1, both at the start.
Scenario two_snapshots();

/// A world of that scenario, and the means to do to it what no sound service would.
class SmallCloud {
 public:
  static constexpr InstanceUuid vm_1{0};
  static constexpr InstanceUuid vm_2{1};
  static constexpr ImageId snap_1{0};
  static constexpr ImageId snap_2{1};

  explicit SmallCloud(Scenario of = two_snapshots());

  /// The findings of one invariant, so far.
  Violations violations_of(std::string_view invariant) const;

  /// Writes to the database as the nova-compute of compute-1 would, on behalf of the first request.
  void update(InstanceUuid instance, const InstanceChanges& changes);
  void write_task_state(InstanceUuid instance, TaskState state);

  /// Guests and disks as things stand now.
  Hypervisor& hypervisor() { return world.hypervisors().hypervisor(); }
  std::int64_t now_us() const { return world.now_us(); }
  Domain& domain(InstanceUuid instance) { return hypervisor().domain_record(instance); }
  ImageRecord& image(ImageId image) { return world.glance().glance().record(image); }
  InstanceRow& row(InstanceUuid instance) { return world.tables().instance(instance).row; }
  RequestEntry& entry(std::uint32_t request) { return world.ledger().entry(RequestId(request)); }

  /// Puts these bytes into the store instead of what the snapshot uploaded.
  void replace_data(ImageId image, const std::vector<ImageSlice>& slices);
  /// The slice that the snapshot uploaded.
  ImageSlice uploaded(ImageId image);

  Scenario scenario;
  UneventfulChoices choices;
  World world;
  ServiceJournal journal{world.recorder(), world.ledger(), Component::nova_compute, HostId(0)};

 private:
  Process& intruder_;
  FaultPlan no_faults_{scenario, world.recorder()};
  Operations operations_{world.recorder(), no_faults_};
  DatabaseConnection database_;
};

/// What brings down a nova-compute: it dies for good as soon as the trace has a record of this kind and code, about its
/// host. To be called before the world runs.
void kill_compute_at(World& world, HostId host, TraceKind kind, std::uint8_t code);

/// A thread that works for ever, so that the world never rests. To be called before the world runs.
void add_endless_work(World& world);

}  // namespace snapsim::testing
