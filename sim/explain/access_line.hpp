#pragma once

#include <cstdint>
#include <string_view>

#include "sim/explain/log_line.hpp"

namespace snapsim {

/// What the line of a web server says of one HTTP request. The views point into its message.
struct AccessLine {
  std::string_view method;
  std::string_view path;
  std::int64_t status = 0;
};

/// Reads the message of a line of
/// - eventlet: `10.0.0.5 - - [28/Nov/2026 10:00:00] "PUT /v2/images/ID/file HTTP/1.1" 204 208 0.1`, or as Nova has it
///   written (wsgi_log_format): `10.0.0.5 "POST /v2.1/servers/ID/action HTTP/1.1" status: 202 len: 458 time: 0.05`;
/// - nova.api.openstack.requestlog: `10.0.0.5 "POST /v2.1/servers/ID/action" status: 202 len: 0 microversion: 2.1 ...`;
/// - uWSGI (core/logging.c, log_request): `[pid: 12|app: 0|req: 3/7] 10.0.0.5 () {60 vars in 1100 bytes} [Sat Nov 28
///   10:00:00 2026] PUT /image/v2/images/ID/file => generated 0 bytes in 812 msecs (HTTP/1.1 204) 4 headers in 180
///   bytes (1 switches on core 0)`;
/// - Apache (LogFormat "common", "combined"): `10.0.0.5 - - [28/Nov/2026:10:00:00 +0000] "POST
///   /compute/v2.1/servers/ID/action HTTP/1.1" 202 0 "-" "python-novaclient"`.
/// False: another line.
bool read_access_line(std::string_view message, AccessLine& access);

/// The loggers that lines of a web server get, which no service of OpenStack writes: they have no request id.
inline constexpr std::string_view uwsgi_logger = "uwsgi";
inline constexpr std::string_view apache_logger = "apache";
inline bool is_of_web_server(std::string_view logger) {
  return logger == uwsgi_logger || logger == apache_logger;
}

/// Whether `text` is, behind a prefix, a line of uWSGI or Apache; then fills in logger, level and message, and the time
/// where the line has none yet: uWSGI's is the request's beginning, to which the time that it took is added.
/// The process stays 0: workers come and go as the server likes.
bool parse_access_line(std::string_view text, LogLine& line);

}  // namespace snapsim
