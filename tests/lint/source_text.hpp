#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace snapsim::lint {

/// The text with every comment, character by character, made blank; line breaks stay where they are.
std::string without_comments(std::string_view text);

/// The same with string and character literals made blank as well, but for their quotes.
std::string without_comments_and_literals(std::string_view text);

/// The number of the line, from 1, in which that offset is.
int line_at(std::string_view text, std::size_t offset);

/// A word, a number or a punctuator.
struct Token {
  std::string_view text;  ///< a view into the text that was taken apart
  std::size_t offset = 0;
  std::size_t partner = 0;  ///< of a bracket: the index of the one that closes or opens it; else its own index
};

/// Takes code apart that has neither comments nor literals; preprocessor lines are left out. Brackets without a partner
/// are their own.
std::vector<Token> tokens_of(std::string_view code);

}  // namespace snapsim::lint
