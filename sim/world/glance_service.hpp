#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fake_glance/glance.hpp"
#include "sim/nova/glance_api.hpp"
#include "sim/runtime/runtime.hpp"
#include "sim/world/libvirt_connection.hpp"
#include "sim/world/operations.hpp"
#include "sim/world/service_journal.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {

/// What a snapshot may hold: the guest's disk between the image's making and its becoming active, as generations.
struct SnapshotWindow {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::int64_t extracted_bytes = 0;  ///< length of the file that was opened for the upload
  bool was_active = false;
  bool was_deleted_by_user = false;
};

/// glance-api with its database and store: what it keeps, whoever asked for it. Status changes become trace records.
class GlanceService final : public ImageObserver {
 public:
  /// References must outlive the object.
  GlanceService(Recorder& recorder, Ledger& ledger, ModelDisks& disks, const HypervisorService& hypervisors,
                Images& store)
      : recorder_(recorder),
        ledger_(ledger),
        disks_(disks),
        hypervisors_(hypervisors),
        store_(store),
        glance_(store, *this) {}

  Glance& glance() { return glance_; }
  const Glance& glance() const { return glance_; }
  Ledger& ledger() { return ledger_; }
  /// On whose behalf the next call is made.
  void serve(RequestContext context) {
    context_ = context;
    serves_user_ = false;
  }

  /// An upload that a process has under way; when the process dies, Glance sees the connection close.
  void upload_begun(const Runtime& client, ImageId image, std::int64_t file_bytes);
  void upload_ended(ImageId image);
  void client_died(const Runtime& client);
  /// How long so many bytes of the file take on the wire.
  Duration upload_duration(const ImageReader& data, std::int64_t bytes) const;

  /// Whether glance-api is up, and who waits for its answers.
  Outage& outage() { return outage_; }
  /// glance-api dies: what it was receiving stays in its store as it is, and the image in `saving`.
  void kill();
  /// A fresh process. Nothing is repaired, unless the rule recover_glance_uploads is in force.
  void start();
  void recover_uploads_at_start() { recovers_uploads_ = true; }
  /// What Glance tells of the image.
  GlanceImage view(ImageId image) const;

  /// The image as something to make a disk from; none where its data is not all of one uploaded file.
  std::optional<StoredImage> stored_image(ImageId image) const;
  /// Its length in the model, so that real files change nothing on the virtual clock; 0 where stored_image() has none.
  std::int64_t modelled_bytes(ImageId image) const;
  /// A user's own request is being served until serve() is called again: what it deletes is deleted by the user.
  void serve_user(RequestContext context) {
    context_ = context;
    serves_user_ = true;
  }
  bool was_deleted_by_user(ImageId image) const { return windows_[image.value].was_deleted_by_user; }

  const SnapshotWindow& window(ImageId image) const { return windows_[image.value]; }

  void image_status_changed(ImageId image, const ImageRecord& record, ImageStatus before, bool is_new) override;

 private:
  struct Upload {
    const Runtime* client;
    ImageId image;
  };

  Recorder& recorder_;
  Ledger& ledger_;
  ModelDisks& disks_;
  const HypervisorService& hypervisors_;
  const Images& store_;
  Glance glance_;
  Outage outage_;
  bool recovers_uploads_ = false;
  RequestContext context_;
  bool serves_user_ = false;
  std::vector<Upload> uploads_;
  std::vector<SnapshotWindow> windows_;
};

/// One nova service's HTTP connection to Glance.
class GlanceConnection final : public GlanceApi {
 public:
  /// References must outlive the object.
  GlanceConnection(Runtime& runtime, GlanceService& service, Operations& operations, ServiceJournal& journal)
      : runtime_(runtime), service_(service), operations_(operations), journal_(journal) {}

  Task<HttpResult<void>> schema(RequestContext context) override;
  Task<HttpResult<ImageId>> create(RequestContext context, ImageCreation image) override;
  Task<HttpResult<GlanceImage>> show(RequestContext context, InstanceUuid instance, ImageId image) override;
  Task<HttpResult<void>> download(RequestContext context, InstanceUuid instance, ImageId image) override;
  Task<HttpResult<std::vector<GlanceImage>>> list(RequestContext context, ImageFilters filters) override;
  Task<HttpResult<void>> patch(RequestContext context, InstanceUuid instance, ImageId image,
                               DiskFormat disk_format) override;
  Task<HttpResult<void>> upload(RequestContext context, InstanceUuid instance, ImageId image,
                                std::shared_ptr<ImageReader> data) override;
  Task<HttpResult<void>> remove(RequestContext context, InstanceUuid instance, ImageId image) override;

 private:
  OperationCall call(Operation operation, RequestContext context, InstanceUuid instance, ImageId image) const;
  /// An answer has come, or with status 0 none: written down.
  void answered(GlanceCall what, const OperationCall& call, ImageId image, int status, Instant begun);
  Task<int> upload_to_glance(OperationCall call, ImageId image, ImageReader* data, Fault fault);
  Task<int> upload_to_front(OperationCall call, ImageReader* data, Fault fault);

  Runtime& runtime_;
  GlanceService& service_;
  Operations& operations_;
  ServiceJournal& journal_;
};

}  // namespace snapsim
