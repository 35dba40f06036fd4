#pragma once

#include <optional>
#include <string>

namespace snapsim {

/// Reads the standard input line by line, for verbs that talk with their user. A signal that asks the program to end
/// ends the waiting.
class LineInput {
 public:
  /// The next line without its end; also a last one that has none. None at the end of the input, or when the user has
  /// interrupted: interrupt_requested() tells which.
  std::optional<std::string> read_line();

  /// Whether a person types: the input is a terminal.
  static bool is_terminal();

 private:
  std::string buffer_;
  bool has_ended_ = false;
};

/// The line without spaces at its ends.
std::string without_outer_spaces(const std::string& line);

}  // namespace snapsim
