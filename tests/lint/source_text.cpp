#include "tests/lint/source_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace snapsim::lint {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// The offset behind the literal or comment that begins at `begin`, or `begin` where none does.
std::size_t end_of_comment(std::string_view text, std::size_t begin) {
  if (text.substr(begin, 2) == "//") return std::min(text.find('\n', begin), text.size());
  if (text.substr(begin, 2) == "/*") {
    const std::size_t close = text.find("*/", begin + 2);
    return close == std::string_view::npos ? text.size() : close + 2;
  }
  return begin;
}

std::size_t end_of_quoted(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  for (std::size_t i = begin + 1; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      return i + 1;
    }
  }
  return begin + 1;
}

std::size_t end_of_raw_string(std::string_view text, std::size_t quote) {
  const std::size_t open = text.find('(', quote);
  if (open == std::string_view::npos) return quote + 1;
  const std::string closing = ")" + std::string(text.substr(quote + 1, open - quote - 1)) + "\"";
  const std::size_t close = text.find(closing, open);
  return close == std::string_view::npos ? text.size() : close + closing.size();
}

std::size_t end_of_literal(std::string_view text, std::size_t begin) {
  if (text[begin] == '"') {
    const bool raw = begin > 0 && text[begin - 1] == 'R' && (begin < 2 || !is_word(text[begin - 2]));
    return raw ? end_of_raw_string(text, begin) : end_of_quoted(text, begin);
  }
  const bool separates_digits = begin > 0 && is_word(text[begin - 1]);
  if (text[begin] == '\'' && !separates_digits) return end_of_quoted(text, begin);
  return begin;
}

void make_blank(std::string& text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

std::string blanked(std::string_view text, bool literals_too) {
  std::string result(text);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t comment_end = end_of_comment(text, i);
    const std::size_t literal_end = comment_end == i ? end_of_literal(text, i) : i;
    if (comment_end != i) make_blank(result, i, comment_end);
    if (literal_end > i + 1 && literals_too) make_blank(result, i + 1, literal_end - 1);
    i = std::max({comment_end, literal_end, i + 1});
  }
  return result;
}

/// The length of the word or punctuator at the beginning of `code`.
std::size_t token_length(std::string_view code) {
  if (is_word(code[0])) {
    const auto end = std::find_if_not(code.begin(), code.end(), [](char c) { return is_word(c) || c == '\''; });
    return static_cast<std::size_t>(end - code.begin());
  }
  static constexpr std::array<std::string_view, 20> long_ones = {
      "...", "<=>", "->*", "<<=", ">>=", "->", "::", "==", "!=", "<=",
      ">=",  "&&",  "||",  "+=",  "-=",  "*=", "/=", "|=", "&=", "^="};
  for (const std::string_view punctuator : long_ones) {
    if (code.starts_with(punctuator)) return punctuator.size();
  }
  return 1;
}

/// The offset behind the preprocessor line, with its continuations, that begins at `begin`.
std::size_t end_of_directive(std::string_view code, std::size_t begin) {
  std::size_t end = begin;
  do {
    end = std::min(code.find('\n', end), code.size() - 1) + 1;
  } while (end >= 2 && end < code.size() && code[end - 2] == '\\');
  return end;
}

void find_partners(std::vector<Token>& tokens) {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    tokens[i].partner = i;
    const std::string_view text = tokens[i].text;
    if (text == "(" || text == "[" || text == "{") open.push_back(i);
    if ((text == ")" || text == "]" || text == "}") && !open.empty()) {
      tokens[i].partner = open.back();
      tokens[open.back()].partner = i;
      open.pop_back();
    }
  }
}

}  // namespace

std::string without_comments(std::string_view text) {
  return blanked(text, false);
}

std::string without_comments_and_literals(std::string_view text) {
  return blanked(text, true);
}

int line_at(std::string_view text, std::size_t offset) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

std::vector<Token> tokens_of(std::string_view code) {
  std::vector<Token> tokens;
  bool line_begins = true;
  for (std::size_t i = 0; i < code.size();) {
    if (std::isspace(static_cast<unsigned char>(code[i])) != 0) {
      line_begins = line_begins || code[i] == '\n';
      ++i;
    } else if (code[i] == '#' && line_begins) {
      i = end_of_directive(code, i);
    } else {
      const std::size_t length = token_length(code.substr(i));
      tokens.push_back({code.substr(i, length), i, 0});
      line_begins = false;
      i += length;
    }
  }
  find_partners(tokens);
  return tokens;
}

}  // namespace snapsim::lint
