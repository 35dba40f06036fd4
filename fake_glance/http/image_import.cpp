#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/refusal.hpp"

namespace snapsim {
namespace {

/// images.py, RequestDeserializer._validate_import_body; returns the method's name.
std::string checked_method(const OrderedJson& body) {
  if (!body.is_object() || !body.contains("method")) throw Refusal(400, "Import request requires a 'method' field.");
  const OrderedJson& method = body["method"];
  if (!method.is_object() || !method.contains("name")) throw Refusal(400, "Import request requires a 'name' field.");
  const OrderedJson& name = method["name"];
  if (name != "glance-direct" && name != "web-download" && name != "copy-image") {
    throw Refusal(
        400, "Unknown import method name '" + (name.is_string() ? name.get<std::string>() : python_repr(name)) + "'.");
  }
  for (const char* flag : {"all_stores_must_succeed", "all_stores"}) {
    if (body.contains(flag) && !body[flag].is_boolean()) {
      throw Refusal(400, "'" + std::string(flag) + "' must be boolean value only");
    }
  }
  return name;
}

/// images.py, import_image: whether the image is in a state for that method.
void check_importable(const std::string& method, ImageStatus status, const ImageDescription& row) {
  if (status == ImageStatus::active && method != "copy-image") {
    throw Refusal(409, "Image with status active cannot be target for import");
  }
  if (status != ImageStatus::active && method == "copy-image") {
    throw Refusal(409, "Only images with status active can be targeted for copying");
  }
  if (status != ImageStatus::queued && method == "web-download") {
    throw Refusal(409, "Image needs to be in 'queued' state to use 'web-download' method");
  }
  if (status != ImageStatus::uploading && method == "glance-direct") {
    throw Refusal(409, "Image needs to be staged before 'glance-direct' method can be used");
  }
  if (!row.container_format) throw Refusal(409, "'container_format' needs to be set before import");
  if (!row.disk_format) throw Refusal(409, "'disk_format' needs to be set before import");
}

/// What an import leaves behind in the image (async_/flows/api_image_import.py).
void note_import(ImageDescription& row) {
  for (const char* name : {"os_glance_failed_import", "os_glance_importing_to_stores"}) {
    if (row.property(name) == nullptr) row.properties.insert(row.properties.begin(), {name, ""});
  }
}

}  // namespace

/// DIFFERS: there is no task; the import is over when it is answered.
ApiResponse ImagesApi::import_image(const Call& call) {
  const OrderedJson body = json_body(call.request);
  const std::string method = checked_method(body);
  Lock lock = this->lock();
  const ImageId image = visible_image(call, call.path[1]);
  const ImageRecord& record = service_.glance.record(image);
  check_importable(method, record.status, service_.catalogue.row(image));
  if (method != "copy-image") check_mutable(call, image);
  if (method == "copy-image" && !call.who.is_admin()) {
    throw Refusal(403, "You are not authorized to complete copy_image action.");
  }
  if (body.contains("all_stores_must_succeed") && body["all_stores_must_succeed"] == false) {
    const OrderedJson uri = body["method"].value("uri", OrderedJson(nullptr));
    throw Refusal(400, "All_stores_must_succeed can only be set with enabled_backends " +
                           (uri.is_string() ? uri.get<std::string>() : "None"));
  }
  if (method == "copy-image") throw Refusal(400, "Image is already present at store 'file'");
  if (method == "web-download") {
    // DIFFERS: nothing is fetched from anywhere, so no address passes.
    const OrderedJson uri = body["method"].value("uri", OrderedJson(nullptr));
    throw Refusal(400, "URI for web-download does not pass filtering: " +
                           (uri.is_string() ? uri.get<std::string>() : python_repr(uri)));
  }
  // A body that is still coming in is not staged yet.
  if (record.size_bytes < 0) {
    throw Refusal(409, "Image needs to be staged before 'glance-direct' method can be used");
  }
  const GlanceResult<void> begun = service_.glance.begin_import(image);
  if (!begun) throw Refusal::plain(begun.error().status);
  const StoreResult<void> stored = service_.folder.store_staged(image);
  if (!stored) service_.folder.remove_staged(image);
  note_import(service_.catalogue.row(image));
  const GlanceResult<void> finished = service_.glance.finish_import(image);
  commit(std::move(lock));
  if (!finished) throw Refusal::plain(finished.error().status);
  return empty_response(202);
}

}  // namespace snapsim
