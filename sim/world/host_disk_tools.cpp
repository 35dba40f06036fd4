#include "sim/world/host_disk_tools.hpp"

#include <algorithm>
#include <coroutine>
#include <utility>

#include "sim/world/timing.hpp"

namespace snapsim {
namespace {

/// What Nova sees of a failed command: an exit status, or minus the signal.
HostDiskFailure failure_of(const DiskError& error) {
  constexpr int sigkill = 9;
  const int code = error.kind == DiskError::Kind::killed ? -sigkill : 1;
  return {HostDiskFailure::Kind::command, code};
}

/// ENOSPC and EACCES, as Python's OSError has them.
constexpr int enospc = 28;
constexpr int eacces = 13;

HostDiskFailure os_failure_of(const Fault& fault) {
  return {HostDiskFailure::Kind::os_error, fault.outcome == Outcome::full ? enospc : eacces};
}

CopyFault copy_fault_of(const Fault& fault) {
  CopyFault copy;
  copy.after_bytes = std::max<std::int64_t>(fault.after_bytes, 0);
  switch (fault.outcome) {
    case Outcome::exit:
      copy.kind = CopyFault::Kind::exit;
      break;
    case Outcome::killed:
      copy.kind = CopyFault::Kind::killed;
      break;
    case Outcome::full:
      copy.kind = CopyFault::Kind::full;
      break;
    case Outcome::hang:
      copy.kind = CopyFault::Kind::hang;
      break;
    default:
      break;
  }
  return copy;
}

/// Waits for what never comes.
struct Forever {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};

}  // namespace

DiskSpec disk_spec_of(const InstanceSpec& instance) {
  constexpr std::int64_t mib = 1024 * 1024;
  DiskSpec spec;
  spec.name = instance.name;
  spec.size_bytes = instance.disk_mib * mib;
  spec.used_bytes = instance.used_mib * mib;
  spec.format = instance.disk_format;
  spec.has_backing_file = instance.backing_file;
  return spec;
}

OperationCall HostDiskTools::call(Operation operation, RequestContext context, InstanceUuid instance) const {
  return {operation, journal_.component(), journal_.host(), context, instance, -1};
}

void HostDiskTools::file_made(FileId file, FilePurpose purpose, RequestContext context, InstanceUuid instance,
                              DirectoryId directory) {
  files_.files.push_back({purpose, instance});
  if (directory.exists()) files_.directories[directory.value].files.push_back(file);
  TraceRecord made = journal_.record(TraceKind::file_made, 0, context, file.value);
  made.component = Component::host_disk;
  made.a = static_cast<std::int64_t>(purpose);
  made.b = instance.value;
  journal_.recorder().write(made);
}

void HostDiskTools::file_removed(FileId file, RequestContext context) {
  TraceRecord made = journal_.record(TraceKind::file_removed, 0, context, file.value);
  made.component = Component::host_disk;
  journal_.recorder().write(made);
}

void HostDiskTools::command(CommandKind kind, RequestContext context, FileId source, std::int64_t destination,
                            std::int64_t took_us) {
  TraceRecord made = journal_.record(TraceKind::command, static_cast<std::uint8_t>(kind), context, source.value);
  made.component = Component::host_disk;
  made.a = destination;
  made.b = took_us;
  journal_.recorder().write(made);
}

Task<HostDiskResult<DirectoryId>> HostDiskTools::make_temporary_directory(RequestContext context,
                                                                          InstanceUuid instance) {
  const OperationCall operation = call(Operation::disk_mkdtemp, context, instance);
  const Fault fault = operations_.meet(operation);
  co_await operations_.begin(runtime_, operation, timing::make_directory);
  HostDiskResult<DirectoryId> made = os_failure_of(fault);
  if (!fault.happens()) {
    HostDirectory directory;
    directory.host = journal_.host();
    files_.directories.push_back(std::move(directory));
    made = DirectoryId(static_cast<std::uint32_t>(files_.directories.size() - 1));
  }
  operations_.ended(operation, made ? 0 : made.error().code);
  co_await operations_.finish(runtime_, operation);
  co_return made;
}

/// Where the host has no room for the whole copy, it fails as if that had been planned.
CopyFault HostDiskTools::copy_fault(const Fault& planned, FileId source) const {
  CopyFault fault = copy_fault_of(planned);
  if (fault.kind != CopyFault::Kind::none || !config_.host_free_mib) return fault;
  std::int64_t left = *config_.host_free_mib * 1024 * 1024;
  for (const HostDirectory& directory : files_.directories) {
    if (!directory.exists || directory.host != journal_.host()) continue;
    for (const FileId file : directory.files) {
      if (disks_.model().exists(file)) left -= disks_.model().content(file).held_bytes();
    }
  }
  if (disks_.model().content(source).used_bytes <= left) return fault;
  fault.kind = CopyFault::Kind::full;
  fault.after_bytes = std::max<std::int64_t>(left, 0);
  return fault;
}

Task<HostDiskResult<FileId>> HostDiskTools::convert_image(RequestContext context, InstanceUuid instance,
                                                          DirectoryId directory, FileId source, DiskFormat format) {
  const OperationCall operation = call(Operation::disk_extract, context, instance);
  const Fault planned = operations_.meet(operation);
  const Duration takes = timing::qemu_img_overhead +
                         timing::transfer(disks_.model().content(source).used_bytes, timing::convert_mib_per_s);
  co_await operations_.open(runtime_, operation);
  const std::uint64_t generation_at_begin = hypervisors_.hypervisor().generation(instance, hypervisors_.now_us());
  const DiskResult<FileId> out = disks_.begin_convert(source, format);
  if (out) file_made(*out, FilePurpose::extracted_image, context, instance, directory);
  command(CommandKind::convert, context, source, out ? std::int64_t{out->value} : -1, -1);
  co_await operations_.pass(runtime_, operation, takes);
  hypervisors_.hypervisor().flush_writes(instance, hypervisors_.now_us());
  const CopyFault fault = copy_fault(planned, source);
  const DiskResult<void> converted =
      out ? disks_.finish_convert(*out, generation_at_begin, fault) : DiskResult<void>(out.error());
  if (fault.kind == CopyFault::Kind::hang) co_await Forever();
  command(CommandKind::convert, context, source, converted ? std::int64_t{out->value} : -1, takes.count());
  operations_.ended(operation, converted ? 0 : 1);
  co_await operations_.finish(runtime_, operation);
  if (!converted) co_return failure_of(converted.error());
  co_return *out;
}

Task<HostDiskResult<FileId>> HostDiskTools::create_cow_image(RequestContext context, InstanceUuid instance,
                                                             DirectoryId directory, FileId disk) {
  const OperationCall operation = call(Operation::disk_create_delta, context, instance);
  const Fault fault = operations_.meet(operation);
  co_await operations_.open(runtime_, operation);
  command(CommandKind::create_delta, context, disk, static_cast<std::int64_t>(files_.files.size()), -1);
  co_await operations_.pass(runtime_, operation, timing::qemu_img_create);
  DiskResult<FileId> delta = DiskError{DiskError::Kind::exit, "qemu-img create fails"};
  if (!fault.happens()) delta = disks_.create_delta(disk);
  if (delta) file_made(*delta, FilePurpose::delta, context, instance, directory);
  const std::int64_t made = delta ? std::int64_t{delta->value} : -1;
  command(CommandKind::create_delta, context, disk, made, timing::qemu_img_create.count());
  operations_.ended(operation, delta ? 0 : 1);
  co_await operations_.finish(runtime_, operation);
  if (!delta) co_return failure_of(delta.error());
  co_return *delta;
}

DiskResult<FileId> HostDiskTools::new_disk(InstanceUuid instance, ImageId image) {
  const DiskSpec spec = disk_spec_of(instances_[instance.value]);
  if (!image.exists()) return disks_.create_guest_disk(spec);
  const std::optional<StoredImage> stored = glance_.stored_image(image);
  if (!stored) return DiskError{DiskError::Kind::unreadable, "the image is no whole disk"};
  return disks_.create_guest_disk_from(spec, *stored);
}

Task<HostDiskResult<FileId>> HostDiskTools::create_disk(RequestContext context, InstanceUuid instance, ImageId image,
                                                        bool is_rescue) {
  const std::int64_t bytes = image.exists() ? glance_.modelled_bytes(image) : 0;
  co_await runtime_.sleep(timing::qemu_img_overhead + timing::transfer(bytes, timing::convert_mib_per_s));
  constexpr int einval = 22;
  const DiskResult<FileId> made = new_disk(instance, image);
  if (!made) co_return HostDiskFailure{HostDiskFailure::Kind::os_error, einval};
  file_made(*made, FilePurpose::guest_disk, context, instance, DirectoryId());
  InstanceDisks& disks = files_.instances[instance.value];
  (is_rescue ? disks.rescue : disks.root) = *made;
  co_return *made;
}

void HostDiskTools::disk_removed(FileId& disk, RequestContext context) {
  if (!disk.exists()) return;
  if (disks_.remove(disk)) file_removed(disk, context);
  disk = FileId();
}

Task<HostDiskResult<void>> HostDiskTools::delete_rescue_disk(RequestContext context, InstanceUuid instance) {
  co_await runtime_.sleep(timing::remove_files);
  disk_removed(files_.instances[instance.value].rescue, context);
  co_return HostDiskResult<void>();
}

Task<HostDiskResult<void>> HostDiskTools::delete_instance_files(RequestContext context, InstanceUuid instance) {
  const OperationCall operation = call(Operation::disk_delete_instance_files, context, instance);
  co_await operations_.begin(runtime_, operation, timing::delete_instance_files);
  InstanceDisks& disks = files_.instances[instance.value];
  disk_removed(disks.rescue, context);
  disk_removed(disks.root, context);
  operations_.ended(operation, 0);
  co_await operations_.finish(runtime_, operation);
  co_return HostDiskResult<void>();
}

Task<HostDiskResult<void>> HostDiskTools::remove_file(RequestContext context, InstanceUuid, FileId file) {
  co_await runtime_.sleep(timing::remove_files);
  const DiskResult<void> removed = disks_.remove(file);
  if (!removed) co_return failure_of(removed.error());
  file_removed(file, context);
  co_return HostDiskResult<void>();
}

Task<HostDiskResult<void>> HostDiskTools::remove_temporary_directory(RequestContext context, InstanceUuid instance,
                                                                     DirectoryId directory) {
  const OperationCall operation = call(Operation::disk_cleanup, context, instance);
  const Fault fault = operations_.meet(operation);
  co_await operations_.begin(runtime_, operation, timing::remove_files);
  HostDiskResult<void> result;
  if (fault.happens()) {
    result = os_failure_of(fault);
  } else {
    remove_now(directory, context);
  }
  operations_.ended(operation, result ? 0 : result.error().code);
  co_await operations_.finish(runtime_, operation);
  co_return result;
}

void HostDiskTools::remove_now(DirectoryId directory, RequestContext context) {
  HostDirectory& removed = files_.directories[directory.value];
  for (const FileId file : removed.files) {
    if (disks_.model().exists(file) && disks_.remove(file)) file_removed(file, context);
  }
  removed.exists = false;
}

Task<std::vector<DirectoryId>> HostDiskTools::temporary_directories(RequestContext) {
  co_await runtime_.sleep(timing::make_directory);
  std::vector<DirectoryId> found;
  for (std::uint32_t i = 0; i < files_.directories.size(); ++i) {
    const HostDirectory& directory = files_.directories[i];
    if (directory.exists && directory.host == journal_.host()) found.push_back(DirectoryId(i));
  }
  co_return found;
}

std::int64_t HostDiskTools::file_size(FileId file) {
  const DiskResult<std::int64_t> bytes = disks_.file_bytes(file);
  SNAPSIM_ASSERT(bytes.has_value(), "the driver opens a file that it has just made");
  return *bytes;
}

}  // namespace snapsim
