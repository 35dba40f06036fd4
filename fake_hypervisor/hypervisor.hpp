#pragma once

#include <cstdint>
#include <vector>

#include <boost/system/result.hpp>

#include "fake_hypervisor/disk_backend.hpp"
#include "sim/nova/failure.hpp"
#include "sim/nova/ids.hpp"
#include "sim/nova/states.hpp"

namespace snapsim {

/// libvirt's VIR_ERR_* code of a call that failed.
struct HypervisorError {
  int code = 0;
};
template <class T>
using HypervisorResult = boost::system::result<T, HypervisorError>;

/// A block job that copies a guest's disk to a delta.
struct BlockJob {
  bool exists = false;
  FileId delta;
  std::int64_t begun_us = 0;
  std::int64_t takes_us = 0;
  std::int64_t end = 0;   ///< bytes to copy
  bool is_listed = true;  ///< libvirt tells of it when asked
};

/// A guest as libvirt knows it. All times are microseconds of virtual time.
struct Domain {
  bool exists = false;
  PowerState state = PowerState::shutdown;  ///< running, paused or shutdown
  std::int32_t id = -1;                     ///< another one at each start; -1: it is off
  bool is_persistent = true;                ///< defined in libvirt's configuration
  bool has_managed_save = false;
  PowerState saved_state = PowerState::running;  ///< what a managed save gives back
  bool is_unstarted = false;                     ///< defined anew, and not started since
  bool has_agent = false;                        ///< qemu-guest-agent runs in the guest
  bool is_frozen = false;                        ///< its file systems are frozen
  DiskFormat disk_format = DiskFormat::qcow2;
  FileId disk;
  BlockJob job;
  bool boots = true;                   ///< a guest whose disk is torn finds it damaged, and writes nothing
  std::int64_t write_interval_us = 0;  ///< between two writes of 64 KiB while it runs; 0: never writes
  std::uint64_t writes = 0;            ///< done before writing_since_us
  std::int64_t writing_since_us = 0;   ///< while it writes

  bool is_on() const { return state == PowerState::running || state == PowerState::paused; }
};

/// Told whenever a guest changes.
class DomainObserver {
 public:
  virtual ~DomainObserver() = default;
  /// Its state, or whether it has a managed save, is now what the domain says.
  virtual void domain_changed(InstanceUuid instance, const Domain& domain) = 0;
  /// A life-cycle event, as libvirt sends it to nova-compute.
  virtual void lifecycle_event(InstanceUuid instance, LifecycleEvent event) = 0;
};

/// The guests of all compute hosts, by instance: what libvirtd and QEMU do, without taking time. The caller lets the
/// time pass and says what time it is. Calls follow libvirt's: what it refuses is refused with its error code.
class Hypervisor {
 public:
  /// Both are not owned and must outlive the object.
  Hypervisor(DiskBackend& disks, DomainObserver& observer) : disks_(disks), observer_(observer) {}

  /// A domain as it is when the run begins; instances are added in the order of their ids.
  void add_domain(const Domain& domain, std::int64_t now_us);

  /// The domain, error 42 (VIR_ERR_NO_DOMAIN) where there is none.
  HypervisorResult<Domain> domain(InstanceUuid instance) const;

  /// A managed save begins by pausing the guest ...
  HypervisorResult<void> begin_managed_save(InstanceUuid instance, std::int64_t now_us);
  /// ... and ends with the memory in a file and the domain shut off.
  HypervisorResult<void> finish_managed_save(InstanceUuid instance, std::int64_t now_us);
  /// Starts the domain, from its managed save if it has one (then as it was saved, whatever `paused` says).
  HypervisorResult<void> create(InstanceUuid instance, bool paused, std::int64_t now_us);
  /// virDomainSuspend and virDomainResume. Error 55 where the domain does not run, or is not paused.
  HypervisorResult<void> suspend(InstanceUuid instance, std::int64_t now_us);
  HypervisorResult<void> resume(InstanceUuid instance, std::int64_t now_us);
  /// The guest powers itself off. One that is off already stays so.
  HypervisorResult<void> shut_down(InstanceUuid instance, std::int64_t now_us);
  /// virDomainDestroy: its power is cut. Error 55 where it is off.
  HypervisorResult<void> destroy(InstanceUuid instance, std::int64_t now_us);
  /// Whether the guest that was started under the number `id` would heed a request to shut down now.
  bool heeds_shutdown(InstanceUuid instance, std::int32_t id) const;
  HypervisorResult<void> undefine(InstanceUuid instance, std::int64_t now_us);
  HypervisorResult<void> define(InstanceUuid instance);
  /// Defines a domain that is off, with that disk, which holds so many writes; `boots` says whether its guest writes
  /// on.
  HypervisorResult<void> define_with_disk(InstanceUuid instance, FileId disk, std::uint64_t writes, bool boots,
                                          std::int64_t now_us);
  /// Begins to mirror the disk; the domain must be transient. The copy takes `takes_us`.
  HypervisorResult<void> block_rebase(InstanceUuid instance, FileId delta, std::int64_t takes_us, std::int64_t bytes,
                                      std::int64_t now_us);
  /// Ends the job, if there is one: the delta then holds the disk of this instant if the mirror had caught up, and
  /// nothing that is of use if not.
  HypervisorResult<void> block_job_abort(InstanceUuid instance, std::int64_t now_us);
  /// The job ends by itself, as when QEMU cannot write: nobody is told, and the delta is of no use.
  void lose_block_job(InstanceUuid instance) { domains_[instance.value].job = {}; }
  /// The domain is destroyed and undefined behind everybody's back.
  void vanish(InstanceUuid instance, std::int64_t now_us);
  HypervisorResult<void> fs_freeze(InstanceUuid instance, std::int64_t now_us);
  HypervisorResult<void> fs_thaw(InstanceUuid instance, std::int64_t now_us);

  /// How many writes the guest has done by now.
  std::uint64_t generation(InstanceUuid instance, std::int64_t now_us) const;
  /// Tells the disk what the guest has written by now.
  void flush_writes(InstanceUuid instance, std::int64_t now_us);
  std::uint32_t domain_count() const { return static_cast<std::uint32_t>(domains_.size()); }
  void reserve(std::size_t domains) { domains_.reserve(domains); }
  /// The domain as it is, existing or not; also for tests, which break things.
  Domain& domain_record(InstanceUuid instance) { return domains_[instance.value]; }
  const Domain& domain_record(InstanceUuid instance) const { return domains_[instance.value]; }

 private:
  HypervisorResult<void> check(InstanceUuid instance, bool is_allowed) const;
  void set_state(InstanceUuid instance, PowerState state, std::int64_t now_us);
  void settle_writes(Domain& domain, std::int64_t now_us);
  void vanish_if_transient(InstanceUuid instance);

  DiskBackend& disks_;
  DomainObserver& observer_;
  std::vector<Domain> domains_;
  std::int32_t starts_ = 0;
};

}  // namespace snapsim
