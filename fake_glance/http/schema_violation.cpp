#include <algorithm>
#include <cctype>
#include <cmath>
#include <vector>

#include "fake_glance/http/schemas.hpp"

namespace snapsim {
namespace {

/// A jsonschema.ValidationError.
struct Violation {
  std::string message;
  std::string keyword;
  std::string schema_path;  ///< "['properties']['id']"
  std::string instance_path;
  const OrderedJson* schema = nullptr;
  const OrderedJson* instance = nullptr;
  int depth = 0;
  bool matches_type = false;  ///< the instance is of the schema's type
};

/// Collects what an object has against a schema, in jsonschema's order.
class Validator {
 public:
  /// `root`: the schema that references are into.
  explicit Validator(const OrderedJson& root) : root_(root) {}

  std::vector<Violation> violations;

  void check(const OrderedJson& instance, const OrderedJson& schema) {
    if (schema.contains("$ref")) return check(instance, referred_to(schema["$ref"].get<std::string>()));
    for (const auto& [keyword, value] : schema.items()) {
      if (keyword == "type") {
        check_type(instance, schema, value);
      } else if (keyword == "enum") {
        check_enum(instance, schema, value);
      } else if (keyword == "maxLength" || keyword == "minLength") {
        check_length(instance, schema, keyword, value);
      } else if (keyword == "pattern") {
        check_pattern(instance, schema, value);
      } else if (keyword == "items" && instance.is_array()) {
        check_items(instance, value);
      } else if (keyword == "properties" && instance.is_object()) {
        check_properties(instance, value);
      } else if (keyword == "required" && instance.is_object()) {
        check_required(instance, schema, value);
      } else if (keyword == "allOf") {
        check_all_of(instance, value);
      } else if (keyword == "minimum" && instance.is_number()) {
        check_minimum(instance, schema, value);
      } else if (keyword == "minItems" && instance.is_array()) {
        if (instance.size() < value.get<std::size_t>())
          add(instance, schema, keyword, python_repr(instance) + " is too short");
      } else if (keyword == "uniqueItems" && instance.is_array()) {
        check_unique(instance, schema, value);
      } else if (keyword == "additionalProperties" && instance.is_object()) {
        check_others(instance, schema, value);
      }
    }
  }

 private:
  static std::string index(const std::string& text) { return "[" + python_repr(OrderedJson(text)) + "]"; }

  void add(const OrderedJson& instance, const OrderedJson& schema, const std::string& keyword, std::string message) {
    const auto types = schema.find("type");
    const bool matches_type = types != schema.end() && is_of_one_type(instance, *types);
    violations.push_back(
        {std::move(message), keyword, schema_path_, instance_path_, &schema, &instance, depth_, matches_type});
  }

  static bool is_of_type(const OrderedJson& instance, const std::string& type) {
    if (type == "null") return instance.is_null();
    if (type == "string") return instance.is_string();
    if (type == "integer") {
      if (instance.is_number_float()) {
        const double number = instance.get<double>();
        return number == std::floor(number) && std::isfinite(number);
      }
      return instance.is_number_integer();
    }
    if (type == "number") return instance.is_number();
    if (type == "boolean") return instance.is_boolean();
    if (type == "array") return instance.is_array();
    return type == "object" && instance.is_object();
  }

  static bool is_of_one_type(const OrderedJson& instance, const OrderedJson& types) {
    if (!types.is_array()) return is_of_type(instance, types);
    return std::any_of(types.begin(), types.end(), [&](const OrderedJson& type) { return is_of_type(instance, type); });
  }

  void check_type(const OrderedJson& instance, const OrderedJson& schema, const OrderedJson& types) {
    if (is_of_one_type(instance, types)) return;
    std::string names;
    for (const OrderedJson& type : types.is_array() ? types : OrderedJson::array({types})) {
      names += (names.empty() ? "" : ", ") + python_repr(type);
    }
    add(instance, schema, "type", python_repr(instance) + " is not of type " + names);
  }

  void check_enum(const OrderedJson& instance, const OrderedJson& schema, const OrderedJson& values) {
    for (const OrderedJson& value : values) {
      if (value == instance) return;
    }
    add(instance, schema, "enum", python_repr(instance) + " is not one of " + python_repr(values));
  }

  void check_length(const OrderedJson& instance, const OrderedJson& schema, const std::string& keyword,
                    const OrderedJson& limit) {
    if (!instance.is_string()) return;
    const std::size_t length = character_count(instance.get_ref<const std::string&>());
    const bool is_maximum = keyword == "maxLength";
    if (is_maximum ? length <= limit.get<std::size_t>() : length >= limit.get<std::size_t>()) return;
    add(instance, schema, keyword, python_repr(instance) + (is_maximum ? " is too long" : " is too short"));
  }

  /// All patterns of the schemas are that of a UUID.
  void check_pattern(const OrderedJson& instance, const OrderedJson& schema, const OrderedJson& pattern) {
    if (!instance.is_string() || is_uuid(instance.get_ref<const std::string&>())) return;
    add(instance, schema, "pattern", python_repr(instance) + " does not match " + python_repr(pattern));
  }

  void descend(const OrderedJson& instance, const OrderedJson& schema, const std::string& schema_step,
               const std::string& instance_step) {
    const std::size_t schema_length = schema_path_.size();
    const std::size_t instance_length = instance_path_.size();
    schema_path_ += schema_step;
    instance_path_ += instance_step;
    ++depth_;
    check(instance, schema);
    --depth_;
    schema_path_.resize(schema_length);
    instance_path_.resize(instance_length);
  }

  void check_items(const OrderedJson& instance, const OrderedJson& schema) {
    for (std::size_t i = 0; i < instance.size(); ++i) {
      descend(instance[i], schema, index("items"), "[" + std::to_string(i) + "]");
    }
  }

  /// "#/definitions/NAME".
  const OrderedJson& referred_to(const std::string& reference) const {
    return root_.at(OrderedJson::json_pointer(reference.substr(1)));
  }

  void check_all_of(const OrderedJson& instance, const OrderedJson& schemas) {
    for (std::size_t i = 0; i < schemas.size(); ++i) {
      const std::size_t schema_length = schema_path_.size();
      schema_path_ += index("allOf") + "[" + std::to_string(i) + "]";
      check(instance, schemas[i]);
      schema_path_.resize(schema_length);
    }
  }

  void check_minimum(const OrderedJson& instance, const OrderedJson& schema, const OrderedJson& least) {
    if (instance >= least) return;
    add(instance, schema, "minimum", python_repr(instance) + " is less than the minimum of " + python_repr(least));
  }

  void check_unique(const OrderedJson& instance, const OrderedJson& schema, const OrderedJson& is_wanted) {
    if (is_wanted != true) return;
    for (std::size_t i = 0; i < instance.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (instance[i] == instance[k]) {
          return add(instance, schema, "uniqueItems", python_repr(instance) + " has non-unique elements");
        }
      }
    }
  }

  void check_properties(const OrderedJson& instance, const OrderedJson& properties) {
    for (const auto& [name, schema] : properties.items()) {
      const auto found = instance.find(name);
      if (found != instance.end()) descend(*found, schema, index("properties") + index(name), index(name));
    }
  }

  void check_required(const OrderedJson& instance, const OrderedJson& schema, const OrderedJson& names) {
    for (const OrderedJson& name : names) {
      if (!instance.contains(name.get_ref<const std::string&>())) {
        add(instance, schema, "required", python_repr(name) + " is a required property");
      }
    }
  }

  void check_others(const OrderedJson& instance, const OrderedJson& schema, const OrderedJson& others) {
    std::vector<std::string> unexpected;
    for (const auto& [name, member] : instance.items()) {
      if (schema.contains("properties") && schema["properties"].contains(name)) continue;
      if (others.is_object()) descend(member, others, index("additionalProperties"), index(name));
      if (others == false) unexpected.push_back(name);
    }
    if (unexpected.empty()) return;
    std::string names;
    for (const std::string& name : unexpected) names += (names.empty() ? "" : ", ") + python_repr(OrderedJson(name));
    add(instance, schema, "additionalProperties",
        "Additional properties are not allowed (" + names + (unexpected.size() == 1 ? " was" : " were") +
            " unexpected)");
  }

  const OrderedJson& root_;
  std::string schema_path_;
  std::string instance_path_;
  int depth_ = 0;
};

std::string indented(const std::string& text) {
  std::string out = "    ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "    ";
  }
  return out;
}

}  // namespace

std::optional<std::string> schema_violation(const OrderedJson& object, const OrderedJson& schema) {
  Validator validator(schema);
  validator.check(object, schema);
  // jsonschema.exceptions.best_match: the outermost, and there a wrong type before a wrong value.
  const Violation* best = nullptr;
  for (const Violation& violation : validator.violations) {
    const bool is_better = best == nullptr || violation.depth < best->depth ||
                           (violation.depth == best->depth && best->matches_type && !violation.matches_type);
    if (is_better) best = &violation;
  }
  if (best == nullptr) return std::nullopt;
  return best->message + "\n\nFailed validating " + python_repr(OrderedJson(best->keyword)) + " in schema" +
         best->schema_path + ":\n" + indented(python_pformat(*best->schema)) + "\n\nOn instance" + best->instance_path +
         ":\n" + indented(python_pformat(*best->instance));
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  return true;
}

}  // namespace snapsim
