#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "fake_glance/glance.hpp"
#include "fake_glance/http/image_folder.hpp"
#include "fake_glance/http/image_task.hpp"

namespace snapsim {

/// A row of Glance's `image_members`.
struct ImageMember {
  std::string member_id;
  std::string status = "pending";
  std::int64_t created_at_us = 0;
  std::int64_t updated_at_us = 0;
};

/// What the API shows of an image beyond its ImageRecord: what clients name, own, tag and share.
struct ImageDescription {
  std::string uuid;  ///< "id"
  std::optional<std::string> name;
  std::optional<std::string> owner;
  std::string visibility = "shared";
  bool is_protected = false;
  bool os_hidden = false;
  std::int64_t min_disk_gb = 0;
  std::int64_t min_ram_mb = 0;
  std::optional<std::string> disk_format;
  std::optional<std::string> container_format;
  std::vector<std::pair<std::string, std::string>> properties;  ///< in the order in which they were added
  std::vector<std::string> tags;                                ///< each once
  std::vector<ImageMember> members;
  std::vector<ImageTask> tasks;    ///< imports of the image, the oldest first
  std::int64_t created_at_us = 0;  ///< since the epoch; no two images of a catalogue have the same
  std::int64_t updated_at_us = 0;
  std::optional<ImageHashes> hashes;
  std::optional<std::int64_t> virtual_size;

  const std::string* property(std::string_view wanted) const;
  const ImageMember* member(std::string_view project_id) const;
};

/// Tells what an image is that came into being without HTTP: a snapshot of the simulated flow. Called with the lock
/// of the ImageService held.
class ImageDescriber {
 public:
  virtual ~ImageDescriber() = default;
  /// The description of a new image: its uuid, name, owner and properties (instance_uuid, image_type, ...). Times may
  /// be left 0: they are then the moment of the call.
  virtual ImageDescription describe(ImageId image, const ImageRecord& record) = 0;
};

/// Where the rows are kept beyond the end of the process. Called with the lock of the ImageService held.
class CatalogueKeeper {
 public:
  virtual ~CatalogueKeeper() = default;
  /// The row is now this. It has only to be durable when wait_until_durable() has returned, which whoever answers a
  /// client calls without the lock.
  virtual void keep(ImageId image, const ImageDescription& row, const ImageRecord& record) = 0;
};

/// The descriptions of all images of a Glance, by ImageId. It observes that Glance: a new image gets its row, a change
/// of status its time and, where it became active, its hashes. Not thread-safe: see ImageService.
class Catalogue final : public ImageObserver {
 public:
  /// None is owned. `store` says the hashes and the virtual size of an image that becomes active. `describer` and
  /// `keeper` may be null.
  Catalogue(const ImageFolder& store, ImageDescriber* describer, CatalogueKeeper* keeper)
      : store_(store), describer_(describer), keeper_(keeper) {}

  /// The next image that Glance makes is the one so described: said by HTTP, right before Glance::create.
  void expect(ImageDescription description) { expected_ = std::move(description); }
  void image_status_changed(ImageId image, const ImageRecord& record, ImageStatus before, bool is_new) override;

  /// The image with that uuid; none that is deleted.
  std::optional<ImageId> find(std::string_view uuid) const;
  /// The uuid was that of an image which is deleted, also by an earlier process.
  bool was_deleted(std::string_view uuid) const;

  const ImageDescription& row(ImageId image) const { return rows_[image.value].description; }
  /// For a change; say `changed` afterwards.
  ImageDescription& row(ImageId image) { return rows_[image.value].description; }
  /// The row was changed by a client: updated_at is now, and it is kept.
  void changed(ImageId image, const ImageRecord& record);

  /// Something of the row was changed that does not count as a change of the image: its members, its tasks.
  void attachments_changed(ImageId image, const ImageRecord& record);

  /// The image as the API shows it, as JSON text. Kept until something of it changes.
  const std::string& json(ImageId image, const ImageRecord& record) const;

  /// The images that there are or, since this process began, were.
  std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size()); }

  /// A row that an earlier process kept, for the image that Glance::restore has just made.
  void restore(ImageId image, ImageDescription description);
  /// A uuid of a deleted image that an earlier process kept.
  void restore_deleted(std::string uuid) { deleted_.insert(std::move(uuid)); }

  /// Now, in microseconds, later than whenever it was asked before.
  std::int64_t next_moment_us();

 private:
  struct Row {
    ImageDescription description;
    mutable std::string json;
    mutable ImageStatus json_status = ImageStatus::queued;
    mutable std::int64_t json_size = 0;
    mutable bool json_formats = false;
  };

  const ImageFolder& store_;
  ImageDescriber* describer_;
  CatalogueKeeper* keeper_;
  std::optional<ImageDescription> expected_;
  std::vector<Row> rows_;
  std::unordered_map<std::string, ImageId> ids_;
  std::unordered_set<std::string> deleted_;
  std::int64_t last_moment_us_ = 0;
};

/// A new random UUID (version 4).
std::string random_uuid();
/// glance.common.timeutils.isotime: "2023-01-31T12:00:00Z".
std::string iso_time(std::int64_t microseconds);

}  // namespace snapsim
