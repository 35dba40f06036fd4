#include "sim/explain/log_line.hpp"

#include <array>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "sim/explain/access_line.hpp"

namespace snapsim {
namespace {

constexpr std::size_t prefix_max = 200;  // how far into a line its level may stand

constexpr std::array<std::pair<std::string_view, LineLevel>, 9> levels{{
    {"DEBUG", LineLevel::debug},
    {"INFO", LineLevel::info},
    {"WARNING", LineLevel::warning},
    {"ERROR", LineLevel::error},
    {"WARN", LineLevel::warning},
    {"CRITICAL", LineLevel::error},
    {"AUDIT", LineLevel::info},
    {"TRACE", LineLevel::error},
    {"EXCEPTION", LineLevel::error},
}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Two digits, or -1.
int two(std::string_view text, std::size_t at) {
  if (!is_digit(text[at]) || !is_digit(text[at + 1])) return -1;
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

/// Days after 1970-01-01; the day before is remembered, because lines of one day follow each other.
std::int64_t days_of(int year, int month, int day) {
  static thread_local int known_key = -1;
  static thread_local std::int64_t known_days = 0;
  const int key = (year * 16 + month) * 32 + day;
  if (key != known_key) {
    const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    known_key = key;
    known_days = std::chrono::sys_days(date).time_since_epoch().count();
  }
  return known_days;
}

/// ".574", ",574" or ".574321" at the position; moves it behind.
std::int64_t read_fraction_us(std::string_view text, std::size_t& at) {
  if (at + 1 >= text.size() || (text[at] != '.' && text[at] != ',') || !is_digit(text[at + 1])) return 0;
  std::int64_t us = 0;
  std::int64_t unit = 100'000;
  for (++at; at < text.size() && is_digit(text[at]); ++at) {
    us += (text[at] - '0') * unit;
    unit /= 10;
  }
  return us;
}

std::string_view token_at(std::string_view text) {
  return text.substr(0, text.find(' '));
}

LineLevel level_of(std::string_view word) {
  for (const auto& [name, level] : levels) {
    if (word == name) return level;
  }
  return LineLevel::unknown;
}

void skip_spaces(std::string_view& text) {
  const std::size_t first = text.find_first_not_of(' ');
  text.remove_prefix(first == std::string_view::npos ? text.size() : first);
}

/// "LEVEL logger rest" or "PID LEVEL logger rest".
bool parse_from_level(std::string_view rest, LogLine& line) {
  skip_spaces(rest);
  std::string_view word = token_at(rest);
  if (!word.empty() && is_digit(word[0]) && word.size() <= 10) {
    std::uint32_t process = 0;
    for (const char c : word) {
      if (!is_digit(c)) return false;
      process = process * 10 + static_cast<std::uint32_t>(c - '0');
    }
    line.process = process;
    rest.remove_prefix(word.size());
    skip_spaces(rest);
    word = token_at(rest);
  }
  const LineLevel level = level_of(word);
  if (level == LineLevel::unknown) return false;
  rest.remove_prefix(word.size());
  skip_spaces(rest);
  const std::string_view logger = token_at(rest);
  line.level = level;
  line.logger = logger;
  rest.remove_prefix(logger.size());
  skip_spaces(rest);
  parse_context(rest, line);
  return true;
}

/// "Nov 24 00:32:05.574" of syslog; it has no year: 1970 stands for it.
std::size_t read_syslog_time(std::string_view text, std::int64_t& time_us) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() < 16 || text[3] != ' ' || text[6] != ' ' || text[9] != ':' || text[12] != ':') return 0;
  const std::size_t month = months.find(text.substr(0, 3));
  if (month == std::string_view::npos || month % 3 != 0 || !is_digit(text[5])) return 0;
  const int day = (text[4] == ' ' ? 0 : text[4] - '0') * 10 + (text[5] - '0');
  const int hour = two(text, 7);
  const int minute = two(text, 10);
  const int second = two(text, 13);
  if (hour < 0 || minute < 0 || second < 0) return 0;
  std::size_t at = 15;
  const std::int64_t fraction = read_fraction_us(text, at);
  const std::int64_t seconds =
      days_of(1970, static_cast<int>(month / 3) + 1, day) * 86'400 + hour * 3600 + minute * 60 + second;
  time_us = seconds * 1'000'000 + fraction;
  return at;
}

/// "host nova-compute[867]: rest": names the service and gives the rest; false where it is something else.
bool read_syslog_prefix(std::string_view& rest, LogLine& line) {
  const std::size_t end = rest.substr(0, prefix_max).find(": ");
  if (end == std::string_view::npos) return false;
  std::string_view head = rest.substr(0, end);
  if (head.starts_with('[')) return false;  // uWSGI's "[pid: 12|app: 0|..."
  if (head.ends_with(']')) {
    const std::size_t open = head.rfind('[');
    if (open == std::string_view::npos) return false;
    std::uint32_t process = 0;
    for (const char c : head.substr(open + 1, head.size() - open - 2)) {
      if (!is_digit(c)) return false;
      process = process * 10 + static_cast<std::uint32_t>(c - '0');
    }
    line.process = process;
    head = head.substr(0, open);
  }
  // The host and the service: what has more words is the prefix of something else.
  const std::size_t space = head.rfind(' ');
  if (space != std::string_view::npos && head.find(' ') != space) return false;
  line.service = space == std::string_view::npos ? head : head.substr(space + 1);
  rest.remove_prefix(end + 2);
  return true;
}

bool is_colour_end(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::size_t read_timestamp(std::string_view text, std::int64_t& time_us) {
  if (text.size() < 19 || text[4] != '-' || text[7] != '-' || (text[10] != ' ' && text[10] != 'T') || text[13] != ':' ||
      text[16] != ':') {
    return 0;
  }
  const int century = two(text, 0);
  const int year = two(text, 2);
  const int month = two(text, 5);
  const int day = two(text, 8);
  const int hour = two(text, 11);
  const int minute = two(text, 14);
  const int second = two(text, 17);
  if (century < 0 || year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || minute < 0 ||
      second < 0) {
    return 0;
  }
  std::size_t at = 19;
  const std::int64_t fraction = read_fraction_us(text, at);
  // A zone is the same in the whole log: it does not matter to what comes before what.
  if (at < text.size() && text[at] == 'Z') ++at;
  if (at + 5 <= text.size() && (text[at] == '+' || text[at] == '-') && is_digit(text[at + 1])) {
    at += at + 6 <= text.size() && text[at + 3] == ':' ? 6 : 5;
  }
  time_us =
      (days_of(century * 100 + year, month, day) * 86'400 + hour * 3600 + minute * 60 + second) * 1'000'000 + fraction;
  return at;
}

void parse_context(std::string_view rest, LogLine& line) {
  constexpr std::string_view instance_prefix = "[instance: ";
  if (rest.starts_with('[') && !rest.starts_with(instance_prefix)) {
    const std::size_t end = rest.find(']');
    if (end != std::string_view::npos) {
      std::string_view context = rest.substr(1, end - 1);
      std::array<std::string_view, 2> requests;
      std::size_t count = 0;
      for (int i = 0; i < 2 && !context.empty(); ++i) {
        const std::string_view word = token_at(context);
        if (word.starts_with("req-")) requests[count++] = word;
        context.remove_prefix(std::min(context.size(), word.size() + 1));
      }
      line.request = count == 2 ? requests[1] : requests[0];
      if (count == 2) line.global_request = requests[0];
      rest.remove_prefix(end + 1);
      skip_spaces(rest);
    }
  }
  if (rest.starts_with(instance_prefix)) {
    const std::size_t end = rest.find(']');
    if (end != std::string_view::npos) {
      line.instance = rest.substr(instance_prefix.size(), end - instance_prefix.size());
      rest.remove_prefix(end + 1);
      skip_spaces(rest);
    }
  }
  line.message = rest;
}

bool LineParser::parse_plain(std::string_view text, LogLine& line, int depth) {
  std::size_t taken = read_timestamp(text, line.time_us);
  if (taken == 0) taken = read_syslog_time(text, line.time_us);
  std::string_view rest = text.substr(taken);
  skip_spaces(rest);
  if (parse_from_level(rest, line)) return true;
  if (depth > 0 || taken == 0) return false;
  if (read_syslog_prefix(rest, line)) {
    const LogLine outer = line;
    if (parse_plain(rest, line, depth + 1)) {
      if (line.time_us == LogLine::no_time) line.time_us = outer.time_us;
      if (line.process == 0) line.process = outer.process;
      return true;
    }
    line.message = rest;
    return false;
  }
  // Some other prefix ("stdout F" of a container): the level is looked for.
  const std::string_view near = rest.substr(0, prefix_max);
  for (const auto& [name, level] : levels) {
    const std::size_t found = near.find(" " + std::string(name) + " ");
    if (found != std::string_view::npos) return parse_from_level(rest.substr(found + 1), line);
  }
  return false;
}

bool LineParser::parse_json(std::string_view text, LogLine& line) {
  const nlohmann::json record = nlohmann::json::parse(text, nullptr, false);
  if (!record.is_object()) return false;
  const auto field = [&record](const char* key) -> std::string {
    const auto found = record.find(key);
    if (found == record.end()) return {};
    if (found->is_string()) return found->get<std::string>();
    if (found->is_number_integer()) return std::to_string(found->get<std::int64_t>());
    // journalctl writes text with control characters as a list of bytes.
    std::string bytes;
    if (found->is_array()) {
      for (const auto& byte : *found) {
        if (byte.is_number_unsigned()) bytes += static_cast<char>(byte.get<unsigned>() & 0xFFu);
      }
    }
    return bytes;
  };
  decoded_ = field("MESSAGE");
  if (decoded_.empty()) decoded_ = field("message");
  const std::string realtime = field("__REALTIME_TIMESTAMP");
  const std::string process = field("_PID");
  fields_.clear();
  const auto keep = [this](const std::string& value) {
    const std::size_t at = fields_.size();
    fields_ += value;
    return std::pair(at, value.size());
  };
  fields_.reserve(1024);
  const auto service = keep(field("SYSLOG_IDENTIFIER"));
  const auto logger = keep(field("LOGGER_NAME"));
  const auto request = keep(field("REQUEST_ID"));
  const auto global = keep(field("GLOBAL_REQUEST_ID"));
  const auto instance = keep(field("INSTANCE_UUID"));
  const std::string level = field("LOGGER_LEVEL");
  const auto view = [this](std::pair<std::size_t, std::size_t> part) {
    return std::string_view(fields_).substr(part.first, part.second);
  };
  std::string_view message = decoded_;
  if (decoded_.find("\x1b[") != std::string::npos) {
    plain_.clear();
    for (std::size_t i = 0; i < decoded_.size(); ++i) {
      if (decoded_[i] != '\x1b') {
        plain_ += decoded_[i];
        continue;
      }
      while (i < decoded_.size() && !is_colour_end(decoded_[i])) ++i;
    }
    message = plain_;
  }
  const bool is_whole = parse_plain(message.substr(0, message.find('\n')), line, 0);
  constexpr std::size_t digits_max = 17;  // of microseconds in some thousand years
  if (line.time_us == LogLine::no_time && !realtime.empty() && realtime.size() <= digits_max) {
    line.time_us = std::strtoll(realtime.c_str(), nullptr, 10);
  }
  if (!is_whole && !parse_access_line(message, line)) parse_context(message.substr(0, message.find('\n')), line);
  if (line.process == 0) line.process = static_cast<std::uint32_t>(std::strtoul(process.c_str(), nullptr, 10));
  if (line.service.empty()) line.service = view(service);
  if (line.logger.empty()) line.logger = view(logger);
  if (line.request.empty()) line.request = view(request);
  if (line.global_request.empty()) line.global_request = view(global);
  if (line.instance.empty()) line.instance = view(instance);
  if (line.level == LineLevel::unknown) line.level = level_of(level);
  return is_whole || !line.logger.empty();
}

bool LineParser::parse(std::string_view text, LogLine& line) {
  return parse_oslo(text, line) || parse_access_line(line.message, line);
}

bool LineParser::parse_oslo(std::string_view text, LogLine& line) {
  line = {};
  line.message = text;
  if (text.size() < 8) return false;
  if (text.back() == '\r') text.remove_suffix(1);
  if (text.front() == '{') return parse_json(text, line);
  if (is_digit(text.front()) || text[3] == ' ') {
    // journalctl writes the escape character of a colour as #033, or as it is.
    const std::string_view head = text.substr(0, prefix_max);
    if (head.find("\x1b[") == std::string_view::npos && head.find("#033[") == std::string_view::npos) {
      return parse_plain(text, line, 0);
    }
    plain_.clear();
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\x1b' && text.substr(i, 5) != "#033[") {
        plain_ += text[i];
        continue;
      }
      i += text[i] == '\x1b' ? 2 : 5;
      while (i < text.size() && !is_colour_end(text[i])) ++i;
    }
    return parse_plain(plain_, line, 0);
  }
  // Without a time: what a service writes to its standard output under some supervisors.
  return parse_from_level(text, line);
}

}  // namespace snapsim
