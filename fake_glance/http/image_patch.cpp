#include <algorithm>
#include <array>

#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/refusal.hpp"
#include "fake_glance/http/schemas.hpp"

namespace snapsim {
namespace {

constexpr std::string_view media_type_v20 = "application/openstack-images-v2.0-json-patch";
constexpr std::string_view media_type_v21 = "application/openstack-images-v2.1-json-patch";

/// images.py, RequestDeserializer._readonly_properties.
constexpr std::array<std::string_view, 13> unpatchable_names{
    "created_at", "updated_at", "status", "checksum", "size",         "virtual_size", "direct_url",
    "self",       "file",       "schema", "id",       "os_hash_algo", "os_hash_value"};
/// The attributes of an image of Glance's domain model that a client may set.
constexpr std::array<std::string_view, 10> attribute_names{"name",        "visibility",      "os_hidden", "min_disk",
                                                           "min_ram",     "protected",       "owner",     "tags",
                                                           "disk_format", "container_format"};

template <class Names>
bool is_in(std::string_view name, const Names& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// One operation of a patch.
struct PatchChange {
  std::string operation;
  std::vector<std::string> path;
  OrderedJson value;
  bool is_draft_4 = false;
};

bool is_operation(std::string_view text) {
  return text == "add" || text == "remove" || text == "replace";
}

/// _validate_json_pointer.
void check_pointer(const std::string& pointer) {
  const auto refuse = [&](const std::string& what) { throw Refusal(400, "Pointer `" + pointer + "` " + what); };
  if (!pointer.starts_with('/')) refuse("does not start with \"/\".");
  for (std::size_t slash = pointer.find('/', 1); slash != std::string::npos; slash = pointer.find('/', slash + 1)) {
    const std::size_t next = pointer.find_first_not_of(" \t\n\r\f\v", slash + 1);
    if (next != std::string::npos && pointer[next] == '/') refuse("contains adjacent \"/\".");
  }
  if (pointer.size() > 1 && pointer.ends_with('/')) refuse("end with \"/\".");
  if (stripped(pointer.substr(1)) == "/") refuse("does not contains valid token.");
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    const bool is_known =
        pointer[i] != '~' || (i + 1 < pointer.size() && (pointer[i + 1] == '0' || pointer[i + 1] == '1'));
    if (!is_known) refuse("contains \"~\" not part of a recognized escape sequence.");
  }
}

/// _decode_json_pointer.
std::vector<std::string> decoded_pointer(const std::string& pointer) {
  check_pointer(pointer);
  const std::size_t begin = std::min(pointer.find_first_not_of('/'), pointer.size());
  std::vector<std::string> parts(1);
  for (std::size_t i = begin; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      parts.emplace_back();
    } else if (pointer[i] == '~') {
      parts.back() += pointer[++i] == '1' ? '/' : '~';
    } else {
      parts.back() += pointer[i];
    }
  }
  for (std::string& part : parts) part = stripped(part);
  return parts;
}

std::string operation_of(const OrderedJson& raw, bool is_draft_4) {
  if (!is_draft_4) {
    if (!raw.contains("op") || raw["op"].is_null()) {
      throw Refusal(400,
                    "Unable to find `op` in JSON Schema change. It must be one of the following: add, remove, "
                    "replace.");
    }
    const OrderedJson& op = raw["op"];
    if (op.is_string() && is_operation(op.get_ref<const std::string&>())) return op;
    throw Refusal(400, "Invalid operation: `" + (op.is_string() ? op.get<std::string>() : python_repr(op)) +
                           "`. It must be one of the following: add, remove, replace.");
  }
  std::string operation;
  for (const char* name : {"add", "remove", "replace"}) {
    if (!raw.contains(name)) continue;
    if (!operation.empty()) {
      throw Refusal(400, "Operation objects must contain only one member named \"add\", \"remove\", or \"replace\".");
    }
    operation = name;
  }
  if (!operation.empty()) return operation;
  throw Refusal(400, "Operation objects must contain exactly one member named \"add\", \"remove\", or \"replace\".");
}

/// _validate_change: names that no client may set, and the value against the schema.
void check_change(const PatchChange& change) {
  const std::string& root = change.path[0];
  if (is_in(root, unpatchable_names)) throw Refusal(403, "Attribute '" + root + "' is read-only.");
  if (is_reserved_name(root)) throw Refusal(403, "Attribute '" + root + "' is reserved.");
  if (change.operation == "remove") return;
  OrderedJson partial = OrderedJson::object();
  partial[root] = change.path.size() == 1 ? change.value : OrderedJson::array({change.value});
  if (const auto violation = schema_violation(partial, image_schema())) {
    throw Refusal(400, "Provided object does not match schema 'image': " + *violation);
  }
}

PatchChange parsed_change(const OrderedJson& raw, bool is_draft_4) {
  if (!raw.is_object()) throw Refusal(400, "Operations must be JSON objects.");
  PatchChange change;
  change.is_draft_4 = is_draft_4;
  change.operation = operation_of(raw, is_draft_4);
  const std::string path_name = is_draft_4 ? change.operation : "path";
  if (!raw.contains(path_name)) throw Refusal(400, "Unable to find 'path' in JSON Schema change");
  const OrderedJson& pointer = raw[path_name];
  // DIFFERS: Glance answers 500.
  if (!pointer.is_string()) throw Refusal(400, "Pointer `" + python_repr(pointer) + "` is not a string.");
  change.path = decoded_pointer(pointer);
  const bool is_location = change.path[0] == "locations" && change.operation != "replace";
  if (change.path.size() != (is_location ? 2u : 1u)) {
    std::string path;
    for (const std::string& part : change.path) path += "/" + part;
    throw Refusal(400, "Invalid JSON pointer for this resource: '" + path + "'");
  }
  if (change.operation != "remove") {
    if (!raw.contains("value")) {
      throw Refusal(400, "Operation \"" + change.operation + "\" requires a member named \"value\".");
    }
    change.value = raw["value"];
  }
  check_change(change);
  return change;
}

/// locations are invisible here (show_multiple_locations is off), so that nobody may change them.
[[noreturn]] void refuse_locations(const PatchChange& change) {
  if (change.operation == "replace" && (change.value.is_null() || change.value.empty())) {
    throw Refusal::with_detail(403, "Cannot set locations to empty list.");
  }
  const std::string what = change.operation == "replace" ? "update" : change.operation;
  throw Refusal(403, "It's not allowed to " + what + " locations if locations are invisible.");
}

std::int64_t amount(const std::string& name, const OrderedJson& value) {
  const std::int64_t number = clamped_integer(value);
  if (number >= 0) return number;
  throw Refusal(
      400, "Invalid value '" + std::to_string(number) + "' for parameter '" + name + "': Cannot be a negative value");
}

std::optional<std::string> optional_text(const OrderedJson& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<std::string>());
}

/// setattr(image, name, value) of the domain model.
void set_attribute(ImageDescription& image, ImageStatus status, const std::string& name, const OrderedJson& value) {
  const bool is_format = name == "disk_format" || name == "container_format";
  if (is_format && status != ImageStatus::queued && status != ImageStatus::importing) {
    throw Refusal(403, "Attribute " + name + " can be only replaced for a queued image.");
  }
  if (name == "name") image.name = optional_text(value);
  if (name == "visibility") image.visibility = value;
  if (name == "os_hidden") image.os_hidden = value;
  if (name == "protected") image.is_protected = value;
  if (name == "min_disk") image.min_disk_gb = amount(name, value);
  if (name == "min_ram") image.min_ram_mb = amount(name, value);
  if (name == "owner") image.owner = optional_text(value);
  if (name == "disk_format") image.disk_format = optional_text(value);
  if (name == "container_format") image.container_format = optional_text(value);
  if (name == "tags") {
    image.tags = unique_tags(value);
    check_tag_quota(image.tags.size());
  }
}

/// _do_add, _do_replace and _do_remove.
void apply_change(ImageDescription& image, ImageStatus status, const PatchChange& change) {
  const std::string& name = change.path[0];
  const bool is_attribute = is_in(name, attribute_names);
  const auto property = std::find_if(image.properties.begin(), image.properties.end(),
                                     [&](const auto& one) { return one.first == name; });
  const bool is_there = is_attribute || property != image.properties.end();
  if (change.operation == "remove" && is_attribute) {
    throw Refusal::with_detail(403, "Property " + name + " may not be removed.");
  }
  if (change.operation != "add" && !is_there) {
    throw Refusal::with_detail(409, "Property " + name + " does not exist.");
  }
  if (change.operation == "add" && change.is_draft_4 && is_there) {
    throw Refusal::with_detail(409, "Property " + name + " already present.");
  }
  if (change.operation == "remove") {
    image.properties.erase(property);
  } else if (is_attribute) {
    set_attribute(image, status, name, change.value);
  } else if (is_there) {
    property->second = optional_text(change.value).value_or("");
  } else {
    image.properties.emplace_back(name, optional_text(change.value).value_or(""));
  }
}

}  // namespace

ApiResponse ImagesApi::update_image(const Call& call) {
  const std::string type = call.request.content_type.value_or("");
  const std::string bare_type = stripped(type.substr(0, type.find(';')));
  if (bare_type != media_type_v20 && bare_type != media_type_v21) {
    Refusal refusal = Refusal::plain(415);
    refusal.headers.emplace_back("Accept-Patch", std::string(media_type_v20) + ", " + std::string(media_type_v21));
    throw refusal;
  }
  const OrderedJson body = json_body(call.request);
  if (!body.is_array()) throw Refusal(400, "Request body must be a JSON array of operation objects.");
  std::vector<PatchChange> changes;
  for (const OrderedJson& raw : body) changes.push_back(parsed_change(raw, bare_type == media_type_v20));

  Lock lock = this->lock();
  const ImageId image = visible_image(call, call.path[1]);
  const ImageStatus status = service_.glance.record(image).status;
  ImageDescription updated = service_.catalogue.row(image);
  const std::size_t properties_before = updated.properties.size();
  for (const PatchChange& change : changes) {
    const std::string& name = change.path[0];
    if (name == "locations") refuse_locations(change);
    if (name == "owner" && change.operation == "replace" && !call.who.is_admin()) {
      throw Refusal::with_detail(403, "Owner can't be updated by non admin.");
    }
    if (name == "visibility" && change.operation != "remove") check_visibility(call.who, change.value);
    check_mutable(call, image);
    apply_change(updated, status, change);
  }
  if (changes.empty()) return image_response(image, 200);
  if (updated.properties.size() > properties_before) check_property_quota(updated);
  check_storable(updated);
  if (!is_visible(call.who, updated)) {
    throw Refusal(403, "Forbidding request, image " + updated.uuid + " not visible");
  }
  ImageDescription& row = service_.catalogue.row(image);
  const bool had_formats = row.disk_format && row.container_format;
  row = std::move(updated);
  const bool has_formats = row.disk_format && row.container_format;
  if (has_formats != had_formats) (void)service_.glance.set_formats_known(image, has_formats);
  service_.catalogue.changed(image, service_.glance.record(image));
  ApiResponse response = saved_image_response(image, 200);
  commit(std::move(lock));
  return response;
}

}  // namespace snapsim
