#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/lint/source_text.hpp"

namespace snapsim::mutation {

/// A source file, and the same taken apart.
class Source {
 public:
  Source(std::string file_path, std::string file_text);
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  std::string path;
  std::string text;
  std::vector<lint::Token> tokens;

  bool is(std::size_t token, std::string_view word) const {
    return token < tokens.size() && tokens[token].text == word;
  }
  bool is_word(std::size_t token) const;
  std::size_t begin_of(std::size_t token) const { return tokens[token].offset; }
  std::size_t end_of(std::size_t token) const { return tokens[token].offset + tokens[token].text.size(); }
  /// The text of the tokens [begin, end).
  std::string text_of(std::size_t begin, std::size_t end) const;
  bool contains(std::size_t begin, std::size_t end, std::string_view word) const;
  int line_of(std::size_t token) const { return lint::line_at(text, begin_of(token)); }

 private:
  std::string code_;
};

/// Of the statements that this project's style has; each is written in one way only.
enum class StatementKind {
  block,        ///< children: its statements
  if_,          ///< head: the condition; children: what is done, and the `else` if there is one
  for_,         ///< head: what stands in the parentheses; child: the body
  while_,       ///< head: the condition; child: the body
  switch_,      ///< head: the value; child: a block with labels
  label,        ///< head: the value of a `case`; nothing for `default`
  try_,         ///< children: the block and its handlers
  handler,      ///< child: its block
  declaration,  ///< of a name
  leave,        ///< return, co_return, break or continue
  throw_,       ///< throw, std::rethrow_exception
  log,          ///< hands something to the journal
  expression,   ///< everything else: a call, an assignment
};

/// Tokens [begin, end), with the semicolon.
struct Statement {
  StatementKind kind = StatementKind::expression;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t head_begin = 0;
  std::size_t head_end = 0;
  bool is_last = false;  ///< after it the function ends
  std::vector<Statement> children;
};

struct Function {
  bool returns_nothing = false;        ///< void or Task<void>
  bool returns_bool = false;           ///< bool or Task<bool>
  bool never_returns = false;          ///< [[noreturn]]
  std::size_t initialisers_begin = 0;  ///< of a constructor, as tokens; else an empty range
  std::size_t initialisers_end = 0;
  Statement body;
};

/// All functions that the source defines, members of classes too.
std::vector<Function> functions_of(const Source& source);

/// The names of the constants that stand outside of functions and have that type.
std::vector<std::string> constants_of(const Source& source, std::string_view type);

}  // namespace snapsim::mutation
