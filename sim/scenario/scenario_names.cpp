#include "sim/scenario/scenario_names.hpp"

namespace snapsim {

std::string_view to_string(Policy policy) {
  return policy == Policy::hardened ? "hardened" : "nova";
}

std::optional<Policy> policy_from(std::string_view text) {
  for (const Policy policy : {Policy::nova, Policy::hardened}) {
    if (to_string(policy) == text) return policy;
  }
  return std::nullopt;
}

std::optional<Action> action_from(std::string_view text) {
  for (int i = 0; i < action_count; ++i) {
    if (to_string(static_cast<Action>(i)) == text) return static_cast<Action>(i);
  }
  return std::nullopt;
}

std::optional<DiskFormat> disk_format_from(std::string_view text) {
  for (const DiskFormat format : {DiskFormat::qcow2, DiskFormat::raw}) {
    if (to_string(format) == text) return format;
  }
  return std::nullopt;
}

}  // namespace snapsim
