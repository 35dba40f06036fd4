#pragma once

#include <deque>
#include <string>
#include <vector>

#include "sim/check/invariant.hpp"
#include "sim/check/view.hpp"
#include "sim/choice/choice_source.hpp"
#include "sim/engine/engine.hpp"
#include "sim/world/api_service.hpp"
#include "sim/world/broker.hpp"
#include "sim/world/client.hpp"
#include "sim/world/compute_service.hpp"
#include "sim/world/database.hpp"
#include "sim/world/fault_events.hpp"
#include "sim/world/fault_plan.hpp"
#include "sim/world/glance_service.hpp"
#include "sim/world/host_disk_tools.hpp"
#include "sim/world/ledger.hpp"
#include "sim/world/libvirt_connection.hpp"
#include "sim/world/moments.hpp"
#include "sim/world/operations.hpp"
#include "sim/world/recorder.hpp"
#include "sim/world/scenario.hpp"
#include "sim/world/service_control.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {

/// How a run is watched. None of it changes what happens in it; with `places`, threads that are ready at the same
/// instant may stand in another order.
struct WorldOptions {
  Recorder::Keep keep = Recorder::Keep::trace;  ///< what remains of the trace
  bool check_always = true;                     ///< look at the "always" invariants at every step
  RealStorage* real = nullptr;                  ///< real files behind the model; not owned
  bool (*is_interrupted)() = nullptr;           ///< asked now and then; true ends the run with OutsideError
  PlaceObserver* places = nullptr;              ///< sees where faults could be planned; not owned
};

/// A small cloud, made from a scenario: services, queue, database, Glance, hypervisors and disks, each in a process of
/// its own, and the clients. Everything in it lives as long as it does.
class World final : public WorldView {
 public:
  /// `scenario` and `choices` must outlive the world. Throws OutsideError when a real disk cannot be made.
  World(const Scenario& scenario, ChoiceSource& choices, const WorldOptions& options);
  ~World() override;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Starts the services and the clients. For who steps the engine by hand; else run() does it.
  void begin();
  /// Runs until nothing is left to do and a whole round of the periodic tasks has changed nothing, then checks the
  /// invariants at rest. Throws OutsideError when a real file or tool fails.
  void run();
  /// Checks the invariants at rest as things stand.
  void check_at_rest();

  // For who lets a run go on while its scenario grows. The scenario's lists must not move in memory when they do, and
  // no timer may be due at the instant at which something is taken in: then a run of the scenario that is there in the
  // end, with the same things at those instants, goes the same way.

  /// Before begin(): everything that faults which come later have to know is kept.
  void expect_growth() { faults_.count_all_passes(); }
  /// The scenario's next instance comes into being now.
  void take_in_instance();
  /// The scenario's next request is sent now.
  void take_in_request();
  /// The scenario's next fault is planned from now on. Its counts are from the start of the run; its moment, if it has
  /// one, has come `seen` times already.
  void take_in_fault(int seen);
  /// The fault of that number happens no more.
  void switch_off_fault(std::uint32_t fault) { faults_.switch_off(fault); }

  const Scenario& scenario() const { return scenario_; }
  Recorder& recorder() { return recorder_; }
  const Violations& violations() const { return checker_.violations(); }
  Checker& checker() { return checker_; }
  Ledger& ledger() { return ledger_; }
  const Ledger& ledger() const { return ledger_; }
  DatabaseTables& tables() { return tables_; }
  GlanceService& glance() { return glance_; }
  HypervisorService& hypervisors() { return hypervisors_; }
  Images& images() { return images_; }
  Disks& disks() { return disks_; }
  const HostFiles& files() const { return files_; }
  ComputeService& compute(HostId host) { return computes_[host.value]; }
  ServiceControl& services() { return services_; }
  const FaultPlan& faults() const { return faults_; }
  Engine& engine() { return engine_; }
  Broker& broker() { return broker_; }

  // WorldView
  std::uint32_t instance_count() const override;
  InstanceView instance(std::uint32_t index) const override;
  std::string instance_name(std::uint32_t index) const override;
  std::uint32_t image_count() const override;
  ImageView image(std::uint32_t index) const override;
  std::string image_name(std::uint32_t index) const override;
  std::uint32_t request_count() const override;
  RequestView request(std::uint32_t index) const override;
  std::uint32_t leftover_file_count() const override;
  std::string leftover_file(std::uint32_t index) const override;
  /// Whom a violation is about; "run" where it is nobody in particular.
  std::string subject_name(const Violation& violation) const;
  bool any_server_failed() const override { return faults_.any_happened() || services_.any_died(); }
  bool came_to_rest() const override { return came_to_rest_; }
  std::int64_t now_us() const override;

  /// Hashes of an image's data, made when asked for.
  ImageHashes image_hashes(std::uint32_t index) const { return images_.hashes(ImageId(index)); }
  DiskFormat image_format(std::uint32_t index) const { return glance_.glance().record(ImageId(index)).disk_format; }
  bool has_managed_save(std::uint32_t instance) const;
  /// Bytes of the extracted images and deltas that are left on compute hosts.
  std::int64_t leftover_bytes();

 private:
  /// What an instance was like at the start, and what its image was made from.
  struct AtStart {
    PowerState guest{};
  };

  void add_instance(const InstanceSpec& spec);
  Task<void> launch_late_instances(Process& process);
  void watch_moments();
  bool run_until_rest();
  /// Seconds within which every periodic task that has something to do has had its turn; 0: there is none.
  std::int64_t periodic_round_s() const;
  /// Seconds until what was put off for an instance is done; 0: nothing was.
  std::int64_t put_off_s() const;
  bool run_periodic_round(Duration interval, bool& is_idle);
  bool looks_at_everything() const;
  /// More steps than any sound run takes: the bound of the invariant `quiesces`.
  std::uint64_t steps_max() const;
  void ask_real_tools();
  /// Directories and files that snapshots made and that are still there: their names, each directory before its files.
  std::vector<std::string> leftovers() const;
  std::string leftover_file_name(FileId file) const;
  bool is_leftover(FileId file) const;
  ImageDataView image_data(std::uint32_t index) const;

  const Scenario& scenario_;
  Config config_;
  WorldOptions options_;
  Checker checker_;
  Engine engine_;
  Recorder recorder_;
  Ledger ledger_;
  FaultPlan faults_;
  Operations operations_;
  DatabaseTables tables_;
  Disks disks_;
  Images images_;
  HypervisorService hypervisors_;
  GlanceService glance_;
  HostFiles files_;
  std::vector<AtStart> at_start_;
  Broker broker_;
  Surroundings surroundings_;
  std::deque<ComputeService> computes_;
  ApiService api_;
  ServiceControl services_;
  Client client_;
  FaultEvents fault_events_;
  Moments moments_;
  std::vector<std::string> image_defects_;    // by image: what real tools have found
  std::vector<bool> real_disk_is_unchanged_;  // by instance; empty without real disks
  bool has_begun_ = false;
  bool came_to_rest_ = true;
};

}  // namespace snapsim
