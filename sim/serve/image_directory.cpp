#include "sim/serve/image_directory.hpp"

#include "sim/report/names.hpp"

namespace snapsim {

std::optional<DirectoryImage> ImageDirectory::find(const std::string& id) {
  for (DirectoryImage& image : list()) {
    if (image.id == id) return std::move(image);
  }
  return std::nullopt;
}

std::vector<DirectoryImage> CloudImages::list() {
  return cloud_.look([](const Cloud::Inside& inside) {
    std::vector<DirectoryImage> images;
    for (std::uint32_t i = 0; i < inside.world.image_count(); ++i) {
      const ImageRecord& record = inside.world.glance().glance().record(ImageId(i));
      if (record.status == ImageStatus::deleted || record.status == ImageStatus::pending_delete) continue;
      DirectoryImage image;
      image.id = image_id_text(i, 0);
      image.status = to_string(record.status);
      image.size_bytes = record.size_bytes;
      image.scenario_name = inside.world.image_name(i);
      image.name = image.scenario_name;
      const auto label = inside.image_labels.find(record.request);
      if (label != inside.image_labels.end()) {
        image.name = label->second.name;
        image.owner = label->second.project_id;
        image.properties = label->second.properties;
      }
      image.created_us = inside.history.image(i).created_us;
      image.updated_us = inside.history.image(i).updated_us;
      images.push_back(std::move(image));
    }
    return images;
  });
}

}  // namespace snapsim
