#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

#include "sim/scenario/problem.hpp"

namespace snapsim {

/// A number as JSON writes it. A whole number keeps every digit up to 64 bits; 2.0 and 2e3 are whole.
struct JsonNumber {
  double value = 0;
  bool integral = false;        ///< it has no fraction
  bool whole = false;           ///< it is integral, and its magnitude is below 2^64
  bool negative = false;        ///< meaningful for whole numbers
  std::uint64_t magnitude = 0;  ///< meaningful for whole numbers

  /// Exact comparison: negative, 0 or positive as `*this` is less than, equal to or greater than `other`.
  int compare(const JsonNumber& other) const;
};

/// One value of a JSON text and the place where it stands. Members keep the order of the text, and a key that stands
/// twice gives two members.
struct JsonNode {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  bool boolean = false;
  std::uint32_t offset = 0;      ///< byte in the text where the value begins
  std::uint32_t key_offset = 0;  ///< byte where its key begins; the same as `offset` where it has none
  JsonNumber number;
  std::string key;   ///< of a member of an object
  std::string text;  ///< of a string: the decoded characters; of a number: as it is spelled
  std::vector<JsonNode> children;

  bool is(Kind wanted) const { return kind == wanted; }
  bool is_string() const { return kind == Kind::string; }
  bool is_object() const { return kind == Kind::object; }
  bool is_array() const { return kind == Kind::array; }

  /// The first member with that key, or nullptr; nullptr too where this is no object.
  const JsonNode* find(std::string_view wanted) const;
  /// The number as a signed integer, if it is whole and fits.
  std::optional<std::int64_t> integer() const;
  /// Equality of values, as JSON Schema's `enum` means it, for everything but arrays and objects.
  bool equals_scalar(const JsonNode& other) const;
};

/// Where in a text a byte stands.
class TextPositions {
 public:
  struct Position {
    std::uint32_t line = 1;
    std::uint32_t column = 1;  ///< in code points
  };

  explicit TextPositions(std::string text);
  Position at(std::size_t offset) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<std::size_t> line_starts_;
};

/// A syntactically sound JSON text.
struct JsonDocument {
  std::string path;
  TextPositions positions;
  JsonNode root;

  /// A problem at the node (or at its key), with the JSON pointer that leads there. The node must be part of `root`.
  Problem problem_at(const JsonNode& node, std::string message) const;
  Problem problem_at_key(const JsonNode& node, std::string message) const;
};

/// Nesting that is still read. What lies deeper is refused, so no walk over the nodes can exhaust the stack.
inline constexpr int json_depth_max = 64;
/// Values in one text. More are refused, so that a small file cannot fill the memory.
inline constexpr std::size_t json_values_max = 500'000;

/// Reads JSON with `//` and `/* */` comments, in UTF-8 with or without byte order mark. `path` is for messages. Never
/// throws on account of the text.
boost::system::result<JsonDocument, Problem> parse_json(std::string text, const std::string& path);

}  // namespace snapsim
