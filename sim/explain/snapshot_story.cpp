#include "sim/explain/snapshot_story.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "sim/explain/joins_by_time.hpp"

namespace snapsim {
namespace {

using enum EventKind;

constexpr std::int64_t second_us = 1'000'000;
/// How long after its last own line other lines still belong to a story: longer than the interval of the power sync
/// where it failed, shorter where nothing is left to happen.
constexpr std::int64_t aftermath_us = 20 * 60 * second_us;
constexpr std::int64_t success_aftermath_us = 40 * second_us;

/// What is gathered of one request in the first pass.
struct Gathered {
  bool is_snapshot = false;
  bool has_api_action = false;
  bool has_image_create = false;
  bool has_update = false;                     ///< in Glance
  bool has_upload = false;                     ///< in Glance
  bool has_nova_line = false;                  ///< a line of nova-api or nova-compute
  bool has_schema = false;                     ///< the client asked Glance what an image may have
  std::int64_t refused_us = LogLine::no_time;  ///< nova-api answered it so late, and refused it
  std::uint32_t instance = 0;
  std::uint32_t global = 0;
  std::set<std::uint32_t> images;
  std::vector<std::size_t> events;
};

/// Whether that line of nova-api or nova-compute says that its request is a snapshot.
bool says_snapshot(const LogBook& book, const LogEvent& event) {
  const std::string& text = book.texts().text(event.text);
  if (event.kind == error_contacting_glance) return false;
  if (event.kind == api_http_exception) {
    const std::string& action = book.texts().text(event.detail);
    return action == "createImage" || action == "createBackup";
  }
  if (event.kind == exception_during_message_handling || event.kind == task_possibly_preempted) {
    return text.find("'image_snapshot_pending'") != std::string::npos && text.find("Expected") != std::string::npos;
  }
  if (event.kind == reverted_task_state) {
    const std::string& state = book.texts().text(event.detail);
    return state.starts_with("image_");
  }
  return event_info(event.kind).is_snapshots;
}

/// Whether nova-api refused it because Glance refused to make the image, although no line says so in words. Of what
/// nova-api does to a server, making an image alone asks Glance for the image's schema without naming an image; a
/// refusal of Glance's that has no request id, as one of its doorkeeper has none, came just before nova-api's.
bool is_refused_image_create(const Gathered& one, const std::set<std::int64_t>& failed_creates) {
  constexpr std::int64_t near_us = second_us;
  if (one.refused_us == LogLine::no_time || !one.images.empty()) return false;
  if (one.has_schema) return true;
  const auto found = failed_creates.lower_bound(one.refused_us - near_us);
  return found != failed_creates.end() && *found <= one.refused_us + near_us;
}

std::map<std::uint32_t, Gathered> gather(const LogBook& book, const std::vector<bool>& is_echo) {
  std::map<std::uint32_t, Gathered> requests;
  std::set<std::int64_t> failed_creates;  // without a request id
  const auto& events = book.events();
  for (std::size_t i = 0; i < events.size(); ++i) {
    const LogEvent& event = events[i];
    if (is_echo[i]) continue;
    if (event.request == 0) {
      if (event.kind == glance_create && event.number >= first_failure_status) failed_creates.insert(event.time_us);
      continue;
    }
    // glance-api knows Nova's request as the global one.
    const std::uint32_t key =
        event.global_request != 0 && is_of_glance(event.kind) ? event.global_request : event.request;
    Gathered& one = requests[key];
    one.events.push_back(i);
    if (event.instance != 0 && one.instance == 0) one.instance = event.instance;
    if (event.image != 0 && event.kind != rotation_deletes && event.kind != rotation_image_not_found &&
        event.kind != rotation_delete_failed && event.kind != glance_delete) {
      one.images.insert(event.image);
    }
    if (event.global_request != 0 && key == event.request) one.global = event.global_request;
    one.is_snapshot |= says_snapshot(book, event);
    one.has_update |= event.kind == glance_update;
    one.has_upload |= event.kind == glance_upload;
    one.has_nova_line |= !is_of_glance(event.kind);
    one.has_api_action |= event.kind == api_action_answered;
    one.has_schema |= event.kind == glance_schema;
    if (event.kind == api_action_answered && event.number >= first_failure_status) one.refused_us = event.time_us;
    one.has_image_create |= event.kind == glance_create ||
                            (event.kind == error_contacting_glance && book.texts().text(event.detail) == "create");
    // Of what nova-api does to a server, only making an image calls Glance so that its errors get through.
    one.has_image_create |=
        event.kind == api_unexpected_exception && book.texts().text(event.text).starts_with("glanceclient.");
  }
  // In Glance's log alone: clients send each call with an id of its own, Nova all calls of a snapshot with the same.
  const bool has_nova = book.has_side(Side::nova_api) || book.has_side(Side::nova_compute);
  for (auto& [key, one] : requests) {
    one.is_snapshot |= one.has_api_action && one.has_image_create;
    one.is_snapshot |= is_refused_image_create(one, failed_creates);
    one.is_snapshot |= !has_nova && !one.images.empty() && (one.has_image_create || (one.has_update && one.has_upload));
  }
  return requests;
}

/// Whether the story has come to its end in the logs by itself.
bool is_success(const SnapshotStory& story) {
  return story.has(took_seconds) && !story.has(exception_during_message_handling) && !story.has(instance_disappeared);
}

/// Lines about the service as a whole, or about the guest, that any story of that host or instance may need.
bool is_of_service(EventKind kind) {
  return kind == starting_compute_node || kind == broker_unreachable;
}

class StoryWriter {
 public:
  StoryWriter(const LogBook& book, const std::map<std::uint32_t, Gathered>& requests, const std::vector<bool>& is_echo)
      : book_(book), requests_(requests) {
    for (std::size_t i = 0; i < book.events().size(); ++i) {
      if (is_echo[i]) continue;
      const LogEvent& event = book.events()[i];
      if (event.instance != 0) by_instance_[event.instance].push_back(i);
      if (event.image != 0) by_image_[event.image].push_back(i);
      if (is_of_service(event.kind)) of_services_.push_back(i);
      if (event.request == 0 && event.kind == error_contacting_glance) without_request_.push_back(i);
    }
  }

  SnapshotStory own(std::uint32_t request, const Gathered& one) const {
    SnapshotStory story;
    story.request = book_.texts().text(request);
    story.global_request = book_.texts().text(one.global);
    story.instance = book_.texts().text(one.instance);
    if (!one.images.empty()) story.image = book_.texts().text(*one.images.begin());
    for (const std::size_t i : one.events) add(story, book_.events()[i], false);
    // Heat and others send several requests under one global id: then the image must be the story's.
    if (one.global != 0) {
      const auto found = requests_.find(one.global);
      if (found != requests_.end() && found->first != request) {
        for (const std::size_t i : found->second.events) {
          const LogEvent& event = book_.events()[i];
          if (is_of_glance(event.kind) &&
              (event.image == 0 || one.images.empty() || one.images.contains(event.image))) {
            add(story, event, false);
            if (event.image != 0 && story.image.empty()) story.image = book_.texts().text(event.image);
          }
        }
      }
    }
    story.begin_us = INT64_MAX;
    story.last_own_us = INT64_MIN;
    for (const StoryEvent& each : story.events) {
      story.begin_us = std::min(story.begin_us, each.event.time_us);
      story.last_own_us = std::max(story.last_own_us, each.event.time_us);
      if (each.event.kind == api_create_image || each.event.kind == api_create_backup) {
        story.image_name = book_.texts().text(each.event.text);
      }
      story.is_backup |= each.event.kind == api_create_backup || each.event.kind == found_backups;
    }
    return story;
  }

  /// Adds what others did to the instance and the image, from the story's beginning to `end_us`.
  void add_others(SnapshotStory& story, std::int64_t end_us) const {
    std::set<std::pair<std::uint32_t, std::uint64_t>> known;
    std::set<std::uint32_t> compute_processes;
    std::set<std::uint32_t> compute_files;
    for (const StoryEvent& each : story.events) {
      known.emplace(each.event.file, each.event.line);
      if (each.side != Side::nova_compute) continue;
      compute_processes.insert(each.event.process);
      compute_files.insert(each.event.file);
    }
    const std::int64_t begin_us = story.begin_us;
    const std::int64_t after = story.last_own_us + (is_success(story) ? success_aftermath_us : aftermath_us);
    const std::int64_t last_us = std::min(end_us, after);
    const auto take = [&](const std::vector<std::size_t>& indexes, const auto& wanted) {
      for (const std::size_t i : indexes) {
        const LogEvent& event = book_.events()[i];
        if (event.time_us < begin_us || event.time_us > last_us) continue;
        if (wanted(event) && known.emplace(event.file, event.line).second) {
          add(story, event, event.kind != error_contacting_glance || event.request != 0);
        }
      }
    };
    const auto any = [](const LogEvent&) { return true; };
    if (const auto found = by_instance_.find(book_.texts().find(story.instance));
        !story.instance.empty() && found != by_instance_.end()) {
      take(found->second, any);
    }
    if (const auto found = by_image_.find(book_.texts().find(story.image));
        !story.image.empty() && found != by_image_.end()) {
      take(found->second, any);
    }
    // The thread that uploads logs without a request: what it says belongs to the story that its process works on.
    const std::uint32_t image = book_.texts().find(story.image);
    take(without_request_, [&](const LogEvent& event) {
      if (event.image != 0 && image != 0) return event.image == image;
      return event.time_us <= story.last_own_us && compute_processes.contains(event.process);
    });
    take(of_services_, [&](const LogEvent& event) {
      return event.kind == broker_unreachable || compute_files.empty() || compute_files.contains(event.file);
    });
    add_replaced_processes(story, begin_us, last_us);
    std::ranges::stable_sort(story.events, [](const StoryEvent& left, const StoryEvent& right) {
      if (left.event.time_us != right.event.time_us) return left.event.time_us < right.event.time_us;
      return left.event.file == right.event.file && left.event.line < right.event.line;
    });
  }

 private:
  /// Of nova-api and glance-api, which say nothing of their start: a process of which the first line stands behind the
  /// last one of all others in its file.
  void add_replaced_processes(SnapshotStory& story, std::int64_t begin_us, std::int64_t end_us) const {
    const auto& processes = book_.processes();
    for (std::size_t i = 0; i < processes.size(); ++i) {
      const LogProcess& one = processes[i];
      const bool is_api = one.sides == 1u << static_cast<unsigned>(Side::nova_api);
      const bool is_glance = one.sides == 1u << static_cast<unsigned>(Side::glance_api);
      if ((!is_api && !is_glance) || one.process == 0 || one.first_us < begin_us || one.first_us > end_us) continue;
      bool has_others = false;
      bool is_behind = true;
      for (std::size_t j = 0; j < processes.size(); ++j) {
        if (j == i || processes[j].file != one.file || processes[j].sides != one.sides) continue;
        if (processes[j].first_us < one.first_us) has_others = true;
        is_behind &= processes[j].last_us < one.first_us || processes[j].first_us > one.last_us;
      }
      if (!has_others || !is_behind) continue;
      LogEvent event;
      event.time_us = one.first_us;
      event.line = one.first_line;
      event.file = one.file;
      event.process = static_cast<std::uint32_t>(i);
      event.kind = process_replaced;
      story.events.push_back({event, is_api ? Side::nova_api : Side::glance_api, true});
    }
  }

  void add(SnapshotStory& story, const LogEvent& event, bool is_foreign) const {
    if (event.kind == glance_schema) return;
    story.events.push_back({event, book_.side_of(event), is_foreign});
  }

  const LogBook& book_;
  const std::map<std::uint32_t, Gathered>& requests_;
  std::unordered_map<std::uint32_t, std::vector<std::size_t>> by_instance_;
  std::map<std::uint32_t, std::vector<std::size_t>> by_image_;
  std::vector<std::size_t> of_services_;
  std::vector<std::size_t> without_request_;
};

}  // namespace

const StoryEvent* SnapshotStory::find(EventKind kind) const {
  const auto found = std::ranges::find_if(
      events, [kind](const StoryEvent& each) { return each.event.kind == kind && !each.is_foreign; });
  return found == events.end() ? nullptr : &*found;
}

const StoryEvent* SnapshotStory::find_any(EventKind kind) const {
  const auto found = std::ranges::find_if(events, [kind](const StoryEvent& each) { return each.event.kind == kind; });
  return found == events.end() ? nullptr : &*found;
}

std::vector<SnapshotStory> find_stories(const LogBook& book) {
  const std::vector<bool> is_echo = echoes_in(book);
  const std::map<std::uint32_t, Gathered> requests = gather(book, is_echo);
  const StoryWriter writer(book, requests, is_echo);
  std::vector<SnapshotStory> stories;
  for (const auto& [request, one] : requests) {
    if (one.is_snapshot) stories.push_back(writer.own(request, one));
  }
  std::ranges::sort(stories, [](const SnapshotStory& left, const SnapshotStory& right) {
    if (left.begin_us != right.begin_us) return left.begin_us < right.begin_us;
    return left.request < right.request;
  });
  join_by_time(book, is_echo, stories);
  std::map<std::string, std::vector<const SnapshotStory*>> of_instance;
  for (const SnapshotStory& story : stories) of_instance[story.instance].push_back(&story);
  std::vector<std::int64_t> ends(stories.size(), INT64_MAX);
  for (std::size_t i = 0; i < stories.size(); ++i) {
    if (stories[i].instance.empty()) continue;
    for (const SnapshotStory* const other : of_instance[stories[i].instance]) {
      if (other != &stories[i] && other->begin_us > stories[i].last_own_us) {
        ends[i] = std::min(ends[i], other->begin_us - 1);
      }
    }
  }
  for (std::size_t i = 0; i < stories.size(); ++i) writer.add_others(stories[i], ends[i]);
  return stories;
}

}  // namespace snapsim
