#include <algorithm>
#include <array>
#include <cctype>

#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/refusal.hpp"
#include "fake_glance/http/schemas.hpp"

namespace snapsim {
namespace {

constexpr std::size_t quota = 128;
constexpr std::int64_t database_int_max = 2147483647;

/// domain/__init__.py, ImageFactory: what a client may not set, in the order in which Glance looks. The os_hash_* pass:
/// to the deserializer they are no base properties, so they come as extra ones.
constexpr std::array<std::string_view, 6> readonly_names{"created_at", "updated_at", "status",
                                                         "checksum",   "size",       "virtual_size"};
constexpr std::array<std::string_view, 8> factory_reserved_names{"owner",      "locations", "deleted", "deleted_at",
                                                                 "direct_url", "self",      "file",    "schema"};
/// images.py, RequestDeserializer.
constexpr std::array<std::string_view, 5> disallowed_names{"direct_url", "self", "file", "schema", "stores"};
constexpr std::array<std::string_view, 17> base_names{
    "checksum",   "created_at", "container_format", "disk_format", "id",   "min_disk", "min_ram",
    "name",       "size",       "virtual_size",     "status",      "tags", "owner",    "updated_at",
    "visibility", "protected",  "os_hidden"};

bool is_base_name(std::string_view name) {
  return std::find(base_names.begin(), base_names.end(), name) != base_names.end();
}

std::optional<std::string> text_or_none(const OrderedJson& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return std::nullopt;
  return found->get<std::string>();
}

/// images.py, RequestDeserializer.create: the checks that need no more than the body.
void check_create_body(const OrderedJson& body) {
  // DIFFERS: Glance answers 500.
  if (!body.is_object()) throw Refusal(400, "Expected a JSON object that describes an image.");
  for (const std::string_view name : disallowed_names) {
    if (body.contains(name)) throw Refusal(403, "Attribute '" + std::string(name) + "' is read-only.");
  }
  if (const auto violation = schema_violation(body, image_schema())) {
    throw Refusal(400, "Provided object does not match schema 'image': " + *violation);
  }
  for (const auto& [name, value] : body.items()) {
    if (is_base_name(name)) continue;
    if (character_count(name) > 255) {
      throw Refusal(400, "Custom property should not be greater than 255 characters.");
    }
    if (is_reserved_name(name)) throw Refusal::with_detail(403, "Attribute '" + name + "' is reserved.");
  }
}

/// What ImageFactory.new_image refuses.
void check_new_image(const OrderedJson& body) {
  for (const std::string_view name : readonly_names) {
    if (body.contains(name)) throw Refusal(403, "Attribute '" + std::string(name) + "' is read-only.");
  }
  for (const std::string_view name : factory_reserved_names) {
    if (!is_base_name(name) && body.contains(name)) {
      throw Refusal(403, "Attribute '" + std::string(name) + "' is reserved.");
    }
  }
}

ImageDescription description_of(const OrderedJson& body, const std::string& project_id) {
  ImageDescription made;
  made.uuid = body.contains("id") ? body["id"].get<std::string>() : random_uuid();
  made.name = text_or_none(body, "name");
  made.owner = body.contains("owner") ? text_or_none(body, "owner") : std::optional(project_id);
  made.visibility = body.value("visibility", "shared");
  made.is_protected = body.value("protected", false);
  made.os_hidden = body.value("os_hidden", false);
  made.disk_format = text_or_none(body, "disk_format");
  made.container_format = text_or_none(body, "container_format");
  for (const auto& [name, value] : body.items()) {
    if (!is_base_name(name) && value.is_string()) made.properties.emplace_back(name, value.get<std::string>());
  }
  if (body.contains("tags")) made.tags = unique_tags(body["tags"]);
  return made;
}

}  // namespace

bool is_reserved_name(std::string_view name) {
  return name == "location" || name == "deleted" || name == "deleted_at" || name.starts_with("os_glance");
}

void check_tag_quota(std::size_t tags) {
  if (tags <= quota) return;
  throw Refusal(413, "The limit has been exceeded on the number of allowed image tags. Attempted: " +
                         std::to_string(tags) + ", Maximum: " + std::to_string(quota));
}

void check_property_quota(const ImageDescription& image) {
  const auto count = static_cast<std::size_t>(
      std::count_if(image.properties.begin(), image.properties.end(),
                    [](const auto& property) { return !property.first.starts_with("os_glance"); }));
  if (count <= quota) return;
  throw Refusal(413, "The limit has been exceeded on the number of allowed image properties. Attempted: " +
                         std::to_string(count) + ", Maximum: " + std::to_string(quota));
}

std::string python_title(std::string_view text) {
  std::string out;
  bool is_inside = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += static_cast<char>(is_inside ? std::tolower(byte) : std::toupper(byte));
    is_inside = std::isalpha(byte) != 0;
  }
  return out;
}

void check_storable(const ImageDescription& image) {
  const auto check = [](const std::string& name, const std::optional<std::string>& text) {
    if (!text || !has_4_byte_character(*text)) return;
    throw Refusal(400, python_title(name) + " can't contain 4 byte unicode characters.");
  };
  check("name", image.name);
  check("owner", image.owner);
  for (const auto& [name, value] : image.properties) {
    if (has_4_byte_character(name)) throw Refusal(400, "Property names can't contain 4 byte unicode.");
    check(name, value);
  }
  if (std::any_of(image.tags.begin(), image.tags.end(), has_4_byte_character)) {
    throw Refusal(400, "Param values can't contain 4 byte unicode.");
  }
  const std::pair<const char*, std::int64_t> numbers[] = {{"min_disk", image.min_disk_gb},
                                                          {"min_ram", image.min_ram_mb}};
  for (const auto& [name, number] : numbers) {
    if (number > database_int_max) {
      throw Refusal(400, "'" + std::string(name) + "' value out of range, must not exceed 2147483647.");
    }
  }
}

void check_visibility(const Identity& who, const std::string& visibility) {
  if (visibility != "public" || who.is_admin()) return;
  throw Refusal(403, "You are not authorized to complete publicize_image action.");
}

std::vector<std::string> unique_tags(const OrderedJson& tags) {
  std::vector<std::string> unique;
  for (auto tag = tags.rbegin(); tag != tags.rend(); ++tag) {
    const auto& text = tag->get_ref<const std::string&>();
    if (std::find(unique.begin(), unique.end(), text) == unique.end()) unique.push_back(text);
  }
  return unique;
}

ApiResponse ImagesApi::create_image(const Call& call) {
  const OrderedJson body = json_body(call.request);
  check_create_body(body);
  ImageDescription made = description_of(body, call.who.project_id);
  check_visibility(call.who, made.visibility);
  if (!call.who.is_admin() && made.owner != call.who.project_id) {
    throw Refusal(403, "You are not permitted to create images owned by '" + made.owner.value_or("None") + "'.");
  }
  if (body.contains("tags")) check_tag_quota(body["tags"].size());
  check_new_image(body);
  const auto number_of = [&](const char* name) {
    const auto found = body.find(name);
    if (found == body.end()) return std::int64_t{0};
    const std::int64_t number = clamped_integer(*found);
    if (number >= 0) return number;
    throw Refusal(
        400, "Invalid value '" + std::to_string(number) + "' for parameter '" + name + "': Cannot be a negative value");
  };
  made.min_disk_gb = number_of("min_disk");
  made.min_ram_mb = number_of("min_ram");
  check_property_quota(made);
  check_storable(made);
  const std::string uuid = made.uuid;
  const bool has_formats = made.disk_format && made.container_format;

  Lock lock = this->lock();
  if (service_.catalogue.find(uuid) || service_.catalogue.was_deleted(uuid)) {
    throw Refusal(409, "Image ID " + uuid + " already exists!");
  }
  service_.catalogue.expect(std::move(made));
  const ImageId image = service_.glance.create(InstanceUuid(), 0);
  if (has_formats) (void)service_.glance.set_formats_known(image, true);
  ApiResponse response = saved_image_response(image, 201);
  commit(std::move(lock));
  response.headers.emplace_back("Location", call.request.base_url + "/v2/images/" + uuid);
  response.headers.emplace_back("Openstack-Image-Import-Methods", "glance-direct,web-download,copy-image");
  return response;
}

ApiResponse ImagesApi::show_image(const Call& call) {
  const Lock lock = this->lock();
  return image_response(visible_image(call, call.path[1]), 200);
}

ApiResponse ImagesApi::delete_image(const Call& call) {
  const std::string& uuid = call.path[1];
  Lock lock = this->lock();
  const std::optional<ImageId> image = find_visible(call, uuid);
  if (!image) throw Refusal(404, "Failed to find image " + uuid + " to delete");
  check_mutable(call, *image);
  if (service_.catalogue.row(*image).is_protected) {
    throw Refusal(403, "Image " + uuid + " is protected and cannot be deleted.");
  }
  const ImageStatus status = service_.glance.record(*image).status;
  const bool is_staged = status == ImageStatus::uploading || status == ImageStatus::importing;
  const GlanceResult<void> removed = service_.glance.remove(*image);
  if (!removed) check_transition(*image, ImageStatus::deleted);
  if (is_staged) service_.folder.remove_staged(*image);
  // DIFFERS: Glance notices only when all the data has come.
  if (status == ImageStatus::importing) importer_.cancel(*image);
  // DIFFERS: Glance leaves the part of a file that an upload has left when glance-api died.
  if (status == ImageStatus::saving && !service_.folder.upload(*image)) service_.folder.remove(*image);
  commit(std::move(lock));
  return empty_response(204);
}

void ImagesApi::check_transition(ImageId image, ImageStatus to) const {
  const ImageStatus from = service_.glance.record(image).status;
  if (!is_valid_transition(from, to)) {
    const int status = to == ImageStatus::deleted ? 400 : 409;
    throw Refusal(status, "Image status transition from " + std::string(to_string(from)) + " to " +
                              std::string(to_string(to)) + " is not allowed");
  }
  const bool needs_formats = to == ImageStatus::saving || to == ImageStatus::active || to == ImageStatus::importing;
  if (!needs_formats || service_.glance.record(image).has_formats) return;
  const ImageDescription& row = service_.catalogue.row(image);
  if (!row.disk_format && !row.container_format) {
    throw Refusal(400, "Properties disk_format, container_format must be set prior to saving data.");
  }
  throw Refusal(400, std::string("Property ") + (row.disk_format ? "container_format" : "disk_format") +
                         " must be set prior to saving data.");
}

ApiResponse ImagesApi::change_activity(const Call& call, bool is_activation) {
  Lock lock = this->lock();
  const ImageId image = visible_image(call, call.path[1]);
  check_mutable(call, image);
  const GlanceResult<void> changed =
      is_activation ? service_.glance.reactivate(image) : service_.glance.deactivate(image);
  if (!changed) {
    const std::string status(to_string(service_.glance.record(image).status));
    throw Refusal(403, std::string("Not allowed to ") + (is_activation ? "reactivate" : "deactivate") +
                           " image in status '" + status + "'");
  }
  commit(std::move(lock));
  return empty_response(204);
}

ApiResponse ImagesApi::deactivate(const Call& call) {
  return change_activity(call, false);
}

ApiResponse ImagesApi::reactivate(const Call& call) {
  return change_activity(call, true);
}

ApiResponse ImagesApi::put_tag(const Call& call) {
  const std::string& uuid = call.path[1];
  const std::string& tag = call.path[3];
  OrderedJson object;
  object["tags"] = OrderedJson::array({tag});
  if (const auto violation = schema_violation(object, image_schema())) {
    throw Refusal(400, "Provided object does not match schema 'image': " + *violation);
  }
  Lock lock = this->lock();
  const std::optional<ImageId> image = find_visible(call, uuid);
  if (!image) throw Refusal(404, "Image " + uuid + " not found.");
  if (!is_mutable(call, *image)) throw Refusal(403, "Not allowed to update tags for image " + uuid + ".");
  std::vector<std::string>& tags = service_.catalogue.row(*image).tags;
  if (std::find(tags.begin(), tags.end(), tag) == tags.end()) {
    try {
      check_tag_quota(tags.size() + 1);
    } catch (const Refusal& refusal) {
      throw Refusal(413, "Image tag limit exceeded for image " + uuid + ": " + refusal.explanation + ":");
    }
    tags.push_back(tag);
  }
  service_.catalogue.changed(*image, service_.glance.record(*image));
  commit(std::move(lock));
  return empty_response(204);
}

ApiResponse ImagesApi::delete_tag(const Call& call) {
  const std::string& uuid = call.path[1];
  Lock lock = this->lock();
  const std::optional<ImageId> image = find_visible(call, uuid);
  if (!image) throw Refusal(404, "Image " + uuid + " not found.");
  if (!is_mutable(call, *image)) throw Refusal(403, "Not allowed to delete tags for image " + uuid + ".");
  if (std::erase(service_.catalogue.row(*image).tags, call.path[3]) == 0) throw Refusal::plain(404);
  service_.catalogue.changed(*image, service_.glance.record(*image));
  commit(std::move(lock));
  return empty_response(204);
}

}  // namespace snapsim
