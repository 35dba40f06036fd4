#pragma once

#include <list>
#include <map>
#include <memory>
#include <vector>

#include "sim/nova/compute_api.hpp"
#include "sim/nova/config.hpp"
#include "sim/nova/database.hpp"
#include "sim/nova/glance_client.hpp"
#include "sim/nova/instance.hpp"
#include "sim/nova/libvirt_driver.hpp"
#include "sim/nova/rpc.hpp"
#include "sim/runtime/runtime.hpp"
#include "sim/runtime/semaphore.hpp"

namespace snapsim {

/// nova/compute/manager.py: ComputeManager of one host, the part that a snapshot meets. One object per nova-compute
/// process; when the process dies, the object goes with it.
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

 private:
  /// One call of a method of the manager: its arguments, alive as long as the call.
  struct Call;
  using Calls = std::list<Call>;

  // compute_manager.cpp
  Task<void> snapshot_instance(Call& call);
  Task<void> snapshot_instance_body(Call& call);
  Task<void> snapshot_instance_inner(Call& call);
  Task<void> clean_up_disappeared(Call& call);

  // backup.cpp
  Task<void> backup_instance(Call& call);
  Task<void> backup_instance_body(Call& call);
  Task<void> rotate_backups(Call& call);
  Task<void> delete_excess_backup(Call& call, ImageId image);

  // rebuild.cpp
  Task<void> rebuild_instance_body(Call& call);
  Task<void> do_rebuild_instance(Call& call);
  Task<void> rebuild_default_impl(Call& call);
  void update_instance_after_spawn(Instance& instance, PowerState power_state);
  Task<void> error_out_instance_on_exception(Task<void> function, Call& call);
  Task<void> set_instance_obj_error_state(Call& call);

  // rescue.cpp
  Task<void> rescue_instance_body(Call& call);
  Task<void> unrescue_instance_body(Call& call);

  // shelve.cpp
  Task<void> shelve_instance_body(Call& call);
  Task<void> shelve_offload_instance(Call& call);
  Task<void> unshelve_instance(Call& call);
  Task<void> find_shelved_image(Call& call);
  Task<void> unshelve_instance_body(Call& call);
  Task<void> spawn_unshelved(Call& call);
  Task<void> delete_snapshot_of_shelved_instance(Call& call, ImageId image);

  // decorators.cpp
  Task<void> decorated(Task<void> function, Call& call);
  Task<Semaphore::Permit> synchronized(InstanceUuid instance);
  Task<void> wrap_exception(Task<void> function, Call& call);
  Task<void> reverts_task_state(Task<void> function, Call& call);
  Task<void> wrap_instance_event(Task<void> function, Call& call);
  Task<void> wrap_instance_fault(Task<void> function, Call& call);
  Task<void> delete_image_on_error(Task<void> function, Call& call);

  // power_state.cpp
  Task<void> stop_instance(Call& call);
  Task<void> stop_instance_body(Call& call);
  Task<PowerState> get_power_state(RequestContext context, InstanceUuid instance);
  Task<void> query_driver_power_state_and_sync(InstanceUuid instance);
  Task<void> sync_instance_power_state(Instance& instance, PowerState vm_power_state);
  Task<void> stop_unexpected(Instance& instance);

  // init_host.cpp
  Task<void> init_instance(Instance& instance);

  HostId host_;
  Runtime& runtime_;
  Database& database_;
  LibvirtDriver& driver_;
  GlanceClient& image_api_;
  ComputeApi& compute_api_;
  Journal& journal_;
  Semaphore snapshot_semaphore_;
  std::map<InstanceUuid, Semaphore> instance_locks_;
  Calls calls_;
};

}  // namespace snapsim
