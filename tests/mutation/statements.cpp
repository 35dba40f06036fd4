#include "tests/mutation/statements.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace snapsim::mutation {
namespace {

/// Reads the statements of one function.
class StatementReader {
 public:
  explicit StatementReader(const Source& source) : source_(source) {}

  Statement block_at(std::size_t open) const {
    Statement block{StatementKind::block, open, close_of(open) + 1, 0, 0, false, {}};
    for (std::size_t at = open + 1; at < close_of(open);) {
      block.children.push_back(statement_at(at));
      at = block.children.back().end;
    }
    return block;
  }

 private:
  std::size_t close_of(std::size_t open) const { return source_.tokens[open].partner; }

  Statement statement_at(std::size_t at) const {
    if (source_.is(at, "{")) return block_at(at);
    if (source_.is(at, "if")) return if_at(at);
    if (source_.is(at, "for")) return with_head(at, StatementKind::for_);
    if (source_.is(at, "while")) return with_head(at, StatementKind::while_);
    if (source_.is(at, "switch")) return with_head(at, StatementKind::switch_);
    if (source_.is(at, "try")) return try_at(at);
    if (source_.is(at, "case") || source_.is(at, "default")) return label_at(at);
    return simple_at(at);
  }

  Statement with_head(std::size_t at, StatementKind kind) const {
    const std::size_t open = at + 1;
    Statement statement{kind, at, 0, open + 1, close_of(open), false, {}};
    statement.children.push_back(statement_at(close_of(open) + 1));
    statement.end = statement.children.back().end;
    return statement;
  }

  Statement if_at(std::size_t at) const {
    const std::size_t open = source_.is(at + 1, "constexpr") ? at + 2 : at + 1;
    Statement statement{StatementKind::if_, at, 0, open + 1, close_of(open), false, {}};
    if (open != at + 1) statement.head_end = statement.head_begin;  // a condition of the compiler's
    statement.children.push_back(statement_at(close_of(open) + 1));
    statement.end = statement.children.back().end;
    if (source_.is(statement.end, "else")) {
      statement.children.push_back(statement_at(statement.end + 1));
      statement.end = statement.children.back().end;
    }
    return statement;
  }

  Statement try_at(std::size_t at) const {
    Statement statement{StatementKind::try_, at, 0, 0, 0, false, {}};
    statement.children.push_back(block_at(at + 1));
    statement.end = statement.children.back().end;
    while (source_.is(statement.end, "catch")) {
      statement.children.push_back(with_head(statement.end, StatementKind::handler));
      statement.end = statement.children.back().end;
    }
    return statement;
  }

  Statement label_at(std::size_t at) const {
    std::size_t colon = at;
    while (!source_.is(colon, ":")) ++colon;
    const std::size_t head_begin = std::min(at + 1, colon);
    return {StatementKind::label, at, colon + 1, head_begin, colon, false, {}};
  }

  Statement simple_at(std::size_t at) const {
    std::size_t end = at;
    while (!source_.is(end, ";")) end = std::max(end, close_of(end)) + 1;
    return {kind_of(at, end), at, end + 1, 0, 0, false, {}};
  }

  StatementKind kind_of(std::size_t begin, std::size_t end) const {
    for (const std::string_view word : {"return", "co_return", "break", "continue"}) {
      if (source_.is(begin, word)) return StatementKind::leave;
    }
    if (source_.is(begin, "throw") || source_.is(begin + 2, "rethrow_exception")) return StatementKind::throw_;
    if (source_.is(begin, "journal_") || source_.is(begin, "journal")) return StatementKind::log;
    return is_declaration(begin, end) ? StatementKind::declaration : StatementKind::expression;
  }

  /// Two names beside each other: a type and what is declared.
  bool is_declaration(std::size_t begin, std::size_t end) const {
    if (source_.is(begin, "co_await") || !source_.is_word(begin)) return false;
    for (const std::string_view word : {"const", "constexpr", "enum", "using", "auto"}) {
      if (source_.is(begin, word)) return true;
    }
    for (std::size_t i = begin + 1; i < end; ++i) {
      for (const std::string_view stop : {"=", "(", "{", "|=", "+=", "-="}) {
        if (source_.is(i, stop)) return false;
      }
      const bool follows_type =
          source_.is_word(i - 1) || source_.is(i - 1, ">") || source_.is(i - 1, "&") || source_.is(i - 1, "*");
      if (source_.is_word(i) && follows_type) return true;
    }
    return false;
  }

  const Source& source_;
};

void mark_last(Statement& statement) {
  statement.is_last = true;
  switch (statement.kind) {
    case StatementKind::block:
      if (!statement.children.empty()) mark_last(statement.children.back());
      break;
    case StatementKind::if_:
    case StatementKind::try_:
    case StatementKind::handler:
    case StatementKind::switch_:
      for (Statement& child : statement.children) mark_last(child);
      break;
    default:
      break;
  }
}

/// What stands between two semicolons or braces, outside of functions.
class ScopeReader {
 public:
  explicit ScopeReader(const Source& source) : source_(source) {}

  void read(std::size_t begin, std::size_t end) {
    std::size_t head = begin;
    for (std::size_t i = begin; i < end; ++i) {
      if (source_.is(i, ";")) {
        head = i + 1;
      } else if (source_.is(i, "(")) {
        i = source_.tokens[i].partner;
      } else if (source_.is(i, "{")) {
        const std::size_t close = source_.tokens[i].partner;
        take_braces(head, i, close);
        head = close + 1;
        i = close;
      }
    }
  }

  std::vector<Function> functions;

 private:
  bool head_has(std::size_t head, std::size_t open, std::string_view word) const {
    return source_.contains(head, open, word);
  }

  void take_braces(std::size_t head, std::size_t open, std::size_t close) {
    if (head_has(head, open, "enum") || head_has(head, open, "=")) return;
    if (head_has(head, open, "(")) {
      take_function(head, open);
    } else if (head_has(head, open, "namespace") || head_has(head, open, "class") || head_has(head, open, "struct")) {
      read(open + 1, close);
    }
  }

  void take_function(std::size_t head, std::size_t open) {
    Function function;
    std::size_t parameters = head;
    while (!source_.is(parameters, "(")) ++parameters;
    const std::size_t after = source_.tokens[parameters].partner + 1;
    if (source_.is(after, ":")) {
      function.initialisers_begin = after + 1;
      function.initialisers_end = open;
    }
    function.never_returns = head_has(head, open, "noreturn");
    const std::string result = source_.text_of(head, parameters);
    function.returns_nothing = result.starts_with("void ") || result.find("Task<void> ") != std::string::npos;
    function.returns_bool = result.starts_with("bool ") || result.find("Task<bool> ") != std::string::npos;
    function.body = StatementReader(source_).block_at(open);
    mark_last(function.body);
    functions.push_back(std::move(function));
  }

  const Source& source_;
};

}  // namespace

Source::Source(std::string file_path, std::string file_text)
    : path(std::move(file_path)), text(std::move(file_text)), code_(lint::without_comments_and_literals(text)) {
  tokens = lint::tokens_of(code_);
}

bool Source::is_word(std::size_t token) const {
  const char first = tokens[token].text.front();
  return std::isalpha(static_cast<unsigned char>(first)) != 0 || first == '_';
}

std::string Source::text_of(std::size_t begin, std::size_t end) const {
  if (begin >= end) return {};
  return text.substr(begin_of(begin), end_of(end - 1) - begin_of(begin));
}

bool Source::contains(std::size_t begin, std::size_t end, std::string_view word) const {
  for (std::size_t i = begin; i < end; ++i) {
    if (is(i, word)) return true;
  }
  return false;
}

std::vector<Function> functions_of(const Source& source) {
  ScopeReader reader(source);
  reader.read(0, source.tokens.size());
  return std::move(reader.functions);
}

std::vector<std::string> constants_of(const Source& source, std::string_view type) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i + 3 < source.tokens.size(); ++i) {
    const bool begins_line = source.begin_of(i) == 0 || source.text[source.begin_of(i) - 1] == '\n';
    if (begins_line && source.is(i, "constexpr") && source.is(i + 1, type) && source.is(i + 3, "=")) {
      names.emplace_back(source.tokens[i + 2].text);
    }
  }
  return names;
}

}  // namespace snapsim::mutation
