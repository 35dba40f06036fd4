#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/serve/cloud.hpp"

namespace snapsim {

/// An image as nova-api has to know it.
struct DirectoryImage {
  std::string id;
  std::string name;
  std::string status;  ///< Glance's word
  std::int64_t size_bytes = 0;
  std::int64_t min_disk_gib = 0;  ///< what a flavor must have at least
  std::int64_t min_ram_mib = 0;
  std::string owner;  ///< id of the project; empty: everybody may use it
  std::vector<std::pair<std::string, std::string>> properties;
  /// The cloud's name of it, by which a rebuild can ask for it; empty: the cloud does not hold its bytes.
  std::string scenario_name;
};

/// Which images there are.
class ImageDirectory {
 public:
  virtual ~ImageDirectory() = default;
  /// All images that are not deleted, in the order in which they were made.
  virtual std::vector<DirectoryImage> list() = 0;
  /// The image with that id, none where there is none.
  virtual std::optional<DirectoryImage> find(const std::string& id);
  /// Waits until the served Glance has the bytes of the images that are active in the cloud by now and were made of one
  /// of `instances` (their indices in the cloud), or will never have them.
  virtual void wait_for_bytes(const std::vector<std::uint32_t>& instances) = 0;
  /// Whether the bytes of some image are still being made.
  virtual bool is_making_bytes() = 0;
};

}  // namespace snapsim
