#pragma once

#include <vector>

#include "sim/nova/host_disk.hpp"
#include "sim/runtime/runtime.hpp"
#include "sim/world/libvirt_connection.hpp"
#include "sim/world/operations.hpp"
#include "sim/world/service_journal.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {

/// What each file on a compute host is for, by FileId.
struct HostFile {
  FilePurpose purpose{};
  InstanceUuid instance;
};

/// The disk of one compute host and the tools that nova-compute runs on it.
class HostDiskTools final : public HostDisk {
 public:
  /// References must outlive the object. `files` is the world's list of all files.
  HostDiskTools(Runtime& runtime, Disks& disks, std::vector<HostFile>& files, HypervisorService& hypervisors,
                Operations& operations, ServiceJournal& journal)
      : runtime_(runtime),
        disks_(disks),
        files_(files),
        hypervisors_(hypervisors),
        operations_(operations),
        journal_(journal) {}

  Task<HostDiskResult<void>> make_temporary_directory(RequestContext context, InstanceUuid instance) override;
  Task<HostDiskResult<FileId>> convert_image(RequestContext context, InstanceUuid instance, FileId source,
                                             DiskFormat format) override;
  Task<HostDiskResult<FileId>> create_cow_image(RequestContext context, InstanceUuid instance, FileId disk) override;
  Task<HostDiskResult<void>> remove_file(RequestContext context, InstanceUuid instance, FileId file) override;
  Task<HostDiskResult<void>> remove_temporary_directory(RequestContext context, InstanceUuid instance,
                                                        std::vector<FileId> files) override;
  Task<void> delete_instance_files(RequestContext context, InstanceUuid instance) override;
  std::int64_t file_size(FileId file) override;

 private:
  OperationCall call(Operation operation, RequestContext context, InstanceUuid instance) const;
  void file_made(FileId file, FilePurpose purpose, RequestContext context, InstanceUuid instance);
  void file_removed(FileId file, RequestContext context);
  void command(CommandKind kind, RequestContext context, FileId source, std::int64_t destination, std::int64_t took_us);

  Runtime& runtime_;
  Disks& disks_;
  std::vector<HostFile>& files_;
  HypervisorService& hypervisors_;
  Operations& operations_;
  ServiceJournal& journal_;
};

}  // namespace snapsim
