#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/refusal.hpp"
#include "fake_glance/http/schemas.hpp"

namespace snapsim {
namespace {

/// cached_images.py, _enforce, without image_cache_dir.
[[noreturn]] void refuse_cache(const Identity& who, const char* action) {
  if (!who.is_admin()) {
    throw Refusal(403, std::string("You are not authorized to complete ") + action + " action.");
  }
  throw Refusal(404, "Caching via API is not supported at this site.");
}

}  // namespace

ApiResponse ImagesApi::schema(const Call& call) {
  const std::optional<OrderedJson> found = schema_named(call.path[1]);
  if (!found) throw Refusal::plain(404);
  return json_response(200, python_json(*found));
}

ApiResponse ImagesApi::info_import(const Call&) {
  return json_response(200, R"({"import-methods": {"description": "Import methods available.", "type": "array", )"
                            R"("value": ["glance-direct", "web-download", "copy-image"]}})");
}

ApiResponse ImagesApi::info_stores(const Call&) {
  throw Refusal(404, "Multi backend is not supported at this site.");
}

ApiResponse ImagesApi::info_usage(const Call&) {
  return json_response(200, R"({"usage": {}})");
}

/// images.py, without enabled_backends.
ApiResponse ImagesApi::delete_from_store(const Call&) {
  throw Refusal::plain(404);
}

ApiResponse ImagesApi::cache_state(const Call& call) {
  refuse_cache(call.who, "cache_list");
}

ApiResponse ImagesApi::clear_cache(const Call& call) {
  refuse_cache(call.who, "cache_delete");
}

ApiResponse ImagesApi::queue_for_cache(const Call& call) {
  const Lock lock = this->lock();
  if (!find_visible(call, call.path[1])) throw Refusal(404, "Image " + call.path[1] + " not found.");
  refuse_cache(call.who, "cache_image");
}

}  // namespace snapsim
