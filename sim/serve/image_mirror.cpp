#include "sim/serve/image_mirror.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <span>
#include <utility>

#include "real/child_process.hpp"
#include "real/guest_disk.hpp"
#include "sim/report/names.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t mib = 1024 * 1024;

std::string visibility_of(const std::string& owner) {
  return owner.empty() ? "public" : "private";
}

/// Sends the first `share` of the file into the upload. False where it cannot be read or taken in.
bool send_file(const fs::path& file, double share, HashingUpload& upload) {
  std::error_code error;
  const auto whole = static_cast<double>(fs::file_size(file, error));
  if (error) return false;
  auto left = static_cast<std::int64_t>(whole * std::clamp(share, 0.0, 1.0));
  std::ifstream in(file, std::ios::binary);
  std::vector<char> piece(std::size_t{256} * 1024);
  while (left > 0 && !interrupt_requested()) {
    in.read(piece.data(), std::min<std::int64_t>(left, static_cast<std::int64_t>(piece.size())));
    const std::streamsize count = in.gcount();
    if (count <= 0 || !upload.write(std::as_bytes(std::span(piece.data(), static_cast<std::size_t>(count))))) {
      return false;
    }
    left -= count;
  }
  return left == 0;
}

}  // namespace

ImageMirror::ImageMirror(Cloud& cloud, ImageService& service, fs::path folder)
    : cloud_(cloud), service_(service), folder_(std::move(folder)), thread_([this] { work(); }) {
  {
    const std::lock_guard<std::mutex> lock(service_.mutex);
    service_.glance.also_tell(this);
  }
  cloud_.watch_images(this);
}

ImageMirror::~ImageMirror() {
  cloud_.watch_images(nullptr);
  {
    const std::lock_guard<std::mutex> lock(service_.mutex);
    service_.glance.also_tell(nullptr);
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ImageMirror::post(std::function<void()> job) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_all();
}

void ImageMirror::work() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_ending_ || !jobs_.empty(); });
    if (is_ending_) return;
    const std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

void ImageMirror::begin_fill(ImageId shown, std::uint32_t instance, const Bytes& bytes) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    filling_[shown] = instance;
  }
  post([this, shown, bytes] {
    fill(shown, bytes);
    end_fill(shown);
  });
}

void ImageMirror::end_fill(ImageId shown) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    filling_.erase(shown);
  }
  filled_.notify_all();
}

void ImageMirror::wait_for_bytes(const std::vector<std::uint32_t>& instances) {
  std::unique_lock<std::mutex> lock(mutex_);
  std::vector<ImageId> awaited;
  for (const auto& [shown, instance] : filling_) {
    if (std::find(instances.begin(), instances.end(), instance) != instances.end()) awaited.push_back(shown);
  }
  const auto is_filling = [this](ImageId shown) { return filling_.contains(shown); };
  filled_.wait(lock, [&] { return has_given_up_ || std::none_of(awaited.begin(), awaited.end(), is_filling); });
}

bool ImageMirror::is_making_bytes() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !filling_.empty();
}

void ImageMirror::give_up_waiting() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    has_given_up_ = true;
  }
  filled_.notify_all();
}

void ImageMirror::session_begins() {
  const std::lock_guard<std::mutex> lock(service_.mutex);
  is_mirroring_ = true;
  for (const auto& [image, shown] : shown_) static_cast<void>(service_.glance.remove(shown));
  is_mirroring_ = false;
  shown_.clear();
  originals_.clear();
  {
    const std::lock_guard<std::mutex> own_lock(mutex_);
    filling_.clear();
  }
  filled_.notify_all();
}

void ImageMirror::create(const Cloud::Inside& inside, ImageId image) {
  const ImageRecord& record = inside.world.glance().glance().record(image);
  ImageDescription made;
  made.uuid = image_id_text(image.value, 0);
  const std::string cloud_name = inside.world.image_name(image.value);
  made.name = cloud_name;
  const auto label = inside.image_labels.find(record.request);
  if (label != inside.image_labels.end()) {
    made.name = label->second.name;
    made.properties = label->second.properties;
    if (!label->second.project_id.empty()) made.owner = label->second.project_id;
  }
  made.visibility = visibility_of(made.owner.value_or(""));
  made.min_disk_gb = record.min_disk_gb;
  if (made.owner) {
    // compute/api.py, _create_image: what the user said goes before what Nova would say.
    const auto say = [&made](const char* name, const std::string& value) {
      if (made.property(name) == nullptr) made.properties.emplace_back(name, value);
    };
    say("image_type", record.image_type == ImageType::backup ? "backup" : "snapshot");
    if (!record.backup_type.empty()) say("backup_type", record.backup_type);
    say("instance_uuid", instance_uuid_text(record.instance.value, 0));
    say("owner_id", *made.owner);
  }
  service_.catalogue.expect(std::move(made));
  const ImageId shown = service_.glance.create(record.instance, record.request, record.image_type, record.backup_type,
                                               record.min_disk_gb);
  shown_[image] = shown;
  originals_[shown].name = cloud_name;
}

void ImageMirror::image_changed(const Cloud::Inside& inside, ImageId image, ImageStatus status) {
  const std::lock_guard<std::mutex> lock(service_.mutex);
  is_mirroring_ = true;
  if (status != ImageStatus::deleted && !shown_.contains(image)) create(inside, image);
  const auto found = shown_.find(image);
  if (found != shown_.end()) {
    const ImageId shown = found->second;
    originals_[shown].status = status;
    Glance& glance = service_.glance;
    if (status == ImageStatus::saving || status == ImageStatus::active) {
      // What Nova's PATCH has said before the upload.
      if (glance.record(shown).status == ImageStatus::queued) {
        service_.catalogue.row(shown).disk_format = "qcow2";
        service_.catalogue.row(shown).container_format = "bare";
        static_cast<void>(glance.set_formats(shown, DiskFormat::qcow2));
        static_cast<void>(glance.begin_upload(shown));
      }
    } else if (status == ImageStatus::queued && glance.record(shown).status == ImageStatus::saving) {
      glance.abort_upload(shown);
    } else if (status == ImageStatus::deleted && glance.record(shown).status != ImageStatus::deleted) {
      static_cast<void>(glance.remove(shown));
    }
    if (status == ImageStatus::active) {
      const ImageView view = inside.world.image(image.value);
      const std::uint32_t instance = glance.record(shown).instance.value;
      const InstanceSpec& of = inside.scenario.instances[instance];
      Bytes bytes{of.disk_mib * mib, of.used_mib * mib, 1};
      if (view.data.bytes_expected > 0) {
        bytes.share = static_cast<double>(view.data.bytes) / static_cast<double>(view.data.bytes_expected);
      }
      begin_fill(shown, instance, bytes);
    }
  }
  is_mirroring_ = false;
}

/// The image stays in `saving` until its bytes are there.
void ImageMirror::fill(ImageId shown, const Bytes& bytes) {
  std::shared_ptr<HashingUpload> upload;
  std::string name;
  {
    const std::lock_guard<std::mutex> lock(service_.mutex);
    if (service_.glance.record(shown).status != ImageStatus::saving) return;
    upload = service_.folder.upload(shown);
    name = service_.catalogue.row(shown).uuid;
  }
  QemuImg tool({.folder = folder_});
  GuestDisk disk({name, bytes.disk_bytes, bytes.used_bytes, DiskFormat::qcow2, false}, folder_ / name, tool);
  const DiskResult<void> made = disk.make();
  if (!made && !interrupt_requested())
    std::cerr << "snapsim: image " << name << " gets no bytes: " << made.error().message << '\n';
  const bool is_sent = made && upload && send_file(disk.path(), bytes.share, *upload);
  disk.remove();
  std::error_code ignored;
  fs::remove_all(folder_ / name, ignored);

  const std::lock_guard<std::mutex> lock(service_.mutex);
  is_mirroring_ = true;
  if (is_sent) {
    static_cast<void>(service_.glance.finish_upload(shown));
  } else {
    service_.glance.abort_upload(shown);
  }
  is_mirroring_ = false;
}

void ImageMirror::image_status_changed(ImageId image, const ImageRecord& record, ImageStatus, bool) {
  if (is_mirroring_ || record.status != ImageStatus::deleted) return;
  const auto found = originals_.find(image);
  if (found == originals_.end()) return;
  RequestSpec deletion;
  deletion.action = Action::delete_image;
  deletion.name = found->second.name;
  // Nobody waits for the answer: where Glance hangs, it would put off the end of the program.
  post([this, deletion] {
    try {
      static_cast<void>(cloud_.put_request(deletion));
    } catch (const SessionFull& error) {
      std::cerr << "snapsim: image " << deletion.name << " stays in the simulated cloud: " << error.what() << '\n';
    }
  });
}

DirectoryImage ImageMirror::directory_image(ImageId shown) const {
  const ImageRecord& record = service_.glance.record(shown);
  const ImageDescription& row = service_.catalogue.row(shown);
  DirectoryImage image;
  image.id = row.uuid;
  image.name = row.name.value_or("");
  image.status = to_string(record.status);
  image.size_bytes = record.size_bytes;
  image.min_disk_gib = row.min_disk_gb;
  image.min_ram_mib = row.min_ram_mb;
  if (row.visibility == "private" || row.visibility == "shared") image.owner = row.owner.value_or("");
  image.properties = row.properties;
  const auto original = originals_.find(shown);
  if (original != originals_.end()) {
    image.scenario_name = original->second.name;
    image.status = to_string(original->second.status);
  }
  return image;
}

std::vector<DirectoryImage> ImageMirror::list() {
  const std::lock_guard<std::mutex> lock(service_.mutex);
  std::vector<DirectoryImage> images;
  for (std::uint32_t i = 0; i < service_.glance.image_count(); ++i) {
    const ImageStatus status = service_.glance.record(ImageId(i)).status;
    if (status == ImageStatus::deleted || status == ImageStatus::pending_delete) continue;
    images.push_back(directory_image(ImageId(i)));
  }
  return images;
}

}  // namespace snapsim
