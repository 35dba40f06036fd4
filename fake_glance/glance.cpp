#include "fake_glance/glance.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace snapsim {
namespace {

constexpr unsigned bit(ImageStatus status) {
  return 1u << static_cast<unsigned>(status);
}

/// glance/domain/__init__.py, valid_state_targets: by the status it comes from, in the order of the enumeration.
constexpr std::array<unsigned, 9> valid_targets{
    bit(ImageStatus::saving) | bit(ImageStatus::uploading) | bit(ImageStatus::importing) | bit(ImageStatus::active) |
        bit(ImageStatus::deleted),  // queued
    bit(ImageStatus::active) | bit(ImageStatus::killed) | bit(ImageStatus::deleted) |
        bit(ImageStatus::queued),                                                                  // saving
    bit(ImageStatus::importing) | bit(ImageStatus::queued) | bit(ImageStatus::deleted),            // uploading
    bit(ImageStatus::active) | bit(ImageStatus::deleted) | bit(ImageStatus::queued),               // importing
    bit(ImageStatus::pending_delete) | bit(ImageStatus::deleted) | bit(ImageStatus::deactivated),  // active
    bit(ImageStatus::active) | bit(ImageStatus::deleted),                                          // deactivated
    bit(ImageStatus::deleted),                                                                     // killed
    bit(ImageStatus::deleted) | bit(ImageStatus::active),                                          // pending_delete
    0,                                                                                             // deleted
};

bool passes(const ImageRecord& record, const ImageListFilters& filters) {
  return record.image_type == filters.image_type.value_or(record.image_type) &&
         record.backup_type == filters.backup_type.value_or(record.backup_type) &&
         record.instance == filters.instance.value_or(record.instance) &&
         record.status == filters.status.value_or(record.status);
}

}  // namespace

bool is_valid_transition(ImageStatus from, ImageStatus to) {
  return (valid_targets[static_cast<std::size_t>(from)] & bit(to)) != 0;
}

void Glance::set_status(ImageId image, ImageStatus status) {
  ImageRecord& found = images_[image.value];
  const ImageStatus before = found.status;
  found.status = status;
  if (status == ImageStatus::queued) found.size_bytes = -1;
  tell(image, before, false);
}

void Glance::tell(ImageId image, ImageStatus before, bool is_new) {
  observer_.image_status_changed(image, images_[image.value], before, is_new);
  if (other_observer_ != nullptr) other_observer_->image_status_changed(image, images_[image.value], before, is_new);
}

ImageId Glance::create(InstanceUuid instance, std::uint32_t request, ImageType type, std::string backup_type,
                       std::int32_t min_disk_gb) {
  ImageRecord made;
  made.instance = instance;
  made.request = request;
  made.image_type = type;
  made.backup_type = std::move(backup_type);
  made.min_disk_gb = min_disk_gb;
  images_.push_back(std::move(made));
  const ImageId image(static_cast<std::uint32_t>(images_.size() - 1));
  tell(image, ImageStatus::queued, true);
  return image;
}

GlanceResult<ImageRecord> Glance::show(ImageId image) const {
  const ImageRecord& found = images_[image.value];
  if (found.status == ImageStatus::deleted || found.status == ImageStatus::pending_delete) return GlanceError{404};
  return found;
}

std::vector<ImageId> Glance::list(const ImageListFilters& filters) const {
  std::vector<ImageId> found;
  for (std::uint32_t i = image_count(); i-- > 0;) {
    if (show(ImageId(i)) && passes(images_[i], filters)) found.push_back(ImageId(i));
  }
  return found;
}

GlanceResult<void> Glance::set_formats(ImageId image, DiskFormat disk_format) {
  const GlanceResult<ImageRecord> shown = show(image);
  if (!shown) return shown.error();
  ImageRecord& found = images_[image.value];
  const bool changes = !found.has_formats || found.disk_format != disk_format;
  const bool may_change = found.status == ImageStatus::queued || found.status == ImageStatus::importing;
  if (changes && !may_change) return GlanceError{403};
  found.has_formats = true;
  found.disk_format = disk_format;
  return {};
}

GlanceResult<void> Glance::remove(ImageId image) {
  const GlanceResult<ImageRecord> shown = show(image);
  if (!shown) return shown.error();
  if (!is_valid_transition(shown->status, ImageStatus::deleted)) return GlanceError{400};
  const bool is_being_written = shown->status == ImageStatus::saving;
  set_status(image, ImageStatus::deleted);
  if (!is_being_written) store_.remove(image);
  return {};
}

GlanceResult<void> Glance::begin_upload(ImageId image) {
  const GlanceResult<ImageRecord> shown = show(image);
  if (!shown) return shown.error();
  if (shown->status != ImageStatus::queued) return GlanceError{409};
  if (!shown->has_formats) return GlanceError{400};
  set_status(image, ImageStatus::saving);
  const StoreResult<void> begun = store_.begin(image);
  if (begun) return {};
  set_status(image, ImageStatus::queued);
  return GlanceError{500};
}

GlanceResult<void> Glance::append_upload(ImageId image, const ImageSlice& slice) {
  const StoreResult<void> appended = store_.append(image, slice);
  if (appended) return {};
  const bool is_full = appended.error().kind == StoreError::Kind::full;
  abort_upload(image);
  return GlanceError{is_full ? 413 : 500};
}

GlanceResult<void> Glance::finish_upload(ImageId image) {
  const StoreResult<StoreReceipt> receipt = store_.finish(image);
  if (!receipt) {
    abort_upload(image);
    return GlanceError{receipt.error().kind == StoreError::Kind::full ? 413 : 500};
  }
  // glance/api/v2/image_data.py: saved with from_state=saving; a row that is deleted by now loses its data as well.
  if (images_[image.value].status != ImageStatus::saving) {
    store_.remove(image);
    return GlanceError{410};
  }
  images_[image.value].size_bytes = receipt->size_bytes;
  set_status(image, ImageStatus::active);
  return {};
}

GlanceResult<void> Glance::set_formats_known(ImageId image, bool are_known) {
  const GlanceResult<ImageRecord> shown = show(image);
  if (!shown) return shown.error();
  if (shown->status != ImageStatus::queued && shown->status != ImageStatus::importing) return GlanceError{403};
  images_[image.value].has_formats = are_known;
  return {};
}

GlanceResult<void> Glance::begin_stage(ImageId image) {
  const GlanceResult<ImageRecord> shown = show(image);
  if (!shown) return shown.error();
  if (!is_valid_transition(shown->status, ImageStatus::uploading)) return GlanceError{409};
  set_status(image, ImageStatus::uploading);
  return {};
}

GlanceResult<void> Glance::finish_stage(ImageId image, std::int64_t size_bytes) {
  ImageRecord& found = images_[image.value];
  if (found.status != ImageStatus::uploading) return GlanceError{404};
  found.size_bytes = size_bytes;
  tell(image, ImageStatus::uploading, false);
  return {};
}

void Glance::abort_stage(ImageId image) {
  if (images_[image.value].status == ImageStatus::uploading) set_status(image, ImageStatus::queued);
}

GlanceResult<void> Glance::begin_import(ImageId image) {
  const GlanceResult<ImageRecord> shown = show(image);
  if (!shown) return shown.error();
  const bool may_import = is_valid_transition(shown->status, ImageStatus::importing);
  if (!may_import || shown->status == ImageStatus::queued || !shown->has_formats) return GlanceError{409};
  set_status(image, ImageStatus::importing);
  return {};
}

GlanceResult<void> Glance::begin_web_download(ImageId image) {
  const GlanceResult<ImageRecord> shown = show(image);
  if (!shown) return shown.error();
  if (shown->status != ImageStatus::queued || !shown->has_formats) return GlanceError{409};
  set_status(image, ImageStatus::importing);
  return {};
}

void Glance::abort_import(ImageId image) {
  if (images_[image.value].status == ImageStatus::importing) set_status(image, ImageStatus::queued);
}

GlanceResult<void> Glance::finish_import(ImageId image) {
  const StoreResult<StoreReceipt> receipt = store_.finish(image);
  if (images_[image.value].status != ImageStatus::importing) {
    store_.remove(image);
    return GlanceError{410};
  }
  if (!receipt) {
    store_.remove(image);
    set_status(image, ImageStatus::queued);
    return GlanceError{500};
  }
  images_[image.value].size_bytes = receipt->size_bytes;
  set_status(image, ImageStatus::active);
  return {};
}

GlanceResult<void> Glance::toggle(ImageId image, ImageStatus from, ImageStatus to) {
  const GlanceResult<ImageRecord> shown = show(image);
  if (!shown) return shown.error();
  if (shown->status == to) return {};
  if (shown->status != from) return GlanceError{403};
  set_status(image, to);
  return {};
}

GlanceResult<void> Glance::deactivate(ImageId image) {
  return toggle(image, ImageStatus::active, ImageStatus::deactivated);
}

GlanceResult<void> Glance::reactivate(ImageId image) {
  return toggle(image, ImageStatus::deactivated, ImageStatus::active);
}

ImageId Glance::restore(ImageRecord record) {
  images_.push_back(std::move(record));
  return ImageId(static_cast<std::uint32_t>(images_.size() - 1));
}

void Glance::abort_upload(ImageId image) {
  store_.remove(image);
  if (images_[image.value].status == ImageStatus::saving) set_status(image, ImageStatus::queued);
}

void Glance::abandon_upload(ImageId image, const ImageSlice& slice) {
  const StoreResult<void> kept = store_.append(image, slice);
  if (!kept) store_.remove(image);
}

void Glance::recover_uploads() {
  for (std::uint32_t i = 0; i < image_count(); ++i) {
    const ImageStatus status = images_[i].status;
    const bool has_data = status == ImageStatus::active || status == ImageStatus::deactivated;
    if (has_data || store_.bytes_kept(ImageId(i)) == 0) {
      if (status != ImageStatus::saving) continue;
    }
    abort_upload(ImageId(i));
  }
}

}  // namespace snapsim
