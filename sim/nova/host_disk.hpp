#pragma once

#include <cstdint>

#include <boost/system/result.hpp>

#include "sim/nova/ids.hpp"
#include "sim/nova/journal.hpp"
#include "sim/nova/states.hpp"
#include "sim/runtime/task.hpp"

namespace snapsim {

/// Work on the host's disk that failed. As data: the driver that reads it throws.
struct HostDiskFailure {
  enum class Kind : std::uint8_t { command, os_error } kind{};
  int code = 0;  ///< of a command: its exit status, negative for a signal; else an errno
};
template <class T>
using HostDiskResult = boost::system::result<T, HostDiskFailure>;

/// The disk of one compute host, as the libvirt driver uses it: qemu-img, temporary folders, files.
class HostDisk {
 public:
  virtual ~HostDisk() = default;

  /// fileutils.ensure_tree(snapshots_directory) and tempfile.mkdtemp.
  virtual Task<HostDiskResult<DirectoryId>> make_temporary_directory(RequestContext context, InstanceUuid instance) = 0;
  /// nova/privsep/qemu.py: unprivileged_convert_image, to a new file in `directory`. A failure may leave a part of it.
  virtual Task<HostDiskResult<FileId>> convert_image(RequestContext context, InstanceUuid instance,
                                                     DirectoryId directory, FileId source, DiskFormat format) = 0;
  /// nova/virt/libvirt/utils.py: create_image with a backing file, for a block copy of `disk`: a new file in
  /// `directory`.
  virtual Task<HostDiskResult<FileId>> create_cow_image(RequestContext context, InstanceUuid instance,
                                                        DirectoryId directory, FileId disk) = 0;
  /// nova/virt/libvirt/imagebackend.py, cache() and create_image(): the instance's root disk, new, from an image that
  /// was downloaded (none: its base image, which the host has), in the instance's folder; `disk.rescue` beside it where
  /// `is_rescue`. os_error EINVAL where the image is no whole disk.
  virtual Task<HostDiskResult<FileId>> create_disk(RequestContext context, InstanceUuid instance, ImageId image,
                                                   bool is_rescue) = 0;
  /// The instance's root disk, as its path names it.
  virtual FileId root_disk(InstanceUuid instance) = 0;
  /// Removes disk.rescue, if there is one. [nova/virt/libvirt/driver.py: unrescue]
  virtual Task<HostDiskResult<void>> delete_rescue_disk(RequestContext context, InstanceUuid instance) = 0;
  /// nova/virt/libvirt/driver.py, delete_instance_files(): the instance's folder goes with all its disks.
  virtual Task<HostDiskResult<void>> delete_instance_files(RequestContext context, InstanceUuid instance) = 0;
  /// os.unlink.
  virtual Task<HostDiskResult<void>> remove_file(RequestContext context, InstanceUuid instance, FileId file) = 0;
  /// shutil.rmtree: the directory goes with all that is in it.
  virtual Task<HostDiskResult<void>> remove_temporary_directory(RequestContext context, InstanceUuid instance,
                                                                DirectoryId directory) = 0;
  /// The temporary folders that are in snapshots_directory, whoever made them.
  virtual Task<std::vector<DirectoryId>> temporary_directories(RequestContext context) = 0;
  /// os.path.getsize, of a file that is being opened.
  virtual std::int64_t file_size(FileId file) = 0;
};

}  // namespace snapsim
