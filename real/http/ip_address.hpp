#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace snapsim {

enum class IpFamily : std::uint8_t { ipv4, ipv6 };

/// The address in the text, as inet_ntop(3) writes it; none: the text is no address of that family.
std::optional<std::string> written_ip_address(const std::string& text, IpFamily family);

}  // namespace snapsim
