#include "sim/explain/event_text.hpp"

namespace snapsim::event_text {

using enum EventKind;

bool read_glance_answer(const AccessLine& access, ReadEvent& event) {
  event.number = access.status;
  // Behind a web server the paths begin with the service's own, "/image" mostly.
  std::size_t at = access.path.find("/v2/images");
  if (at == std::string_view::npos) at = access.path.find("/v1/images");
  if (at == std::string_view::npos) {
    event.kind = glance_schema;
    return access.path.ends_with("/v2/schemas/image") && access.method == "GET";
  }
  event.is_images_v1 = access.path[at + 2] == '1';
  std::string_view tail = access.path.substr(at + 10);
  if (tail.starts_with('/') && is_uuid_at(tail, 1)) {
    event.image = tail.substr(1, uuid_length);
    tail.remove_prefix(1 + uuid_length);
  } else if (event.is_images_v1 && tail == "/detail") {
    tail = {};
  }
  const bool is_file = tail == "/file";
  if (!tail.empty() && !is_file) return false;
  const bool has_image = !event.image.empty();
  if (access.method == "POST" && !has_image) {
    event.kind = glance_create;
  } else if (access.method == "PUT" && has_image && is_file != event.is_images_v1) {
    event.kind = glance_upload;
  } else if (access.method == "PATCH" && has_image) {
    event.kind = glance_update;
  } else if (access.method == "DELETE" && has_image && !is_file) {
    event.kind = glance_delete;
  } else if (access.method == "GET" && !has_image) {
    event.kind = glance_list;
    return event.number >= first_failure_status;  // everybody lists images
  } else if (access.method == (event.is_images_v1 ? "HEAD" : "GET") && has_image && !is_file) {
    event.kind = glance_show;
  } else {
    return false;
  }
  return true;
}

bool read_glance_store(std::string_view message, ReadEvent& event) {
  if (!message.starts_with("Wrote ")) return false;
  event.kind = glance_wrote;
  event.number = number_at(message.substr(6));
  const std::size_t end = message.find(" with checksum");
  if (end == std::string_view::npos || end < uuid_length || !is_uuid_at(message, end - uuid_length)) return false;
  event.image = message.substr(end - uuid_length, uuid_length);
  return true;
}

bool read_glance_data(std::string_view message, ReadEvent& event) {
  if (message.starts_with("Failed to upload image data due to internal error")) {
    event.kind = glance_upload_failed;
    const bool is_cut = message.find("unexpected end of file") != std::string_view::npos ||
                        message.find("Connection reset") != std::string_view::npos;
    event.detail = is_cut ? "the body is cut" : "";
    return true;
  }
  if (message.starts_with("Image storage media is full")) {
    event.kind = glance_storage_full;
    return true;
  }
  if (message.find("could not be found after upload") != std::string_view::npos) {
    event.kind = glance_image_gone_after_upload;
    event.image = uuid_after(message, "Image ");
    return true;
  }
  return false;
}

bool read_glance_client(std::string_view message, ReadEvent& event) {
  if (!message.starts_with("Error contacting glance server")) return false;
  event.kind = error_contacting_glance;
  const std::string_view method = between(message, " for '", "'");
  event.detail = method;
  const bool is_last = message.find("done trying") != std::string_view::npos;
  event.number = is_last ? 1 : 0;
  const std::size_t reason = message.find(is_last ? "done trying." : "retrying.");
  if (reason != std::string_view::npos) {
    const std::size_t colon = message.find(": ", reason);
    if (colon != std::string_view::npos) event.text = message.substr(colon + 2);
  }
  event.image = uuid_after(message, "/v2/images/");
  // Nova names the server by its URL since it speaks version 2; before, by host and port.
  event.is_images_v1 = message.find("://") == std::string_view::npos;
  return true;
}

}  // namespace snapsim::event_text
