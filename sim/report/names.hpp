#pragma once

#include <cstdint>
#include <string>

namespace snapsim {

/// What an id is of. Part of what the id is made from, so that instance 3 and image 3 do not share one.
enum class NameKind : std::uint8_t {
  instance,
  image,
  request,
  user,
  project,
  periodic_request,
  snapshot_directory,
  extracted_image,
  base_image,
  message,
};

// The long names that OpenStack gives to things, made from (kind, index, seed) alone: the same on every compiler and
// machine. They look random, have the shape of the real ones, and differ wherever one of the three differs.

/// A UUID of version 4, as in "e607f2bd-4c7d-4f48-bfb3-e1cc401ca208".
std::string uuid_text(NameKind kind, std::uint64_t index, std::uint64_t seed);
/// 32 hex digits: ids of users and projects, names of extracted images.
std::string hex_text(NameKind kind, std::uint64_t index, std::uint64_t seed);
/// A directory as Python's tempfile.mkdtemp names it, as in "tmp0s576iac".
std::string temporary_directory_name(std::uint64_t index, std::uint64_t seed);

/// instances.uuid of the instance with that index in the scenario.
std::string instance_uuid_text(std::uint32_t instance, std::uint64_t seed);
/// The Glance id of the image with that ImageId.
std::string image_id_text(std::uint32_t image, std::uint64_t seed);
/// The id that one API request carries through all services, as in "req-b2f290ca-7fd8-46a3-9bc1-f633b860a214".
std::string request_id_text(std::uint32_t request, std::uint64_t seed);
/// The user who makes every request of the run.
std::string user_id_text(std::uint64_t seed);
/// The project that every instance and image of the run belongs to.
std::string project_id_text(std::uint64_t seed);
/// instance.name as libvirt knows the domain, as in "instance-00000001".
std::string domain_name_text(std::uint32_t instance);

/// Name of a cached base image, the SHA-1 of an image id: 40 hex digits.
std::string base_image_name(std::uint32_t disk, std::uint64_t seed);
/// Where the host keeps the instance's disk.
std::string guest_disk_path(std::uint32_t instance, std::uint64_t seed);
/// Where one snapshot is extracted to. `snapshot` tells snapshots of a run apart.
std::string extracted_image_path(std::uint64_t snapshot, std::uint64_t seed);
/// The file beside it that a live snapshot mirrors into.
std::string delta_path(std::uint64_t snapshot, std::uint64_t seed);

}  // namespace snapsim
