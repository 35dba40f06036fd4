#pragma once

#include <memory>
#include <optional>

#include "sim/nova/config.hpp"
#include "sim/nova/glance_client.hpp"
#include "sim/nova/host_disk.hpp"
#include "sim/nova/instance.hpp"
#include "sim/nova/libvirt.hpp"
#include "sim/runtime/semaphore.hpp"

namespace snapsim {

/// What the compute manager hands to the driver so that it can move the instance on: sets task_state and saves, guarded
/// by the state that is expected. [nova/compute/manager.py: _snapshot_instance, update_task_state]
class TaskStateUpdater {
 public:
  virtual ~TaskStateUpdater() = default;
  /// Throws what Instance::save throws.
  virtual Task<void> update(TaskState task_state, TaskState expected_state) = 0;
};

/// The temporary directory of a snapshot that is under way, and the image that was extracted there.
struct SnapshotFiles {
  DirectoryId directory;
  std::optional<FileId> out;
};

/// nova/virt/libvirt/driver.py: LibvirtDriver, the part that works on guests which are there, for disks that are
/// local qcow2 or raw files. DIFFERS: no rbd and lvm (direct_snapshot is never implemented here), no PCI or SR-IOV
/// devices.
class LibvirtDriver {
 public:
  /// All references must outlive the driver.
  LibvirtDriver(Runtime& runtime, Libvirt& libvirt, HostDisk& disk, GlanceClient& image_api, Journal& journal,
                const Config& config);

  /// snapshot(). `instance` and `update_task_state` belong to the call in the manager's list and outlive the task.
  /// Throws InstanceNotRunning, InstanceNotFound, LibvirtError, OsError, ImageUnacceptable,
  /// InstanceQuiesceNotSupported, what the image API throws and what the updater throws.
  Task<void> snapshot(RequestContext context, Instance& instance, ImageId image_id,
                      TaskStateUpdater& update_task_state);

  /// get_info(): the power state by the hypervisor; PowerState::pending (NOSTATE) where there is no such domain.
  /// Throws LibvirtError.
  Task<PowerState> power_state(RequestContext context, InstanceUuid instance);

  // libvirt_driver_power.cpp. They throw LibvirtError and InstanceNotFound, unless another thing is said.
  /// power_off(): asks the guest to shut down and gives it `timeout_s` seconds, then cuts its power. A domain that is
  /// gone is off.
  Task<void> power_off(RequestContext context, InstanceUuid instance, std::int64_t timeout_s);
  /// power_on().
  Task<void> power_on(RequestContext context, InstanceUuid instance);
  Task<void> pause(RequestContext context, InstanceUuid instance);
  Task<void> unpause(RequestContext context, InstanceUuid instance);
  /// suspend(): a managed save.
  Task<void> suspend(RequestContext context, InstanceUuid instance);
  /// resume(): from the managed save.
  Task<void> resume(RequestContext context, InstanceUuid instance);
  /// reboot(): where the guest does not heed a soft reboot, a hard one follows.
  Task<void> reboot(RequestContext context, InstanceUuid instance, RebootType reboot_type);
  // libvirt_repairs.cpp, for the rules of policy `hardened`. They throw LibvirtError, OsError.
  /// What a live copy may have left on the guest is undone: its block job, its frozen file systems, its transient
  /// domain.
  Task<void> clean_up_guest(RequestContext context, InstanceUuid instance);
  /// Temporary folders that no snapshot of this process uses are removed.
  Task<void> clean_up_directories(RequestContext context);
  /// list_instance_uuids(): of all domains of the host. Throws nothing.
  Task<std::vector<InstanceUuid>> list_instance_uuids();
  /// A guest that is off, paused or gone is made what is wanted, from its managed save if there is one.
  Task<void> restore_guest(RequestContext context, InstanceUuid instance, PowerState wanted);
  /// Whether the instance's disk is on this host.
  bool has_root_disk(InstanceUuid instance) { return disk_.root_disk(instance).exists(); }
  /// Whether the guest is off and has not shut down: its memory is kept in a managed save, its domain was defined anew
  /// and never started, or there is none.
  Task<bool> awaits_its_start(RequestContext context, InstanceUuid instance);

  /// destroy(): the guest's power is cut and the domain undefined; with `destroy_disks` its files go too. What is gone
  /// already is no error. Throws InstancePowerOffFailure, LibvirtError.
  Task<void> destroy(RequestContext context, InstanceUuid instance, bool destroy_disks);

  /// spawn(): a new disk from `image_id` (none: the base image), a domain with it, and the guest runs. Throws what the
  /// image API throws, OsError, LibvirtError.
  Task<void> spawn(RequestContext context, InstanceUuid instance, ImageId image_id);

  /// rescue(): the guest is started from a rescue disk, made from `image_id`; its own disk stays as it is. Throws as
  /// spawn.
  Task<void> rescue(RequestContext context, InstanceUuid instance, ImageId image_id);

  /// unrescue(): the guest is started from its own disk again. Throws LibvirtError, OsError.
  Task<void> unrescue(RequestContext context, InstanceUuid instance);

 private:
  Task<DomainInfo> get_guest(RequestContext context, InstanceUuid instance);
  Task<void> suspend_guest_for_snapshot(RequestContext context, bool live_snapshot, PowerState original_power_state,
                                        InstanceUuid instance);
  Task<void> resume_guest_after_snapshot(RequestContext context, bool live_snapshot, PowerState original_power_state,
                                         InstanceUuid instance);
  Task<FileId> make_disk(RequestContext context, InstanceUuid instance, ImageId image_id, bool is_rescue);
  Task<void> undefine_domain(RequestContext context, InstanceUuid instance);
  Task<void> create_domain(RequestContext context, InstanceUuid instance, FileId disk);
  Task<void> launch(RequestContext context, InstanceUuid instance, bool paused);
  Task<bool> clean_shutdown(RequestContext context, InstanceUuid instance, std::int64_t timeout_s);
  Task<void> power_cut(RequestContext context, InstanceUuid instance);
  Task<void> define_and_launch(RequestContext context, InstanceUuid instance);
  Task<bool> soft_reboot(RequestContext context, InstanceUuid instance);
  Task<void> hard_reboot(RequestContext context, InstanceUuid instance);
  Task<void> make_domain_anew(RequestContext context, InstanceUuid instance);
  Task<void> wait_for_running(RequestContext context, InstanceUuid instance);
  Task<void> snapshot_in_tempdir(RequestContext context, Instance& instance, ImageId image_id,
                                 TaskStateUpdater& update_task_state, DomainInfo guest, bool live_snapshot,
                                 DiskFormat image_format, std::shared_ptr<SnapshotFiles> files);
  Task<void> extract(RequestContext context, Instance& instance, DomainInfo guest, bool live_snapshot,
                     DiskFormat image_format, std::shared_ptr<SnapshotFiles> files);
  Task<void> remove_tempdir(RequestContext context, InstanceUuid instance, std::shared_ptr<SnapshotFiles> files);
  Task<FileId> convert_in_time(RequestContext context, InstanceUuid instance, DirectoryId directory, FileId source,
                               DiskFormat format);
  Task<void> convert_into(RequestContext context, InstanceUuid instance, DirectoryId directory, FileId source,
                          DiskFormat format, std::shared_ptr<HostDiskResult<FileId>> converted);
  Task<FileId> snapshot_extract(RequestContext context, InstanceUuid instance, DirectoryId directory, FileId source,
                                DiskFormat format);
  Task<void> live_snapshot(RequestContext context, Instance& instance, DomainInfo guest, DiskFormat image_format,
                           std::shared_ptr<SnapshotFiles> files);
  /// Rule clean_up_hosts: the agent of a guest that is paused or saved cannot thaw it.
  Task<void> thaw_before_it_stops(RequestContext context, InstanceUuid instance);
  Task<void> copy_to_delta(RequestContext context, Instance& instance, FileId delta, bool require_quiesce);
  Task<void> wait_for_block_job(RequestContext context, InstanceUuid instance);
  bool can_quiesce(RequestContext context, const Instance& instance);
  Task<bool> set_quiesced(RequestContext context, const Instance& instance, bool quiesced);

  Runtime& runtime_;
  Libvirt& libvirt_;
  HostDisk& disk_;
  GlanceClient& image_api_;
  Journal& journal_;
  Config config_;
  Semaphore disk_ops_semaphore_;
  std::vector<DirectoryId> directories_in_use_;  // of the snapshots that are under way
};

}  // namespace snapsim
