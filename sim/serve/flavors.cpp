#include "sim/serve/flavors.hpp"

#include <algorithm>
#include <array>

namespace snapsim {
namespace {

constexpr std::array<Flavor, 5> devstack_flavors{{
    {"1", "m1.tiny", 1, 512, 1},
    {"2", "m1.small", 1, 2048, 20},
    {"3", "m1.medium", 2, 4096, 40},
    {"4", "m1.large", 4, 8192, 80},
    {"c1", "cirros256", 1, 256, 1},
}};

}  // namespace

std::span<const Flavor> flavors() {
  return devstack_flavors;
}

const Flavor* flavor_of(std::string_view id) {
  const auto found = std::find_if(devstack_flavors.begin(), devstack_flavors.end(),
                                  [id](const Flavor& flavor) { return flavor.id == id; });
  return found == devstack_flavors.end() ? nullptr : found;
}

}  // namespace snapsim
