#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "fake_glance/http/image_service.hpp"
#include "sim/serve/image_directory.hpp"

namespace snapsim {

/// Shows the images of the simulated cloud in the Glance that is served beside it, as images like any other: each comes
/// into being, changes its status and goes there as it does in the cloud, and a deletion by HTTP is carried out in the
/// cloud too. Guests and their disks are simulated, so the bytes of an active image are made when it becomes active: a
/// qcow2 disk of the size and the filling that the instance's disk has, cut off where the cloud's image is.
class ImageMirror final : public CloudImageWatcher, public ImageObserver, public ImageDirectory {
 public:
  /// `cloud` and `service` must outlive the object; disks are made in `folder`.
  ImageMirror(Cloud& cloud, ImageService& service, std::filesystem::path folder);
  ~ImageMirror() override;
  ImageMirror(const ImageMirror&) = delete;
  ImageMirror& operator=(const ImageMirror&) = delete;

  // ImageDirectory: all images of the served Glance, those that came by HTTP and those of the cloud, which may be
  // active there before their bytes are made here.
  std::vector<DirectoryImage> list() override;
  void wait_for_bytes(const std::vector<std::uint32_t>& instances) override;
  bool is_making_bytes() override;

  /// Nobody waits for bytes any more, now or later.
  void give_up_waiting();

  // CloudImageWatcher
  void session_begins() override;
  void image_changed(const Cloud::Inside& inside, ImageId image, ImageStatus status) override;

  // ImageObserver, of the served Glance, whose lock is held.
  void image_status_changed(ImageId image, const ImageRecord& record, ImageStatus before, bool is_new) override;

 private:
  /// An image of the cloud.
  struct Original {
    std::string name;  ///< the cloud's own
    ImageStatus status{};
  };
  /// What an active image is to hold.
  struct Bytes {
    std::int64_t disk_bytes = 0;
    std::int64_t used_bytes = 0;
    double share = 1;  ///< of the file that has arrived
  };

  void create(const Cloud::Inside& inside, ImageId image);
  void begin_fill(ImageId shown, std::uint32_t instance, const Bytes& bytes);
  void end_fill(ImageId shown);
  void fill(ImageId shown, const Bytes& bytes);
  void post(std::function<void()> job);
  void work();
  DirectoryImage directory_image(ImageId shown) const;

  Cloud& cloud_;
  ImageService& service_;
  std::filesystem::path folder_;

  // Guarded by the service's lock.
  std::map<ImageId, ImageId> shown_;       // by the cloud's image
  std::map<ImageId, Original> originals_;  // by the shown image
  bool is_mirroring_ = false;              // the change is the cloud's, not a client's

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::condition_variable filled_;
  std::map<ImageId, std::uint32_t> filling_;  // shown images whose bytes are being made: the instance of each
  bool has_given_up_ = false;
  bool is_ending_ = false;
  std::thread thread_;
};

}  // namespace snapsim
