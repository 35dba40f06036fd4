#pragma once

#include <vector>

#include "fake_hypervisor/hypervisor.hpp"
#include "fake_hypervisor/model_disks.hpp"
#include "sim/nova/libvirt.hpp"
#include "sim/nova/libvirt_host.hpp"
#include "sim/runtime/mailbox.hpp"
#include "sim/world/operations.hpp"
#include "sim/world/service_journal.hpp"

namespace snapsim {

/// The hypervisors of all hosts: changes of guests become trace records, and their events go to the nova-compute that
/// listens, if one does.
class HypervisorService final : public DomainObserver {
 public:
  /// References must outlive the object.
  HypervisorService(const Engine& engine, Recorder& recorder, DiskBackend& disks)
      : engine_(engine), recorder_(recorder), hypervisor_(disks, *this) {}

  Hypervisor& hypervisor() { return hypervisor_; }
  const Hypervisor& hypervisor() const { return hypervisor_; }
  std::int64_t now_us() const { return engine_.now().time_since_epoch().count(); }
  /// Guests live where their instance does; added in the order of the instances.
  void add_domain(const Domain& domain, HostId host);
  HostId host_of(InstanceUuid instance) const { return hosts_[instance.value]; }
  /// From now on the host's events go to `events`; nullptr: to nobody.
  void listen(HostId host, Mailbox<DomainEvent>* events);
  /// On whose behalf the next call is made.
  void serve(RequestContext context) { context_ = context; }

  void domain_changed(InstanceUuid instance, const Domain& domain) override;
  void lifecycle_event(InstanceUuid instance, LifecycleEvent event) override;

 private:
  const Engine& engine_;
  Recorder& recorder_;
  Hypervisor hypervisor_;
  RequestContext context_;
  std::vector<HostId> hosts_;
  std::vector<Mailbox<DomainEvent>*> listeners_;
};

/// One nova-compute's connection to its host's libvirtd.
class LibvirtConnection final : public Libvirt {
 public:
  /// References must outlive the object.
  LibvirtConnection(Runtime& runtime, HypervisorService& service, ModelDisks& disks, Operations& operations,
                    ServiceJournal& journal)
      : runtime_(runtime), service_(service), disks_(disks), operations_(operations), journal_(journal) {}

  Task<LibvirtResult<DomainInfo>> domain_info(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> managed_save(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> create(RequestContext context, InstanceUuid instance, bool paused) override;
  Task<LibvirtResult<void>> shut_down(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> undefine(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> define(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> block_rebase(RequestContext context, InstanceUuid instance, FileId delta) override;
  Task<LibvirtResult<BlockJobInfo>> block_job_info(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> block_job_abort(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> fs_freeze(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> fs_thaw(RequestContext context, InstanceUuid instance) override;

 private:
  OperationCall call(Operation operation, RequestContext context, InstanceUuid instance) const;
  Task<LibvirtResult<void>> end(OperationCall operation, HypervisorResult<void> result);

  Runtime& runtime_;
  HypervisorService& service_;
  ModelDisks& disks_;
  Operations& operations_;
  ServiceJournal& journal_;
};

}  // namespace snapsim
