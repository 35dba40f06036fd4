#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "sim/nova/config.hpp"
#include "sim/nova/glance_api.hpp"
#include "sim/runtime/runtime.hpp"

namespace snapsim {

/// nova/image/glance.py: GlanceImageServiceV2 over GlanceClientWrapper, with glanceclient/v2/images.py beneath. Retries
/// what Nova retries and throws what Nova throws. One object per nova service.
class GlanceClient {
 public:
  /// All references must outlive the client.
  GlanceClient(Runtime& runtime, GlanceApi& glance, Journal& journal, const Config& config);

  /// create(): a new image record in status queued. Throws Forbidden, NotFound, Invalid, HttpException,
  /// GlanceConnectionFailed.
  Task<ImageId> create(RequestContext context, ImageCreation image);
  /// show(). Throws ImageNotFound, ImageNotAuthorized, ImageBadRequest, ImageQuotaExceeded, HttpException,
  /// GlanceConnectionFailed.
  Task<GlanceImage> get(RequestContext context, InstanceUuid instance, ImageId image);
  /// download() to a file on the host. Throws as get(), and ImageUnacceptable where the image has no data.
  Task<void> download(RequestContext context, InstanceUuid instance, ImageId image);
  /// detail(): all images that pass the filters, the newest first. Throws as create().
  Task<std::vector<GlanceImage>> detail(RequestContext context, ImageFilters filters);
  /// update() with data: the metadata first, then the bytes. Throws as get().
  Task<void> update(RequestContext context, InstanceUuid instance, ImageId image, DiskFormat disk_format,
                    std::shared_ptr<ImageReader> data);
  /// delete(). Throws ImageNotFound, ImageNotAuthorized, ImageDeleteConflict, HttpException, GlanceConnectionFailed.
  Task<void> remove(RequestContext context, InstanceUuid instance, ImageId image);

 private:
  Task<void> upload(RequestContext context, InstanceUuid instance, ImageId image, std::shared_ptr<ImageReader> data);
  Task<std::optional<bool>> has_content_of(RequestContext context, InstanceUuid instance, ImageId image, FileId file,
                                           int looks);
  Task<void> wait_before_retry(RequestContext context, GlanceMethod method, int attempt, HttpFailure failure);
  Task<HttpResult<GlanceImage>> images_get(RequestContext context, InstanceUuid instance, ImageId image);
  Task<HttpResult<void>> images_update(RequestContext context, InstanceUuid instance, ImageId image,
                                       DiskFormat disk_format);
  Task<HttpResult<ImageId>> images_create(RequestContext context, ImageCreation image);
  Task<HttpResult<std::vector<GlanceImage>>> images_list(RequestContext context, ImageFilters filters);

  Runtime& runtime_;
  GlanceApi& glance_;
  Journal& journal_;
  int attempts_max_;
  RuleSet rules_;
};

}  // namespace snapsim
