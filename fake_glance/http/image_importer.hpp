#pragma once

#include <condition_variable>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "fake_glance/http/image_service.hpp"
#include "fake_glance/http/import_filter.hpp"
#include "fake_glance/http/web_download.hpp"

namespace snapsim {

/// The imports that go on after they were answered: glance/async_/flows/api_image_import.py with the plugin
/// web_download. As Glance's pool of tasks has 16 threads, no more URIs are fetched at the same time; others wait. A
/// thread lives as long as there is something to fetch.
class ImageImporter {
 public:
  /// `service` is not owned.
  ImageImporter(ImageService& service, ImportFilter filter, std::int64_t image_size_cap_bytes)
      : service_(service), filter_(std::move(filter)), image_size_cap_bytes_(image_size_cap_bytes) {}
  ~ImageImporter() { stop(); }
  ImageImporter(const ImageImporter&) = delete;
  ImageImporter& operator=(const ImageImporter&) = delete;

  const ImportFilter& filter() const { return filter_; }
  /// The image, which is `importing` and has a task of that id, gets its data from there. With the lock of the service
  /// held.
  void start(ImageId image, std::string task_id, std::string uri);
  /// Cuts the import of an image that has just been deleted, if there is one.
  void cancel(ImageId image);
  /// Cuts all imports, as if their servers had failed, and returns when that is done. Later ones fail at once.
  void stop();

 private:
  struct Import {
    Import(const ImportFilter& filter, ImageId the_image, std::string the_task_id, std::string the_uri)
        : image(the_image), task_id(std::move(the_task_id)), uri(std::move(the_uri)), download(filter) {}

    ImageId image;
    std::string task_id;
    std::string uri;
    WebDownload download;
  };
  static constexpr std::size_t workers_max = 16;

  struct Worker {
    std::thread thread;
    bool is_done = false;  ///< it only has to be joined
  };

  void work(Worker& self);
  void run(Import& import);
  /// The data is in the staging area, or is not: what becomes of the image and of its task.
  void conclude(const Import& import, bool is_staged);

  ImageService& service_;
  const ImportFilter filter_;
  const std::int64_t image_size_cap_bytes_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::deque<std::shared_ptr<Import>> waiting_;
  std::list<std::shared_ptr<Import>> running_;
  std::list<Worker> workers_;
  bool is_stopping_ = false;
};

/// What an import leaves in an image's properties (_ImportActions.merge_store_list), without several stores.
void note_import(ImageDescription& row);
/// The task of that id, or null.
ImageTask* find_task(ImageDescription& row, std::string_view task_id);

}  // namespace snapsim
