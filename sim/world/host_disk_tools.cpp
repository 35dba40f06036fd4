#include "sim/world/host_disk_tools.hpp"

#include "sim/world/timing.hpp"

namespace snapsim {
namespace {

/// What Nova sees of a failed command: an exit status, or minus the signal.
HostDiskFailure failure_of(const DiskError& error) {
  constexpr int sigkill = 9;
  const int code = error.kind == DiskError::Kind::killed ? -sigkill : 1;
  return {HostDiskFailure::Kind::command, code};
}

}  // namespace

OperationCall HostDiskTools::call(Operation operation, RequestContext context, InstanceUuid instance) const {
  return {operation, journal_.component(), journal_.host(), context, instance, -1};
}

void HostDiskTools::file_made(FileId file, FilePurpose purpose, RequestContext context, InstanceUuid instance) {
  files_.push_back({purpose, instance});
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

Task<HostDiskResult<void>> HostDiskTools::make_temporary_directory(RequestContext, InstanceUuid) {
  co_await runtime_.sleep(timing::make_directory);
  co_return HostDiskResult<void>();
}

Task<HostDiskResult<FileId>> HostDiskTools::convert_image(RequestContext context, InstanceUuid instance, FileId source,
                                                          DiskFormat format) {
  const OperationCall operation = call(Operation::disk_extract, context, instance);
  const Duration takes = timing::qemu_img_overhead +
                         timing::transfer(disks_.model().content(source).used_bytes, timing::convert_mib_per_s);
  co_await operations_.open(runtime_, operation);
  const std::uint64_t generation_at_begin = hypervisors_.hypervisor().generation(instance, hypervisors_.now_us());
  command(CommandKind::convert, context, source, static_cast<std::int64_t>(files_.size()), -1);
  co_await operations_.pass(runtime_, operation, takes);
  hypervisors_.hypervisor().flush_writes(instance, hypervisors_.now_us());
  const DiskResult<FileId> converted = disks_.convert(source, format, generation_at_begin);
  if (converted) {
    file_made(*converted, FilePurpose::extracted_image, context, instance);
    command(CommandKind::convert, context, source, converted->value, takes.count());
  }
  operations_.ended(operation, converted ? 0 : 1);
  if (operations_.needs_finish(operation)) co_await operations_.finish(runtime_, operation);
  if (!converted) co_return failure_of(converted.error());
  co_return *converted;
}

Task<HostDiskResult<FileId>> HostDiskTools::create_cow_image(RequestContext context, InstanceUuid instance,
                                                             FileId disk) {
  command(CommandKind::create_delta, context, disk, static_cast<std::int64_t>(files_.size()), -1);
  co_await runtime_.sleep(timing::qemu_img_create);
  const DiskResult<FileId> delta = disks_.create_delta(disk);
  if (!delta) co_return failure_of(delta.error());
  file_made(*delta, FilePurpose::delta, context, instance);
  command(CommandKind::create_delta, context, disk, delta->value, timing::qemu_img_create.count());
  co_return *delta;
}

Task<HostDiskResult<void>> HostDiskTools::remove_file(RequestContext context, InstanceUuid, FileId file) {
  co_await runtime_.sleep(timing::remove_files);
  const DiskResult<void> removed = disks_.remove(file);
  if (!removed) co_return failure_of(removed.error());
  file_removed(file, context);
  co_return HostDiskResult<void>();
}

Task<HostDiskResult<void>> HostDiskTools::remove_temporary_directory(RequestContext context, InstanceUuid instance,
                                                                     std::vector<FileId> files) {
  const OperationCall operation = call(Operation::disk_cleanup, context, instance);
  co_await operations_.begin(runtime_, operation, timing::remove_files);
  for (const FileId file : files) {
    const DiskResult<void> removed = disks_.remove(file);
    if (removed) file_removed(file, context);
  }
  operations_.ended(operation, 0);
  if (operations_.needs_finish(operation)) co_await operations_.finish(runtime_, operation);
  co_return HostDiskResult<void>();
}

Task<void> HostDiskTools::delete_instance_files(RequestContext context, InstanceUuid instance) {
  const OperationCall operation = call(Operation::disk_delete_instance_files, context, instance);
  co_await operations_.begin(runtime_, operation, timing::delete_instance_files);
  for (std::uint32_t i = 0; i < files_.size(); ++i) {
    const FileId file(i);
    const bool is_its_disk = files_[i].purpose == FilePurpose::guest_disk && files_[i].instance == instance;
    if (!is_its_disk || !disks_.model().exists(file)) continue;
    const DiskResult<void> removed = disks_.remove(file);
    if (removed) file_removed(file, context);
  }
  operations_.ended(operation, 0);
  if (operations_.needs_finish(operation)) co_await operations_.finish(runtime_, operation);
}

std::int64_t HostDiskTools::file_size(FileId file) {
  const DiskResult<std::int64_t> bytes = disks_.file_bytes(file);
  SNAPSIM_ASSERT(bytes.has_value(), "the driver opens a file that it has just made");
  return *bytes;
}

}  // namespace snapsim
