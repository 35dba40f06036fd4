#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace snapsim {

// Names and titles come from users: they may hold anything. Everything printed goes through one of these.

/// The text as valid UTF-8: every byte that belongs to no character becomes U+FFFD.
std::string valid_utf8(std::string_view text);

/// The text as one line that cannot move a terminal's cursor, change its colours or hide what follows: control
/// characters become their pictures (U+2400 ...), line separators, direction overrides and bytes that are no UTF-8
/// become U+FFFD.
std::string visible(std::string_view text);

/// Columns that the text takes on a terminal: 2 for wide characters, 0 for combining ones. At least what terminals
/// use, where they differ.
std::size_t display_width(std::string_view text);

/// The text if it fits into so many columns, else its beginning and an ellipsis.
std::string shortened(std::string_view text, std::size_t columns);

/// `shortened`, with spaces up to exactly that many columns.
std::string padded(std::string_view text, std::size_t columns);

/// The text in lines of at most `columns`, broken at spaces where possible. What does not fit into `lines_max` lines is
/// cut with an ellipsis. At least one line, which may be empty.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns, std::size_t lines_max);

/// The text as a JSON string, with its quotes. Only ASCII control characters, quotes and backslashes are escaped; what
/// is no UTF-8 becomes U+FFFD.
std::string json_quoted(std::string_view text);

/// The text as one word of a POSIX shell, in single quotes. Text with characters that `visible` would replace needs
/// bash's $'...'.
std::string shell_quoted(std::string_view text);

/// A shell command `command 'argument'` as lines of at most `columns`, joined by backslashes, so that they can be
/// copied from a terminal as they are. The second and later lines begin in column 0 for that reason.
std::vector<std::string> shell_command_lines(std::string_view command, std::string_view argument, std::size_t columns);

/// Microseconds as seconds with that many decimals (0 to 6), cut off: "12.345".
std::string seconds_text(std::int64_t microseconds, int decimals);

}  // namespace snapsim
