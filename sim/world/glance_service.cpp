#include "sim/world/glance_service.hpp"

#include <algorithm>

#include "sim/world/timing.hpp"

namespace snapsim {

void GlanceService::upload_begun(const Runtime& client, ImageId image, std::int64_t file_bytes) {
  uploads_.push_back({&client, image});
  windows_[image.value].extracted_bytes = file_bytes;
}

void GlanceService::upload_ended(ImageId image) {
  std::erase_if(uploads_, [image](const Upload& upload) { return upload.image == image; });
}

void GlanceService::client_died(const Runtime& client) {
  for (const Upload& upload : uploads_) {
    if (upload.client == &client) glance_.abort_upload(upload.image);
  }
  std::erase_if(uploads_, [&client](const Upload& upload) { return upload.client == &client; });
}

/// The model's length of the file decides, so that real files change nothing on the virtual clock.
Duration GlanceService::upload_duration(const ImageReader& data) const {
  const DiskResult<std::int64_t> modelled = disks_.file_bytes(data.file);
  const std::int64_t bytes = modelled ? *modelled : 0;
  const Duration whole = timing::transfer(bytes, timing::upload_mib_per_s);
  if (data.position == 0 || data.size_bytes == 0) return whole;
  return whole * (data.size_bytes - data.position) / data.size_bytes;
}

void GlanceService::image_status_changed(ImageId image, const ImageRecord& record, ImageStatus before, bool is_new) {
  const std::uint64_t written = hypervisors_.hypervisor().generation(record.instance, hypervisors_.now_us());
  if (is_new) windows_.push_back({written, written});
  windows_[image.value].end = written;
  TraceRecord made;
  made.kind = TraceKind::image_status;
  made.code = static_cast<std::uint8_t>(record.status);
  made.component = Component::glance;
  made.request = context_.request_id.value;
  made.subject = image.value;
  made.a = is_new ? -1 : static_cast<std::int64_t>(before);
  recorder_.write(made);
}

OperationCall GlanceConnection::call(Operation operation, RequestContext context, InstanceUuid instance,
                                     ImageId image) const {
  const std::int64_t number = image.exists() ? std::int64_t{image.value} : -1;
  return {operation, journal_.component(), journal_.host(), context, instance, number};
}

void GlanceConnection::answered(GlanceCall what, const OperationCall& operation, ImageId image, int status,
                                Duration took) {
  TraceRecord made = journal_.record(TraceKind::http, static_cast<std::uint8_t>(what), operation.context, image.value);
  made.component = Component::glance;
  made.a = status;
  made.b = took.count();
  journal_.recorder().write(made);
}

Task<HttpResult<void>> GlanceConnection::schema(RequestContext context) {
  co_await runtime_.sleep(timing::glance_schema);
  const OperationCall none = call(Operation::glance_get, context, InstanceUuid(), ImageId());
  answered(GlanceCall::schema, none, ImageId(), 200, timing::glance_schema);
  co_return HttpResult<void>();
}

Task<HttpResult<ImageId>> GlanceConnection::create(RequestContext context, ImageCreation image) {
  const OperationCall operation = call(Operation::glance_create, context, image.instance, ImageId());
  co_await operations_.begin(runtime_, operation, timing::glance_create);
  service_.serve(context);
  const ImageId made = service_.glance().create(image.instance, image.request);
  service_.ledger().entry(RequestId(image.request)).image = made;
  answered(GlanceCall::create, operation, made, 201, timing::glance_create);
  operations_.ended(operation, 0);
  if (operations_.needs_finish(operation)) co_await operations_.finish(runtime_, operation);
  co_return made;
}

Task<HttpResult<GlanceImage>> GlanceConnection::show(RequestContext context, InstanceUuid instance, ImageId image) {
  const OperationCall operation = call(Operation::glance_get, context, instance, image);
  co_await operations_.begin(runtime_, operation, timing::glance_show);
  service_.serve(context);
  const GlanceResult<ImageRecord> record = service_.glance().show(image);
  const int status = record ? 200 : record.error().status;
  answered(GlanceCall::show, operation, image, status, timing::glance_show);
  operations_.ended(operation, record ? 0 : status);
  if (operations_.needs_finish(operation)) co_await operations_.finish(runtime_, operation);
  if (!record) co_return HttpFailure{status};
  co_return GlanceImage{record->status};
}

Task<HttpResult<void>> GlanceConnection::patch(RequestContext context, InstanceUuid instance, ImageId image,
                                               DiskFormat disk_format) {
  const OperationCall operation = call(Operation::glance_update, context, instance, image);
  co_await operations_.begin(runtime_, operation, timing::glance_patch);
  service_.serve(context);
  const GlanceResult<void> patched = service_.glance().set_formats(image, disk_format);
  const int status = patched ? 200 : patched.error().status;
  answered(GlanceCall::update, operation, image, status, timing::glance_patch);
  operations_.ended(operation, patched ? 0 : status);
  if (operations_.needs_finish(operation)) co_await operations_.finish(runtime_, operation);
  if (!patched) co_return HttpFailure{status};
  co_return HttpResult<void>();
}

/// The body arrives: Glance reads it to its end, and the reader has given what it gave.
GlanceResult<void> GlanceConnection::upload_body(ImageId image, ImageReader& data) {
  const ImageSlice slice{data.file, data.position, data.size_bytes - data.position};
  data.position = data.size_bytes;
  const GlanceResult<void> appended = service_.glance().append_upload(image, slice);
  if (!appended) return appended;
  return service_.glance().finish_upload(image);
}

Task<HttpResult<void>> GlanceConnection::upload(RequestContext context, InstanceUuid instance, ImageId image,
                                                std::shared_ptr<ImageReader> data) {
  const OperationCall operation = call(Operation::glance_upload, context, instance, image);
  co_await operations_.open(runtime_, operation);
  service_.serve(context);
  const GlanceResult<void> begun = service_.glance().begin_upload(image);
  if (begun) service_.upload_begun(runtime_, image, data->size_bytes);
  const Duration body = begun ? service_.upload_duration(*data) : Duration::zero();
  const Duration duration = timing::glance_upload_overhead + body;
  co_await operations_.pass(runtime_, operation, duration);
  service_.serve(context);
  GlanceResult<void> uploaded = begun;
  if (begun) {
    uploaded = upload_body(image, *data);
    service_.upload_ended(image);
  }
  const int status = uploaded ? 204 : uploaded.error().status;
  answered(GlanceCall::upload, operation, image, status, duration);
  operations_.ended(operation, uploaded ? 0 : status);
  if (operations_.needs_finish(operation)) co_await operations_.finish(runtime_, operation);
  if (!uploaded) co_return HttpFailure{status};
  co_return HttpResult<void>();
}

Task<HttpResult<void>> GlanceConnection::remove(RequestContext context, InstanceUuid instance, ImageId image) {
  const OperationCall operation = call(Operation::glance_delete, context, instance, image);
  co_await operations_.begin(runtime_, operation, timing::glance_delete);
  service_.serve(context);
  const GlanceResult<void> removed = service_.glance().remove(image);
  const int status = removed ? 204 : removed.error().status;
  answered(GlanceCall::remove, operation, image, status, timing::glance_delete);
  operations_.ended(operation, removed ? 0 : status);
  if (operations_.needs_finish(operation)) co_await operations_.finish(runtime_, operation);
  if (!removed) co_return HttpFailure{status};
  co_return HttpResult<void>();
}

}  // namespace snapsim
