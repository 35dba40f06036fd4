#pragma once

#include <compare>
#include <cstdint>

namespace snapsim {

/// A small handle for a thing of which a run has many. The text form that Nova or Glance shows (a UUID, a path) is made
/// from it only when someone asks (sim/report), so the flow copies four bytes instead of thirty-six.
template <class Tag>
struct Id {
  static constexpr std::uint32_t none_value = 0xffffffff;

  std::uint32_t value = none_value;

  constexpr Id() = default;
  constexpr explicit Id(std::uint32_t index) : value(index) {}
  constexpr bool exists() const { return value != none_value; }
  constexpr auto operator<=>(const Id&) const = default;
};

/// instances.uuid: index of the instance in the scenario.
using InstanceUuid = Id<struct InstanceTag>;
/// A Glance image id: index in order of creation.
using ImageId = Id<struct ImageTag>;
/// A compute host: index in the scenario's `hosts`.
using HostId = Id<struct HostTag>;
/// The request id (`req-<uuid>`) that one API request carries through all services: index of the request.
using RequestId = Id<struct RequestTag>;
/// A file on a compute host: a guest disk, a delta or an extracted image.
using FileId = Id<struct FileTag>;
/// A temporary directory of a snapshot on a compute host.
using DirectoryId = Id<struct DirectoryTag>;

}  // namespace snapsim
