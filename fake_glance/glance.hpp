#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/system/result.hpp>

#include "fake_glance/image_store.hpp"
#include "sim/nova/ids.hpp"
#include "sim/nova/states.hpp"

namespace snapsim {

/// The HTTP status with which Glance refuses.
struct GlanceError {
  int status = 0;
};
template <class T>
using GlanceResult = boost::system::result<T, GlanceError>;

/// A row of Glance's `images`.
struct ImageRecord {
  ImageStatus status = ImageStatus::queued;
  bool has_formats = false;  ///< disk_format and container_format are set
  DiskFormat disk_format = DiskFormat::qcow2;
  std::int64_t size_bytes = -1;  ///< -1: null
  InstanceUuid instance;         ///< property instance_uuid
  std::uint32_t request = 0;     ///< which request made it: it has the name
  ImageType image_type = ImageType::snapshot;
  std::string backup_type;  ///< property backup_type; empty: it has none
  std::int32_t min_disk_gb = 0;
};

/// What an image has to be in order to be listed; an empty filter lets every image through.
struct ImageListFilters {
  std::optional<ImageType> image_type;
  std::optional<std::string> backup_type;
  std::optional<InstanceUuid> instance;
  std::optional<ImageStatus> status;
};

/// Told whenever an image's status changes.
class ImageObserver {
 public:
  virtual ~ImageObserver() = default;
  /// `is_new`: the image has just been made, `before` means nothing.
  virtual void image_status_changed(ImageId image, const ImageRecord& record, ImageStatus before, bool is_new) = 0;
};

/// glance/domain/__init__.py: Image.valid_state_targets. To itself is no transition.
bool is_valid_transition(ImageStatus from, ImageStatus to);

/// Glance 25.1 without HTTP and without time: the image records, the status machine and the way of an upload. The
/// caller lets the time pass between the steps of an upload, so that others may come between.
class Glance {
 public:
  /// Both are not owned and must outlive the object.
  Glance(ImageStore& store, ImageObserver& observer) : store_(store), observer_(observer) {}

  /// POST /v2/images.
  ImageId create(InstanceUuid instance, std::uint32_t request, ImageType type = ImageType::snapshot,
                 std::string backup_type = {}, std::int32_t min_disk_gb = 0);
  /// GET /v2/images with sort created_at:desc: the images that pass the filters, the newest first; none that is
  /// deleted.
  std::vector<ImageId> list(const ImageListFilters& filters) const;
  /// GET /v2/images/{id}: 404 for an image that is deleted.
  GlanceResult<ImageRecord> show(ImageId image) const;
  /// PATCH /v2/images/{id} with the formats: 403 where the status forbids to change them, 404.
  GlanceResult<void> set_formats(ImageId image, DiskFormat disk_format);
  /// DELETE /v2/images/{id}: the row first, then the data, unless an upload is still writing it.
  GlanceResult<void> remove(ImageId image);

  /// PUT /v2/images/{id}/file, its beginning (glance/api/v2/image_data.py: upload): queued -> saving. 404, 409 where
  /// the status is not queued, 400 without formats, 500 where the store has a file of that image already.
  GlanceResult<void> begin_upload(ImageId image);
  /// Bytes of the body. 413 and back to queued where the store is full.
  GlanceResult<void> append_upload(ImageId image, const ImageSlice& slice);
  /// The body has ended: saving -> active. 410 where the image was deleted meanwhile; its data goes then.
  GlanceResult<void> finish_upload(ImageId image);
  /// The client is gone, or the body was broken: back to queued, and the data goes.
  void abort_upload(ImageId image);
  /// glance-api dies in the middle of the body, of which it has kept `slice`: the image stays in `saving`, and the part
  /// in the store.
  void abandon_upload(ImageId image, const ImageSlice& slice);
  /// What a glance-api could do when it starts, and the real one does not: no upload goes on, so an image in `saving`
  /// is queued again, and what is in the store of an image without data is removed.
  void recover_uploads();

  /// PATCH of the formats by a client that may leave one of them null: 403 where the status forbids to change them.
  GlanceResult<void> set_formats_known(ImageId image, bool are_known);
  /// PUT /v2/images/{id}/stage (image_data.py: stage): queued -> uploading, or 409.
  GlanceResult<void> begin_stage(ImageId image);
  /// The body has ended and is in the staging area. 404 where the image was deleted meanwhile.
  GlanceResult<void> finish_stage(ImageId image, std::int64_t size_bytes);
  /// The client is gone, or the body was broken: back to queued.
  void abort_stage(ImageId image);
  /// POST /v2/images/{id}/import by glance-direct, its beginning: uploading -> importing. 409, also without formats.
  GlanceResult<void> begin_import(ImageId image);
  /// The same by web-download, which needs no staged data: queued -> importing.
  GlanceResult<void> begin_web_download(ImageId image);
  /// The data cannot be had: importing -> queued.
  void abort_import(ImageId image);
  /// The staged data is in the store, through ImageStore::begin and finish: importing -> active. Where the store fails,
  /// back to queued.
  GlanceResult<void> finish_import(ImageId image);
  /// POST /v2/images/{id}/actions/deactivate (domain/__init__.py: deactivate): 403 where the status is neither active
  /// nor deactivated. A deactivated image stays so.
  GlanceResult<void> deactivate(ImageId image);
  /// POST /v2/images/{id}/actions/reactivate, likewise.
  GlanceResult<void> reactivate(ImageId image);
  /// Tells another observer of every change as well, after the first one; not owned, null ends it. This is how a
  /// catalogue (fake_glance/http) learns of the images of a simulated flow.
  void also_tell(ImageObserver* other) { other_observer_ = other; }
  /// An image that an earlier glance-api has left behind in its database. Nobody is told of it.
  ImageId restore(ImageRecord record);

  std::uint32_t image_count() const { return static_cast<std::uint32_t>(images_.size()); }
  /// The record, deleted or not; also for tests, which break things.
  ImageRecord& record(ImageId image) { return images_[image.value]; }
  const ImageRecord& record(ImageId image) const { return images_[image.value]; }
  void reserve(std::size_t images) { images_.reserve(images); }

 private:
  void set_status(ImageId image, ImageStatus status);
  /// From the one status to the other; 403 where it has neither.
  GlanceResult<void> toggle(ImageId image, ImageStatus from, ImageStatus to);
  void tell(ImageId image, ImageStatus before, bool is_new);

  ImageStore& store_;
  ImageObserver& observer_;
  ImageObserver* other_observer_ = nullptr;
  std::vector<ImageRecord> images_;
};

}  // namespace snapsim
