#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace snapsim {

/// The severity of a line, as oslo.log names it.
enum class LineLevel : std::uint8_t { unknown, debug, info, warning, error };

/// One line of a service's log, taken apart. The views point into the text that was read.
struct LogLine {
  static constexpr std::int64_t no_time = INT64_MIN;

  std::int64_t time_us = no_time;  ///< microseconds after 1970, in the log's own time zone
  std::uint32_t process = 0;       ///< process id, 0 where the line has none
  LineLevel level = LineLevel::unknown;
  std::string_view service;         ///< journald's identifier ("nova-compute"), empty: none
  std::string_view logger;          ///< "nova.compute.manager"
  std::string_view request;         ///< "req-...", empty: none
  std::string_view global_request;  ///< the request that this one is part of, empty: none
  std::string_view instance;        ///< uuid, empty: none
  std::string_view message;         ///< without context and instance
};

/// Takes apart what oslo.log writes, from Liberty to Zed and later: with or without process id, with '.' or ',' before
/// the milliseconds, with or without a global request id, behind the prefix of syslog or journald, coloured as devstack
/// does, or as one JSON object a line (`journalctl -o json`); and what uWSGI and Apache write of each request, plain or
/// behind such a prefix (access_line.hpp). Keeps what a decoded line needs.
class LineParser {
 public:
  /// False: not such a line (a traceback, binary data); `line` then holds the text as its message.
  bool parse(std::string_view text, LogLine& line);

 private:
  bool parse_oslo(std::string_view text, LogLine& line);
  bool parse_plain(std::string_view text, LogLine& line, int depth);
  bool parse_json(std::string_view text, LogLine& line);

  std::string decoded_;  ///< of a line in JSON: its message
  std::string fields_;   ///< and its other fields
  std::string plain_;    ///< a coloured line without its colours
};

/// Splits `[context] [instance: uuid] message`, as it stands after the logger.
void parse_context(std::string_view rest, LogLine& line);

/// Reads "2026-11-24 00:32:05.574" (or with 'T', ',', a zone) at the beginning of `text`; gives the bytes it takes, 0
/// where there is none.
std::size_t read_timestamp(std::string_view text, std::int64_t& time_us);

}  // namespace snapsim
