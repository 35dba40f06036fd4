#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sim/nova/config.hpp"
#include "sim/nova/states.hpp"
#include "sim/nova/vocabulary.hpp"

namespace snapsim {

/// Which rules a run follows: Nova as released (Zed 26.2), or with our repairs.
enum class Policy : std::uint8_t { nova, hardened };

struct RequestSpec;
struct Scenario;

/// One instance, as it is when it comes into being: when the run begins, or later.
struct InstanceSpec {
  std::string name;
  std::int64_t at_us = 0;  ///< when, microseconds after the start; no instance is older than the one before it
  std::uint32_t host = 0;  ///< index into Scenario::hosts
  VmState vm_state = VmState::active;
  std::int64_t disk_mib = 64;
  std::int64_t used_mib = 16;
  std::int64_t writes_mib_per_s = 0;
  DiskFormat disk_format = DiskFormat::qcow2;
  bool backing_file = false;
  /// image_* of the instance's system_metadata; the flow reads hw_qemu_guest_agent and os_require_quiesce.
  std::vector<std::pair<std::string, std::string>> image_properties;

  /// The value of an image property, or nullptr.
  const std::string* image_property(std::string_view key) const;
  bool operator==(const InstanceSpec&) const = default;
};

/// The scenario file's name of it.
std::string_view to_string(Action action);

/// The name of the image that the request makes; empty where it makes none.
std::string made_image_name(const Scenario& scenario, const RequestSpec& request);

/// The operations of the flow that a moment can name (contract, section 4), in the order of a snapshot.
enum class Operation : std::uint8_t {
  glance_create,
  glance_get,
  glance_update,
  glance_delete,
  glance_list,
  glance_upload,
  queue_cast,
  queue_deliver,
  db_save,
  hypervisor_suspend,
  hypervisor_resume,
  hypervisor_pause,
  hypervisor_unpause,
  hypervisor_shutdown,
  hypervisor_destroy,
  hypervisor_undefine,
  hypervisor_define,
  hypervisor_block_copy,
  hypervisor_block_job_abort,
  guest_agent_freeze,
  guest_agent_thaw,
  disk_mkdtemp,
  disk_create_delta,
  disk_extract,
  disk_cleanup,
  disk_delete_instance_files,
};
/// "glance.create" and so on.
std::string_view to_string(Operation operation);
std::optional<Operation> operation_from(std::string_view text);
inline constexpr int operation_count = static_cast<int>(Operation::disk_delete_instance_files) + 1;
constexpr bool is_of_glance(Operation operation) {
  return operation <= Operation::glance_upload;
}
/// A request to Glance that changes nothing there.
constexpr bool reads_only(Operation operation) {
  return operation == Operation::glance_get || operation == Operation::glance_list;
}

/// At a virtual time, microseconds after the start.
struct AtTime {
  std::int64_t at_us = 0;
  bool operator==(const AtTime&) const = default;
};
/// When an instance's state has been reached for the nth time (nth counts from 1).
struct WhenInstance {
  std::uint32_t instance = 0;  ///< index into Scenario::instances
  std::variant<TaskState, VmState, PowerState> state;
  int nth = 1;
  bool operator==(const WhenInstance&) const = default;
};
/// When an image's status has been reached for the nth time. The image is named by a request.
struct WhenImage {
  std::string image;
  ImageStatus status{};
  int nth = 1;
  bool operator==(const WhenImage&) const = default;
};
/// At the nth such operation: about to begin, half done, or with its effect there and its caller not yet told.
struct AtOperation {
  enum class Phase : std::uint8_t { before, during, after } phase{};
  Operation operation{};
  int nth = 1;
  std::optional<std::uint32_t> instance;  ///< only operations for this instance count
  bool operator==(const AtOperation&) const = default;
};
using Moment = std::variant<AtTime, WhenInstance, WhenImage, AtOperation>;

/// The services whose process can die. `compute` is one of each host.
enum class Service : std::uint8_t { api, glance, queue, compute };

/// A request of a user or operator.
struct RequestSpec {
  Action action{};
  std::optional<std::uint32_t> instance;      ///< index into Scenario::instances
  std::string name;                           ///< image name: of create_image, create_backup, delete_image
  std::string image;                          ///< of rebuild: the name of an image
  std::string backup_type = "daily";          ///< of create_backup: backups of one type rotate together
  std::int32_t rotation = 1;                  ///< of create_backup: how many backups of that type stay
  RebootType reboot_type = RebootType::soft;  ///< of reboot
  VmState state = VmState::error;             ///< of reset_state: active or error
  std::optional<Service> service;             ///< of crash and restart
  std::optional<std::uint32_t> host;          ///< of crash and restart of a compute: index into Scenario::hosts
  Moment moment;
  bool hold = false;  ///< the step within which the moment falls waits until all that the request started has ended
  bool operator==(const RequestSpec&) const = default;
};

/// One fault that the scenario plans. What it takes depends on its point (FaultPoint::takes).
struct FaultSpec {
  static constexpr int every = 0;  ///< nth: each time

  std::uint8_t point = 0;                 ///< index into fault_points()
  int nth = 1;                            ///< at the nth such operation; counts from 1
  std::optional<std::uint32_t> instance;  ///< index into Scenario::instances: only operations for it count
  bool after_effect = false;
  std::optional<std::int64_t> after_bytes;
  std::optional<std::int64_t> delay_us;
  bool new_id = false;
  std::optional<std::int64_t> restart_after_us = 1'000'000;  ///< none: never
  bool is_of_a_proof = false;         ///< made by `prove`: it restarts at next_beat() of that time; no file says so
  std::optional<std::uint32_t> host;  ///< index into Scenario::hosts
  std::optional<Moment> moment;       ///< of an event: when it happens
  bool operator==(const FaultSpec&) const = default;
};

/// What the scenario says an instance should end as. An empty optional says nothing.
struct InstanceExpectation {
  std::uint32_t instance = 0;
  std::optional<VmState> vm_state;
  std::optional<TaskState> task_state;
  std::optional<PowerState> power_state;
  std::optional<std::vector<TaskState>> task_states;
  bool operator==(const InstanceExpectation&) const = default;
};
struct ImageExpectation {
  std::string image;
  std::optional<std::string> status;  ///< a wire value of ImageStatus, or "absent"
  std::optional<std::vector<std::string>> statuses;
  bool operator==(const ImageExpectation&) const = default;
};
struct RequestExpectation {
  std::uint32_t request = 0;
  std::optional<int> status;
  bool operator==(const RequestExpectation&) const = default;
};
struct Expectations {
  std::vector<InstanceExpectation> instances;
  std::vector<ImageExpectation> images;
  std::vector<RequestExpectation> requests;
  bool operator==(const Expectations&) const = default;
};

/// One scenario file, read and checked. Everything a run depends on, but for the choices.
struct Scenario {
  std::string path;  ///< as given on the command line
  std::string title;
  std::string why;
  Policy policy = Policy::nova;
  Policy written_policy = Policy::nova;  ///< the file's own: `expect` and `violates` speak of a run under it
  Config config;                         ///< but for the rules in force, which follow from policy and rules_off
  RuleSet rules_off;                     ///< the recovery rules that the scenario switches off
  std::vector<std::string> hosts{"compute-1"};
  std::vector<InstanceSpec> instances;
  std::vector<RequestSpec> requests;
  std::vector<FaultSpec> faults;
  Expectations expect;
  std::vector<std::string> violates;           ///< names of invariants that are expected to be violated
  std::vector<std::string> violates_hardened;  ///< the same where a scenario for policy nova runs under hardened
  std::optional<std::uint64_t> seed;
  std::vector<std::uint32_t> choices;  ///< the first choices of the run; after them alternative 0
  bool operator==(const Scenario&) const = default;
};

/// The scenario's options with the rules that its policy puts in force.
Config config_in_force(const Scenario& scenario);
/// What libvirt says, when the run begins, of the guest of an instance in that state.
PowerState guest_at_start(VmState vm_state);

/// The invariants that the scenario itself says are violated under its policy.
std::vector<std::string> expected_violations(const Scenario& scenario);

}  // namespace snapsim
