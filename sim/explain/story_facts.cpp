#include "sim/explain/story_facts.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace snapsim {
namespace {

using enum EventKind;

/// What Glance's own lines say of the image.
struct ImageFacts {
  bool is_deleted = false;
  bool is_active = false;
  std::optional<std::int64_t> bytes;
};

ImageFacts image_facts(const LogBook& book, const SnapshotStory& story) {
  ImageFacts facts;
  const std::uint32_t image = book.texts().find(story.image);
  for (const StoryEvent& each : story.events) {
    const LogEvent& event = each.event;
    if (event.image != 0 && image != 0 && event.image != image) continue;
    if (event.kind == glance_wrote) facts.bytes = event.number;
    const bool is_done = event.number >= 200 && event.number < 300;
    if (event.kind == glance_upload && is_done) facts.is_active = true;
    if (event.kind == glance_delete && is_done) facts.is_deleted = true;
  }
  return facts;
}

/// Whether nova-compute ends it in a way that deletes the image.
bool is_given_up(const SnapshotStory& story) {
  return story.has(exception_during_message_handling) || story.has(cleaning_up_image) ||
         story.has(instance_disappeared);
}

void correct_image(const LogBook& book, const SnapshotStory& story, FinalState& state) {
  const ImageFacts facts = image_facts(book, story);
  const auto add_status = [&state](const std::string& status) {
    if (std::ranges::find(state.image_statuses, status) == state.image_statuses.end()) {
      state.image_statuses.push_back(status);
    }
  };
  // Where Glance's log ends before nova-compute deletes the image, the deletion is not in it.
  const bool may_be_beyond =
      state.image_status == "absent" && is_given_up(story) && book.last_us(Side::glance_api) < story.last_own_us;
  if (facts.is_active && state.image_status != "active" && !facts.is_deleted && !may_be_beyond) {
    state.image_status = "active";
    for (const char* const status : {"queued", "saving", "active"}) add_status(status);
  }
  if (facts.is_deleted && state.image_status != "absent") {
    state.image_status = "absent";
    add_status("deleted");
  }
  // Glance takes the image for being saved once it reads the body.
  const bool is_stored_from = std::ranges::any_of(story.events, [](const StoryEvent& each) {
    if (each.event.kind == glance_wrote || each.event.kind == glance_upload_failed) return true;
    return each.event.kind == glance_upload && each.event.number != 404 && each.event.number != 409;
  });
  const auto saving = std::ranges::find(state.image_statuses, "saving");
  if (is_stored_from && saving == state.image_statuses.end() && !state.image_statuses.empty()) {
    state.image_statuses.insert(state.image_statuses.begin() + 1, "saving");
  }
  // Where Glance's log is there, an upload that got so far has a line in it, unless glance-api died with it.
  const bool has_been_active = std::ranges::find(state.image_statuses, "active") != state.image_statuses.end();
  if (!is_stored_from && !has_been_active && book.has_side(Side::glance_api) && state.image_status != "saving" &&
      saving != state.image_statuses.end()) {
    state.image_statuses.erase(saving);
  }
  state.image_bytes = has_been_active ? facts.bytes : std::nullopt;
}

/// nova-compute failed before the body of the method began: what its decorators do then.
bool failed_before_body(const SnapshotStory& story) {
  const StoryEvent* const reverted = story.find(reverted_task_state);
  return reverted != nullptr && story.has(exception_during_message_handling) && !story.has(instance_snapshotting) &&
         !story.has(cleaning_up_image) && !story.has(glance_delete);
}

/// The task that had the server when nova-api wanted it, as the conflict names it; empty: none but a snapshot.
std::string other_task(const LogBook& book, const SnapshotStory& story) {
  const StoryEvent* const failed = story.find(api_unexpected_exception);
  if (failed == nullptr) return {};
  const std::string& text = book.texts().text(failed->event.text);
  constexpr std::string_view before = "Actual: {'task_state': '";
  const std::size_t at = text.find(before);
  if (at == std::string::npos) return {};
  const std::string state = text.substr(at + before.size(), text.find('\'', at + before.size()) - at - before.size());
  return state.starts_with("image_") || state.find("delet") != std::string::npos ? std::string{} : state;
}

/// Where nothing is seen of what that other task did, nothing is known but that it ends some time.
void correct_other_task(const LogBook& book, const SnapshotStory& story, FinalState& state) {
  if (!has_unseen_task(book, story)) return;
  state.task_states = {other_task(book, story), "None"};
  state.vm_state = "active";
  state.task_state = "None";
  state.power_state = "RUNNING";
  state.guest = "running";
  state.guest_reason = "booted";
}

std::string exception_of(const LogBook& book, const StoryEvent& each) {
  std::string text = book.texts().text(each.event.text);
  constexpr std::size_t text_max = 200;
  if (text.size() > text_max) text = text.substr(0, text_max) + "...";
  return text;
}

std::string with(std::string_view step, const std::string& detail) {
  return detail.empty() ? std::string(step) : fmt::format("{}: {}", step, detail);
}

}  // namespace

bool has_unseen_task(const LogBook& book, const SnapshotStory& story) {
  if (other_task(book, story).empty()) return false;
  return std::ranges::none_of(
      story.events, [](const StoryEvent& each) { return each.side == Side::nova_compute && each.event.instance != 0; });
}

FinalState corrected_state(const LogBook& book, const SnapshotStory& story, FinalState state) {
  if (const StoryEvent* const answer = story.find(api_action_answered)) {
    state.api_status = static_cast<int>(answer->event.number);
  }
  correct_image(book, story, state);
  if (failed_before_body(story) &&
      book.texts().text(story.find(reverted_task_state)->event.detail) == "image_snapshot_pending") {
    state.task_states = {"image_snapshot_pending", "None"};
    state.task_state = "None";
    state.event = "no event recorded";
    state.has_fault = false;
  }
  correct_other_task(book, story, state);
  return state;
}

std::string end_of(const LogBook& book, const SnapshotStory& story, bool is_open) {
  if (const StoryEvent* const failed = story.find(exception_during_message_handling)) {
    return "nova-compute gave up: " + exception_of(book, *failed);
  }
  if (const StoryEvent* const failed = story.find(api_unexpected_exception)) {
    return "nova-api gave up: " + exception_of(book, *failed);
  }
  if (story.has(image_not_found_during_snapshot)) return "the image was deleted while the snapshot was made";
  if (story.has(instance_disappeared)) return "the instance or its guest disappeared while the snapshot was made";
  if (story.has(instance_being_deleted)) return "nova-compute found the instance being deleted";
  if (story.has(instance_not_found_at_start)) return "nova-compute found no such instance";
  if (story.has(took_seconds)) {
    const bool cleared = story.has_any(clearing_transitional_state);
    return cleared ? "the image was uploaded; nova-compute died before it said so" : "the snapshot was made";
  }
  const StoryEvent* const answer = story.find(api_action_answered);
  if (answer != nullptr && answer->event.number >= first_failure_status) {
    return fmt::format("nova-api refused it with {}", answer->event.number);
  }
  const bool has_nova = book.has_side(Side::nova_api) || book.has_side(Side::nova_compute);
  std::string last;
  for (const StoryEvent& each : story.events) {
    const bool is_told = each.side != Side::glance_api || !has_nova;
    if (!each.is_foreign && is_told) last = step_text(book, each);
  }
  const std::string_view begin = !is_open                            ? "it never ended"
                                 : book.has_side(Side::nova_compute) ? "the logs end before it does"
                                                                     : "nova-compute's log is not there";
  return fmt::format("{}; the last that is known: {}", begin, last.empty() ? "nothing" : last);
}

std::string step_text(const LogBook& book, const StoryEvent& each) {
  const LogEvent& event = each.event;
  const EventInfo& info = event_info(event.kind);
  const std::string& detail = book.texts().text(event.detail);
  switch (event.kind) {
    case api_action_answered:
      return each.is_foreign ? fmt::format("nova-api answers another request for the instance: {}", event.number)
                             : fmt::format("nova-api answers {}", event.number);
    case api_delete_answered:
    case glance_create:
    case glance_show:
    case glance_update:
    case glance_upload:
    case glance_delete:
    case glance_list:
      return fmt::format("{}: {}{}", info.step, event.number,
                         each.is_foreign && event.kind == glance_delete ? ", asked for by somebody else" : "");
    case glance_wrote:
      return fmt::format("the store has written {} bytes", event.number);
    case convert_ended:
    case delta_ended:
      return fmt::format("{} with {}", info.step, event.number);
    case vm_lifecycle:
      return with("libvirt tells of the guest", detail);
    case reverted_task_state:
      return fmt::format("reverts_task_state sets task_state from {} to None", detail);
    case clearing_transitional_state:
      return fmt::format("_init_instance sets task_state from {} to None", detail);
    case error_contacting_glance:
      return fmt::format("GlanceClientWrapper.call('{}') fails{}: {}", detail,
                         event.number == 1 ? " for the last time" : ", tries again", exception_of(book, each));
    case exception_during_message_handling:
    case api_unexpected_exception:
    case task_possibly_preempted:
    case api_http_exception:
      return with(info.step, exception_of(book, each));
    case api_other_action:
      return with(info.step, detail);
    default:
      return with(info.step, detail);
  }
}

std::vector<std::string> temporary_directories(const LogBook& book, const SnapshotStory& story) {
  std::vector<std::string> directories;
  for (const StoryEvent& each : story.events) {
    const bool is_command = each.event.kind == convert_begun || each.event.kind == convert_ended ||
                            each.event.kind == delta_begun || each.event.kind == delta_ended;
    if (!is_command || each.is_foreign) continue;
    const std::string& directory = book.texts().text(each.event.text);
    if (!directory.empty() && std::ranges::find(directories, directory) == directories.end()) {
      directories.push_back(directory);
    }
  }
  return directories;
}

}  // namespace snapsim
