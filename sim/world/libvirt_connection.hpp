#pragma once

#include <vector>

#include "fake_hypervisor/hypervisor.hpp"
#include "fake_hypervisor/model_disks.hpp"
#include "sim/engine/process.hpp"
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
  /// `process` is that of all libvirtds. References must outlive the object.
  HypervisorService(const Engine& engine, Process& process, Recorder& recorder, DiskBackend& disks)
      : engine_(engine), process_(process), recorder_(recorder), disks_(disks), hypervisor_(disks, *this) {}

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

  /// Whether the file is there: QEMU does not start without the disk's, which a deletion may have removed.
  bool is_there(FileId file) const { return file.exists() && disks_.file_bytes(file).has_value(); }

  /// A call of `client` that libvirtd has begun to carry out, and will, whether its caller lives or not.
  struct Call {
    enum class Kind : std::uint8_t { finish_managed_save, create, create_paused } kind{};
    InstanceUuid instance;
    RequestContext context;
    Instant due;
  };
  void call_begun(const Runtime& client, const Call& call) { calls_.push_back({&client, call}); }
  /// Carries it out now.
  HypervisorResult<void> carry_out(const Runtime& client, const Call& call);
  /// A call holds the domain's job lock: for how long another one that changes the domain has to wait ...
  Duration busy_for(InstanceUuid instance) const;
  /// ... and then it is done, though its caller may not have been told.
  void finish_calls(InstanceUuid instance);
  /// The process `client` has died; what it had begun goes on in the libvirtd of its host.
  void client_died(const Runtime& client);

  /// virDomainShutdown: the guest begins to shut down, if it can.
  HypervisorResult<void> ask_to_shut_down(InstanceUuid instance, RequestContext context);
  /// The guest's user shuts it down from within.
  void guest_shuts_down(InstanceUuid instance);
  bool was_shut_down_from_within(InstanceUuid instance) const { return shut_down_from_within_[instance.value]; }

  void domain_changed(InstanceUuid instance, const Domain& domain) override;
  void lifecycle_event(InstanceUuid instance, LifecycleEvent event) override;

 private:
  struct OpenCall {
    const Runtime* client;
    Call call;
  };

  HypervisorResult<void> carry_out_now(const Call& call);
  Task<void> carry_out_at_its_time(Call call);
  Task<void> shut_down_when_it_can(InstanceUuid instance, std::int32_t id, RequestContext context);

  const Engine& engine_;
  Process& process_;
  Recorder& recorder_;
  DiskBackend& disks_;
  Hypervisor hypervisor_;
  std::vector<OpenCall> calls_;
  RequestContext context_;
  std::vector<HostId> hosts_;
  std::vector<bool> shut_down_from_within_;
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
  Task<std::vector<InstanceUuid>> list_domains() override;
  Task<LibvirtResult<void>> managed_save(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> create(RequestContext context, InstanceUuid instance, bool paused) override;
  Task<LibvirtResult<void>> suspend(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> resume(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> shutdown(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> destroy(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> undefine(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> define(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> define_with_disk(RequestContext context, InstanceUuid instance, FileId disk) override;
  Task<LibvirtResult<void>> block_rebase(RequestContext context, InstanceUuid instance, FileId delta) override;
  Task<LibvirtResult<BlockJobInfo>> block_job_info(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> block_job_abort(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> fs_freeze(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> fs_thaw(RequestContext context, InstanceUuid instance) override;

 private:
  using Effect = HypervisorResult<void> (Hypervisor::*)(InstanceUuid instance, std::int64_t now_us);

  /// A call that takes its time and then has its effect at one instant.
  Task<LibvirtResult<void>> make_call(Operation what, RequestContext context, InstanceUuid instance, Duration takes,
                                      Effect effect);
  OperationCall call(Operation operation, RequestContext context, InstanceUuid instance) const;
  Task<LibvirtResult<void>> end(OperationCall operation, Fault fault, HypervisorResult<void> result);

  Runtime& runtime_;
  HypervisorService& service_;
  ModelDisks& disks_;
  Operations& operations_;
  ServiceJournal& journal_;
};

}  // namespace snapsim
