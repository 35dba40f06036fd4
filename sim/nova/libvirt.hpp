#pragma once

#include <cstdint>
#include <vector>

#include <boost/system/result.hpp>

#include "sim/nova/failure.hpp"
#include "sim/nova/ids.hpp"
#include "sim/nova/journal.hpp"
#include "sim/nova/states.hpp"
#include "sim/runtime/task.hpp"

namespace snapsim {

/// A libvirt call that failed; `code` is VIR_ERR_*. As data: the driver that reads it throws.
struct LibvirtFailure {
  int code = 0;
};
template <class T>
using LibvirtResult = boost::system::result<T, LibvirtFailure>;

/// virDomainGetInfo and what the driver reads from the domain's XML.
struct DomainInfo {
  PowerState state{};
  std::int32_t id = -1;           ///< virDomainGetID: another one at each start; -1: it does not run
  bool is_persistent = true;      ///< defined, not only running
  bool is_unstarted = false;      ///< virDomainGetState: VIR_DOMAIN_SHUTOFF_UNKNOWN, defined and not started since
  bool has_managed_save = false;  ///< virDomainHasManagedSaveImage
  bool has_block_job = false;     ///< virDomainGetBlockJobInfo finds one
  bool is_frozen = false;         ///< guest-fsfreeze-status, by the guest's agent
  FileId disk;                    ///< the root disk's file
  DiskFormat disk_format = DiskFormat::qcow2;
};

/// virDomainGetBlockJobInfo.
struct BlockJobInfo {
  bool exists = false;
  std::int64_t cursor = 0;
  std::int64_t end = 0;
  bool is_ready = false;  ///< mirror ready=yes
};

/// libvirt on one compute host, as nova.virt.libvirt.guest calls it.
class Libvirt {
 public:
  virtual ~Libvirt() = default;

  /// virDomainLookupByUUIDString and virDomainGetInfo.
  virtual Task<LibvirtResult<DomainInfo>> domain_info(RequestContext context, InstanceUuid instance) = 0;
  /// virConnectListAllDomains.
  virtual Task<std::vector<InstanceUuid>> list_domains() = 0;
  /// virDomainManagedSave: the guest's memory goes to a file, the domain is shut off.
  virtual Task<LibvirtResult<void>> managed_save(RequestContext context, InstanceUuid instance) = 0;
  /// virDomainCreateWithFlags: starts the domain, from its managed save if it has one.
  virtual Task<LibvirtResult<void>> create(RequestContext context, InstanceUuid instance, bool paused) = 0;
  /// virDomainSuspend: the guest's processors stop.
  virtual Task<LibvirtResult<void>> suspend(RequestContext context, InstanceUuid instance) = 0;
  /// virDomainResume.
  virtual Task<LibvirtResult<void>> resume(RequestContext context, InstanceUuid instance) = 0;
  /// virDomainShutdown: asks the guest to shut down. It does so later, or not at all.
  virtual Task<LibvirtResult<void>> shutdown(RequestContext context, InstanceUuid instance) = 0;
  /// virDomainDestroy: cuts the guest's power.
  virtual Task<LibvirtResult<void>> destroy(RequestContext context, InstanceUuid instance) = 0;
  /// virDomainUndefineFlags(MANAGED_SAVE): the domain, if it runs, lives on as a transient one. A managed save goes.
  virtual Task<LibvirtResult<void>> undefine(RequestContext context, InstanceUuid instance) = 0;
  /// virDomainDefineXML.
  virtual Task<LibvirtResult<void>> define(RequestContext context, InstanceUuid instance) = 0;
  /// virDomainDefineXML with another root disk: the domain is off, and starts from that disk.
  virtual Task<LibvirtResult<void>> define_with_disk(RequestContext context, InstanceUuid instance, FileId disk) = 0;
  /// virDomainBlockRebase(delta, COPY | REUSE_EXT | SHALLOW).
  virtual Task<LibvirtResult<void>> block_rebase(RequestContext context, InstanceUuid instance, FileId delta) = 0;
  /// virDomainGetBlockJobInfo.
  virtual Task<LibvirtResult<BlockJobInfo>> block_job_info(RequestContext context, InstanceUuid instance) = 0;
  /// virDomainBlockJobAbort.
  virtual Task<LibvirtResult<void>> block_job_abort(RequestContext context, InstanceUuid instance) = 0;
  /// virDomainFSFreeze and virDomainFSThaw, through the guest's agent.
  virtual Task<LibvirtResult<void>> fs_freeze(RequestContext context, InstanceUuid instance) = 0;
  virtual Task<LibvirtResult<void>> fs_thaw(RequestContext context, InstanceUuid instance) = 0;
};

}  // namespace snapsim
