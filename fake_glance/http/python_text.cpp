#include "fake_glance/http/python_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace snapsim {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
/// pprint's width in the messages of jsonschema.
constexpr std::size_t pretty_width = 72;

void append_hex(std::string& out, std::uint32_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += hex_digits[(value >> shift) & 0xf];
}

/// The escape of a character that JSON does not let stand in a string, or nothing.
bool append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return true;
    case '\\':
      out += "\\\\";
      return true;
    case '\n':
      out += "\\n";
      return true;
    case '\r':
      out += "\\r";
      return true;
    case '\t':
      out += "\\t";
      return true;
    case '\b':
      out += "\\b";
      return true;
    case '\f':
      out += "\\f";
      return true;
    default:
      break;
  }
  if (static_cast<unsigned char>(c) >= 0x20) return false;
  out += "\\u";
  append_hex(out, static_cast<unsigned char>(c), 4);
  return true;
}

void append_json(std::string& out, const OrderedJson& value) {
  if (value.is_string()) return append_json_string(out, value.get_ref<const std::string&>());
  if (value.is_object()) {
    out += '{';
    bool first = true;
    for (const auto& [key, member] : value.items()) {
      if (!first) out += ", ";
      first = false;
      append_json_string(out, key);
      out += ": ";
      append_json(out, member);
    }
    out += '}';
    return;
  }
  if (value.is_array()) {
    out += '[';
    bool first = true;
    for (const OrderedJson& element : value) {
      if (!first) out += ", ";
      first = false;
      append_json(out, element);
    }
    out += ']';
    return;
  }
  out += value.dump();
}

/// The character at text[at], of UTF-8, and how many bytes it takes.
std::pair<std::uint32_t, std::size_t> character_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  std::uint32_t code = length == 1 ? lead : lead & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length && at + i < text.size(); ++i) {
    code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3fu);
  }
  return {code, std::min(length, text.size() - at)};
}

/// The more common of the characters that str.isprintable() denies: controls, blanks and marks without a glyph.
bool is_escaped(std::uint32_t code) {
  constexpr std::pair<std::uint32_t, std::uint32_t> ranges[] = {
      {0x00, 0x1f},     {0x7f, 0xa0},     {0xad, 0xad},     {0x600, 0x605},     {0x61c, 0x61c},   {0x1680, 0x1680},
      {0x180e, 0x180e}, {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f},   {0x3000, 0x3000}, {0xd800, 0xf8ff},
      {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0x10ffff}};
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [code](const auto& range) { return code >= range.first && code <= range.second; });
}

std::string repr_of_string(std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const char quote = has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string out(1, quote);
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const auto [code, length] = character_at(text, at);
    if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (is_escaped(code)) {
      out += code < 0x100 ? "\\x" : code < 0x10000 ? "\\u" : "\\U";
      append_hex(out, code, code < 0x100 ? 2 : code < 0x10000 ? 4 : 8);
    } else {
      out += text.substr(at, length);
    }
    at += length;
  }
  out += quote;
  return out;
}

/// A dict's members as pprint shows them: by name.
std::vector<std::pair<std::string, const OrderedJson*>> sorted_members(const OrderedJson& object) {
  std::vector<std::pair<std::string, const OrderedJson*>> members;
  for (const auto& [key, member] : object.items()) members.emplace_back(key, &member);
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return members;
}

/// repr as pprint makes it, which sorts dicts.
std::string pretty_repr(const OrderedJson& value) {
  if (value.is_object()) {
    std::string out = "{";
    for (const auto& [key, member] : sorted_members(value)) {
      if (out.size() > 1) out += ", ";
      out += repr_of_string(key) + ": " + pretty_repr(*member);
    }
    return out + "}";
  }
  if (value.is_array()) {
    std::string out = "[";
    for (const OrderedJson& element : value) {
      if (out.size() > 1) out += ", ";
      out += pretty_repr(element);
    }
    return out + "]";
  }
  return python_repr(value);
}

/// Python's pprint.PrettyPrinter, as far as JSON needs it.
class PrettyPrinter {
 public:
  void format(const OrderedJson& value, std::size_t indent, std::size_t allowance, int level) {
    const std::string text = pretty_repr(value);
    if (character_count(text) + indent + allowance <= pretty_width) {
      out += text;
    } else if (value.is_object() && !value.empty()) {
      format_object(value, indent, allowance, level);
    } else if (value.is_array() && !value.empty()) {
      format_array(value, indent, allowance, level);
    } else if (value.is_string()) {
      format_string(value.get_ref<const std::string&>(), indent, allowance, level);
    } else {
      out += text;
    }
  }

  std::string out;

 private:
  void next_line(std::size_t indent) { out += "\n" + std::string(indent, ' '); }

  void format_object(const OrderedJson& object, std::size_t indent, std::size_t allowance, int level) {
    out += '{';
    const auto members = sorted_members(object);
    for (std::size_t i = 0; i < members.size(); ++i) {
      const std::string key = repr_of_string(members[i].first);
      const bool is_last = i + 1 == members.size();
      out += key + ": ";
      format(*members[i].second, indent + 1 + character_count(key) + 2, is_last ? allowance + 1 : 1, level + 1);
      if (is_last) break;
      out += ',';
      next_line(indent + 1);
    }
    out += '}';
  }

  void format_array(const OrderedJson& array, std::size_t indent, std::size_t allowance, int level) {
    out += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
      const bool is_last = i + 1 == array.size();
      format(array[i], indent + 1, is_last ? allowance + 1 : 1, level + 1);
      if (is_last) break;
      out += ',';
      next_line(indent + 1);
    }
    out += ']';
  }

  /// A string that is too long for its line is broken after its spaces.
  void format_string(const std::string& text, std::size_t indent, std::size_t allowance, int level) {
    if (level == 1) {
      ++indent;
      ++allowance;
    }
    const std::size_t width = pretty_width > indent ? pretty_width - indent : 1;
    std::vector<std::string> chunks;
    std::string current;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = text.find(' ', at);
      while (end != std::string::npos && end < text.size() && text[end] == ' ') ++end;
      if (end == std::string::npos) end = text.size();
      const std::string part = text.substr(at, end - at);
      at = end;
      const std::size_t room = at == text.size() && width > allowance ? width - allowance : width;
      if (character_count(repr_of_string(current + part)) > room && !current.empty()) {
        chunks.push_back(repr_of_string(current));
        current.clear();
      }
      current += part;
    }
    chunks.push_back(repr_of_string(current));
    const bool has_brackets = level == 1 && chunks.size() > 1;
    if (has_brackets) out += '(';
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      if (i > 0) next_line(indent);
      out += chunks[i];
    }
    if (has_brackets) out += ')';
  }
};

/// The code point at text[at], and how many bytes it takes; broken UTF-8 counts byte by byte.
std::pair<std::uint32_t, std::size_t> code_point_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (at + length > text.size()) length = 1;
  constexpr std::array<unsigned, 5> masks{0, 0x7f, 0x1f, 0x0f, 0x07};
  std::uint32_t code = lead & masks[length];
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3fu);
  return {code, length};
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    append_escape(out, c);
    plain = i + 1;
  }
  out.append(text, plain, text.size() - plain);
  out += '"';
}

std::string python_json(const OrderedJson& value) {
  std::string out;
  append_json(out, value);
  return out;
}

std::string ascii_json_string(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const auto [code, length] = code_point_at(text, at);
    if (code < 0x80) {
      if (!append_escape(out, text[at])) out += text[at];
    } else if (code < 0x10000) {
      out += "\\u";
      append_hex(out, code, 4);
    } else {
      out += "\\u";
      append_hex(out, 0xd800 + ((code - 0x10000) >> 10), 4);
      out += "\\u";
      append_hex(out, 0xdc00 + ((code - 0x10000) & 0x3ff), 4);
    }
    at += length;
  }
  return out + "\"";
}

std::string python_repr(const OrderedJson& value) {
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_string()) return repr_of_string(value.get_ref<const std::string&>());
  if (value.is_array()) {
    std::string out = "[";
    for (const OrderedJson& element : value) {
      if (out.size() > 1) out += ", ";
      out += python_repr(element);
    }
    return out + "]";
  }
  if (value.is_object()) {
    std::string out = "{";
    for (const auto& [key, member] : value.items()) {
      if (out.size() > 1) out += ", ";
      out += repr_of_string(key) + ": " + python_repr(member);
    }
    return out + "}";
  }
  return value.dump();
}

std::string python_pformat(const OrderedJson& value) {
  PrettyPrinter printer;
  printer.format(value, 0, 0, 1);
  return printer.out;
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool has_4_byte_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xf0; });
}

std::int64_t clamped_integer(const OrderedJson& number) {
  if (number.is_number_float()) {
    const double value = number.get<double>();
    if (value >= 9.2e18) return INT64_MAX;
    if (value <= -9.2e18) return INT64_MIN;
  }
  const bool is_huge = number.is_number_unsigned() && number.get<std::uint64_t>() > INT64_MAX;
  return is_huge ? INT64_MAX : number.get<std::int64_t>();
}

}  // namespace snapsim
