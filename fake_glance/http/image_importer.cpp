#include "fake_glance/http/image_importer.hpp"

#include <algorithm>

namespace snapsim {
namespace {

/// Data of an import on its way into the staging area. It ends when the image is deleted, or becomes too long.
class ImportSink final : public BodySink {
 public:
  ImportSink(ImageService& service, ImageId image, HashingUpload& upload, std::int64_t cap_bytes)
      : service_(service), image_(image), upload_(upload), left_bytes_(cap_bytes) {}
  std::span<std::byte> buffer() override { return upload_.buffer(); }
  bool accept(std::size_t count) override {
    left_bytes_ -= static_cast<std::int64_t>(count);
    return left_bytes_ >= 0 && upload_.accept(count) && is_wanted();
  }

 private:
  /// cancel() may have come before there was a socket to cut.
  bool is_wanted() {
    const std::lock_guard<std::mutex> lock(service_.mutex);
    return service_.glance.record(image_).status == ImageStatus::importing;
  }

  ImageService& service_;
  const ImageId image_;
  HashingUpload& upload_;
  std::int64_t left_bytes_;
};

}  // namespace

void note_import(ImageDescription& row) {
  for (const char* name : {"os_glance_failed_import", "os_glance_importing_to_stores"}) {
    if (row.property(name) == nullptr) row.properties.insert(row.properties.begin(), {name, ""});
  }
}

ImageTask* find_task(ImageDescription& row, std::string_view task_id) {
  const auto found =
      std::find_if(row.tasks.begin(), row.tasks.end(), [&](const auto& one) { return one.id == task_id; });
  return found == row.tasks.end() ? nullptr : &*found;
}

void ImageImporter::start(ImageId image, std::string task_id, std::string uri) {
  auto import = std::make_shared<Import>(filter_, image, std::move(task_id), std::move(uri));
  const std::lock_guard<std::mutex> lock(mutex_);
  if (is_stopping_) import->download.cancel();
  waiting_.push_back(std::move(import));
  workers_.remove_if([](Worker& worker) {
    if (worker.is_done) worker.thread.join();
    return worker.is_done;
  });
  if (workers_.size() == workers_max) return;
  Worker& worker = workers_.emplace_back();
  worker.thread = std::thread([this, &worker] { work(worker); });
}

void ImageImporter::cancel(ImageId image) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& import : running_) {
    if (import->image == image) import->download.cancel();
  }
}

void ImageImporter::stop() {
  std::unique_lock<std::mutex> lock(mutex_);
  is_stopping_ = true;
  const auto is_done = [](const Worker& worker) { return worker.is_done; };
  while (!std::all_of(workers_.begin(), workers_.end(), is_done)) {
    // Again and again: one may just be about to open its socket.
    for (const auto& import : running_) import->download.cancel();
    for (const auto& import : waiting_) import->download.cancel();
    ended_.wait_for(lock, std::chrono::milliseconds(50));
  }
  for (Worker& worker : workers_) worker.thread.join();
  workers_.clear();
}

void ImageImporter::work(Worker& self) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!waiting_.empty()) {
    const std::shared_ptr<Import> import = waiting_.front();
    waiting_.pop_front();
    const auto place = running_.insert(running_.end(), import);
    lock.unlock();
    run(*import);
    lock.lock();
    running_.erase(place);
  }
  self.is_done = true;
  ended_.notify_all();
}

void ImageImporter::run(Import& import) {
  std::shared_ptr<HashingUpload> upload;
  {
    const std::lock_guard<std::mutex> lock(service_.mutex);
    const bool is_wanted = service_.glance.record(import.image).status == ImageStatus::importing;
    if (is_wanted && service_.folder.begin_stage(import.image)) upload = service_.folder.upload(import.image);
  }
  bool is_staged = false;
  if (upload) {
    ImportSink sink(service_, import.image, *upload, image_size_cap_bytes_);
    is_staged = import.download.fetch(import.uri, sink).empty() && upload->finish();
  }
  conclude(import, is_staged);
}

void ImageImporter::conclude(const Import& import, bool is_staged) {
  const std::lock_guard<std::mutex> lock(service_.mutex);
  ImageDescription& row = service_.catalogue.row(import.image);
  const ImageRecord& record = service_.glance.record(import.image);
  std::erase_if(row.properties, [](const auto& property) { return property.first == "os_glance_import_task"; });
  bool is_stored = false;
  if (is_staged && record.status == ImageStatus::importing) {
    is_stored = service_.folder.store_staged(import.image) && service_.glance.finish_import(import.image);
  }
  service_.folder.remove_staged(import.image);
  service_.glance.abort_import(import.image);
  // The address of the row may be another one by now, and a deleted image has a row of its own.
  ImageTask* task = find_task(service_.catalogue.row(import.image), import.task_id);
  if (task == nullptr) return;
  end_task(*task, is_stored, record.size_bytes, service_.catalogue.next_moment_us());
  if (record.status != ImageStatus::deleted) service_.catalogue.attachments_changed(import.image, record);
}

}  // namespace snapsim
