#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace snapsim {

/// A flavor, as devstack makes it.
struct Flavor {
  std::string_view id;
  std::string_view name;
  int vcpus = 1;
  int ram_mib = 512;
  int disk_gib = 1;
};

std::span<const Flavor> flavors();
/// By id; nullptr where there is none.
const Flavor* flavor_of(std::string_view id);

}  // namespace snapsim
