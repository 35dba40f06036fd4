#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "real/http/ip_address.hpp"
#include "sim/serve/http_answer.hpp"

namespace httplib {
struct Request;
}

namespace snapsim {

/// The object in a request's body, looked at as nova/api/validation does: what does not conform is refused
/// (NovaRefusal, 400) in its words.
class RequestFields {
 public:
  /// `object` must outlive this; `name` is its key in the body, and empty for the body itself.
  RequestFields(const Json& object, std::string name);

  /// No keys but these.
  void allow_only(std::initializer_list<std::string_view> keys) const;
  bool has(const char* key) const { return object_.contains(key); }
  /// A name: 1 to 255 printable characters, no space at its ends.
  std::string name(const char* key) const;
  std::optional<std::string> optional_name(const char* key) const;
  /// A text of at most so many characters.
  std::optional<std::string> text(const char* key, std::size_t length_max) const;
  /// A whole number of at least `min`, also as a string.
  std::int64_t number(const char* key, std::int64_t min, std::optional<std::int64_t> otherwise = std::nullopt) const;
  bool boolean(const char* key, bool otherwise) const;
  /// One of the texts in `known`.
  std::optional<std::string> choice(const char* key, const Json& known) const;
  /// An address of that family, as netaddr writes it.
  std::optional<std::string> address(const char* key, IpFamily family) const;
  /// The name by which a guest calls itself: 2 to 63 letters, digits and dashes, no dash at its ends.
  std::optional<std::string> hostname(const char* key) const;
  /// Base64 that Python decodes, of at most so many characters.
  std::optional<std::string> base64(const char* key, std::size_t length_max) const;
  /// At most 50 of 1 to 60 characters, each of them once.
  std::vector<std::string> tags(const char* key) const;
  /// The list's elements, which are objects; none where there is no list.
  std::vector<Json> objects(const char* key) const;
  /// Keys and values of at most 255 characters each.
  std::map<std::string, std::string> metadata(const char* key) const;
  const Json& at(const char* key) const { return object_.at(key); }
  const Json& object() const { return object_; }

  const Json& required(const char* key) const;
  /// A text that is a UUID, with or without dashes.
  std::string uuid(const char* key) const;

  /// Throws NovaRefusal (400), as the others do; `why` is in the words of jsonschema.
  [[noreturn]] static void refuse(std::string_view field, const Json& value, const std::string& why);
  [[noreturn]] static void refuse_type(std::string_view field, const Json& value, std::string_view type);
  [[noreturn]] static void refuse_choice(std::string_view field, const Json& value, const Json& known);

 private:
  const Json& object_;
  std::string name_;
};

/// [api]max_limit: no list is longer.
inline constexpr std::size_t api_list_max = 1000;

/// The number that the query gives for `key`. Throws NovaRefusal (400).
std::size_t query_number(const httplib::Request& request, const char* key, std::size_t otherwise);
/// No parameters in the query but these. Throws NovaRefusal (400).
void refuse_other_parameters(const httplib::Request& request, std::initializer_list<std::string_view> known);

/// oslo_utils.uuidutils.is_uuid_like(), but for the forms with braces or "urn:" that no client sends.
bool is_uuid_like(std::string_view text);
/// Whether base64.decodebytes() takes the text: it skips what does not belong there, and minds the padding alone.
bool is_python_base64(std::string_view text);
/// nova/objects/instance.py, MAX_TAG_COUNT.
inline constexpr std::size_t server_tags_max = 50;

/// A server's tag: 1 to 60 characters, no comma and no slash. Throws NovaRefusal (400).
void check_tag(std::string_view field, const Json& tag);
/// [quota]metadata_items, 128. Throws NovaRefusal (403).
void check_metadata_quota(const std::map<std::string, std::string>& metadata);
/// Characters of a text in UTF-8.
std::size_t code_point_count(std::string_view text);

}  // namespace snapsim
