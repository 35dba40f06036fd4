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

std::string_view to_string(RebootType type) {
  return type == RebootType::soft ? "soft" : "hard";
}

std::optional<RebootType> reboot_type_from(std::string_view text) {
  for (const RebootType type : {RebootType::soft, RebootType::hard}) {
    if (to_string(type) == text) return type;
  }
  return std::nullopt;
}

std::string_view to_string(Service service) {
  switch (service) {
    case Service::api:
      return "api";
    case Service::glance:
      return "glance";
    case Service::queue:
      return "queue";
    case Service::compute:
      break;
  }
  return "compute";
}

std::optional<Service> service_from(std::string_view text) {
  for (const Service service : {Service::api, Service::glance, Service::queue}) {
    if (to_string(service) == text) return service;
  }
  return std::nullopt;
}

}  // namespace snapsim
