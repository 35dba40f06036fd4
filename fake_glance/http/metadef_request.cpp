#include "fake_glance/http/metadef_request.hpp"

#include <charconv>

#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/refusal.hpp"
#include "fake_glance/http/schemas.hpp"

namespace snapsim {
namespace {

std::size_t metadef_limit(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) throw Refusal(400, "limit param must be an integer");
  if (number < 0) throw Refusal(400, "limit param must be positive");
  return static_cast<std::size_t>(number);
}

std::vector<std::string> comma_separated(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

}  // namespace

OrderedJson metadef_body(const ApiRequest& request, const OrderedJson& schema) {
  OrderedJson body = json_body(request);
  if (!body.is_object()) throw Refusal(400, "Expected an object.");
  for (const char* name : {"self", "schema", "created_at", "updated_at"}) {
    // "self" and "schema" are read-only where the schema has them at all.
    const bool is_known = schema["properties"].contains(name) || name[0] != 's';
    if (is_known && body.contains(name)) throw Refusal(403, "Attribute '" + std::string(name) + "' is read-only.");
  }
  check_metadef(body, schema);
  return body;
}

void check_metadef(const OrderedJson& object, const OrderedJson& schema) {
  const std::optional<std::string> violation = schema_violation(object, schema);
  if (!violation) return;
  throw Refusal(400,
                "Provided object does not match schema '" + schema["name"].get<std::string>() + "': " + *violation);
}

std::optional<std::string> metadef_parameter(std::string_view query, std::string_view wanted) {
  std::optional<std::string> found;
  for (const auto& [name, value] : parsed_query(query)) {
    if (name == wanted) found = value;
  }
  return found;
}

MetadefPage metadef_page(std::string_view query) {
  MetadefPage page;
  for (const auto& [name, value] : parsed_query(query)) {
    if (name == "limit") page.limit = metadef_limit(value);
    if (name == "marker") page.marker = value;
    if (name == "sort_key") page.sort_key = value;
    if (name == "sort_dir" && value != "asc" && value != "desc") throw Refusal(400, "Invalid sort direction: " + value);
    if (name == "sort_dir") page.is_ascending = value == "asc";
    if (name == "visibility") page.visibility = value;
    if (name == "resource_types") page.resource_types = comma_separated(value);
  }
  return page;
}

void check_metadef_visibility(const std::optional<std::string>& visibility,
                              std::initializer_list<std::string_view> allowed) {
  const bool is_said = visibility && !visibility->empty();
  if (!is_said || std::find(allowed.begin(), allowed.end(), *visibility) != allowed.end()) return;
  throw Refusal(400, "Invalid visibility value: " + *visibility);
}

std::string sortable(std::int64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(20 - std::min<std::size_t>(digits.size(), 20), '0') + digits;
}

}  // namespace snapsim
