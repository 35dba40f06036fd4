#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "sim/nova/compute_api.hpp"
#include "sim/nova/config.hpp"
#include "sim/nova/database.hpp"
#include "sim/nova/exceptions.hpp"
#include "sim/nova/glance_client.hpp"
#include "sim/nova/instance.hpp"
#include "sim/nova/libvirt_driver.hpp"
#include "sim/nova/rpc.hpp"
#include "sim/runtime/caught.hpp"
#include "sim/runtime/runtime.hpp"
#include "sim/runtime/semaphore.hpp"

namespace snapsim {

/// nova/compute/manager.py: ComputeManager of one host, the part that works on instances which are there. One object
/// per nova-compute process; when the process dies, the object goes with it.
class ComputeManager {
 public:
  /// All references must outlive the manager.
  ComputeManager(HostId host, Runtime& runtime, Database& database, LibvirtDriver& driver, GlanceClient& image_api,
                 ComputeApi& compute_api, Journal& journal, const Config& config);
  ~ComputeManager();

  /// init_host(): _init_instance for every instance of the host, before the first message is taken.
  Task<void> init_host();

  /// Does what a message asks for, all decorators included; throws what is left to the RPC server to log.
  Task<void> dispatch(RpcMessage message);

  /// handle_lifecycle_event(): libvirt has said that a guest changed.
  Task<void> handle_lifecycle_event(InstanceUuid instance, LifecycleEvent event);

  /// _sync_power_states(), once.
  Task<void> sync_power_states();

  // periodic_tasks.cpp. What fails is logged, and tried again at the next round.
  /// _cleanup_running_deleted_instances(), once: guests of this host whose instance is deleted are destroyed.
  Task<void> cleanup_running_deleted_instances();
  /// _reclaim_queued_deletes(), once: instances that were soft-deleted long enough ago are deleted.
  Task<void> reclaim_queued_deletes();
  /// _poll_shelved_instances(), once: instances that were shelved long enough ago leave the host.
  Task<void> poll_shelved_instances();

  /// Not in Nova. The rules of policy `hardened` that put right what nobody works on: once, for every instance of the
  /// host.
  Task<void> reconcile();
  /// Whether reconcile() has seen something that it will put right if it is still so at a later round.
  bool keeps_an_eye_on_something() const {
    return !stuck_tasks_.empty() || !open_actions_.empty() || !orphans_.empty();
  }

 private:
  /// One call of a method of the manager: its arguments, alive as long as the call.
  struct Call;
  using Calls = std::list<Call>;

  // dispatch.cpp
  Task<void> call_method(Call& call);
  /// utils.synchronized(instance.uuid): one at a time, of those that take it.
  Semaphore& lock_of(InstanceUuid instance);

  // compute_manager.cpp
  Task<void> snapshot_instance(Call& call);
  Task<void> snapshot_instance_body(Call& call);
  Task<void> snapshot_instance_inner(Call& call);
  Task<void> clean_up_disappeared(Call& call);
  Task<void> fail_if_living(Call& call);

  // backup.cpp
  Task<void> backup_instance(Call& call);
  Task<void> backup_instance_body(Call& call);
  Task<void> rotate_backups(Call& call);
  Task<void> delete_excess_backup(Call& call, ImageId image);

  // rebuild.cpp
  Task<void> rebuild_instance_body(Call& call);
  Task<void> rebuild_unless_deleted(Call& call);
  Task<void> do_rebuild_instance(Call& call);
  Task<void> rebuild_default_impl(Call& call);
  void update_instance_after_spawn(Instance& instance, PowerState power_state);

  // rescue.cpp
  Task<void> rescue_instance_body(Call& call);
  Task<void> unrescue_instance_body(Call& call);

  // shelve.cpp
  Task<void> shelve_instance_body(Call& call);
  Task<void> shelve_offload_instance(Call& call);
  Task<void> shelve_offload_instance_inner(Call& call);
  Task<void> unshelve_instance(Call& call);
  Task<void> find_shelved_image(Call& call);
  Task<void> unshelve_instance_body(Call& call);
  Task<void> spawn_unshelved(Call& call);
  Task<void> delete_snapshot_of_shelved_instance(Call& call, ImageId image);

  // decorators.cpp
  /// Those that every method here has: wrap_exception, reverts_task_state, wrap_instance_event, wrap_instance_fault.
  Task<void> decorated(Task<void> function, Call& call);
  std::optional<TaskStates> guard(TaskState own_state) const;
  bool may_record_again(int attempt) const;
  Task<void> wrap_exception(Task<void> function, Call& call);
  Task<void> reverts_task_state(Task<void> function, Call& call);
  Task<void> wrap_instance_event(Task<void> function, Call& call);
  Task<void> wrap_instance_fault(Task<void> function, Call& call);
  Task<void> add_instance_fault_from_exc(Call& call, Caught<Exception> error);
  Task<void> delete_image_on_error(Task<void> function, Call& call);
  /// _error_out_instance_on_exception(): the context manager.
  Task<void> error_out_instance_on_exception(Task<void> function, Call& call);
  Task<void> set_instance_obj_error_state(RequestContext context, Instance& instance, bool clean_task_state = false);

  // power_operations.cpp
  Task<void> stop_instance(Call& call);
  Task<void> do_stop_instance(Call& call);
  Task<void> power_off_instance(RequestContext context, InstanceUuid instance, bool clean_shutdown);
  Task<void> start_instance(Call& call);
  Task<void> pause_instance(Call& call);
  Task<void> unpause_instance(Call& call);
  Task<void> suspend_instance(Call& call);
  Task<void> resume_instance(Call& call);
  /// What these end with: the guest's power state, the new vm_state and no task any more.
  Task<void> save_outcome(Call& call, VmState vm_state, TaskStates expected);

  // reboot.cpp
  Task<void> reboot_instance(Call& call);
  Task<void> driver_reboot(Call& call);
  Task<std::optional<PowerState>> handle_failed_reboot(Call& call, Caught<Exception> failure);

  // delete.cpp
  Task<void> terminate_instance(Call& call);
  Task<void> do_terminate_instance(Call& call);
  Task<void> delete_instance(RequestContext context, Instance& instance);
  Task<void> shutdown_instance(RequestContext context, Instance& instance, bool notify = true);
  Task<void> soft_delete_instance(Call& call);

  // power_state.cpp
  Task<PowerState> get_power_state(RequestContext context, InstanceUuid instance);
  Task<void> query_driver_power_state_and_sync(InstanceUuid instance);
  Task<void> sync_instance_power_state(Instance& instance, PowerState vm_power_state);
  Task<void> stop_unexpected(Instance& instance, bool force);

  // periodic_tasks.cpp
  bool is_older_than(std::optional<Instant> moment, Duration age) const;
  Task<void> reclaim(Instance& instance);
  Task<void> delete_synchronized(Instance& instance);
  Task<void> offload(Instance& instance);

  // reconcile.cpp
  /// When something was first seen that nobody works on.
  template <class Key>
  using FirstSeen = std::map<Key, Instant>;
  bool is_at_work(InstanceUuid instance) const;
  bool is_doing(InstanceUuid instance, RpcMethod method) const;
  bool is_at_work_for(RequestId request) const;
  template <class Key>
  bool is_overdue(FirstSeen<Key>& first_seen, Key key);
  Task<void> reconcile_instance(InstanceUuid uuid);
  Task<void> reconcile_task(InstanceUuid uuid);
  Task<bool> attempt(Task<void> work);
  Task<void> conclude_actions(InstanceUuid uuid);
  Task<void> conclude_action(InstanceUuid uuid, UnfinishedAction action);
  Task<void> record_conclusion(RequestContext context, InstanceUuid uuid, RpcMethod method, bool success);
  Task<void> destroy_forgotten_guests();
  Task<void> reap_orphan_images();
  Task<bool> is_orphan(GlanceImage image);
  Task<bool> needs_to_be_brought_back(const Instance& instance, PowerState vm_power_state);
  Task<void> bring_back(Instance& instance, PowerState vm_power_state);

  // init_host.cpp
  Task<void> init_instance(Instance& instance);
  Task<void> complete_partial_deletion(Instance& instance);
  Task<void> restart_deletion(Instance& instance);
  Task<bool> retry_reboot(Instance& instance, PowerState current_power_state);
  /// Calls a method as init_host does: directly, and an error of it is only logged.
  Task<void> retry(RpcMethod method, Instance& instance, RebootType reboot_type = RebootType::soft);

  HostId host_;
  Runtime& runtime_;
  Database& database_;
  LibvirtDriver& driver_;
  GlanceClient& image_api_;
  ComputeApi& compute_api_;
  Journal& journal_;
  Config config_;
  Semaphore snapshot_semaphore_;
  std::map<InstanceUuid, Semaphore> locks_;
  Calls calls_;
  RuleSet rules_;
  std::set<RequestId> requests_begun_;  // rule idempotent_casts
  FirstSeen<InstanceUuid> stuck_tasks_;
  FirstSeen<RequestId> open_actions_;
  FirstSeen<ImageId> orphans_;
};

}  // namespace snapsim
