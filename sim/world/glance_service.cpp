#include "sim/world/glance_service.hpp"

#include <algorithm>

#include "sim/world/timing.hpp"

namespace snapsim {
namespace {

/// glanceclient reads a file in pieces of this size, and one of them has left the file when a cut is noticed.
constexpr std::int64_t chunk_bytes = 64 * 1024;

/// In the record of an operation's end: there was no answer.
constexpr std::int64_t no_answer = -1;

Duration time_of(const Fault& fault, Duration normally) {
  if (fault.outcome == Outcome::refused) return timing::connection_refused;
  return fault.outcome == Outcome::timeout ? timing::http_timeout : normally;
}

/// The status that the client sees: that of the fault, none where Glance was down or died, or else Glance's own.
int status_told(const Fault& fault, bool arrives, int status) {
  if (!arrives) return 0;
  return fault.happens() ? http_status(fault.outcome) : status;
}

/// The fault's answer comes from something before Glance: the network, a load balancer, a middleware.
bool answers_in_glances_place(const Fault& fault) {
  const bool cuts_the_body = fault.outcome == Outcome::reset || fault.outcome == Outcome::timeout;
  return fault.prevents_effect() && !cuts_the_body && fault.outcome != Outcome::store_full;
}

std::int64_t left_bytes(const ImageReader& data) {
  return data.size_bytes - data.position;
}

/// So many bytes have arrived when the connection was cut: what the client has read of its file until it noticed.
void read_until_cut(ImageReader& data, std::int64_t arrived) {
  const std::int64_t chunks = (arrived + chunk_bytes - 1) / chunk_bytes + 1;
  data.position += std::min(left_bytes(data), chunks * chunk_bytes);
}

}  // namespace

std::optional<StoredImage> GlanceService::stored_image(ImageId image) const {
  const std::vector<ImageSlice>& slices = store_.model().slices(image);
  const bool is_one_file = slices.size() == 1 && slices.front().offset == 0 &&
                           slices.front().length == windows_[image.value].extracted_bytes;
  if (!is_one_file) return std::nullopt;
  return StoredImage{image, slices.front().file};
}

std::int64_t GlanceService::modelled_bytes(ImageId image) const {
  const std::optional<StoredImage> stored = stored_image(image);
  return stored ? disks_.bytes_of_whole(stored->uploaded) : 0;
}

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
Duration GlanceService::upload_duration(const ImageReader& data, std::int64_t bytes) const {
  const DiskResult<std::int64_t> modelled = disks_.file_bytes(data.file);
  const Duration whole = timing::transfer(modelled ? *modelled : 0, timing::upload_mib_per_s);
  if (bytes == data.size_bytes || data.size_bytes == 0) return whole;
  return whole * bytes / data.size_bytes;
}

GlanceImage GlanceService::view(ImageId image) const {
  const ImageRecord& record = glance_.record(image);
  GlanceImage view{record.status,     image,    record.instance,   RequestId(record.request),
                   record.size_bytes, FileId(), record.min_disk_gb};
  const std::optional<StoredImage> stored = record.status == ImageStatus::active ? stored_image(image) : std::nullopt;
  if (stored) view.hashed = stored->uploaded;
  return view;
}

void GlanceService::start() {
  outage_.end();
  if (!recovers_uploads_) return;
  serve(RequestContext());
  glance_.recover_uploads();
}

void GlanceService::kill() {
  outage_.begin();
  uploads_.clear();
}

void GlanceService::image_status_changed(ImageId image, const ImageRecord& record, ImageStatus before, bool is_new) {
  const std::uint64_t written = hypervisors_.hypervisor().generation(record.instance, hypervisors_.now_us());
  if (is_new) windows_.push_back({written, written});
  windows_[image.value].end = written;
  windows_[image.value].was_active |= record.status == ImageStatus::active;
  windows_[image.value].was_deleted_by_user |= serves_user_ && record.status == ImageStatus::deleted;
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
                                Instant begun) {
  TraceRecord made = journal_.record(TraceKind::http, static_cast<std::uint8_t>(what), operation.context, image.value);
  made.component = Component::glance;
  made.a = status;
  made.b = (runtime_.now() - begun).count();
  journal_.recorder().write(made);
  const bool has_record = what != GlanceCall::schema;
  if (has_record) operations_.ended(operation, status == 0 ? no_answer : status < 400 ? 0 : status);
}

Task<HttpResult<void>> GlanceConnection::schema(RequestContext context) {
  const Instant begun = runtime_.now();
  journal_.recorder().dealings().asked_for_schema();
  const bool is_answered = co_await service_.outage().wait(runtime_, timing::glance_schema);
  journal_.recorder().dealings().asked_for_schema();
  const OperationCall none = call(Operation::glance_get, context, InstanceUuid(), ImageId());
  answered(GlanceCall::schema, none, ImageId(), is_answered ? 200 : 0, begun);
  if (!is_answered) co_return HttpFailure{0};
  co_return HttpResult<void>();
}

Task<HttpResult<ImageId>> GlanceConnection::create(RequestContext context, ImageCreation image) {
  const OperationCall operation = call(Operation::glance_create, context, image.instance, ImageId());
  const Fault fault = operations_.meet(operation);
  const Instant begun = runtime_.now();
  const bool arrives =
      co_await operations_.begin(runtime_, operation, time_of(fault, timing::glance_create), &service_.outage());
  ImageId made;
  int status = 0;
  if (arrives && !fault.prevents_effect()) {
    service_.serve(context);
    made =
        service_.glance().create(image.instance, image.request, image.image_type, image.backup_type, image.min_disk_gb);
    status = 201;
  }
  status = status_told(fault, arrives, status);
  if (status == 201) service_.ledger().entry(RequestId(image.request)).image = made;
  answered(GlanceCall::create, operation, made, status, begun);
  co_await operations_.finish(runtime_, operation);
  if (status != 201) co_return HttpFailure{status};
  co_return made;
}

Task<HttpResult<GlanceImage>> GlanceConnection::show(RequestContext context, InstanceUuid instance, ImageId image) {
  const OperationCall operation = call(Operation::glance_get, context, instance, image);
  const Fault fault = operations_.meet(operation);
  const Instant begun = runtime_.now();
  const bool arrives =
      co_await operations_.begin(runtime_, operation, time_of(fault, timing::glance_show), &service_.outage());
  const GlanceResult<ImageRecord> record = service_.glance().show(image);
  const int status = status_told(fault, arrives, record ? 200 : record.error().status);
  answered(GlanceCall::show, operation, image, status, begun);
  co_await operations_.finish(runtime_, operation);
  if (status != 200) co_return HttpFailure{status};
  co_return service_.view(image);
}

Task<HttpResult<void>> GlanceConnection::download(RequestContext context, InstanceUuid instance, ImageId image) {
  const OperationCall operation = call(Operation::glance_get, context, instance, image);
  const Fault fault = operations_.meet(operation);
  const Instant begun = runtime_.now();
  const GlanceResult<ImageRecord> record = service_.glance().show(image);
  const std::int64_t bytes = record ? std::max<std::int64_t>(service_.modelled_bytes(image), 0) : 0;
  const Duration takes = timing::glance_show + timing::transfer(bytes, timing::upload_mib_per_s);
  const bool arrives = co_await operations_.begin(runtime_, operation, time_of(fault, takes), &service_.outage());
  const GlanceResult<ImageRecord> served = service_.glance().show(image);
  const int served_status = !served ? served.error().status : served->status == ImageStatus::active ? 200 : 204;
  const int status = status_told(fault, arrives, served_status);
  answered(GlanceCall::download, operation, image, status, begun);
  co_await operations_.finish(runtime_, operation);
  if (status != 200) co_return HttpFailure{status};
  co_return HttpResult<void>();
}

Task<HttpResult<std::vector<GlanceImage>>> GlanceConnection::list(RequestContext context, ImageFilters filters) {
  const OperationCall operation =
      call(Operation::glance_list, context, filters.instance.value_or(InstanceUuid()), ImageId());
  const Fault fault = operations_.meet(operation);
  const Instant begun = runtime_.now();
  const bool arrives =
      co_await operations_.begin(runtime_, operation, time_of(fault, timing::glance_list), &service_.outage());
  const ImageListFilters asked{filters.image_type, filters.backup_type, filters.instance, filters.status};
  std::vector<GlanceImage> images;
  for (const ImageId image : service_.glance().list(asked)) {
    images.push_back(service_.view(image));
  }
  const int status = status_told(fault, arrives, 200);
  answered(GlanceCall::list, operation, ImageId(), status, begun);
  co_await operations_.finish(runtime_, operation);
  if (status != 200) co_return HttpFailure{status};
  co_return images;
}

Task<HttpResult<void>> GlanceConnection::patch(RequestContext context, InstanceUuid instance, ImageId image,
                                               DiskFormat disk_format) {
  const OperationCall operation = call(Operation::glance_update, context, instance, image);
  const Fault fault = operations_.meet(operation);
  const Instant begun = runtime_.now();
  const bool arrives =
      co_await operations_.begin(runtime_, operation, time_of(fault, timing::glance_patch), &service_.outage());
  int status = 0;
  if (arrives && !fault.prevents_effect()) {
    service_.serve(context);
    const GlanceResult<void> patched = service_.glance().set_formats(image, disk_format);
    status = patched ? 200 : patched.error().status;
  }
  status = status_told(fault, arrives, status);
  answered(GlanceCall::update, operation, image, status, begun);
  co_await operations_.finish(runtime_, operation);
  if (status != 200) co_return HttpFailure{status};
  co_return HttpResult<void>();
}

Task<HttpResult<void>> GlanceConnection::remove(RequestContext context, InstanceUuid instance, ImageId image) {
  const OperationCall operation = call(Operation::glance_delete, context, instance, image);
  const Fault fault = operations_.meet(operation);
  const Instant begun = runtime_.now();
  const bool arrives =
      co_await operations_.begin(runtime_, operation, time_of(fault, timing::glance_delete), &service_.outage());
  int status = 0;
  if (arrives && !fault.prevents_effect()) {
    if (journal_.component() == Component::client) {
      service_.serve_user(context);
    } else {
      service_.serve(context);
    }
    const GlanceResult<void> removed = service_.glance().remove(image);
    status = removed ? 204 : removed.error().status;
  }
  status = status_told(fault, arrives, status);
  answered(GlanceCall::remove, operation, image, status, begun);
  co_await operations_.finish(runtime_, operation);
  if (status != 204) co_return HttpFailure{status};
  co_return HttpResult<void>();
}

Task<HttpResult<void>> GlanceConnection::upload(RequestContext context, InstanceUuid instance, ImageId image,
                                                std::shared_ptr<ImageReader> data) {
  const OperationCall operation = call(Operation::glance_upload, context, instance, image);
  const Fault fault = operations_.meet(operation);
  const Instant begun = runtime_.now();
  co_await operations_.open(runtime_, operation);
  int status = 0;
  if (answers_in_glances_place(fault)) {
    status = co_await upload_to_front(operation, data.get(), fault);
  } else {
    status = co_await upload_to_glance(operation, image, data.get(), fault);
  }
  answered(GlanceCall::upload, operation, image, status, begun);
  co_await operations_.finish(runtime_, operation);
  if (status != 204) co_return HttpFailure{status};
  co_return HttpResult<void>();
}

/// What stands before Glance takes the whole body and answers; Glance never hears of it. A refused connection takes
/// nothing.
Task<int> GlanceConnection::upload_to_front(OperationCall operation, ImageReader* data, Fault fault) {
  if (fault.outcome == Outcome::refused) {
    co_await operations_.pass(runtime_, operation, timing::connection_refused);
    co_return 0;
  }
  const Duration body = service_.upload_duration(*data, left_bytes(*data));
  co_await operations_.pass(runtime_, operation, timing::glance_upload_overhead + body);
  data->position = data->size_bytes;
  co_return http_status(fault.outcome);
}

/// The body goes to Glance, all of it or up to where it is cut.
Task<int> GlanceConnection::upload_to_glance(OperationCall operation, ImageId image, ImageReader* data, Fault fault) {
  const std::int64_t left = left_bytes(*data);
  std::int64_t arriving = left;
  if (fault.prevents_effect()) arriving = std::min(left, fault.after_bytes < 0 ? left / 2 : fault.after_bytes);
  const Instant sent_since = runtime_.now();

  service_.serve(operation.context);
  GlanceResult<void> done = GlanceError{0};
  if (service_.outage().is_up()) done = service_.glance().begin_upload(image);
  const bool is_begun = done.has_value();
  if (is_begun) service_.upload_begun(runtime_, image, data->size_bytes);

  const Duration body = is_begun ? service_.upload_duration(*data, arriving) : Duration::zero();
  Duration takes = timing::glance_upload_overhead + body;
  if (fault.outcome == Outcome::timeout) takes += timing::http_timeout;
  const bool was_served = co_await operations_.pass(runtime_, operation, takes, &service_.outage());
  if (!is_begun && was_served) co_return done.error().status;
  if (!is_begun) co_return 0;

  if (!was_served) {
    // Glance died: what it had received stays in its store.
    const Duration sent_for = runtime_.now() - sent_since;
    arriving = body > Duration::zero() ? arriving * std::min(sent_for, body).count() / body.count() : 0;
    const ImageSlice part{data->file, data->position, arriving};
    if (arriving > 0) service_.glance().abandon_upload(image, part);
    read_until_cut(*data, arriving);
    co_return 0;
  }
  service_.serve(operation.context);
  service_.upload_ended(image);
  const ImageSlice slice{data->file, data->position, arriving};
  done = service_.glance().append_upload(image, slice);
  if (fault.prevents_effect()) {
    if (done) service_.glance().abort_upload(image);
    // A body that Glance refuses it still reads to its end.
    read_until_cut(*data, fault.outcome == Outcome::store_full ? left : arriving);
    co_return http_status(fault.outcome);
  }
  data->position = data->size_bytes;
  if (done) done = service_.glance().finish_upload(image);
  const int status = done ? 204 : done.error().status;
  co_return status_told(fault, true, status);
}

}  // namespace snapsim
