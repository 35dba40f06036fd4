#include "sim/nova/libvirt_driver.hpp"

#include <memory>
#include <utility>

#include "sim/nova/exceptions.hpp"
#include "sim/nova/libvirt_error.hpp"
#include "sim/runtime/caught.hpp"
#include "sim/runtime/timeout.hpp"

namespace snapsim {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void throw_host_disk(HostDiskFailure failure) {
  if (failure.kind == HostDiskFailure::Kind::command) throw ImageUnacceptable(failure.code);
  throw OsError(failure.code);
}

template <class T>
T value_or_throw(const HostDiskResult<T>& result) {
  if (!result) throw_host_disk(result.error());
  if constexpr (!std::is_void_v<T>) return *result;
}

/// Rule require_finished_copy: how often a block job that libvirt does not list is asked for again.
constexpr int polls_without_job_max = 10;

/// Rule bound_tools: how long qemu-img may take.
constexpr Duration tool_timeout = 1h;

/// Whether a cold snapshot has to suspend (and afterwards resume) the guest.
bool is_suspended_for_snapshot(bool live_snapshot, PowerState original_power_state) {
  return !live_snapshot && (original_power_state == PowerState::running || original_power_state == PowerState::paused);
}

}  // namespace

LibvirtDriver::LibvirtDriver(Runtime& runtime, Libvirt& libvirt, HostDisk& disk, GlanceClient& image_api,
                             Journal& journal, const Config& config)
    : runtime_(runtime),
      libvirt_(libvirt),
      disk_(disk),
      image_api_(image_api),
      journal_(journal),
      config_(config),
      disk_ops_semaphore_(runtime, config.max_concurrent_disk_ops) {}

// nova/virt/libvirt/driver.py, snapshot().
Task<void> LibvirtDriver::snapshot(RequestContext context, Instance& instance, ImageId image_id,
                                   TaskStateUpdater& update_task_state) {
  DomainInfo guest;
  bool has_guest = true;
  try {
    guest = co_await get_guest(context, instance.uuid);
  } catch (const InstanceNotFound&) {
    has_guest = false;
  }
  if (!has_guest) throw InstanceNotRunning();

  co_await image_api_.get(context, instance.uuid, image_id);  // for the image's name

  const DiskFormat image_format = config_.snapshot_image_format.value_or(guest.disk_format);
  const PowerState original_power_state = guest.state;
  const bool live_snapshot = config_.live_snapshot && original_power_state != PowerState::shutdown;

  co_await suspend_guest_for_snapshot(context, live_snapshot, original_power_state, instance.uuid);
  journal_.log(context, instance.uuid,
               live_snapshot ? LogMessage::beginning_live_snapshot : LogMessage::beginning_cold_snapshot);

  co_await update_task_state.update(TaskState::image_pending_upload, TaskState::image_snapshot);
  co_await update_task_state.update(TaskState::image_uploading, TaskState::image_pending_upload);

  // root_disk.direct_snapshot() raises NotImplementedError for qcow2 and raw disks, and cleanup_direct_snapshot() has
  // nothing to do: the standard way follows, one state backwards.
  co_await update_task_state.update(TaskState::image_pending_upload, TaskState::image_uploading);

  const HostDiskResult<DirectoryId> tempdir = co_await disk_.make_temporary_directory(context, instance.uuid);
  const auto files = std::make_shared<SnapshotFiles>();
  files->directory = value_or_throw(tempdir);
  directories_in_use_.push_back(files->directory);
  const Caught<Exception> failure = co_await catching<Exception>(
      snapshot_in_tempdir(context, instance, image_id, update_task_state, guest, live_snapshot, image_format, files));
  co_await remove_tempdir(context, instance.uuid, files);
  if (failure) co_await raised(failure);

  journal_.log(context, instance.uuid, LogMessage::upload_complete);
}

// nova/virt/libvirt/driver.py, snapshot(): the body of `with utils.tempdir(...)`.
Task<void> LibvirtDriver::snapshot_in_tempdir(RequestContext context, Instance& instance, ImageId image_id,
                                              TaskStateUpdater& update_task_state, DomainInfo guest, bool live_snapshot,
                                              DiskFormat image_format, std::shared_ptr<SnapshotFiles> files) {
  const Caught<Exception> failure =
      co_await catching<Exception>(extract(context, instance, guest, live_snapshot, image_format, files));
  // finally:
  co_await resume_guest_after_snapshot(context, live_snapshot, guest.state, instance.uuid);
  if (failure) co_await raised(failure);

  // Upload that image to the image service.
  co_await update_task_state.update(TaskState::image_uploading, TaskState::image_pending_upload);
  const Semaphore::Permit permit = co_await disk_ops_semaphore_.acquire();
  const auto reader = std::make_shared<ImageReader>();
  reader->file = *files->out;
  reader->size_bytes = disk_.file_size(*files->out);
  co_await image_api_.update(context, instance.uuid, image_id, image_format, reader);
}

// nova/virt/libvirt/driver.py, snapshot(): the try block that makes out_path.
Task<void> LibvirtDriver::extract(RequestContext context, Instance& instance, DomainInfo guest, bool is_live,
                                  DiskFormat image_format, std::shared_ptr<SnapshotFiles> files) {
  try {
    if (is_live) {
      co_await live_snapshot(context, instance, guest, image_format, files);
    } else {
      files->out = co_await snapshot_extract(context, instance.uuid, files->directory, guest.disk, image_format);
    }
    journal_.log(context, instance.uuid, LogMessage::snapshot_extracted);
  } catch (const LibvirtError& error) {
    if (error.code() != LibvirtError::no_domain) throw;
    journal_.log(context, instance.uuid, LogMessage::disappeared_while_snapshotting, error.failure().packed());
    throw InstanceNotFound();
  }
}

// nova/utils.py, tempdir(): removed however the block ended; a folder that cannot be removed is only logged.
Task<void> LibvirtDriver::remove_tempdir(RequestContext context, InstanceUuid instance,
                                         std::shared_ptr<SnapshotFiles> files) {
  const HostDiskResult<void> removed = co_await disk_.remove_temporary_directory(context, instance, files->directory);
  std::erase(directories_in_use_, files->directory);
  if (removed) co_return;
  const Failure failure{FailureKind::os_error, 0, 0, removed.error().code};
  journal_.log(context, instance, LogMessage::tmpdir_not_removed, failure.packed());
}

// nova/virt/libvirt/driver.py, _suspend_guest_for_snapshot() and suspend().
Task<void> LibvirtDriver::suspend_guest_for_snapshot(RequestContext context, bool live_snapshot,
                                                     PowerState original_power_state, InstanceUuid instance) {
  if (!is_suspended_for_snapshot(live_snapshot, original_power_state)) co_return;
  co_await get_guest(context, instance);
  const LibvirtResult<void> saved = co_await libvirt_.managed_save(context, instance);
  value_or_throw(saved);
}

// nova/virt/libvirt/driver.py, _resume_guest_after_snapshot(). The condition is on the original state, the flag on the
// current one: after a managed save that is SHUTDOWN, and libvirt itself restores the guest running or paused.
Task<void> LibvirtDriver::resume_guest_after_snapshot(RequestContext context, bool live_snapshot,
                                                      PowerState original_power_state, InstanceUuid instance) {
  if (!is_suspended_for_snapshot(live_snapshot, original_power_state)) co_return;
  const DomainInfo guest = co_await get_guest(context, instance);
  co_await launch(context, instance, guest.state == PowerState::paused);
}

// nova/virt/libvirt/guest.py, launch().
Task<void> LibvirtDriver::launch(RequestContext context, InstanceUuid instance, bool paused) {
  const LibvirtResult<void> launched = co_await libvirt_.create(context, instance, paused);
  if (launched) co_return;
  const LibvirtError error(launched.error().code);
  journal_.log(context, instance, LogMessage::error_launching_domain, error.failure().packed());
  throw error;
}

// nova/virt/libvirt/host.py, get_guest(), and nova/virt/libvirt/guest.py, get_info().
Task<DomainInfo> LibvirtDriver::get_guest(RequestContext context, InstanceUuid instance) {
  const LibvirtResult<DomainInfo> info = co_await libvirt_.domain_info(context, instance);
  if (!info && info.error().code == LibvirtError::no_domain) throw InstanceNotFound();
  co_return value_or_throw(info);
}

// nova/virt/libvirt/imagebackend.py, Qcow2.snapshot_extract(), and nova/privsep/qemu.py.
Task<FileId> LibvirtDriver::snapshot_extract(RequestContext context, InstanceUuid instance, DirectoryId directory,
                                             FileId source, DiskFormat format) {
  const Semaphore::Permit permit = co_await disk_ops_semaphore_.acquire();
  if (config_.rules.contains(Rule::bound_tools)) {
    co_return co_await convert_in_time(context, instance, directory, source, format);
  }
  const HostDiskResult<FileId> converted = co_await disk_.convert_image(context, instance, directory, source, format);
  co_return value_or_throw(converted);
}

/// Rule bound_tools: qemu-img is killed when its time is over.
Task<FileId> LibvirtDriver::convert_in_time(RequestContext context, InstanceUuid instance, DirectoryId directory,
                                            FileId source, DiskFormat format) {
  constexpr int sigkill = 9;
  const auto converted = std::make_shared<HostDiskResult<FileId>>(HostDiskFailure{});
  Task<void> work = convert_into(context, instance, directory, source, format, converted);
  const bool in_time = co_await with_timeout(runtime_, tool_timeout, std::move(work));
  if (!in_time) throw ImageUnacceptable(-sigkill);
  co_return value_or_throw(*converted);
}

Task<void> LibvirtDriver::convert_into(RequestContext context, InstanceUuid instance, DirectoryId directory,
                                       FileId source, DiskFormat format,
                                       std::shared_ptr<HostDiskResult<FileId>> converted) {
  *converted = co_await disk_.convert_image(context, instance, directory, source, format);
}

// nova/virt/libvirt/driver.py, _live_snapshot().
Task<void> LibvirtDriver::live_snapshot(RequestContext context, Instance& instance, DomainInfo guest,
                                        DiskFormat image_format, std::shared_ptr<SnapshotFiles> files) {
  // Ends a block job that may have been left from a failed snapshot; that there is none is no error.
  co_await libvirt_.block_job_abort(context, instance.uuid);

  const HostDiskResult<FileId> created =
      co_await disk_.create_cow_image(context, instance.uuid, files->directory, guest.disk);
  const FileId delta = value_or_throw(created);

  if (!can_quiesce(context, instance) && instance.os_require_quiesce) throw QemuGuestAgentNotEnabled();

  const Caught<Exception> failure =
      co_await catching<Exception>(copy_to_delta(context, instance, delta, guest.is_persistent));
  // finally: in this order; an error in one of them skips the rest.
  const bool quiesced = co_await set_quiesced(context, instance, true);
  const LibvirtResult<void> aborted = co_await libvirt_.block_job_abort(context, instance.uuid);
  value_or_throw(aborted);
  const LibvirtResult<void> defined = co_await libvirt_.define(context, instance.uuid);
  value_or_throw(defined);
  if (quiesced) co_await set_quiesced(context, instance, false);
  if (failure) co_await raised(failure);

  // The delta still has the backing file: flatten it.
  files->out = co_await snapshot_extract(context, instance.uuid, files->directory, delta, image_format);
  const HostDiskResult<void> removed = co_await disk_.remove_file(context, instance.uuid, delta);
  value_or_throw(removed);
}

// nova/virt/libvirt/driver.py, _live_snapshot(): the try block. blockRebase needs a transient domain.
Task<void> LibvirtDriver::copy_to_delta(RequestContext context, Instance& instance, FileId delta, bool is_persistent) {
  if (is_persistent) {
    const LibvirtResult<void> undefined = co_await libvirt_.undefine(context, instance.uuid);
    value_or_throw(undefined);
  }
  const LibvirtResult<void> rebased = co_await libvirt_.block_rebase(context, instance.uuid, delta);
  value_or_throw(rebased);
  co_await wait_for_block_job(context, instance.uuid);
}

// nova/virt/libvirt/guest.py, BlockDevice.is_job_complete(), polled. No job at all counts as complete; under the rule
// require_finished_copy only one that was seen to be ready, and one that does not show up is a failure.
Task<void> LibvirtDriver::wait_for_block_job(RequestContext context, InstanceUuid instance) {
  const bool must_be_seen = config_.rules.contains(Rule::require_finished_copy);
  int polls_without_job = 0;
  for (;;) {
    const LibvirtResult<BlockJobInfo> result = co_await libvirt_.block_job_info(context, instance);
    const BlockJobInfo job = value_or_throw(result);
    if (!job.exists && !must_be_seen) co_return;
    if (!job.exists && ++polls_without_job == polls_without_job_max) throw LibvirtError(LibvirtError::operation_failed);
    if (job.exists) journal_.log(context, instance, LogMessage::block_job_progress, job.cursor, job.end);
    if (job.exists && job.is_ready && job.cursor == job.end) co_return;
    co_await runtime_.sleep(500ms);
  }
}

// nova/virt/libvirt/driver.py, _can_quiesce(), as _live_snapshot() asks it.
bool LibvirtDriver::can_quiesce(RequestContext context, const Instance& instance) {
  if (instance.hw_qemu_guest_agent) return true;
  journal_.log(context, instance.uuid,
               instance.os_require_quiesce ? LogMessage::quiescing_required : LogMessage::quiescing_not_available,
               static_cast<std::int64_t>(QuiesceRefusal::agent_not_enabled));
  return false;
}

// nova/virt/libvirt/driver.py, _set_quiesced(). A freeze that fails is skipped, a thaw that fails is an error.
Task<bool> LibvirtDriver::set_quiesced(RequestContext context, const Instance& instance, bool quiesced) {
  const InstanceUuid uuid = instance.uuid;
  if (!instance.hw_qemu_guest_agent) {
    journal_.log(context, uuid, LogMessage::skipping_quiescing,
                 static_cast<std::int64_t>(QuiesceRefusal::agent_not_enabled));
    co_return false;
  }
  if (!quiesced) {
    const LibvirtResult<void> thawed = co_await libvirt_.fs_thaw(context, uuid);
    value_or_throw(thawed);
    co_return false;
  }
  const LibvirtResult<void> frozen = co_await libvirt_.fs_freeze(context, uuid);
  if (!frozen) {
    journal_.log(context, uuid, LogMessage::skipping_quiescing,
                 static_cast<std::int64_t>(QuiesceRefusal::agent_not_responding));
  }
  co_return frozen.has_value();
}

// nova/virt/libvirt/driver.py, get_info().
Task<PowerState> LibvirtDriver::power_state(RequestContext context, InstanceUuid instance) {
  const LibvirtResult<DomainInfo> info = co_await libvirt_.domain_info(context, instance);
  if (!info && info.error().code == LibvirtError::no_domain) co_return PowerState::pending;
  co_return value_or_throw(info).state;
}

}  // namespace snapsim
