#include "sim/nova/glance_client.hpp"

#include <utility>

#include "sim/nova/exceptions.hpp"

namespace snapsim {
namespace {

using namespace std::chrono_literals;

/// Rule verify_uploads: looks at an image, a second apart, before an upload is given up.
constexpr int last_looks = 60;

/// glanceclient.exc: no connection (or none any more) is CommunicationError, everything else HTTPException.
[[noreturn]] void throw_http(HttpFailure failure) {
  if (failure.status == 0) throw CommunicationError();
  throw HttpException(failure.status);
}

/// nova/image/glance.py: _translate_image_exception.
[[noreturn]] void throw_translated(HttpFailure failure, ImageId image) {
  switch (failure.status) {
    case 401:
    case 403:
      throw ImageNotAuthorized(image);
    case 404:
      throw ImageNotFound(image);
    case 400:
      throw ImageBadRequest(image);
    case 413:
      throw ImageQuotaExceeded(image);
    default:
      throw_http(failure);
  }
}

/// nova/image/glance.py: _translate_plain_exception.
[[noreturn]] void throw_translated_plain(HttpFailure failure) {
  const Failure http{FailureKind::http, 0, 0, failure.status};
  switch (failure.status) {
    case 401:
    case 403:
      throw Forbidden(http);
    case 404:
      throw NotFound(http);
    case 400:
      throw Invalid(http);
    default:
      throw_http(failure);
  }
}

/// nova/image/glance.py, GlanceImageServiceV2.delete(): three answers have a name, the others go through as they are.
[[noreturn]] void throw_translated_of_delete(HttpFailure failure, ImageId image) {
  switch (failure.status) {
    case 403:
      throw ImageNotAuthorized(image);
    case 404:
      throw ImageNotFound(image);
    case 409:
      throw ImageDeleteConflict(image);
    default:
      throw_http(failure);
  }
}

/// nova/image/glance.py, GlanceClientWrapper.call: retry_excs = ServiceUnavailable, InvalidEndpoint,
/// CommunicationError, IOError.
bool is_retried(HttpFailure failure) {
  return failure.status == 503 || failure.status == 0;
}

}  // namespace

GlanceClient::GlanceClient(Runtime& runtime, GlanceApi& glance, Journal& journal, const Config& config)
    : runtime_(runtime),
      glance_(glance),
      journal_(journal),
      attempts_max_(1 + config.glance_num_retries),
      rules_(config.rules) {}

// nova/image/glance.py, GlanceClientWrapper.call: what follows a failed attempt. Returns when there is to be another.
Task<void> GlanceClient::wait_before_retry(RequestContext context, GlanceMethod method, int attempt,
                                           HttpFailure failure) {
  const Failure http{failure.status == 0 ? FailureKind::communication_error : FailureKind::http, 0, 0, failure.status};
  const bool is_last = attempt == attempts_max_;
  const auto message = is_last ? LogMessage::done_trying_glance : LogMessage::error_contacting_glance;
  journal_.log(context, InstanceUuid(), message, static_cast<std::int64_t>(method), http.packed());
  if (is_last) throw GlanceConnectionFailed(failure.status);
  co_await runtime_.sleep(1s);
}

// glanceclient/v2/images.py, get(): the record, then the schema of a client that has not seen it yet.
Task<HttpResult<GlanceImage>> GlanceClient::images_get(RequestContext context, InstanceUuid instance, ImageId image) {
  const HttpResult<GlanceImage> view = co_await glance_.show(context, instance, image);
  if (!view) co_return view;
  const HttpResult<void> schema = co_await glance_.schema(context);
  if (!schema) co_return schema.error();
  co_return view;
}

// glanceclient/v2/images.py, update(): get, patch, get again.
Task<HttpResult<void>> GlanceClient::images_update(RequestContext context, InstanceUuid instance, ImageId image,
                                                   DiskFormat disk_format) {
  const HttpResult<GlanceImage> before = co_await images_get(context, instance, image);
  if (!before) co_return before.error();
  const HttpResult<void> schema = co_await glance_.schema(context);
  if (!schema) co_return schema.error();
  const HttpResult<void> patched = co_await glance_.patch(context, instance, image, disk_format);
  if (!patched) co_return patched.error();
  const HttpResult<GlanceImage> after = co_await glance_.show(context, instance, image);
  if (!after) co_return after.error();
  co_return HttpResult<void>();
}

// glanceclient/v2/images.py, create().
Task<HttpResult<ImageId>> GlanceClient::images_create(RequestContext context, ImageCreation image) {
  const HttpResult<void> schema = co_await glance_.schema(context);
  if (!schema) co_return schema.error();
  co_return co_await glance_.create(context, image);
}

// glanceclient/v2/images.py, list().
Task<HttpResult<std::vector<GlanceImage>>> GlanceClient::images_list(RequestContext context, ImageFilters filters) {
  const HttpResult<void> schema = co_await glance_.schema(context);
  if (!schema) co_return schema.error();
  co_return co_await glance_.list(context, filters);
}

// nova/image/glance.py, GlanceImageServiceV2.create(), _create_v2().
Task<ImageId> GlanceClient::create(RequestContext context, ImageCreation image) {
  for (int attempt = 1;; ++attempt) {
    const HttpResult<ImageId> created = co_await images_create(context, image);
    if (created) co_return *created;
    if (!is_retried(created.error())) throw_translated_plain(created.error());
    co_await wait_before_retry(context, GlanceMethod::create, attempt, created.error());
  }
}

// nova/image/glance.py, GlanceImageServiceV2.show().
Task<GlanceImage> GlanceClient::get(RequestContext context, InstanceUuid instance, ImageId image) {
  for (int attempt = 1;; ++attempt) {
    const HttpResult<GlanceImage> view = co_await images_get(context, instance, image);
    if (view) co_return *view;
    if (!is_retried(view.error())) throw_translated(view.error(), image);
    co_await wait_before_retry(context, GlanceMethod::get, attempt, view.error());
  }
}

// nova/image/glance.py, GlanceImageServiceV2.download().
Task<void> GlanceClient::download(RequestContext context, InstanceUuid instance, ImageId image) {
  for (int attempt = 1;; ++attempt) {
    const HttpResult<void> data = co_await glance_.download(context, instance, image);
    if (data) co_return;
    if (data.error().status == 204) throw ImageUnacceptable(0);
    if (!is_retried(data.error())) throw_translated(data.error(), image);
    co_await wait_before_retry(context, GlanceMethod::data, attempt, data.error());
  }
}

// nova/image/glance.py, GlanceImageServiceV2.detail(); glanceclient/v2/images.py, list(): the schema, then one page.
Task<std::vector<GlanceImage>> GlanceClient::detail(RequestContext context, ImageFilters filters) {
  for (int attempt = 1;; ++attempt) {
    const HttpResult<std::vector<GlanceImage>> images = co_await images_list(context, filters);
    if (images) co_return *images;
    if (!is_retried(images.error())) throw_translated_plain(images.error());
    co_await wait_before_retry(context, GlanceMethod::list, attempt, images.error());
  }
}

// nova/image/glance.py, GlanceImageServiceV2.update(), _update_v2(). The reader is the same at every attempt to
// upload: a retry sends what the attempt before it has not read.
Task<void> GlanceClient::update(RequestContext context, InstanceUuid instance, ImageId image, DiskFormat disk_format,
                                std::shared_ptr<ImageReader> data) {
  for (int attempt = 1;; ++attempt) {
    const HttpResult<void> updated = co_await images_update(context, instance, image, disk_format);
    if (updated) break;
    if (!is_retried(updated.error())) throw_translated(updated.error(), image);
    co_await wait_before_retry(context, GlanceMethod::update, attempt, updated.error());
  }
  co_await upload(context, instance, image, data);
}

// nova/image/glance.py, GlanceImageServiceV2._upload_data().
Task<void> GlanceClient::upload(RequestContext context, InstanceUuid instance, ImageId image,
                                std::shared_ptr<ImageReader> data) {
  for (int attempt = 1;; ++attempt) {
    if (rules_.contains(Rule::verify_uploads)) data->position = 0;
    const HttpResult<void> uploaded = co_await glance_.upload(context, instance, image, data);
    if (uploaded) break;
    if (rules_.contains(Rule::verify_uploads)) {
      // The answer may be lost, and the image there all the same; or Glance has not let go of the attempt before.
      const bool is_tried_again = is_retried(uploaded.error()) && attempt < attempts_max_;
      const int looks = is_tried_again ? attempts_max_ : last_looks;
      const std::optional<bool> is_there = co_await has_content_of(context, instance, image, data->file, looks);
      if (is_there.value_or(false)) co_return;
      const bool may_be_let_go = uploaded.error().status == 409 && attempt > 1 && attempt < attempts_max_;
      if (may_be_let_go) {
        co_await runtime_.sleep(1s);
        continue;
      }
    }
    if (!is_retried(uploaded.error())) throw_translated(uploaded.error(), image);
    co_await wait_before_retry(context, GlanceMethod::upload, attempt, uploaded.error());
  }
  if (rules_.contains(Rule::verify_uploads)) {
    // Where nobody can tell, Glance's answer to the upload stands: the whole file was sent.
    const std::optional<bool> is_there = co_await has_content_of(context, instance, image, data->file, attempts_max_);
    if (!is_there.value_or(true)) throw ImageNotFound(image);
    co_return;
  }
  co_await get(context, instance, image);
}

/// Rule verify_uploads: whether Glance has the image active, with the size and the hash of the file. Where it cannot be
/// told it is asked again, so often in all; none: it could not be told then either. That there is no such image is
/// believed once it was said as often as anything is tried.
Task<std::optional<bool>> GlanceClient::has_content_of(RequestContext context, InstanceUuid instance, ImageId image,
                                                       FileId file, int looks) {
  int said_gone = 0;
  for (int attempt = 1;; ++attempt) {
    const HttpResult<GlanceImage> view = co_await images_get(context, instance, image);
    if (view) co_return view->status == ImageStatus::active && view->hashed == file;
    said_gone += view.error().status == 404;
    if (said_gone == attempts_max_) co_return false;
    if (attempt == looks) co_return std::nullopt;
    co_await runtime_.sleep(1s);
  }
}

// nova/image/glance.py, GlanceImageServiceV2.delete().
Task<void> GlanceClient::remove(RequestContext context, InstanceUuid instance, ImageId image) {
  for (int attempt = 1;; ++attempt) {
    const HttpResult<void> removed = co_await glance_.remove(context, instance, image);
    if (removed) co_return;
    const HttpFailure failure = removed.error();
    if (!is_retried(failure)) throw_translated_of_delete(failure, image);
    co_await wait_before_retry(context, GlanceMethod::delete_, attempt, failure);
  }
}

}  // namespace snapsim
