#include "sim/spelling/printable.hpp"

#include <cstdint>

#include <fmt/format.h>

#include "sim/spelling/utf8.hpp"

namespace snapsim {
namespace {

constexpr std::size_t quoted_characters_max = 60;

/// Characters that change how the rest of a line looks: controls, line separators, direction marks.
bool is_invisible(char32_t character) {
  return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x061c ||
         (character >= 0x200b && character <= 0x200f) || (character >= 0x2028 && character <= 0x202e) ||
         (character >= 0x2060 && character <= 0x206f) || character == 0xfeff;
}

}  // namespace

std::string printable(std::string_view text, std::size_t characters_max) {
  std::string result;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++characters) {
    if (characters == characters_max) {
      result += "...";
      break;
    }
    const Utf8Character character = utf8_character(text, at);
    if (!character.valid) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
    } else if (is_invisible(character.code_point)) {
      result += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(character.code_point));
    } else {
      result += text.substr(at, character.length);
    }
    at += character.length;
  }
  return result;
}

std::string quoted(std::string_view text) {
  return fmt::format("\"{}\"", printable(text, quoted_characters_max));
}

}  // namespace snapsim
