#pragma once

#include <stdexcept>
#include <string>

namespace snapsim {

/// The compute API's microversion 2.<minor>.
struct Microversion {
  static constexpr int minor_min = 1;
  static constexpr int minor_max = 93;

  int minor = minor_min;

  /// Whether this is 2.<wanted> or a later one.
  bool has(int wanted) const { return minor >= wanted; }
  std::string text() const { return "2." + std::to_string(minor); }
};

/// No such version: 400 where the text is none, 406 where we do not speak it.
struct MicroversionError : std::runtime_error {
  MicroversionError(int http_status, const std::string& message) : std::runtime_error(message), status(http_status) {}
  int status;
};

/// nova/api/openstack/wsgi.py, set_api_version_request(): what the client asks for, by the header OpenStack-API-Version
/// ("compute 2.45", perhaps among those of other services) or X-OpenStack-Nova-API-Version ("2.45"); the first one
/// counts. Neither: 2.1. Throws MicroversionError.
Microversion negotiated_microversion(const std::string& openstack_header, const std::string& nova_header);

}  // namespace snapsim
