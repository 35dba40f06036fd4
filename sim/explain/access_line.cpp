#include "sim/explain/access_line.hpp"

#include <algorithm>

#include "sim/explain/event_text.hpp"

namespace snapsim {
namespace {

using event_text::between;
using event_text::number_at;

constexpr std::size_t head_max = 300;  // how far into a line its request may stand
constexpr std::string_view uwsgi_begin = "[pid: ";
constexpr std::string_view month_names = "JanFebMarAprMayJunJulAugSepOctNovDec";

/// "PUT /path" at the beginning of `text`, and what is behind the path.
bool read_request(std::string_view text, AccessLine& access, std::string_view& rest) {
  const std::size_t space = text.find(' ');
  if (space == 0 || space >= sizeof "PROPFIND" || text.substr(space + 1, 1) != "/") return false;
  access.method = text.substr(0, space);
  text.remove_prefix(space + 1);
  const std::size_t end = text.find_first_of(" \"");
  if (end == std::string_view::npos) return false;
  access.path = text.substr(0, end);
  access.path = access.path.substr(0, access.path.find('?'));
  rest = text.substr(end);
  return true;
}

bool read_uwsgi_line(std::string_view message, AccessLine& access) {
  const std::size_t at = message.find(" bytes} [");
  const std::size_t request = at == std::string_view::npos ? at : message.find("] ", at);
  std::string_view rest;
  if (request == std::string_view::npos || !read_request(message.substr(request + 2), access, rest)) return false;
  if (!rest.starts_with(" => generated ")) return false;
  const std::string_view answer = between(rest, " (HTTP/", ")");
  const std::size_t space = answer.find(' ');
  if (space == std::string_view::npos) return false;
  access.status = number_at(answer.substr(space + 1));
  return true;
}

/// "Sat Nov 28 10:00:00 2026", as C's ctime writes it.
std::int64_t read_ctime(std::string_view text) {
  constexpr std::size_t length = 24;
  if (text.size() < length) return LogLine::no_time;
  const std::size_t month = month_names.find(text.substr(4, 3));
  if (month == std::string_view::npos) return LogLine::no_time;
  std::string iso = "....-..-..";
  std::ranges::copy(text.substr(20, 4), iso.begin());
  iso[5] = static_cast<char>('0' + (month / 3 + 1) / 10);
  iso[6] = static_cast<char>('0' + (month / 3 + 1) % 10);
  iso[8] = text[8] == ' ' ? '0' : text[8];
  iso[9] = text[9];
  iso += ' ';
  iso += text.substr(11, 8);
  std::int64_t time_us = LogLine::no_time;
  return read_timestamp(iso, time_us) == 0 ? LogLine::no_time : time_us;
}

/// "28/Nov/2026:10:00:00".
std::int64_t read_apache_time(std::string_view text) {
  constexpr std::size_t length = 20;
  if (text.size() < length || text[2] != '/' || text[6] != '/' || text[11] != ':') return LogLine::no_time;
  const std::string as_ctime = "... " + std::string(text.substr(3, 3)) + " " + std::string(text.substr(0, 2)) + " " +
                               std::string(text.substr(12, 8)) + " " + std::string(text.substr(7, 4));
  return read_ctime(as_ctime);
}

}  // namespace

bool read_access_line(std::string_view message, AccessLine& access) {
  if (message.starts_with(uwsgi_begin)) return read_uwsgi_line(message, access);
  const std::size_t quote = message.substr(0, head_max).find('"');
  std::string_view rest;
  if (quote == std::string_view::npos || !read_request(message.substr(quote + 1), access, rest)) return false;
  const std::size_t end = rest.find("\" ");
  if (end == std::string_view::npos) return false;
  rest.remove_prefix(end + 2);
  constexpr std::string_view label = "status: ";
  if (rest.starts_with(label)) rest.remove_prefix(label.size());
  access.status = number_at(rest);
  return access.status != 0;
}

bool parse_access_line(std::string_view text, LogLine& line) {
  const std::string_view head = text.substr(0, head_max);
  AccessLine access;
  std::int64_t time_us = LogLine::no_time;
  if (const std::size_t begin = head.find(uwsgi_begin); begin != std::string_view::npos) {
    text.remove_prefix(begin);
    if (!read_access_line(text, access)) return false;
    line.logger = uwsgi_logger;
    time_us = read_ctime(between(text, " bytes} [", "]"));
    if (time_us != LogLine::no_time) time_us += number_at(between(text, " bytes in ", " msecs")) * 1000;
  } else {
    const std::size_t bracket = head.find(" [");
    if (bracket == std::string_view::npos) return false;
    time_us = read_apache_time(text.substr(bracket + 2));
    if (time_us == LogLine::no_time || !read_access_line(text, access)) return false;
    line.logger = apache_logger;
  }
  if (line.time_us == LogLine::no_time) line.time_us = time_us;
  line.process = 0;
  line.level = LineLevel::info;
  line.message = text;
  return true;
}

}  // namespace snapsim
