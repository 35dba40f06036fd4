#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fake_glance/glance.hpp"
#include "fake_glance/model_image_store.hpp"
#include "tests/result_text.hpp"

namespace snapsim::testing {

/// valid_state_targets as it stands in glance/domain/__init__.py, a second time and in another form than the code has
/// it.
bool glance_allows(ImageStatus from, ImageStatus to);

/// All statuses that Glance knows.
std::vector<ImageStatus> all_image_statuses();

/// Notes every status that an image takes.
class StatusLog final : public ImageObserver {
 public:
  struct Change {
    ImageId image;
    ImageStatus from{};
    ImageStatus to{};
    bool is_new = false;
  };

  void image_status_changed(ImageId image, const ImageRecord& record, ImageStatus before, bool is_new) override {
    changes_.push_back({image, before, record.status, is_new});
  }
  const std::vector<Change>& changes() const { return changes_; }
  /// The statuses that the image has taken, in order.
  std::vector<ImageStatus> statuses(ImageId image) const;

 private:
  std::vector<Change> changes_;
};

/// A store that has room for so many bytes in all, and that may break.
class SmallStore final : public ImageStore {
 public:
  explicit SmallStore(std::int64_t room_bytes) : room_bytes_(room_bytes) {}

  StoreResult<void> begin(ImageId image) override { return store_.begin(image); }
  StoreResult<void> append(ImageId image, const ImageSlice& slice) override;
  StoreResult<StoreReceipt> finish(ImageId image) override;
  void remove(ImageId image) override;
  std::int64_t bytes_kept(ImageId image) const override { return store_.bytes_kept(image); }
  ImageHashes hashes(ImageId image) const override { return store_.hashes(image); }

  /// From now on every append and finish fails in this way.
  void break_down(StoreError::Kind kind) { failure_ = StoreError{kind, "broken on purpose"}; }
  void repair() { failure_.reset(); }

 private:
  ModelImageStore store_;
  std::int64_t room_bytes_;
  std::optional<StoreError> failure_;
};

/// A Glance, and what stands around it.
struct GlanceBench {
  explicit GlanceBench(std::int64_t room_bytes = 1'000'000) : store(room_bytes) {}

  /// A new image with its formats set, as Nova leaves it before the upload.
  ImageId image_with_formats();
  /// The same with 100 bytes uploaded, so that it is active.
  ImageId active_image();

  SmallStore store;
  StatusLog log;
  Glance glance{store, log};
};

/// The status of the reply: `ok` where the call went well.
template <class T>
int reply_status(const GlanceResult<T>& result, int ok) {
  return result ? ok : result.error().status;
}

}  // namespace snapsim::testing
