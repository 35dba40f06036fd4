#include "sim/nova/exceptions.hpp"
#include "sim/nova/libvirt_driver.hpp"
#include "sim/nova/libvirt_error.hpp"

// How the driver makes guests.

namespace snapsim {

// nova/virt/libvirt/driver.py, spawn(). DIFFERS: no network, no config drive, no volumes.
Task<void> LibvirtDriver::spawn(RequestContext context, InstanceUuid instance, ImageId image_id) {
  const FileId disk = co_await make_disk(context, instance, image_id, false);
  co_await create_domain(context, instance, disk);
  journal_.log(context, instance, LogMessage::spawned);
}

// nova/virt/libvirt/driver.py, _create_image(): the image is fetched to the host, then the disk is made from it.
Task<FileId> LibvirtDriver::make_disk(RequestContext context, InstanceUuid instance, ImageId image_id, bool is_rescue) {
  if (image_id.exists()) co_await image_api_.download(context, instance, image_id);
  const HostDiskResult<FileId> disk = co_await disk_.create_disk(context, instance, image_id, is_rescue);
  if (!disk) throw OsError(disk.error().code);
  co_return *disk;
}

// nova/virt/libvirt/driver.py, _create_domain(), and nova/virt/libvirt/guest.py, create() and launch().
Task<void> LibvirtDriver::create_domain(RequestContext context, InstanceUuid instance, FileId disk) {
  const LibvirtResult<void> defined = co_await libvirt_.define_with_disk(context, instance, disk);
  value_or_throw(defined);
  co_await launch(context, instance, false);
}

// nova/virt/libvirt/driver.py, rescue().
Task<void> LibvirtDriver::rescue(RequestContext context, InstanceUuid instance, ImageId image_id) {
  const FileId disk = co_await make_disk(context, instance, image_id, true);
  co_await power_cut(context, instance);
  co_await create_domain(context, instance, disk);
}

// nova/virt/libvirt/driver.py, unrescue().
Task<void> LibvirtDriver::unrescue(RequestContext context, InstanceUuid instance) {
  co_await power_cut(context, instance);
  co_await create_domain(context, instance, disk_.root_disk(instance));
  const HostDiskResult<void> deleted = co_await disk_.delete_rescue_disk(context, instance);
  if (!deleted) throw OsError(deleted.error().code);
}

}  // namespace snapsim
