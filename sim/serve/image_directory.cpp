#include "sim/serve/image_directory.hpp"

namespace snapsim {

std::optional<DirectoryImage> ImageDirectory::find(const std::string& id) {
  for (DirectoryImage& image : list()) {
    if (image.id == id) return std::move(image);
  }
  return std::nullopt;
}

}  // namespace snapsim
