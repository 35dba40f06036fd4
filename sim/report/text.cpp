#include "sim/report/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace snapsim {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::string_view ellipsis = "\xe2\x80\xa6";     // U+2026

struct Character {
  char32_t code_point = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

/// The character at the beginning of a text that is not empty.
Character first_character(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xf0 && lead < 0xf5   ? 4
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                                                           : 0;
  if (length == 0 || text.size() < length) return {};
  char32_t code_point = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code_point = code_point << 6 | (byte(i) & 0x3fU);
  }
  const bool overlong = (length == 3 && code_point < 0x800) || (length == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (overlong || surrogate || code_point > 0x10ffff) return {};
  return {code_point, length, true};
}

/// Calls visit(character, its bytes) for every character; a byte that is no UTF-8 counts as one that is not valid.
template <class Visit>
void for_each_character(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const Character character = first_character(text);
    visit(character, text.substr(0, character.bytes));
    text.remove_prefix(character.bytes);
  }
}

using Range = std::pair<char32_t, char32_t>;

template <std::size_t size>
bool contains(const std::array<Range, size>& ranges, char32_t code_point) {
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), code_point,
                                      [](char32_t value, const Range& range) { return value < range.first; });
  return after != ranges.begin() && code_point <= std::prev(after)->second;
}

/// Combining marks and other characters without a width. Not complete: what is missing counts as one column.
constexpr std::array<Range, 20> zero_width{{
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a}, {0x064b, 0x065f},
    {0x0670, 0x0670}, {0x06d6, 0x06dc}, {0x06df, 0x06e4}, {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e},
    {0x1160, 0x11ff}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200d}, {0x20d0, 0x20ff},
    {0x302a, 0x302d}, {0x3099, 0x309a}, {0xfe00, 0xfe0e}, {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef},
}};

/// East Asian wide and full-width characters, and what terminals draw as emoji.
constexpr std::array<Range, 59> wide{{
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},   {0x23f0, 0x23f0},
    {0x23f3, 0x23f3},   {0x25fd, 0x25fe},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267f, 0x267f},
    {0x2693, 0x2693},   {0x26a1, 0x26a1},   {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},
    {0x26ce, 0x26ce},   {0x26d4, 0x26d4},   {0x26ea, 0x26ea},   {0x26f2, 0x26f3},   {0x26f5, 0x26f5},
    {0x26fa, 0x26fa},   {0x26fd, 0x26fd},   {0x2705, 0x2705},   {0x270a, 0x270b},   {0x2728, 0x2728},
    {0x274c, 0x274c},   {0x274e, 0x274e},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x27b0, 0x27b0},   {0x27bf, 0x27bf},   {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2b55, 0x2b55},
    {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xa000, 0xa4cf},
    {0xa960, 0xa97f},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe10, 0xfe19},   {0xfe30, 0xfe6f},
    {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x16fe0, 0x18dff}, {0x1aff0, 0x1b2ff}, {0x1f004, 0x1f004},
    {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f1e6, 0x1f1ff}, {0x1f200, 0x1f64f},
    {0x1f680, 0x1f6ff}, {0x1f7e0, 0x1f7f0}, {0x1f90c, 0x1faff}, {0x20000, 0x3fffd},
}};

std::size_t width_of(const Character& character) {
  if (!character.valid || character.code_point < zero_width.front().first) return 1;
  if (contains(zero_width, character.code_point)) return 0;
  return contains(wide, character.code_point) ? 2 : 1;
}

/// Characters that print as nothing by themselves but change where or how others appear.
bool moves_others(char32_t code_point) {
  return (code_point >= 0x80 && code_point < 0xa0) || code_point == 0x061c || code_point == 0x200e ||
         code_point == 0x200f || (code_point >= 0x2028 && code_point <= 0x202e) ||
         (code_point >= 0x2060 && code_point <= 0x206f) || code_point == 0xfeff ||
         (code_point >= 0xe0000 && code_point <= 0xe007f);
}

bool is_control(char32_t code_point) {
  return code_point < 0x20 || code_point == 0x7f;
}

bool stays_visible(const Character& character) {
  return character.valid && !is_control(character.code_point) && !moves_others(character.code_point);
}

/// The longest beginning that fits, and how many bytes of `text` it is. Marks without a width count too when there are
/// very many of them.
std::size_t bytes_that_fit(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  std::size_t used = 0;
  std::size_t characters = 0;
  while (bytes < text.size()) {
    const Character character = first_character(text.substr(bytes));
    used += width_of(character);
    if (used > columns || ++characters > 4 * columns) break;
    bytes += character.bytes;
  }
  return bytes;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for_each_character(text, [&result](const Character& character, std::string_view bytes) {
    result += character.valid ? bytes : replacement;
  });
  return result;
}

std::string visible(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for_each_character(text, [&result](const Character& character, std::string_view bytes) {
    if (stays_visible(character)) {
      result += bytes;
    } else if (character.valid && is_control(character.code_point)) {
      const char32_t offset = character.code_point == 0x7f ? 0x21 : character.code_point;
      result += "\xe2\x90";  // the pictures are U+2400 to U+2421
      result += static_cast<char>(0x80 + offset);
    } else {
      result += replacement;
    }
  });
  return result;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for_each_character(text, [&width](const Character& character, std::string_view) { width += width_of(character); });
  return width;
}

std::string shortened(std::string_view text, std::size_t columns) {
  if (bytes_that_fit(text, columns) == text.size()) return std::string(text);
  if (columns == 0) return {};
  std::string result(text.substr(0, bytes_that_fit(text, columns - 1)));
  result += ellipsis;
  return result;
}

std::string padded(std::string_view text, std::size_t columns) {
  std::string result = shortened(text, columns);
  const std::size_t width = display_width(result);
  if (width < columns) result.append(columns - width, ' ');
  return result;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns, std::size_t lines_max) {
  std::vector<std::string> lines;
  while (lines.size() + 1 < lines_max && bytes_that_fit(text, columns) < text.size()) {
    const std::size_t fitting = bytes_that_fit(text, columns);
    if (fitting == 0) break;
    // A space right after the part that fits is a good place to break, too.
    const std::size_t space = text.rfind(' ', fitting);
    const bool at_space = space != std::string_view::npos && space > 0;
    const std::size_t length = at_space ? space : fitting;
    lines.emplace_back(text.substr(0, length));
    text.remove_prefix(at_space ? length + 1 : length);
  }
  lines.push_back(shortened(text, columns));
  return lines;
}

std::string json_quoted(std::string_view text) {
  std::string result = "\"";
  result.reserve(text.size() + 2);
  for_each_character(text, [&result](const Character& character, std::string_view bytes) {
    if (!character.valid) {
      result += replacement;
    } else if (character.code_point == '"' || character.code_point == '\\') {
      result += '\\';
      result += bytes;
    } else if (character.code_point == '\n') {
      result += "\\n";
    } else if (character.code_point == '\t') {
      result += "\\t";
    } else if (is_control(character.code_point)) {
      fmt::format_to(std::back_inserter(result), "\\u{:04x}", static_cast<std::uint32_t>(character.code_point));
    } else {
      result += bytes;
    }
  });
  result += '"';
  return result;
}

std::string shell_quoted(std::string_view text) {
  bool plain = true;
  for_each_character(
      text, [&plain](const Character& character, std::string_view) { plain = plain && stays_visible(character); });
  std::string result = plain ? "'" : "$'";
  for_each_character(text, [&result, plain](const Character& character, std::string_view bytes) {
    if (!stays_visible(character)) {
      for (const char byte : bytes) {
        fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<unsigned char>(byte));
      }
    } else if (character.code_point == '\'') {
      result += plain ? "'\\''" : "\\'";
    } else if (character.code_point == '\\' && !plain) {
      result += "\\\\";
    } else {
      result += bytes;
    }
  });
  result += '\'';
  return result;
}

std::vector<std::string> shell_command_lines(std::string_view command, std::string_view argument, std::size_t columns) {
  std::vector<std::string> lines{std::string(command) + ' '};
  std::size_t begin = 0;
  std::size_t end = 0;
  // What a piece takes when it is quoted in the longer of the two ways, with its quotes and the backslash.
  std::size_t width = display_width(lines.back()) + 4;
  for_each_character(argument, [&](const Character& character, std::string_view bytes) {
    const bool special = !stays_visible(character) || character.code_point == '\'' || character.code_point == '\\';
    const std::size_t needed = special ? 4 * bytes.size() : width_of(character);
    if (width + needed > columns && end > begin) {
      lines.back() += shell_quoted(argument.substr(begin, end - begin)) + '\\';
      lines.emplace_back();
      begin = end;
      width = 4;
    }
    width += needed;
    end += bytes.size();
  });
  lines.back() += shell_quoted(argument.substr(begin));
  return lines;
}

std::string seconds_text(std::int64_t microseconds, int decimals) {
  const bool negative = microseconds < 0;
  const auto magnitude =
      negative ? 0 - static_cast<std::uint64_t>(microseconds) : static_cast<std::uint64_t>(microseconds);
  std::string text = fmt::format("{}{}.{:06}", negative ? "-" : "", magnitude / 1'000'000, magnitude % 1'000'000);
  text.resize(text.size() - static_cast<std::size_t>(6 - std::clamp(decimals, 0, 6)));
  if (decimals <= 0) text.pop_back();
  return text;
}

}  // namespace snapsim
