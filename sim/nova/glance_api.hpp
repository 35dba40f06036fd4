#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/system/result.hpp>

#include "sim/nova/failure.hpp"
#include "sim/nova/ids.hpp"
#include "sim/nova/journal.hpp"
#include "sim/nova/states.hpp"
#include "sim/runtime/task.hpp"

namespace snapsim {

/// An HTTP request to Glance that did not give what was asked for. As data: the client that reads it throws.
struct HttpFailure {
  int status = 0;  ///< Glance's status; 0: no answer (refused, reset or timed out)
};
template <class T>
using HttpResult = boost::system::result<T, HttpFailure>;

/// The open file that an upload reads: the position moves as bytes leave, and nobody moves it back.
struct ImageReader {
  FileId file;
  std::int64_t size_bytes = 0;
  std::int64_t position = 0;
};

/// What is sent with POST /v2/images for a snapshot. [nova/compute/utils.py: create_image]
struct ImageCreation {
  InstanceUuid instance;
  std::uint32_t request = 0;  ///< which request asks for it: it has the name
  ImageType image_type = ImageType::snapshot;
  std::string backup_type = {};  ///< of a backup: "daily" and so on
  std::int32_t min_disk_gb = 0;  ///< min_disk
};

/// What GET /v2/images/{id} tells.
struct GlanceImage {
  ImageStatus status{};
  ImageId id;
  InstanceUuid instance;         ///< property instance_uuid
  RequestId request;             ///< on whose behalf it was made
  std::int64_t size_bytes = -1;  ///< -1: null
  FileId hashed;                 ///< os_hash_value, as the file whose bytes have that hash; none: it is no file's
  std::int32_t min_disk_gb = 0;  ///< min_disk: GiB that a disk must have which is made from it
};

/// Filters of GET /v2/images: what an image has to be; an empty one lets every image through.
struct ImageFilters {
  std::optional<ImageType> image_type;
  std::optional<std::string> backup_type;
  std::optional<InstanceUuid> instance;
  std::optional<ImageStatus> status;
};

/// Glance's Images API v2, one HTTP request a call, as the nova service that owns this object sends it.
class GlanceApi {
 public:
  virtual ~GlanceApi() = default;

  /// GET /v2/schemas/image.
  virtual Task<HttpResult<void>> schema(RequestContext context) = 0;
  /// POST /v2/images.
  virtual Task<HttpResult<ImageId>> create(RequestContext context, ImageCreation image) = 0;
  /// GET /v2/images/{id}.
  virtual Task<HttpResult<GlanceImage>> show(RequestContext context, InstanceUuid instance, ImageId image) = 0;
  /// GET /v2/images/{id}/file: status 204, which is no data, for an image that has none.
  virtual Task<HttpResult<void>> download(RequestContext context, InstanceUuid instance, ImageId image) = 0;
  /// GET /v2/images: all that pass the filters, the newest first (created_at:desc).
  virtual Task<HttpResult<std::vector<GlanceImage>>> list(RequestContext context, ImageFilters filters) = 0;
  /// PATCH /v2/images/{id}: sets disk_format, container_format and the rest of the snapshot's metadata.
  virtual Task<HttpResult<void>> patch(RequestContext context, InstanceUuid instance, ImageId image,
                                       DiskFormat disk_format) = 0;
  /// PUT /v2/images/{id}/file, chunked: sends what the reader has left.
  virtual Task<HttpResult<void>> upload(RequestContext context, InstanceUuid instance, ImageId image,
                                        std::shared_ptr<ImageReader> data) = 0;
  /// DELETE /v2/images/{id}.
  virtual Task<HttpResult<void>> remove(RequestContext context, InstanceUuid instance, ImageId image) = 0;
};

}  // namespace snapsim
