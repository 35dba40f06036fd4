#include "sim/scenario/schema.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <regex.h>
#include <utility>

#include <fmt/format.h>

#include "sim/spelling/nearest_name.hpp"
#include "sim/spelling/utf8.hpp"

namespace snapsim {
namespace {

using Kind = JsonNode::Kind;

/// A longer list of what is allowed helps nobody.
constexpr std::size_t listed_max = 12;

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "true or false";
    case Kind::number:
      return "a number";
    case Kind::string:
      return "a string";
    case Kind::array:
      return "an array";
    case Kind::object:
      return "an object";
  }
  return "";
}

/// A value in a message.
std::string shown(const JsonNode& value) {
  switch (value.kind) {
    case Kind::boolean:
      return value.boolean ? "true" : "false";
    case Kind::number:
      return printable(value.text, 40);
    case Kind::string:
      return snapsim::quoted(value.text);
    default:
      return std::string(name_of(value.kind));
  }
}

/// `"a", "b" or "c"`.
std::string listed(const std::vector<std::string>& words, std::string_view last_joint) {
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) list += i + 1 == words.size() ? fmt::format(" {} ", last_joint) : ", ";
    list += words[i];
  }
  return list;
}

bool has_type(const JsonNode& value, std::string_view type) {
  if (type == "integer") return value.is(Kind::number) && value.number.integral;
  if (type == "number") return value.is(Kind::number);
  if (type == "string") return value.is(Kind::string);
  if (type == "boolean") return value.is(Kind::boolean);
  if (type == "array") return value.is(Kind::array);
  if (type == "object") return value.is(Kind::object);
  return type == "null" && value.is(Kind::null);
}

/// The keys that the alternatives of a oneOf ask for, where each asks for one key and nothing else; otherwise empty.
std::vector<std::string> required_keys(const JsonNode& alternatives) {
  std::vector<std::string> keys;
  for (const JsonNode& alternative : alternatives.children) {
    const JsonNode* required = alternative.find("required");
    if (required == nullptr || alternative.children.size() != 1 || required->children.size() != 1) return {};
    keys.push_back(required->children.front().text);
  }
  return keys;
}

/// A compiled `pattern`. Those of the schema mean the same as extended regular expressions of POSIX, whose matcher,
/// unlike that of std::regex, does not recurse over the text.
class Pattern {
 public:
  explicit Pattern(const std::string& text)
      : sound_(::regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB) == 0) {}
  ~Pattern() {
    if (sound_) ::regfree(&compiled_);
  }
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  bool matches(const std::string& text) const {
    return sound_ && ::regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  regex_t compiled_{};
  bool sound_;
};

class Validator {
 public:
  explicit Validator(const JsonNode& root) : root_(root) {}

  /// Appends to `findings` what does not conform.
  void check(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const;

 private:
  void check_reference(const JsonNode& value, const JsonNode& reference, std::vector<Finding>& findings) const;
  bool check_type(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const;
  void check_enum(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const;
  void check_number(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const;
  void check_string(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const;
  void check_array(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const;
  void check_object(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const;
  void check_alternatives(const JsonNode& value, const JsonNode& alternatives, std::vector<Finding>& findings) const;
  void check_one_key(const JsonNode& value, const std::vector<std::string>& keys, std::vector<Finding>& findings) const;
  void check_condition(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const;
  const JsonNode& resolved(const JsonNode& reference) const;

  const JsonNode& root_;
  mutable std::map<std::string, Pattern> patterns_;  ///< compiled when first used
};

const JsonNode& Validator::resolved(const JsonNode& reference) const {
  constexpr std::string_view prefix = "#/$defs/";
  const JsonNode* defs = root_.find("$defs");
  return *defs->find(std::string_view(reference.text).substr(prefix.size()));
}

void Validator::check(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const {
  if (findings.size() >= findings_max) return;
  if (schema.is(Kind::boolean)) {
    if (!schema.boolean)
      findings.push_back({&value, true, fmt::format("{} has no meaning here", snapsim::quoted(value.key)), "", {}});
    return;
  }
  if (!check_type(value, schema, findings)) return;
  if (const JsonNode* reference = schema.find("$ref")) check(value, resolved(*reference), findings);
  check_enum(value, schema, findings);
  switch (value.kind) {
    case Kind::number:
      check_number(value, schema, findings);
      break;
    case Kind::string:
      check_string(value, schema, findings);
      break;
    case Kind::array:
      check_array(value, schema, findings);
      break;
    case Kind::object:
      check_object(value, schema, findings);
      break;
    default:
      break;
  }
  for (const std::string_view keyword : {"anyOf", "oneOf"}) {
    if (const JsonNode* alternatives = schema.find(keyword)) check_alternatives(value, *alternatives, findings);
  }
  if (const JsonNode* all = schema.find("allOf")) {
    for (const JsonNode& part : all->children) check(value, part, findings);
  }
  check_condition(value, schema, findings);
}

bool Validator::check_type(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const {
  const JsonNode* type = schema.find("type");
  if (type == nullptr || has_type(value, type->text)) return true;
  const std::string wanted = type->text == "integer"   ? "a whole number"
                             : type->text == "boolean" ? "true or false"
                             : type->text == "object"  ? "an object"
                             : type->text == "array"   ? "an array"
                                                       : "a " + type->text;
  findings.push_back({&value, false, fmt::format("must be {}, not {}", wanted, shown(value)), "", {}});
  return false;
}

void Validator::check_enum(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const {
  std::vector<const JsonNode*> allowed;
  if (const JsonNode* constant = schema.find("const")) allowed.push_back(constant);
  if (const JsonNode* list = schema.find("enum")) {
    for (const JsonNode& item : list->children) allowed.push_back(&item);
  }
  if (allowed.empty()) return;
  if (std::any_of(allowed.begin(), allowed.end(), [&](const JsonNode* item) { return item->equals_scalar(value); }))
    return;
  Finding finding{&value, false, "", "", {}};
  std::vector<std::string> words;
  for (const JsonNode* item : allowed) {
    words.push_back(shown(*item));
    if (item->is_string()) finding.candidates.push_back(item->text);
  }
  if (value.is_string()) finding.misspelled = value.text;
  finding.message = words.size() <= listed_max ? fmt::format("must be {}, not {}", listed(words, "or"), shown(value))
                                               : fmt::format("{} is not one of the known values", shown(value));
  findings.push_back(std::move(finding));
}

void Validator::check_number(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const {
  const JsonNode* minimum = schema.find("minimum");
  const JsonNode* maximum = schema.find("maximum");
  if (minimum != nullptr && value.number.compare(minimum->number) < 0) {
    findings.push_back(
        {&value, false, fmt::format("must be at least {}, not {}", minimum->text, shown(value)), "", {}});
  }
  if (maximum != nullptr && value.number.compare(maximum->number) > 0) {
    findings.push_back({&value, false, fmt::format("must be at most {}, not {}", maximum->text, shown(value)), "", {}});
  }
}

void Validator::check_string(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const {
  const std::size_t length = utf8_length(value.text);
  const JsonNode* shortest = schema.find("minLength");
  const JsonNode* longest = schema.find("maxLength");
  if (shortest != nullptr && length < shortest->number.magnitude) {
    findings.push_back({&value, false, "must not be empty", "", {}});
    return;
  }
  if (longest != nullptr && length > longest->number.magnitude) {
    findings.push_back(
        {&value, false, fmt::format("must have at most {} characters, not {}", longest->text, length), "", {}});
    return;
  }
  const JsonNode* pattern = schema.find("pattern");
  if (pattern == nullptr) return;
  if (patterns_.try_emplace(pattern->text, pattern->text).first->second.matches(value.text)) return;
  const JsonNode* title = schema.find("title");
  const std::string wanted = title != nullptr ? title->text : "like " + pattern->text;
  findings.push_back({&value, false, fmt::format("must be {}, not {}", wanted, shown(value)), "", {}});
}

void Validator::check_array(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const {
  const JsonNode* fewest = schema.find("minItems");
  const JsonNode* most = schema.find("maxItems");
  if (fewest != nullptr && value.children.size() < fewest->number.magnitude) {
    findings.push_back({&value, false, "must not be empty", "", {}});
  }
  if (most != nullptr && value.children.size() > most->number.magnitude) {
    findings.push_back(
        {&value, false, fmt::format("must have at most {} items, not {}", most->text, value.children.size()), "", {}});
    return;
  }
  const JsonNode* items = schema.find("items");
  if (items == nullptr) return;
  for (const JsonNode& item : value.children) check(item, *items, findings);
}

void Validator::check_object(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const {
  const JsonNode* properties = schema.find("properties");
  const JsonNode* additional = schema.find("additionalProperties");
  const JsonNode* most = schema.find("maxProperties");
  if (most != nullptr && value.children.size() > most->number.magnitude) {
    findings.push_back({&value,
                        false,
                        fmt::format("must have at most {} members, not {}", most->text, value.children.size()),
                        "",
                        {}});
    return;
  }
  std::vector<std::string> known;
  if (properties != nullptr) {
    for (const JsonNode& property : properties->children) known.push_back(property.key);
  }
  std::vector<std::string> meant;  // by keys that are misspelled
  for (const JsonNode& member : value.children) {
    const JsonNode* property = properties != nullptr ? properties->find(member.key) : nullptr;
    if (property != nullptr) {
      check(member, *property, findings);
    } else if (additional != nullptr && additional->is_object()) {
      check(member, *additional, findings);
    } else if (additional != nullptr && !additional->boolean) {
      meant.push_back(nearest_name(member.key, known));
      findings.push_back(
          {&member, true, fmt::format("unknown key {}", snapsim::quoted(member.key)), member.key, known});
    }
    if (findings.size() >= findings_max) return;
  }
  const JsonNode* required = schema.find("required");
  if (required == nullptr) return;
  for (const JsonNode& key : required->children) {
    const bool misspelled = std::find(meant.begin(), meant.end(), key.text) != meant.end();
    if (value.find(key.text) == nullptr && !misspelled) {
      findings.push_back({&value, false, fmt::format("{} is missing", snapsim::quoted(key.text)), "", {}});
    }
  }
}

void Validator::check_alternatives(const JsonNode& value, const JsonNode& alternatives,
                                   std::vector<Finding>& findings) const {
  if (findings.size() >= findings_max) return;
  if (const std::vector<std::string> keys = required_keys(alternatives); !keys.empty()) {
    if (value.is_object()) check_one_key(value, keys, findings);
    return;
  }
  // Where none fits, the one that fits best says what is wrong: its members first, then its own shape.
  std::vector<Finding> best;
  auto unfitness = [&](const std::vector<Finding>& of) {
    const auto own = std::count_if(of.begin(), of.end(), [&](const Finding& f) { return f.node == &value; });
    return std::pair{of.size(), static_cast<std::size_t>(own)};
  };
  for (const JsonNode& alternative : alternatives.children) {
    std::vector<Finding> these;
    check(value, alternative, these);
    if (these.empty()) return;
    if (best.empty() || unfitness(these) < unfitness(best)) best = std::move(these);
  }
  std::move(best.begin(), best.end(), std::back_inserter(findings));
}

void Validator::check_one_key(const JsonNode& value, const std::vector<std::string>& keys,
                              std::vector<Finding>& findings) const {
  std::vector<const JsonNode*> present;
  bool misspelled = false;
  for (const JsonNode& member : value.children) {
    if (std::find(keys.begin(), keys.end(), member.key) != keys.end()) {
      present.push_back(&member);
    } else {
      misspelled = misspelled || !nearest_name(member.key, keys).empty();
    }
  }
  std::vector<std::string> words;
  for (const std::string& key : keys) words.push_back(snapsim::quoted(key));
  if (present.empty() && !misspelled) {
    findings.push_back({&value, false, fmt::format("one of {} is missing", listed(words, "and")), "", {}});
  }
  for (std::size_t i = 1; i < present.size(); ++i) {
    if (present[i]->key == present.front()->key) continue;
    findings.push_back(
        {present[i],
         true,
         fmt::format("{} stands beside {}; only one of {} may be given", snapsim::quoted(present[i]->key),
                     snapsim::quoted(present.front()->key), listed(words, "and")),
         "",
         {}});
  }
}

void Validator::check_condition(const JsonNode& value, const JsonNode& schema, std::vector<Finding>& findings) const {
  const JsonNode* condition = schema.find("if");
  if (condition == nullptr) return;
  // What goes with a value cannot be told while the value itself is unsound.
  const bool unsound = std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.node == &value || std::any_of(value.children.begin(), value.children.end(),
                                                 [&](const JsonNode& child) { return finding.node == &child; });
  });
  if (unsound) return;
  std::vector<Finding> unmet;
  check(value, *condition, unmet);
  if (const JsonNode* consequence = schema.find(unmet.empty() ? "then" : "else")) check(value, *consequence, findings);
}

}  // namespace

const JsonNode& scenario_schema() {
  static const auto schema = parse_json(std::string(scenario_schema_text()), "scenario.schema.json");
  return schema->root;
}

std::vector<Finding> findings_against(const JsonNode& value, const JsonNode& schema, const JsonNode& root) {
  std::vector<Finding> findings;
  Validator(root).check(value, schema, findings);
  return findings;
}

}  // namespace snapsim
