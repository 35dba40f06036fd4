#include "sim/serve/compute_fields.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <httplib.h>

#include <fmt/format.h>

#include "fake_glance/http/python_text.hpp"
#include "sim/serve/compute_front.hpp"

namespace snapsim {
namespace {

/// A value in a message, as Python's str() writes it.
std::string python_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : python_repr(value);
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

constexpr std::string_view metadata_punctuation = "-_:. ";

bool is_metadata_key(std::string_view key) {
  const auto is_allowed = [](char c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return is_letter || metadata_punctuation.find(c) != std::string_view::npos;
  };
  return !key.empty() && key.size() <= 255 && std::all_of(key.begin(), key.end(), is_allowed);
}

}  // namespace

std::size_t code_point_count(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void check_metadata_quota(const std::map<std::string, std::string>& metadata) {
  constexpr std::size_t items_max = 128;
  if (metadata.size() <= items_max) return;
  throw NovaRefusal(403, fmt::format("Maximum number of metadata items exceeds {}", items_max));
}

bool is_uuid_like(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdefABCDEF";
  std::size_t count = 0;
  for (const char c : text) {
    if (c == '-') continue;
    if (digits.find(c) == std::string_view::npos) return false;
    ++count;
  }
  return count == 32;
}

/// binascii.a2b_base64(), which is at fault only where what is left at the end is no whole byte.
bool is_python_base64(std::string_view text) {
  constexpr std::string_view others = "+/";
  std::size_t in_group = 0;
  std::size_t pads = 0;
  for (const char c : text) {
    const bool is_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (c == '=') {
      ++pads;
      if (in_group >= 2 && in_group + pads >= 4) return true;
    } else if (is_digit || others.find(c) != std::string_view::npos) {
      pads = 0;
      in_group = (in_group + 1) % 4;
    }
  }
  return in_group == 0;
}

void check_tag(std::string_view field, const Json& tag) {
  if (!tag.is_string()) RequestFields::refuse_type(field, tag, "string");
  const std::string text = tag.get<std::string>();
  const std::string shown = python_repr(tag);
  if (text.empty()) RequestFields::refuse(field, tag, "'' is too short");
  if (code_point_count(text) > 60) RequestFields::refuse(field, tag, shown + " is too long");
  if (text.find_first_of(",/") != std::string::npos) {
    RequestFields::refuse(field, tag, shown + " does not match '^[^,/]*$'");
  }
}

std::size_t query_number(const httplib::Request& request, const char* key, std::size_t otherwise) {
  if (!request.has_param(key)) return otherwise;
  const std::string text = request.get_param_value(key);
  const bool is_number = !text.empty() && text.size() < 10 &&
                         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) RequestFields::refuse(key, Json(text), fmt::format("'{}' does not match '^[0-9]*$'", text));
  return std::stoul(text);
}

void refuse_other_parameters(const httplib::Request& request, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : request.params) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    throw NovaRefusal(400, fmt::format("Additional properties are not allowed ('{}' was unexpected)", key));
  }
}

RequestFields::RequestFields(const Json& object, std::string name) : object_(object), name_(std::move(name)) {
  if (!object_.is_object()) refuse_type(name_, object_, "object");
}

void RequestFields::refuse(std::string_view field, const Json& value, const std::string& why) {
  if (field.empty()) throw NovaRefusal(400, why);
  throw NovaRefusal(400,
                    fmt::format("Invalid input for field/attribute {}. Value: {}. {}", field, python_text(value), why));
}

void RequestFields::refuse_type(std::string_view field, const Json& value, std::string_view type) {
  refuse(field, value, fmt::format("{} is not of type '{}'", python_repr(value), type));
}

void RequestFields::refuse_choice(std::string_view field, const Json& value, const Json& known) {
  refuse(field, value, fmt::format("{} is not one of {}", python_repr(value), python_repr(known)));
}

void RequestFields::allow_only(std::initializer_list<std::string_view> keys) const {
  for (const auto& [key, value] : object_.items()) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    refuse(name_, object_, fmt::format("Additional properties are not allowed ('{}' was unexpected)", key));
  }
}

const Json& RequestFields::required(const char* key) const {
  const auto found = object_.find(key);
  if (found == object_.end()) refuse(name_, object_, fmt::format("'{}' is a required property", key));
  return *found;
}

std::string RequestFields::name(const char* key) const {
  const Json& value = required(key);
  if (!value.is_string()) refuse_type(key, value, "string");
  std::string name = value.get<std::string>();
  if (name.empty()) refuse(key, value, "'' is too short");
  if (code_point_count(name) > 255) refuse(key, value, fmt::format("{} is too long", python_repr(value)));
  const bool has_space_at_end = name.front() == ' ' || name.back() == ' ';
  if (has_space_at_end || has_control_character(name)) {
    throw NovaRefusal(400,
                      "An invalid 'name' value was provided. The name must be: printable characters. Can not start or "
                      "end with whitespace.");
  }
  return name;
}

std::optional<std::string> RequestFields::optional_name(const char* key) const {
  return has(key) ? std::optional(name(key)) : std::nullopt;
}

std::optional<std::string> RequestFields::choice(const char* key, const Json& known) const {
  if (!has(key)) return std::nullopt;
  const Json& value = at(key);
  if (std::find(known.begin(), known.end(), value) == known.end()) refuse_choice(key, value, known);
  return value.get<std::string>();
}

std::optional<std::string> RequestFields::address(const char* key, IpFamily family) const {
  if (!has(key)) return std::nullopt;
  const Json& value = at(key);
  if (!value.is_string()) refuse_type(key, value, "string");
  std::optional<std::string> written = written_ip_address(value.get<std::string>(), family);
  if (written) return written;
  refuse(key, value, fmt::format("{} is not a '{}'", python_repr(value), family == IpFamily::ipv4 ? "ipv4" : "ipv6"));
}

std::optional<std::string> RequestFields::hostname(const char* key) const {
  const std::optional<std::string> text = this->text(key, 63);
  if (!text) return std::nullopt;
  if (text->size() < 2) refuse(key, at(key), python_repr(at(key)) + " is too short");
  const auto is_fit = [](char c) { return c == '-' || std::isalnum(static_cast<unsigned char>(c)) != 0; };
  if (text->front() == '-' || text->back() == '-' || !std::all_of(text->begin(), text->end(), is_fit)) {
    refuse(key, at(key), python_repr(at(key)) + " does not match '^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$'");
  }
  return text;
}

std::optional<std::string> RequestFields::base64(const char* key, std::size_t length_max) const {
  if (!has(key)) return std::nullopt;
  const Json& value = at(key);
  if (!value.is_string()) refuse_type(key, value, "string");
  std::string text = value.get<std::string>();
  if (text.size() > length_max) refuse(key, value, fmt::format("{} is too long", python_repr(value)));
  if (!is_python_base64(text)) refuse(key, value, fmt::format("{} is not a 'base64'", python_repr(value)));
  return text;
}

std::vector<std::string> RequestFields::tags(const char* key) const {
  if (!has(key)) return {};
  const Json& value = at(key);
  if (!value.is_array()) refuse_type(key, value, "array");
  if (value.size() > server_tags_max) refuse(key, value, fmt::format("{} is too long", python_repr(value)));
  std::vector<std::string> tags;
  for (std::size_t i = 0; i < value.size(); ++i) {
    check_tag(std::to_string(i), value.at(i));
    std::string tag = value.at(i).get<std::string>();
    if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(std::move(tag));
  }
  return tags;
}

std::vector<Json> RequestFields::objects(const char* key) const {
  if (!has(key)) return {};
  const Json& value = at(key);
  if (!value.is_array()) refuse_type(key, value, "array");
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!value.at(i).is_object()) refuse_type(std::to_string(i), value.at(i), "object");
  }
  return {value.begin(), value.end()};
}

std::optional<std::string> RequestFields::text(const char* key, std::size_t length_max) const {
  const auto found = object_.find(key);
  if (found == object_.end() || found->is_null()) return std::nullopt;
  if (!found->is_string()) refuse_type(key, *found, "string");
  std::string text = found->get<std::string>();
  if (code_point_count(text) > length_max) refuse(key, *found, fmt::format("{} is too long", python_repr(*found)));
  return text;
}

std::string RequestFields::uuid(const char* key) const {
  const Json& value = required(key);
  if (!value.is_string()) refuse_type(key, value, "string");
  std::string text = value.get<std::string>();
  if (!is_uuid_like(text)) refuse(key, value, fmt::format("{} is not a 'uuid'", python_repr(value)));
  return text;
}

std::int64_t RequestFields::number(const char* key, std::int64_t min, std::optional<std::int64_t> otherwise) const {
  if (!object_.contains(key) && otherwise) return *otherwise;
  const Json& value = required(key);
  std::int64_t number = min - 1;
  if (value.is_number_integer()) {
    number = value.get<std::int64_t>();
  } else if (value.is_string()) {
    const std::string text = value.get<std::string>();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) {
      refuse(key, value, fmt::format("'{}' does not match '^[0-9]*$'", text));
    }
  } else {
    refuse_type(key, value, "integer', 'string");
  }
  if (number < min) refuse(key, value, fmt::format("{} is less than the minimum of {}", number, min));
  if (number > 0x7fffffff) refuse(key, value, fmt::format("{} is greater than the maximum of 2147483647", number));
  return number;
}

bool RequestFields::boolean(const char* key, bool otherwise) const {
  const auto found = object_.find(key);
  if (found == object_.end()) return otherwise;
  if (found->is_boolean()) return found->get<bool>();
  const std::string text = python_text(*found);
  for (const char* const yes : {"True", "true", "TRUE", "1", "on", "yes"}) {
    if (text == yes) return true;
  }
  for (const char* const no : {"False", "false", "FALSE", "0", "off", "no"}) {
    if (text == no) return false;
  }
  refuse_type(key, *found, "boolean");
}

std::map<std::string, std::string> RequestFields::metadata(const char* key) const {
  const auto found = object_.find(key);
  std::map<std::string, std::string> metadata;
  if (found == object_.end()) return metadata;
  if (!found->is_object()) refuse_type(key, *found, "object");
  for (const auto& [name, value] : found->items()) {
    if (!is_metadata_key(name)) {
      refuse(key, *found, fmt::format("'{}' does not match any of the regexes: '^[a-zA-Z0-9-_:. ]{{1,255}}$'", name));
    }
    if (!value.is_string()) refuse_type(name, value, "string");
    metadata[name] = value.get<std::string>();
    if (code_point_count(metadata[name]) > 255) refuse(name, value, fmt::format("{} is too long", python_repr(value)));
  }
  return metadata;
}

}  // namespace snapsim
