#include "sim/scenario/json_document.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/spelling/utf8.hpp"

namespace snapsim {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr double two_to_the_64th = 18446744073709551616.0;

/// A key as one step of a JSON pointer.
std::string pointer_step(const std::string& key) {
  std::string step;
  for (const char character : key) {
    if (character == '~') {
      step += "~0";
    } else if (character == '/') {
      step += "~1";
    } else {
      step += character;
    }
  }
  return printable(step, 100);
}

/// The pointer that leads from `root` to `node`: in each container it is the last child that begins no later.
std::string pointer_to(const JsonNode& root, const JsonNode& node) {
  std::string pointer;
  const JsonNode* at = &root;
  while (at != &node && !at->children.empty()) {
    const auto after =
        std::upper_bound(at->children.begin(), at->children.end(), node.offset,
                         [](std::uint32_t offset, const JsonNode& child) { return offset < child.key_offset; });
    if (after == at->children.begin()) break;
    const auto child = after - 1;
    pointer += '/';
    pointer += at->is_object() ? pointer_step(child->key) : std::to_string(child - at->children.begin());
    at = &*child;
  }
  return pointer;
}

JsonNumber number_from(double value) {
  JsonNumber number;
  number.value = value;
  const double magnitude = std::fabs(value);
  number.integral = std::trunc(magnitude) == magnitude;
  if (number.integral && magnitude < two_to_the_64th) {
    number.whole = true;
    number.magnitude = static_cast<std::uint64_t>(magnitude);
    number.negative = value < 0 && number.magnitude != 0;
  }
  return number;
}

JsonNumber number_from(std::uint64_t magnitude, bool negative) {
  JsonNumber number;
  number.integral = true;
  number.whole = true;
  number.magnitude = magnitude;
  number.negative = negative && magnitude != 0;
  number.value = static_cast<double>(magnitude) * (negative ? -1.0 : 1.0);
  return number;
}

/// Walks over the tokens of a text behind the parser: the parser has already found them sound.
class TokenCursor {
 public:
  explicit TokenCursor(std::string_view text) : text_(text) {}

  /// Where the next token begins; separators and comments are passed over.
  std::size_t next() {
    while (at_ < text_.size() && (is_separator(text_[at_]) || text_[at_] == '/')) {
      if (text_[at_] == '/') {
        skip_comment();
      } else {
        ++at_;
      }
    }
    return at_;
  }
  void pass_bracket() { ++at_; }
  void pass_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }
  /// Passes over a number or a literal; returns it.
  std::string_view pass_word() {
    const std::size_t begin = at_;
    constexpr std::string_view ends = " \t\r\n,:]}/";
    while (at_ < text_.size() && ends.find(text_[at_]) == std::string_view::npos) ++at_;
    return text_.substr(begin, at_ - begin);
  }

 private:
  static bool is_separator(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ':'; }
  void skip_comment() {
    const bool line = text_.substr(at_, 2) == "//";
    const std::size_t end = text_.find(line ? "\n" : "*/", at_ + 2);
    at_ = end == std::string_view::npos ? text_.size() : end + (line ? 1 : 2);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Builds the nodes. The parser says what comes next, the cursor where it stands.
class NodeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit NodeBuilder(std::string_view text) : text_(text), cursor_(text) {}

  JsonNode root;
  std::string error;
  std::size_t error_offset = 0;

  bool null() override { return word({}); }
  bool boolean(bool value) override {
    JsonNode node;
    node.kind = JsonNode::Kind::boolean;
    node.boolean = value;
    return word(std::move(node));
  }
  bool number_integer(number_integer_t value) override {
    // Negative, or the parser would call it unsigned. Unsigned arithmetic negates the smallest one too.
    return number(number_from(0U - static_cast<std::uint64_t>(value), true));
  }
  bool number_unsigned(number_unsigned_t value) override { return number(number_from(value, false)); }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return number(number_from(value)); }
  bool string(string_t& value) override {
    JsonNode node;
    node.kind = JsonNode::Kind::string;
    node.text = std::move(value);
    const std::size_t offset = cursor_.next();
    cursor_.pass_string();
    return add(std::move(node), offset) != nullptr;
  }
  bool binary(binary_t& /*value*/) override { return false; }
  bool key(string_t& value) override {
    key_ = std::move(value);
    key_offset_ = cursor_.next();
    cursor_.pass_string();
    return true;
  }
  bool start_object(std::size_t /*size*/) override { return open(JsonNode::Kind::object); }
  bool start_array(std::size_t /*size*/) override { return open(JsonNode::Kind::array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::json::exception& exception) override;

  /// The container in which the text is unsound, or nullptr.
  const JsonNode* innermost_open() const { return open_.empty() ? nullptr : open_.back(); }

 private:
  bool word(JsonNode node) {
    const std::size_t offset = cursor_.next();
    cursor_.pass_word();
    return add(std::move(node), offset) != nullptr;
  }
  bool number(JsonNumber value) {
    JsonNode node;
    node.kind = JsonNode::Kind::number;
    node.number = value;
    const std::size_t offset = cursor_.next();
    node.text = cursor_.pass_word();
    return add(std::move(node), offset) != nullptr;
  }
  bool open(JsonNode::Kind kind) {
    JsonNode node;
    node.kind = kind;
    const std::size_t offset = cursor_.next();
    cursor_.pass_bracket();
    if (open_.size() >= json_depth_max)
      return fail(offset, fmt::format("nested deeper than {} levels", json_depth_max));
    JsonNode* added = add(std::move(node), offset);
    if (added == nullptr) return false;
    open_.push_back(added);
    return true;
  }
  bool close() {
    cursor_.next();
    cursor_.pass_bracket();
    open_.pop_back();
    return true;
  }
  JsonNode* add(JsonNode node, std::size_t offset) {
    if (++values_ > json_values_max) {
      fail(offset, fmt::format("holds more than {} values", json_values_max));
      return nullptr;
    }
    node.offset = static_cast<std::uint32_t>(offset);
    node.key_offset = node.offset;
    if (open_.empty()) {
      root = std::move(node);
      return &root;
    }
    // Only the last child of each open container is ever extended, so the pointers in open_ stay good.
    JsonNode& parent = *open_.back();
    if (parent.is_object()) {
      node.key = std::move(key_);
      node.key_offset = static_cast<std::uint32_t>(key_offset_);
    }
    parent.children.push_back(std::move(node));
    return &parent.children.back();
  }
  bool fail(std::size_t offset, std::string message) {
    error = std::move(message);
    error_offset = offset;
    return false;
  }
  std::size_t last_significant_before(std::size_t offset) const {
    while (offset > 0 && std::string_view(" \t\r\n").find(text_[offset - 1]) != std::string_view::npos) --offset;
    return offset;
  }

  std::string_view text_;
  TokenCursor cursor_;
  std::vector<JsonNode*> open_;
  std::string key_;
  std::size_t key_offset_ = 0;
  std::size_t values_ = 0;
};

/// The parser's sentence without the parts that say where, which we know better.
std::string plain_words(std::string_view what) {
  if (const std::size_t dash = what.find(" - "); dash != std::string_view::npos) what.remove_prefix(dash + 3);
  what = what.substr(0, what.find("; last read: "));
  return std::string(what);
}

/// Length of the sound token that the parser did not expect. The parser remembers the text of strings and numbers only;
/// of other tokens it tells the kind.
std::size_t unexpected_token_size(std::string_view words, const std::string& last_token) {
  if (words.starts_with("unexpected string") || words.starts_with("unexpected number")) return last_token.size();
  if (words.starts_with("unexpected true") || words.starts_with("unexpected null")) return 4;
  if (words.starts_with("unexpected false")) return 5;
  return 1;
}

bool NodeBuilder::parse_error(std::size_t position, const std::string& last_token,
                              const nlohmann::json::exception& exception) {
  const std::string_view what = exception.what();
  if (exception.id == 406) {
    return fail(position - std::min(position, last_token.size()), "the number is too large");
  }
  const bool unreadable_token = what.find("; last read: ") != std::string_view::npos;
  const std::string words = plain_words(what);
  if (words.find("unexpected end of input") != std::string::npos) {
    const bool empty = last_significant_before(text_.size()) == 0;
    return fail(last_significant_before(text_.size()),
                empty ? "the file is empty" : fmt::format("the file ends too early: {}", words));
  }
  if (unreadable_token) {
    if (words.find("missing closing quote") != std::string::npos) {
      return fail(cursor_.next(), "this string has no closing quote");
    }
    const std::size_t offset = position == 0 ? 0 : std::min(position - 1, text_.size());
    if (offset < text_.size() && text_[offset] == '\'') return fail(offset, "strings stand in double quotes, not in '");
    const std::size_t token = cursor_.next();
    if (words == "invalid literal" && token < text_.size()) {
      return fail(token, fmt::format("{} is not a JSON value", snapsim::quoted(cursor_.pass_word())));
    }
    return fail(offset, words);
  }
  const std::size_t offset = position - std::min(position, unexpected_token_size(words, last_token));
  const std::size_t before = last_significant_before(offset);
  const bool closes = words.starts_with("unexpected ']'") || words.starts_with("unexpected '}'");
  if (closes && before > 0 && text_[before - 1] == ',') {
    return fail(before - 1, fmt::format("a comma before the closing {}", text_[offset]));
  }
  return fail(offset, words);
}

/// What can be said of a text before it is parsed.
std::optional<std::pair<std::size_t, std::string>> unreadable_encoding(std::string_view text) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    return std::pair{std::size_t{0}, std::string("the file is UTF-16; a scenario is UTF-8")};
  }
  // The parser would take a NUL byte for the end of the text.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return std::pair{nul, std::string("a NUL byte; a scenario is UTF-8 text")};
  }
  if (const auto invalid = first_invalid_utf8(text)) {
    return std::pair{*invalid,
                     fmt::format("the byte 0x{:02x} is not UTF-8", static_cast<unsigned char>(text[*invalid]))};
  }
  return std::nullopt;
}

Problem problem_in_text(const TextPositions& positions, const std::string& path, std::size_t offset,
                        std::string message) {
  const TextPositions::Position position = positions.at(offset);
  return {path, position.line, position.column, "", std::move(message), ""};
}

}  // namespace

int JsonNumber::compare(const JsonNumber& other) const {
  // 2^64 - 1 as a double is 2^64, so what is no smaller than that is told apart before doubles are compared.
  if (!whole && other.whole && std::fabs(value) >= two_to_the_64th) return value < 0 ? -1 : 1;
  if (whole && !other.whole && std::fabs(other.value) >= two_to_the_64th) return other.value < 0 ? 1 : -1;
  if (!whole || !other.whole) return value < other.value ? -1 : value > other.value ? 1 : 0;
  if (negative != other.negative) return negative ? -1 : 1;
  if (magnitude == other.magnitude) return 0;
  return (magnitude < other.magnitude) != negative ? -1 : 1;
}

const JsonNode* JsonNode::find(std::string_view wanted) const {
  if (!is_object()) return nullptr;
  for (const JsonNode& child : children) {
    if (child.key == wanted) return &child;
  }
  return nullptr;
}

std::optional<std::int64_t> JsonNode::integer() const {
  constexpr std::uint64_t largest = 0x7fff'ffff'ffff'ffff;
  if (kind != Kind::number || !number.whole || number.magnitude > largest) return std::nullopt;
  const auto magnitude = static_cast<std::int64_t>(number.magnitude);
  return number.negative ? -magnitude : magnitude;
}

bool JsonNode::equals_scalar(const JsonNode& other) const {
  if (kind != other.kind) return false;
  switch (kind) {
    case Kind::null:
      return true;
    case Kind::boolean:
      return boolean == other.boolean;
    case Kind::number:
      return number.compare(other.number) == 0;
    case Kind::string:
      return text == other.text;
    case Kind::array:
    case Kind::object:
      break;
  }
  return false;
}

TextPositions::TextPositions(std::string text) : text_(std::move(text)) {
  line_starts_.push_back(0);
  for (std::size_t at = 0; at < text_.size(); ++at) {
    if (text_[at] == '\n') line_starts_.push_back(at + 1);
  }
}

TextPositions::Position TextPositions::at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto line = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset) - 1;
  const std::string_view before = std::string_view(text_).substr(*line, offset - *line);
  return {static_cast<std::uint32_t>(line - line_starts_.begin() + 1),
          static_cast<std::uint32_t>(utf8_length(before) + 1)};
}

Problem JsonDocument::problem_at(const JsonNode& node, std::string message) const {
  Problem problem = problem_in_text(positions, path, node.offset, std::move(message));
  problem.pointer = pointer_to(root, node);
  return problem;
}

Problem JsonDocument::problem_at_key(const JsonNode& node, std::string message) const {
  Problem problem = problem_in_text(positions, path, node.key_offset, std::move(message));
  problem.pointer = pointer_to(root, node);
  return problem;
}

boost::system::result<JsonDocument, Problem> parse_json(std::string text, const std::string& path) {
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  TextPositions positions(std::move(text));
  if (const auto unreadable = unreadable_encoding(positions.text())) {
    return problem_in_text(positions, path, unreadable->first, unreadable->second);
  }
  NodeBuilder builder(positions.text());
  constexpr bool strict = true;
  constexpr bool ignore_comments = true;
  if (!nlohmann::json::sax_parse(positions.text(), &builder, nlohmann::json::input_format_t::json, strict,
                                 ignore_comments)) {
    Problem problem = problem_in_text(positions, path, builder.error_offset, builder.error);
    if (const JsonNode* inside = builder.innermost_open()) problem.pointer = pointer_to(builder.root, *inside);
    return problem;
  }
  return JsonDocument{path, std::move(positions), std::move(builder.root)};
}

}  // namespace snapsim
