#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace snapsim {

/// One character of a UTF-8 text.
struct Utf8Character {
  char32_t code_point = 0;
  std::size_t length = 1;  ///< in bytes; 1 where the bytes are no UTF-8
  bool valid = false;
};

/// The character that begins at byte `at`, which must lie inside the text. Overlong forms, surrogates and values above
/// U+10FFFF are not valid.
Utf8Character utf8_character(std::string_view text, std::size_t at);

/// Offset of the first byte that is no UTF-8, if there is one.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// How many characters the text has; a byte that is no UTF-8 counts as one.
std::size_t utf8_length(std::string_view text);

}  // namespace snapsim
