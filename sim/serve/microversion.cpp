#include "sim/serve/microversion.hpp"

#include <charconv>
#include <string_view>

#include <fmt/format.h>

namespace snapsim {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// What "service version, service version" says of compute.
std::string_view compute_version_in(std::string_view header) {
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    const std::string_view entry = trimmed(header.substr(0, comma));
    header = comma == std::string_view::npos ? std::string_view() : header.substr(comma + 1);
    if (entry.starts_with("compute ")) return trimmed(entry.substr(8));
  }
  return {};
}

/// A number without leading zeros, as in a version; -1: it is none.
int version_number(std::string_view text) {
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size();
  const bool has_zero_in_front = text.size() > 1 && text.front() == '0';
  return is_whole && !has_zero_in_front ? number : -1;
}

}  // namespace

Microversion negotiated_microversion(const std::string& openstack_header, const std::string& nova_header) {
  std::string_view wanted = compute_version_in(openstack_header);
  if (wanted.empty()) wanted = trimmed(nova_header);
  if (wanted.empty()) return {};
  if (wanted == "latest") return {Microversion::minor_max};
  const std::size_t dot = wanted.find('.');
  const int major = version_number(wanted.substr(0, dot));
  const int minor = dot == std::string_view::npos ? -1 : version_number(wanted.substr(dot + 1));
  if (major < 1 || minor < 0) {
    throw MicroversionError(
        400, fmt::format("API Version String {} is of invalid format. Must be of format MajorNum.MinorNum.", wanted));
  }
  if (major != 2 || minor < Microversion::minor_min || minor > Microversion::minor_max) {
    throw MicroversionError(406, fmt::format("Version {} is not supported by the API. Minimum is 2.{} and maximum is "
                                             "2.{}.",
                                             wanted, Microversion::minor_min, Microversion::minor_max));
  }
  return {minor};
}

}  // namespace snapsim
