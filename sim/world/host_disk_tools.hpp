#pragma once

#include <vector>

#include "sim/nova/host_disk.hpp"
#include "sim/runtime/runtime.hpp"
#include "sim/world/glance_service.hpp"
#include "sim/world/libvirt_connection.hpp"
#include "sim/world/operations.hpp"
#include "sim/world/service_journal.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {

/// What a file on a compute host is for.
struct HostFile {
  FilePurpose purpose{};
  InstanceUuid instance;
};

/// The disk that the scenario describes.
DiskSpec disk_spec_of(const InstanceSpec& instance);

/// A temporary directory under a compute host's snapshots_directory.
struct HostDirectory {
  HostId host;
  std::vector<FileId> files;  ///< that were made in it; some may be gone
  bool exists = true;
};

/// The disks in an instance's folder.
struct InstanceDisks {
  FileId root;
  FileId rescue;  ///< disk.rescue, while there is one
};

/// What was made on all compute hosts, by FileId, DirectoryId and InstanceUuid.
struct HostFiles {
  std::vector<InstanceDisks> instances;
  std::vector<HostFile> files;
  std::vector<HostDirectory> directories;
};

/// The disk of one compute host and the tools that nova-compute runs on it.
class HostDiskTools final : public HostDisk {
 public:
  /// References must outlive the object. `files` is the world's list of all files.
  HostDiskTools(Runtime& runtime, Disks& disks, HostFiles& files, HypervisorService& hypervisors,
                const GlanceService& glance, const std::vector<InstanceSpec>& instances, const Config& config,
                Operations& operations, ServiceJournal& journal)
      : runtime_(runtime),
        disks_(disks),
        files_(files),
        hypervisors_(hypervisors),
        glance_(glance),
        instances_(instances),
        config_(config),
        operations_(operations),
        journal_(journal) {}

  Task<HostDiskResult<DirectoryId>> make_temporary_directory(RequestContext context, InstanceUuid instance) override;
  Task<HostDiskResult<FileId>> convert_image(RequestContext context, InstanceUuid instance, DirectoryId directory,
                                             FileId source, DiskFormat format) override;
  Task<HostDiskResult<FileId>> create_cow_image(RequestContext context, InstanceUuid instance, DirectoryId directory,
                                                FileId disk) override;
  Task<HostDiskResult<FileId>> create_disk(RequestContext context, InstanceUuid instance, ImageId image,
                                           bool is_rescue) override;
  FileId root_disk(InstanceUuid instance) override { return files_.instances[instance.value].root; }
  Task<HostDiskResult<void>> delete_rescue_disk(RequestContext context, InstanceUuid instance) override;
  Task<HostDiskResult<void>> delete_instance_files(RequestContext context, InstanceUuid instance) override;
  Task<HostDiskResult<void>> remove_file(RequestContext context, InstanceUuid instance, FileId file) override;
  Task<HostDiskResult<void>> remove_temporary_directory(RequestContext context, InstanceUuid instance,
                                                        DirectoryId directory) override;
  Task<std::vector<DirectoryId>> temporary_directories(RequestContext context) override;
  std::int64_t file_size(FileId file) override;

 private:
  OperationCall call(Operation operation, RequestContext context, InstanceUuid instance) const;
  CopyFault copy_fault(const Fault& planned, FileId source) const;
  void remove_now(DirectoryId directory, RequestContext context);
  DiskResult<FileId> new_disk(InstanceUuid instance, ImageId image);
  void disk_removed(FileId& disk, RequestContext context);
  void file_made(FileId file, FilePurpose purpose, RequestContext context, InstanceUuid instance,
                 DirectoryId directory);
  void file_removed(FileId file, RequestContext context);
  void command(CommandKind kind, RequestContext context, FileId source, std::int64_t destination, std::int64_t took_us);

  Runtime& runtime_;
  Disks& disks_;
  HostFiles& files_;
  HypervisorService& hypervisors_;
  const GlanceService& glance_;
  const std::vector<InstanceSpec>& instances_;
  const Config& config_;
  Operations& operations_;
  ServiceJournal& journal_;
};

}  // namespace snapsim
