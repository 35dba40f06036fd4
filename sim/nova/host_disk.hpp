#pragma once

#include <cstdint>
#include <vector>

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
  virtual Task<HostDiskResult<void>> make_temporary_directory(RequestContext context, InstanceUuid instance) = 0;
  /// nova/privsep/qemu.py: unprivileged_convert_image.
  virtual Task<HostDiskResult<FileId>> convert_image(RequestContext context, InstanceUuid instance, FileId source,
                                                     DiskFormat format) = 0;
  /// nova/virt/libvirt/utils.py: create_image with a backing file, for a block copy of `disk`.
  virtual Task<HostDiskResult<FileId>> create_cow_image(RequestContext context, InstanceUuid instance, FileId disk) = 0;
  /// os.unlink.
  virtual Task<HostDiskResult<void>> remove_file(RequestContext context, InstanceUuid instance, FileId file) = 0;
  /// shutil.rmtree of a temporary folder that holds `files`.
  virtual Task<HostDiskResult<void>> remove_temporary_directory(RequestContext context, InstanceUuid instance,
                                                                std::vector<FileId> files) = 0;
  /// nova/virt/libvirt/driver.py: delete_instance_files, the instance's folder with its disks.
  virtual Task<void> delete_instance_files(RequestContext context, InstanceUuid instance) = 0;
  /// os.path.getsize, of a file that is being opened.
  virtual std::int64_t file_size(FileId file) = 0;
};

}  // namespace snapsim
