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

/// The URI of an import as Python writes it into a text.
std::string uri_text(const OrderedJson& body) {
  const OrderedJson uri = body["method"].value("uri", OrderedJson(nullptr));
  return uri.is_string() ? uri.get<std::string>() : python_repr(uri);
}

/// images.py, import_image: the addresses that Glance does not fetch anything from.
void check_filtered(const ImportFilter& filter, const std::string& method, const OrderedJson& body) {
  const OrderedJson url = body.value("url", OrderedJson(nullptr));
  if (url.is_string()) {
    const std::string text = url.get<std::string>();
    const bool is_http = text.starts_with("http:") || text.starts_with("https:");
    if (is_http && !filtered_uri(filter, text)) {
      throw Refusal(400, "URI for add location does not pass filtering: " + text);
    }
  }
  if (method != "web-download") return;
  const OrderedJson uri = body["method"].value("uri", OrderedJson(nullptr));
  if (uri.is_string() && filtered_uri(filter, uri.get<std::string>())) return;
  throw Refusal(400, "URI for web-download does not pass filtering: " + uri_text(body));
}

}  // namespace

ImageId ImagesApi::importable_image(const Call& call, const std::string& method, const OrderedJson& body) const {
  const ImageId image = visible_image(call, call.path[1]);
  const ImageRecord& record = service_.glance.record(image);
  check_importable(method, record.status, service_.catalogue.row(image));
  if (method != "copy-image") check_mutable(call, image);
  if (method == "copy-image" && !call.who.is_admin()) {
    throw Refusal(403, "You are not authorized to complete copy_image action.");
  }
  if (body.contains("all_stores_must_succeed") && body["all_stores_must_succeed"] == false) {
    throw Refusal(400, "All_stores_must_succeed can only be set with enabled_backends " + uri_text(body));
  }
  if (method == "copy-image") throw Refusal(400, "Image is already present at store 'file'");
  // A body that is still coming in is not staged yet.
  if (method == "glance-direct" && record.size_bytes < 0) {
    throw Refusal(409, "Image needs to be staged before 'glance-direct' method can be used");
  }
  return image;
}

std::string ImagesApi::add_task(const Call& call, ImageId image, const OrderedJson& body) {
  ImageTask task;
  task.id = random_uuid();
  task.owner = call.who.project_id;
  task.user_id = call.who.user_id;
  task.request_id = call.request_id;
  task.import_request = body.dump();
  task.created_at_us = service_.catalogue.next_moment_us();
  begin_task(task, task.created_at_us);
  std::vector<ImageTask>& tasks = service_.catalogue.row(image).tasks;
  std::erase_if(tasks, [&](const ImageTask& old) { return has_expired(old, task.created_at_us); });
  tasks.push_back(std::move(task));
  return tasks.back().id;
}

/// DIFFERS: glance-direct is over when it is answered, and so is its task; a task is never seen `pending`.
ApiResponse ImagesApi::import_image(const Call& call) {
  const OrderedJson body = json_body(call.request);
  const std::string method = checked_method(body);
  Lock lock = this->lock();
  ImageId image = importable_image(call, method, body);
  // Names may have to be resolved, for which the lock is not kept.
  lock.unlock();
  check_filtered(importer_.filter(), method, body);
  lock.lock();
  image = importable_image(call, method, body);

  const bool is_download = method == "web-download";
  const GlanceResult<void> begun =
      is_download ? service_.glance.begin_web_download(image) : service_.glance.begin_import(image);
  if (!begun) throw Refusal::plain(begun.error().status);
  ImageDescription& row = service_.catalogue.row(image);
  note_import(row);
  const std::string task_id = add_task(call, image, body);
  if (is_download) {
    row.properties.insert(row.properties.begin(), {"os_glance_import_task", task_id});
    service_.catalogue.changed(image, service_.glance.record(image));
    importer_.start(image, task_id, body["method"]["uri"]);
    commit(std::move(lock));
    return empty_response(202);
  }
  const StoreResult<void> stored = service_.folder.store_staged(image);
  if (!stored) service_.folder.remove_staged(image);
  const GlanceResult<void> finished = service_.glance.finish_import(image);
  end_task(*find_task(row, task_id), finished.has_value(), service_.glance.record(image).size_bytes,
           service_.catalogue.next_moment_us());
  service_.catalogue.attachments_changed(image, service_.glance.record(image));
  commit(std::move(lock));
  return empty_response(202);
}

}  // namespace snapsim
