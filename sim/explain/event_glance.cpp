#include "sim/explain/event_text.hpp"

namespace snapsim::event_text {

using enum EventKind;

bool read_glance_answer(std::string_view message, ReadEvent& event) {
  const std::size_t at = message.find(" /v2/images");
  if (at == std::string_view::npos) return false;
  const std::size_t quote = message.rfind('"', at);
  if (quote == std::string_view::npos) return false;
  const std::string_view method = message.substr(quote + 1, at - quote - 1);
  std::string_view tail = message.substr(at + 11);
  bool is_file = false;
  if (tail.starts_with('/') && is_uuid_at(tail, 1)) {
    event.image = tail.substr(1, uuid_length);
    tail.remove_prefix(1 + uuid_length);
    is_file = tail.starts_with("/file");
    if (tail.starts_with('/') && !is_file) return false;
  } else if (tail.starts_with('/')) {
    return false;
  }
  const std::size_t end = tail.find("\" ");
  if (end == std::string_view::npos) return false;
  event.number = number_at(tail.substr(end + 2));
  if (method == "POST" && event.image.empty()) {
    event.kind = glance_create;
  } else if (method == "PUT" && is_file) {
    event.kind = glance_upload;
  } else if (method == "PATCH") {
    event.kind = glance_update;
  } else if (method == "DELETE" && !is_file) {
    event.kind = glance_delete;
  } else if (method == "GET" && !is_file) {
    event.kind = event.image.empty() ? glance_list : glance_show;
    constexpr std::int64_t first_error = 400;
    if (event.kind == glance_list && event.number < first_error) return false;  // everybody lists images
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
  return true;
}

}  // namespace snapsim::event_text
