#pragma once

#include <optional>
#include <string_view>

#include "sim/world/scenario.hpp"

namespace snapsim {

/// Names as the scenario file spells them, and back.
std::string_view to_string(Policy policy);
std::optional<Policy> policy_from(std::string_view text);
std::optional<Action> action_from(std::string_view text);
std::optional<DiskFormat> disk_format_from(std::string_view text);
std::string_view to_string(RebootType type);
std::optional<RebootType> reboot_type_from(std::string_view text);
/// Of services that a request can name: not compute, which goes by its host.
std::string_view to_string(Service service);
std::optional<Service> service_from(std::string_view text);

/// How many actions there are.
inline constexpr int action_count = static_cast<int>(Action::restart) + 1;

}  // namespace snapsim
