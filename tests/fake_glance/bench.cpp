#include "tests/fake_glance/bench.hpp"

#include <algorithm>
#include <stdexcept>

namespace snapsim::testing {

bool glance_allows(ImageStatus from, ImageStatus to) {
  using enum ImageStatus;
  struct Row {
    ImageStatus from;
    std::vector<ImageStatus> to;
  };
  static const std::vector<Row> valid_state_targets{
      {queued, {saving, uploading, importing, active, deleted}},
      {saving, {active, killed, deleted, queued}},
      {uploading, {importing, queued, deleted}},
      {importing, {active, deleted, queued}},
      {active, {pending_delete, deleted, deactivated}},
      {killed, {deleted}},
      {deleted, {}},
      {pending_delete, {deleted, active}},
      {deactivated, {active, deleted}},
  };
  for (const Row& row : valid_state_targets) {
    if (row.from == from) return std::count(row.to.begin(), row.to.end(), to) > 0;
  }
  throw std::logic_error("a status is missing in the table");
}

std::vector<ImageStatus> all_image_statuses() {
  using enum ImageStatus;
  return {queued, saving, uploading, importing, active, deactivated, killed, pending_delete, deleted};
}

std::vector<ImageStatus> StatusLog::statuses(ImageId image) const {
  std::vector<ImageStatus> taken;
  for (const Change& change : changes_) {
    if (change.image == image) taken.push_back(change.to);
  }
  return taken;
}

StoreResult<void> SmallStore::append(ImageId image, const ImageSlice& slice) {
  if (failure_) return *failure_;
  if (slice.length > room_bytes_) return StoreError{StoreError::Kind::full, "no space left on device"};
  room_bytes_ -= slice.length;
  return store_.append(image, slice);
}

StoreResult<StoreReceipt> SmallStore::finish(ImageId image) {
  if (failure_) return *failure_;
  return store_.finish(image);
}

void SmallStore::remove(ImageId image) {
  room_bytes_ += store_.bytes_kept(image);
  store_.remove(image);
}

ImageId GlanceBench::image_with_formats() {
  const ImageId image = glance.create(InstanceUuid(0), 0);
  if (!glance.set_formats(image, DiskFormat::qcow2)) throw std::logic_error("a queued image takes its formats");
  return image;
}

ImageId GlanceBench::active_image() {
  const ImageId image = image_with_formats();
  const bool is_uploaded =
      glance.begin_upload(image) && glance.append_upload(image, {FileId(1), 0, 100}) && glance.finish_upload(image);
  if (!is_uploaded) throw std::logic_error("a queued image with formats takes its data");
  return image;
}

}  // namespace snapsim::testing
