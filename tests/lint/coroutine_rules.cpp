#include <algorithm>
#include <cctype>

#include "tests/lint/lint.hpp"
#include "tests/lint/source_text.hpp"

namespace snapsim::lint {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_identifier(std::string_view text) {
  return std::isalpha(static_cast<unsigned char>(text[0])) != 0 || text[0] == '_';
}

bool is_macro_name(std::string_view text) {
  return text.size() > 2 && is_identifier(text) &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return std::islower(c) != 0; });
}

/// Half open, of token indices.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Walks through the statements of one file. A statement reaches up to its ';', or up to the '{' of the block that it
/// heads; a braced list belongs to its statement, a lambda's body is a block of its own.
class CoroutineLint {
 public:
  explicit CoroutineLint(const Source& source)
      : source_(source), code_(without_comments_and_literals(source.text)), tokens_(tokens_of(code_)) {}

  std::vector<Finding> findings() {
    visit_block({0, tokens_.size()}, false);
    return std::move(findings_);
  }

 private:
  void visit_block(Range block, bool in_handler);
  void visit_statement(Range statement, bool in_handler);
  void check_awaiting_statement(std::vector<std::size_t> statement, bool has_capturing_lambda);
  std::size_t skip_control_prefix(const std::vector<std::size_t>& statement);
  void check_conditional_operators(const std::vector<std::size_t>& statement);
  void check_place_of_await(const std::vector<std::size_t>& statement);
  bool heads_block(Range before, std::size_t brace) const;
  Range lambda_body(std::size_t bracket) const;
  bool is_await(std::size_t index) const;
  bool contains_any(Range range, std::initializer_list<std::string_view> words) const;
  bool contains_await(Range range) const;
  void report(std::size_t token, std::string reason);

  std::string_view text(std::size_t index) const { return index < tokens_.size() ? tokens_[index].text : ""; }
  std::size_t behind_group(std::size_t index) const { return std::max(tokens_[index].partner, index) + 1; }

  const Source& source_;
  std::string code_;
  std::vector<Token> tokens_;
  std::vector<Finding> findings_;
};

void CoroutineLint::report(std::size_t token, std::string reason) {
  findings_.push_back({source_.path, line_at(code_, tokens_[token].offset), std::move(reason)});
}

bool CoroutineLint::is_await(std::size_t index) const {
  return text(index) == "co_await" && (index == 0 || text(index - 1) != "operator");
}

bool CoroutineLint::contains_any(Range range, std::initializer_list<std::string_view> words) const {
  for (std::size_t i = range.begin; i < range.end; ++i) {
    if (is_one_of(text(i), words)) return true;
  }
  return false;
}

bool CoroutineLint::contains_await(Range range) const {
  for (std::size_t i = range.begin; i < range.end; ++i) {
    if (is_await(i)) return true;
  }
  return false;
}

/// The tokens of a lambda's body, where the '[' at that index introduces one; else an empty range.
Range CoroutineLint::lambda_body(std::size_t bracket) const {
  if (text(bracket) != "[" || text(bracket + 1) == "[") return {};
  if (bracket > 0) {
    const std::string_view before = text(bracket - 1);
    const bool keyword = is_one_of(before, {"return", "co_return", "co_await", "co_yield", "throw", "else", "case"});
    const bool binding = is_one_of(before, {"&", "&&"}) && bracket > 1 && text(bracket - 2) == "auto";
    if ((is_identifier(before) && !keyword) || is_one_of(before, {")", "]", "["}) || binding) return {};
  }
  for (std::size_t i = behind_group(bracket); i < tokens_.size(); ++i) {
    if (text(i) == "{") return {i + 1, tokens_[i].partner};
    if (is_one_of(text(i), {";", ",", ")", "}", "]", "="})) return {};
    if (text(i) == "(") i = behind_group(i) - 1;
    if (text(i) == "<") {  // A template head: as far as its parentheses.
      while (i + 1 < tokens_.size() && !is_one_of(text(i + 1), {"(", "{", ";"})) ++i;
    }
  }
  return {};
}

/// Whether the '{' opens a block, and not a braced list; `before` is what the statement has so far.
bool CoroutineLint::heads_block(Range before, std::size_t brace) const {
  if (before.begin == brace) return true;
  if (is_one_of(text(brace - 1),
                {")", "else", "do", "try", "const", "noexcept", "override", "final", "}", ":", "&&"})) {
    return true;
  }
  for (std::size_t i = before.begin; i < brace; ++i) {
    if (is_one_of(text(i), {"class", "struct", "union", "enum", "namespace", "extern", "concept", "requires"}))
      return true;
    if (text(i) == "->" && i > before.begin && text(i - 1) == ")") return true;
    if (is_one_of(text(i), {"(", "["})) i = behind_group(i) - 1;
  }
  return false;
}

void CoroutineLint::visit_block(Range block, bool in_handler) {
  Range statement{block.begin, block.begin};
  std::size_t i = block.begin;
  while (i < block.end) {
    if (text(i) == ";") {
      visit_statement({statement.begin, i}, in_handler);
      statement.begin = ++i;
    } else if (text(i) == "{" && heads_block({statement.begin, i}, i)) {
      const Range head{statement.begin, i};
      visit_statement(head, in_handler);
      visit_block({i + 1, tokens_[i].partner}, in_handler || contains_any(head, {"catch"}));
      i = behind_group(i);
      statement.begin = i;
    } else if (const Range body = lambda_body(i); body.end != 0) {
      i = body.end + 1;
    } else {
      i = is_one_of(text(i), {"(", "[", "{"}) ? behind_group(i) : i + 1;
    }
  }
  visit_statement({statement.begin, block.end}, in_handler);
}

void CoroutineLint::visit_statement(Range statement, bool in_handler) {
  std::vector<std::size_t> own;  // What is left without the bodies of lambdas.
  bool has_capturing_lambda = false;
  bool awaits = false;
  for (std::size_t i = statement.begin; i < statement.end; ++i) {
    const Range body = lambda_body(i);
    if (body.end == 0) {
      own.push_back(i);
      awaits = awaits || is_await(i);
      continue;
    }
    const bool captures = tokens_[i].partner != i + 1;
    if (captures && contains_any(body, {"co_await", "co_return", "co_yield"})) {
      report(i, "a coroutine lambda with captures: they die before its body does");
    }
    has_capturing_lambda = has_capturing_lambda || captures;
    visit_block(body, false);
    i = body.end;
  }
  if (!awaits) return;
  if (in_handler) report(own.front(), "an await in a handler: keep the exception_ptr and act after it");
  check_awaiting_statement(std::move(own), has_capturing_lambda);
}

/// The position in `statement` behind `if (...)`, `else`, `case ...:` and their likes; reports awaits in them.
std::size_t CoroutineLint::skip_control_prefix(const std::vector<std::size_t>& statement) {
  std::size_t at = 0;
  const auto word = [&] { return at < statement.size() ? text(statement[at]) : std::string_view(); };
  const auto position_of = [&](std::size_t token) {
    return static_cast<std::size_t>(std::lower_bound(statement.begin(), statement.end(), token) - statement.begin());
  };
  while (at < statement.size()) {
    if (is_one_of(word(), {"if", "while", "switch", "for"})) {
      ++at;
      if (word() == "constexpr") ++at;
      if (word() != "(") break;
      const Range group{statement[at], behind_group(statement[at])};
      if (contains_await(group)) report(statement[at], "an await in a condition or loop head: name the result first");
      at = position_of(group.end);
    } else if (is_one_of(word(), {"else", "do"})) {
      ++at;
    } else if (is_one_of(word(), {"case", "default", "public", "private", "protected"})) {
      while (at < statement.size() && word() != ":") ++at;
      ++at;
    } else if (word() == "[" && text(statement[at] + 1) == "[") {
      at = position_of(behind_group(statement[at]));
    } else {
      break;
    }
  }
  return std::min(at, statement.size());
}

void CoroutineLint::check_awaiting_statement(std::vector<std::size_t> statement, bool has_capturing_lambda) {
  const auto prefix = static_cast<std::ptrdiff_t>(skip_control_prefix(statement));
  statement.erase(statement.begin(), statement.begin() + prefix);
  const auto awaits = std::count_if(statement.begin(), statement.end(), [&](std::size_t i) { return is_await(i); });
  if (awaits == 0) return;
  if (awaits > 1) report(statement.front(), "two awaits in one statement");
  if (has_capturing_lambda) {
    report(statement.front(), "a lambda with captures in an awaiting statement: make it a named local, then std::move");
  }
  for (const std::size_t i : statement) {
    if (text(i) != "{") continue;
    report(i, "a braced list in an awaiting statement: make it a named local, then std::move");
    break;
  }
  check_conditional_operators(statement);
  check_place_of_await(statement);
}

/// `c ? co_await a : b` and `co_await (c ? a() : b())` are bad; `co_await f(c ? 1 : 2)` is not.
void CoroutineLint::check_conditional_operators(const std::vector<std::size_t>& statement) {
  std::vector<Range> groups = {{statement.front(), statement.back() + 1}};
  for (const std::size_t i : statement) {
    if (is_one_of(text(i), {"(", "[", "{"})) groups.push_back({i, behind_group(i)});
    while (groups.size() > 1 && i + 1 >= groups.back().end) groups.pop_back();
    if (text(i) != "?") continue;
    const Range group = groups.back();
    const bool outermost = groups.size() == 1;
    const std::size_t await =
        std::find_if(statement.begin(), statement.end(), [&](std::size_t j) { return is_await(j); })[0];
    const bool await_in_group = group.begin <= await && await < group.end;
    const bool group_is_awaited = !outermost && group.begin > 0 && is_await(group.begin - 1);
    if (await_in_group || group_is_awaited) report(i, "an await with ?: around it or below it: use if and else");
  }
}

/// `co_await f(a);`, `T x = co_await f(a);`, `x = co_await f(a);` and `co_return co_await f(a);`: nothing else.
void CoroutineLint::check_place_of_await(const std::vector<std::size_t>& statement) {
  const auto await = std::find_if(statement.begin(), statement.end(), [&](std::size_t i) { return is_await(i); });
  for (const std::size_t i : statement) {
    if (i < *await && text(i) == "(" && i > 0 && is_macro_name(text(i - 1)) && *await < tokens_[i].partner) {
      report(i, "an await in a macro's argument: name the result first");
      return;
    }
  }
  if (text(statement.front()) == "throw") {
    report(statement.front(), "an await in a throw: name the result first");
    return;
  }
  if (await == statement.begin()) return;
  const std::string_view before = text(*std::prev(await));
  if (before == "co_return" && await == std::next(statement.begin())) return;
  const bool enclosed = std::any_of(statement.begin(), await, [&](std::size_t i) {
    return is_one_of(text(i), {"(", "[", "{"}) && tokens_[i].partner > *await;
  });
  if (before == "=" && !enclosed) return;
  report(*await, "an await inside a larger expression: name the result first");
}

}  // namespace

std::vector<Finding> coroutine_findings(const Source& source) {
  return CoroutineLint(source).findings();
}

}  // namespace snapsim::lint
