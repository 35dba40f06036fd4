#include "sim/explain/joins_by_time.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

namespace snapsim {
namespace {

using enum EventKind;

/// How far apart the clocks of services may be where only the time joins their lines; a web server's are in seconds.
constexpr std::int64_t skew_us = 1'000'000;
constexpr std::int64_t echo_us = 2'000'000;     // a web server writes its line so soon after the service
constexpr std::int64_t answer_us = 60'000'000;  // nova-api takes no longer to answer

class TimeJoins {
 public:
  TimeJoins(const LogBook& book, const std::vector<bool>& is_echo) : book_(book) {
    const auto& events = book.events();
    std::set<std::uint32_t> of_nova;
    for (const LogEvent& event : events) {
      if (event.request != 0 && !is_of_glance(event.kind)) of_nova.insert(event.request);
    }
    for (std::size_t i = 0; i < events.size(); ++i) {
      const LogEvent& event = events[i];
      if (is_echo[i]) continue;
      if (event.kind == api_action_answered && event.request == 0) answers_.push_back(i);
      if (!is_of_glance(event.kind)) continue;
      const bool is_free = event.global_request == 0 && !of_nova.contains(event.request);
      if (event.kind == glance_schema) continue;
      if (event.image != 0) by_image_[event.image].push_back({i, is_free});
      if (event.kind == glance_create && is_free) creates_.push_back(i);
    }
  }

  /// nova-api's answer to each story's own request: the first one for the instance behind its first line.
  void join_answers(std::vector<SnapshotStory>& stories) const {
    for (const std::size_t i : answers_) {
      const LogEvent& event = book_.events()[i];
      SnapshotStory* nearest = nullptr;
      const std::string& instance = book_.texts().text(event.instance);
      for (SnapshotStory& story : stories) {
        if (story.find(api_action_answered) != nullptr || !fits_answer(story, event)) continue;
        // At DEBUG nova-api says which action it takes up, but not of which instance.
        const std::int64_t end_us = story.begin_us + (story.instance.empty() ? skew_us : answer_us);
        const bool is_near = event.time_us >= story.begin_us - skew_us && event.time_us <= end_us;
        if (is_near && (story.instance.empty() || story.instance == instance)) nearest = &story;
      }
      if (nearest == nullptr) continue;
      nearest->instance = instance;
      add(*nearest, event);
    }
  }

  /// The calls that made the story's image. They come just before nova-api's answer.
  void join_creates(std::vector<SnapshotStory>& stories) const {
    for (const std::size_t i : creates_) {
      const LogEvent& event = book_.events()[i];
      SnapshotStory* nearest = nullptr;
      std::int64_t least_us = INT64_MAX;
      for (SnapshotStory& story : stories) {
        const StoryEvent* const answer = story.find(api_action_answered);
        if (answer == nullptr || event.time_us < story.begin_us - skew_us) continue;
        const std::int64_t before_us = answer->event.time_us - event.time_us;
        if (before_us < -skew_us || has_created(story) || std::abs(before_us) >= least_us) continue;
        nearest = &story;
        least_us = std::abs(before_us);
      }
      if (nearest != nullptr) add(*nearest, event);
    }
  }

  /// The lines of the story's image, or of an image that can only be the story's.
  void join_images(std::vector<SnapshotStory>& stories) const {
    std::map<std::uint32_t, std::vector<SnapshotStory*>> claims;
    for (SnapshotStory& story : stories) {
      if (!story.image.empty()) {
        adopt(story, book_.texts().find(story.image));
        continue;
      }
      const std::vector<std::uint32_t> images = images_of(story);
      if (images.size() == 1) claims[images.front()].push_back(&story);
    }
    for (const auto& [image, claimers] : claims) {
      if (claimers.size() == 1) adopt(*claimers.front(), image);
    }
  }

 private:
  struct ImageLine {
    std::size_t event = 0;
    bool is_free = false;  ///< no id says whose it is
  };

  /// A snapshot that was refused has no line of nova-compute; one that was not is begun soon.
  static bool fits_answer(const SnapshotStory& story, const LogEvent& answer) {
    const StoryEvent* const begun = story.find(instance_snapshotting);
    return begun == nullptr ||
           (answer.number < first_failure_status && answer.time_us <= begun->event.time_us + skew_us + skew_us);
  }

  static bool has_created(const SnapshotStory& story) {
    return std::ranges::any_of(story.events, [](const StoryEvent& each) {
      return each.event.kind == glance_create && each.event.number < first_failure_status;
    });
  }

  /// The images of which all lines are free, began with the story, and were uploaded while nova-compute uploaded.
  std::vector<std::uint32_t> images_of(const SnapshotStory& story) const {
    std::vector<std::uint32_t> images;
    const StoryEvent* const extracted = story.find(snapshot_extracted);
    const StoryEvent* const uploaded = story.find(upload_complete);
    for (const auto& [image, lines] : by_image_) {
      bool is_possible = true;
      bool has_upload = false;
      for (const ImageLine& line : lines) {
        const LogEvent& event = book_.events()[line.event];
        is_possible &= line.is_free && event.time_us >= story.begin_us - skew_us;
        if (event.kind == glance_delete || event.kind == glance_show) continue;
        is_possible &= event.time_us <= story.last_own_us + skew_us;
        if (event.kind != glance_upload && event.kind != glance_wrote) continue;
        has_upload = true;
        is_possible &= extracted != nullptr && event.time_us >= extracted->event.time_us - skew_us;
        is_possible &= uploaded == nullptr || event.time_us <= uploaded->event.time_us + skew_us;
      }
      if (is_possible && (has_upload || uploaded == nullptr)) images.push_back(image);
    }
    return images;
  }

  /// Takes the image's free lines for the story's own, but for a deletion that Nova had no reason for.
  void adopt(SnapshotStory& story, std::uint32_t image) const {
    const auto found = by_image_.find(image);
    if (found == by_image_.end()) return;
    story.image = book_.texts().text(image);
    const bool nova_deletes = story.has(cleaning_up_image) || story.has(exception_during_message_handling) ||
                              story.has(instance_disappeared) || story.has(api_image_deleted_before_start);
    std::set<std::pair<std::uint32_t, std::uint64_t>> known;
    for (const StoryEvent& each : story.events) known.emplace(each.event.file, each.event.line);
    for (const ImageLine& line : found->second) {
      const LogEvent& event = book_.events()[line.event];
      if (known.contains({event.file, event.line})) continue;
      if (!line.is_free || event.time_us < story.begin_us - skew_us) continue;
      if (event.time_us > story.last_own_us + skew_us) continue;
      if (event.kind == glance_delete && !nova_deletes) continue;
      add(story, event);
    }
  }

  void add(SnapshotStory& story, const LogEvent& event) const {
    const StoryEvent each{event, book_.side_of(event), false};
    const auto at = std::ranges::upper_bound(story.events, event.time_us, {},
                                             [](const StoryEvent& other) { return other.event.time_us; });
    story.events.insert(at, each);
  }

  const LogBook& book_;
  std::map<std::uint32_t, std::vector<ImageLine>> by_image_;
  std::vector<std::size_t> answers_;
  std::vector<std::size_t> creates_;
};

/// Lines that stand in an earlier file, too.
void mark_copies(const LogBook& book, std::vector<bool>& is_echo) {
  if (book.files().size() < 2) return;
  const auto& events = book.events();
  const auto words_of = [&events](std::uint32_t i) {
    const LogEvent& event = events[i];
    return std::tie(event.time_us, event.kind, event.request, event.instance, event.image, event.number, event.detail,
                    event.text, event.is_of_web_server);
  };
  std::vector<std::uint32_t> order(events.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, [&](std::uint32_t left, std::uint32_t right) {
    const auto left_words = words_of(left);
    const auto right_words = words_of(right);
    return left_words != right_words ? left_words < right_words : left < right;
  });
  std::uint32_t first = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (words_of(order[i]) != words_of(order[first])) first = static_cast<std::uint32_t>(i);
    is_echo[order[i]] = events[order[i]].time_us != 0 && events[order[i]].file != events[order[first]].file;
  }
}

/// Each line of a service has one such echo at most.
void mark_web_servers_answers(const LogBook& book, std::vector<bool>& is_echo) {
  const auto& events = book.events();
  if (std::ranges::none_of(events, &LogEvent::is_of_web_server)) return;
  using Answer = std::tuple<EventKind, std::uint32_t, std::uint32_t, std::int64_t>;
  const auto answer_of = [](const LogEvent& event) {
    return Answer{event.kind, event.instance, event.image, event.number};
  };
  std::map<Answer, std::multiset<std::int64_t>> of_services;  // the moments of those without an echo
  for (std::size_t i = 0; i < events.size(); ++i) {
    const bool is_told = is_http_answer(events[i].kind) && !events[i].is_of_web_server && !is_echo[i];
    if (is_told) of_services[answer_of(events[i])].insert(events[i].time_us);
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!events[i].is_of_web_server || is_echo[i]) continue;
    const auto found = of_services.find(answer_of(events[i]));
    if (found == of_services.end()) continue;
    const auto near = found->second.lower_bound(events[i].time_us - echo_us);
    if (near == found->second.end() || *near > events[i].time_us + echo_us) continue;
    found->second.erase(near);
    is_echo[i] = true;
  }
}

}  // namespace

std::vector<bool> echoes_in(const LogBook& book) {
  std::vector<bool> is_echo(book.events().size());
  mark_copies(book, is_echo);
  mark_web_servers_answers(book, is_echo);
  return is_echo;
}

void join_by_time(const LogBook& book, const std::vector<bool>& is_echo, std::vector<SnapshotStory>& stories) {
  const TimeJoins joins(book, is_echo);
  joins.join_answers(stories);
  joins.join_creates(stories);
  joins.join_images(stories);
}

}  // namespace snapsim
