#include "real/http/http_head.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace snapsim {
namespace {

constexpr std::array<std::string_view, 9> known_methods{"GET",    "HEAD",    "POST",  "PUT",    "PATCH",
                                                        "DELETE", "OPTIONS", "TRACE", "CONNECT"};

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 &&
           (std::isalnum(byte) != 0 || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
  });
}

bool is_equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
         });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

HttpHead refused(int status, std::string error) {
  HttpHead head;
  head.error_status = status;
  head.error = std::move(error);
  head.keeps_alive = false;
  return head;
}

/// The request line. Returns the reason to refuse it, as a head.
std::optional<HttpHead> request_line_error(std::string_view line, HttpHead& head) {
  if (line.size() > request_line_max_bytes) return refused(414, "The request line is too long.");
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return refused(400, "The request line is malformed.");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method)) return refused(400, "The request's method is malformed.");
  if (!version.starts_with("HTTP/")) return refused(400, "The request line is malformed.");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return refused(505, "The HTTP version is not supported.");
  if (std::find(known_methods.begin(), known_methods.end(), method) == known_methods.end()) {
    return refused(501, "The request method is not implemented for this server.");
  }
  const bool is_good = target.starts_with('/') && std::all_of(target.begin(), target.end(), [](char c) {
                         return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
                       });
  if (!is_good) return refused(400, "The request's target is malformed.");
  head.keeps_alive = version == "HTTP/1.1";
  return std::nullopt;
}

std::optional<HttpHead> content_length_error(std::string_view value, HttpHead& head) {
  const bool is_number = !value.empty() && value.size() <= 18 &&
                         std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return refused(400, "Content-Length is not a number.");
  std::uint64_t length = 0;
  for (const char c : value) length = length * 10 + static_cast<std::uint64_t>(c - '0');
  if (head.content_length.value_or(length) != length) return refused(400, "There are two different Content-Lengths.");
  head.content_length = length;
  return std::nullopt;
}

std::optional<HttpHead> header_error(std::string_view line, HttpHead& head) {
  if (line.size() > header_line_max_bytes) return refused(431, "A header line is too long.");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return refused(400, "A header line is malformed.");
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  const bool is_text = std::all_of(
      value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x20 ? c != 0x7f : c == '\t'; });
  if (!is_text) return refused(400, "A header line has a control character.");
  if (is_equal_ignoring_case(name, "Content-Length")) return content_length_error(value, head);
  if (is_equal_ignoring_case(name, "Transfer-Encoding")) {
    if (head.is_chunked) return refused(400, "There are two Transfer-Encodings.");
    if (!is_equal_ignoring_case(value, "chunked")) return refused(501, "That Transfer-Encoding is not known here.");
    head.is_chunked = true;
  }
  if (is_equal_ignoring_case(name, "Connection")) {
    if (is_equal_ignoring_case(value, "close")) head.keeps_alive = false;
    if (is_equal_ignoring_case(value, "keep-alive")) head.keeps_alive = true;
  }
  return std::nullopt;
}

/// Where the header's value begins, in a head; its end where it has no such header. `start` is "\r\nname:", in lower
/// case.
std::size_t find_header_value(const std::string& input, std::size_t head_bytes, std::string_view start) {
  const auto is_same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  const auto end = input.begin() + static_cast<std::ptrdiff_t>(head_bytes);
  const auto found = std::search(input.begin(), end, start.begin(), start.end(), is_same);
  if (found == end) return head_bytes;
  return static_cast<std::size_t>(found - input.begin()) + start.size();
}

}  // namespace

std::optional<std::size_t> head_end(std::string_view text) {
  const std::size_t at = text.find("\r\n\r\n");
  return at == std::string_view::npos ? std::nullopt : std::optional(at + 4);
}

HttpHead inspected_head(std::string_view text) {
  HttpHead head;
  bool is_request_line = true;
  while (true) {
    const std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos) return refused(400, "The request's head is cut off.");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 2);
    if (line.find('\n') != std::string_view::npos || line.find('\r') != std::string_view::npos) {
      return refused(400, "A line of the request's head has a bare newline.");
    }
    if (line.empty() && !is_request_line) break;
    const auto error = is_request_line ? request_line_error(line, head) : header_error(line, head);
    if (error) return *error;
    is_request_line = false;
  }
  if (head.is_chunked && head.content_length) {
    return refused(400, "A request has either a Content-Length or chunks, not both.");
  }
  return head;
}

std::optional<std::uint64_t> parsed_chunk_size(std::string_view line) {
  const std::string_view digits = trimmed(line.substr(0, line.find_first_of(";\r\n")));
  if (digits.empty() || digits.size() > 15) return std::nullopt;
  std::uint64_t size = 0;
  for (const char c : digits) {
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return std::nullopt;
    const int value = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    size = size * 16 + static_cast<std::uint64_t>(value);
  }
  return size;
}

std::string python_bytes_repr(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  const char quote =
      bytes.find('\'') != std::string_view::npos && bytes.find('"') == std::string_view::npos ? '"' : '\'';
  std::string out = std::string("b") + quote;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\' || c == quote) {
      out += '\\';
      out += c;
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte >= 0x7f) {
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 0xf];
    } else {
      out += c;
    }
  }
  return out + quote;
}

std::size_t mark_ranges(std::string& input, std::size_t head_bytes) {
  std::size_t longer = 0;
  for (const std::string_view name : {"\r\nrange:", "\r\ncontent-range:"}) {
    const std::size_t value = find_header_value(input, head_bytes + longer, name);
    if (value == head_bytes + longer) continue;
    if (input.find_first_not_of(" \t", value) == input.find("\r\n", value)) {
      input.insert(value, "none");
      longer += 4;
    }
    if (name.starts_with("\r\nr")) {
      input.insert(value - (name.size() - 2), "X-");
      longer += 2;
    }
  }
  return longer;
}

}  // namespace snapsim
