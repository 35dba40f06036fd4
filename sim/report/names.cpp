#include "sim/report/names.hpp"

#include <string_view>

#include <fmt/format.h>

namespace snapsim {
namespace {

/// The finaliser of splitmix64: every bit of the result depends on every bit of the argument.
constexpr std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

/// The word with that number of the stream that belongs to one thing.
constexpr std::uint64_t word_of(NameKind kind, std::uint64_t index, std::uint64_t seed, std::uint64_t number) {
  const std::uint64_t thing = mixed(mixed(seed) ^ static_cast<std::uint64_t>(kind)) ^ mixed(index);
  return mixed(mixed(thing) + number);
}

}  // namespace

std::string uuid_text(NameKind kind, std::uint64_t index, std::uint64_t seed) {
  // RFC 4122: the version stands in the top bits of the third group, the variant in those of the fourth.
  const std::uint64_t high = (word_of(kind, index, seed, 0) & ~0xf000ULL) | 0x4000ULL;
  const std::uint64_t low = (word_of(kind, index, seed, 1) & ~(0x3ULL << 62)) | 0x2ULL << 62;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xffff, low >> 48,
                     low & 0xffffffffffffULL);
}

std::string hex_text(NameKind kind, std::uint64_t index, std::uint64_t seed) {
  return fmt::format("{:016x}{:016x}", word_of(kind, index, seed, 0), word_of(kind, index, seed, 1));
}

std::string temporary_directory_name(std::uint64_t index, std::uint64_t seed) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789_";
  std::uint64_t rest = word_of(NameKind::snapshot_directory, index, seed, 0);
  std::string name = "tmp";
  for (int i = 0; i < 8; ++i) {
    name += letters[rest % letters.size()];
    rest /= letters.size();
  }
  return name;
}

std::string instance_uuid_text(std::uint32_t instance, std::uint64_t seed) {
  return uuid_text(NameKind::instance, instance, seed);
}

std::string image_id_text(std::uint32_t image, std::uint64_t seed) {
  return uuid_text(NameKind::image, image, seed);
}

std::string request_id_text(std::uint32_t request, std::uint64_t seed) {
  return "req-" + uuid_text(NameKind::request, request, seed);
}

std::string user_id_text(std::uint64_t seed) {
  return hex_text(NameKind::user, 0, seed);
}

std::string project_id_text(std::uint64_t seed) {
  return hex_text(NameKind::project, 0, seed);
}

std::string domain_name_text(std::uint32_t instance) {
  return fmt::format("instance-{:08x}", std::uint64_t{instance} + 1);
}

std::string base_image_name(std::uint32_t disk, std::uint64_t seed) {
  return hex_text(NameKind::base_image, disk, seed) +
         fmt::format("{:08x}", word_of(NameKind::base_image, disk, seed, 2) & 0xffffffff);
}

std::string guest_disk_path(std::uint32_t instance, std::uint64_t seed) {
  return fmt::format("/opt/stack/data/instances/{}/disk", instance_uuid_text(instance, seed));
}

std::string extracted_image_path(std::uint64_t snapshot, std::uint64_t seed) {
  return fmt::format("/opt/stack/data/snapshots/{}/{}", temporary_directory_name(snapshot, seed),
                     hex_text(NameKind::extracted_image, snapshot, seed));
}

std::string delta_path(std::uint64_t snapshot, std::uint64_t seed) {
  return extracted_image_path(snapshot, seed) + ".delta";
}

}  // namespace snapsim
