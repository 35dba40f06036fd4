#include "sim/explain/diagnosis.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "sim/explain/story_facts.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

using enum EventKind;

constexpr double prior_factor = 0.25;   // how much being far-fetched counts beside a line that does not fit
constexpr double good_enough = 0.6;     // a cost below which no second mishap is looked for
constexpr std::size_t pairs_of = 3;     // so many single causes are tried together with another
constexpr double wrong_traceback = 2;   // what it costs to fail at an operation that the traceback does not name
constexpr double worth_a_second = 0.4;  // by how much a second mishap must explain more
constexpr double same_cost = 1e-6;

/// Whether the story shows whether the snapshot is live or cold. Cold ones pause the guest before anything is said.
bool shows_kind(const LogBook& book, const SnapshotStory& story) {
  if (story.has(beginning_live_snapshot) || story.has(beginning_cold_snapshot)) return true;
  return std::ranges::any_of(story.events, [&book](const StoryEvent& each) {
    return each.event.kind == vm_lifecycle && book.texts().text(each.event.detail) == "Paused";
  });
}

/// The families of which the story holds some sign.
std::vector<Family> families_for(const LogBook& book, const SnapshotStory& story) {
  std::vector<Family> families{Family::outcomes, Family::messages};
  const bool is_concluded = story.has(took_seconds) || story.has(exception_during_message_handling) ||
                            story.has(image_not_found_during_snapshot) || story.has(instance_disappeared) ||
                            story.has(instance_being_deleted) || story.has(instance_not_found_at_start);
  const StoryEvent* const answer = story.find(api_action_answered);
  const bool is_refused = answer != nullptr && answer->event.number >= 400;
  const bool has_start = story.has_any(starting_compute_node) || story.has_any(clearing_transitional_state);
  if (has_start || (!is_concluded && !is_refused)) families.push_back(Family::crash_of_compute);
  if (book.has_side(Side::nova_api) && (answer == nullptr || (!is_concluded && answer->event.number >= 500))) {
    families.push_back(Family::crash_of_api);
  }
  const bool glance_failed = std::ranges::any_of(story.events, [](const StoryEvent& each) {
    return each.event.kind == error_contacting_glance || each.event.kind == glance_upload_failed;
  });
  if (glance_failed) families.push_back(Family::crash_of_glance);
  if (story.has_any(broker_unreachable) || (!is_concluded && !story.has(instance_snapshotting))) {
    families.push_back(Family::crash_of_queue);
  }
  bool other_action = false;
  bool image_gone = story.has(image_not_found_during_snapshot) || story.has(glance_image_gone_after_upload);
  std::set<std::string> methods;
  for (const StoryEvent& each : story.events) {
    const std::string& detail = book.texts().text(each.event.detail);
    const std::string& text = book.texts().text(each.event.text);
    other_action |= each.event.kind == api_action_answered && each.is_foreign;
    if (each.event.kind == api_other_action || each.event.kind == api_http_exception) methods.insert(detail);
    image_gone |= each.event.kind == glance_delete && each.is_foreign;
    image_gone |=
        each.side == Side::glance_api && !each.is_foreign && (each.event.number == 404 || each.event.number == 410);
    if (each.event.kind == task_possibly_preempted || each.event.kind == exception_during_message_handling ||
        each.event.kind == api_unexpected_exception || each.event.kind == api_http_exception) {
      if (text.find("'task_state': None}") != std::string::npos) methods.insert("resetState");
      if (text.find("powering-off") != std::string::npos) methods.insert("stop");
      if (text.find("delet") != std::string::npos) methods.insert("delete");
      if (text.find("Actual: {'task_state': 'image_") != std::string::npos) methods.insert("createImage");
      if (text.find("Actual: {'task_state': 'reboot") != std::string::npos) methods.insert("reboot");
      if (text.find("Actual: {'task_state': 'paus") != std::string::npos) methods.insert("pause");
      if (text.find("HTTPConflict") != std::string::npos || text.find("HTTP 410") != std::string::npos ||
          text.find("HTTPGone") != std::string::npos) {
        image_gone = true;
      }
    }
  }
  const auto asks = [&methods](std::string_view part) {
    return std::ranges::any_of(methods,
                               [part](const std::string& method) { return method.find(part) != std::string::npos; });
  };
  if (asks("delete") || story.has_any(terminating_instance) || story.has_any(api_delete) ||
      story.has_any(api_delete_answered) || story.has_any(api_going_to_terminate) ||
      story.has_any(instance_disappeared) || story.has_any(instance_being_deleted) ||
      story.has_any(instance_not_found_at_start) || story.has_any(disappeared_while_snapshotting)) {
    families.push_back(Family::delete_);
  }
  if (image_gone) families.push_back(Family::delete_image);
  const bool guest_moved = story.has_any(shutdown_by_itself) || story.has_any(unexpectedly_not_found) ||
                           story.has_any(disappeared_while_snapshotting) || story.has_any(instance_disappeared) ||
                           story.has_any(power_state_differs) || story.has_any(snapshotting_non_running) || has_start ||
                           (story.has(exception_during_message_handling) && !glance_failed);
  if (guest_moved) families.push_back(Family::guest_events);
  if (asks("stop") || (story.has_any(api_going_to_stop) && !story.has_any(shutdown_by_itself)) || other_action) {
    families.push_back(Family::stop);
  }
  if (asks("reset") || (other_action && story.has(exception_during_message_handling))) {
    families.push_back(Family::reset_state);
  }
  if (asks("reboot") || story.has_any(rebooting) || other_action) families.push_back(Family::reboot);
  if (asks("pause") || story.has_any(pausing)) families.push_back(Family::pause);
  const bool asked_again = std::ranges::any_of(story.events, [](const StoryEvent& each) {
    return each.is_foreign && (each.event.kind == api_create_image || each.event.kind == instance_snapshotting);
  });
  if (asks("createImage") || asked_again) families.push_back(Family::create_image);
  return families;
}

/// A candidate and how well it fits.
struct Ranked {
  double cost = 0;
  double score = 0;
  const Candidate* candidate = nullptr;
  Circumstances circumstances;
};

std::string cause_name(const Candidate& candidate) {
  std::set<std::string> names;
  for (const Mishap& mishap : candidate.mishaps) names.insert(name_of(mishap));
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : " and ") + name;
  return joined;
}

/// The operations in the traceback of the exception that ended the story, as bits; 0: none is known.
std::uint32_t operations_of_failure(const SnapshotStory& story) {
  std::uint32_t operations = 0;
  for (const StoryEvent& each : story.events) {
    if (!each.is_foreign) operations |= each.event.operations;
  }
  return operations;
}

/// Whether a fault of the candidate, other than an event, happens at none of those operations.
bool fails_elsewhere(const Candidate& candidate, std::uint32_t operations) {
  if (operations == 0) return false;
  bool is_elsewhere = false;
  for (const Mishap& mishap : candidate.mishaps) {
    const auto* const fault = std::get_if<FaultSpec>(&mishap.what);
    if (fault == nullptr || !fault_points()[fault->point].operation) return false;
    const Operation operation = *fault_points()[fault->point].operation;
    if ((operations >> static_cast<unsigned>(operation) & 1u) != 0) return false;
    is_elsewhere = true;
  }
  return is_elsewhere;
}

class Ranking {
 public:
  Ranking(const Signature& seen, const Visibility& visible, std::uint32_t operations)
      : seen_(seen), visible_(visible), operations_(operations) {}

  /// What is added from now on was simulated under these.
  void set_circumstances(const Circumstances& circumstances) { circumstances_ = circumstances; }
  void add(const Candidate& candidate) { add_if_cheaper(candidate, std::numeric_limits<double>::infinity()); }
  /// Leaves the candidate out where it costs more than that.
  void add_if_cheaper(const Candidate& candidate, double cost_max) {
    const auto [found, is_new] = costs_.emplace(candidate.fingerprint, 0);
    if (is_new) found->second = distance(seen_, visible_, candidate.signature);
    const double cost = found->second + (fails_elsewhere(candidate, operations_) ? wrong_traceback : 0);
    if (cost > cost_max) return;
    ranked_.push_back({cost, cost + prior_factor * candidate.prior, &candidate, circumstances_});
  }
  void add(const std::vector<Candidate>& candidates) {
    for (const Candidate& candidate : candidates) add(candidate);
  }
  void sort() {
    std::ranges::stable_sort(ranked_, [](const Ranked& left, const Ranked& right) { return left.score < right.score; });
  }
  const std::vector<Ranked>& ranked() const { return ranked_; }

 private:
  const Signature& seen_;
  const Visibility& visible_;
  std::uint32_t operations_;
  Circumstances circumstances_;
  std::map<std::uint64_t, double> costs_;
  std::vector<Ranked> ranked_;
};

std::string moments_text(const Candidate& candidate) {
  std::string text;
  for (const Mishap& mishap : candidate.mishaps) text += (text.empty() ? "" : ", then ") + words_for(mishap);
  return text;
}

std::vector<Cause> causes_of(const Ranking& ranking, const Signature& seen, const Visibility& visible,
                             std::size_t causes_max) {
  constexpr std::size_t moments_max = 8;
  std::vector<Cause> causes;
  for (const Ranked& one : ranking.ranked()) {
    const std::string name = cause_name(*one.candidate);
    const auto found = std::ranges::find(causes, name, &Cause::name);
    if (found != causes.end()) {
      if (one.cost < found->cost + same_cost && found->moments.size() < moments_max) {
        found->moments.push_back(moments_text(*one.candidate));
      }
      continue;
    }
    // Nobody can tell from the logs which of such causes it was; they stand in their own places, too.
    for (Cause& known : causes) {
      if (known.candidate.fingerprint == one.candidate->fingerprint && known.circumstances == one.circumstances &&
          std::ranges::find(known.same_lines, name) == known.same_lines.end()) {
        known.same_lines.push_back(name.empty() ? "nothing" : name);
      }
    }
    if (causes.size() == causes_max) continue;
    Cause cause;
    cause.circumstances = one.circumstances;
    cause.name = name;
    cause.candidate = *one.candidate;
    cause.cost = one.cost;
    cause.comparison = compare(seen, visible, one.candidate->signature);
    causes.push_back(std::move(cause));
  }
  return causes;
}

/// Every pair that the best single causes begin, of families that the story holds signs of.
void add_pairs(const std::vector<Family>& families, CandidateStore& store, Ranking& ranking) {
  std::vector<Ranked> begins;
  std::set<std::string> known;
  for (const Ranked& one : ranking.ranked()) {
    if (one.candidate->mishaps.empty() || !known.insert(cause_name(*one.candidate)).second) continue;
    begins.push_back(one);
    if (begins.size() == pairs_of) break;
  }
  const double cost_max = ranking.ranked().front().cost - worth_a_second;
  for (const Ranked& begin : begins) {
    ranking.set_circumstances(begin.circumstances);
    for (const Family family : families) {
      for (const Candidate& pair : store.with_one_more(begin.circumstances, *begin.candidate, family)) {
        ranking.add_if_cheaper(pair, std::min(cost_max, begin.cost - worth_a_second));
      }
    }
  }
  ranking.sort();
}

}  // namespace

Circumstances circumstances_of(const LogBook& book, const SnapshotStory& story, const std::vector<SnapshotStory>& all) {
  constexpr std::int64_t paused = 3;
  Circumstances found;
  found.is_backup = story.is_backup;
  found.is_live = story.has(beginning_live_snapshot);
  if (!shows_kind(book, story)) {
    found.is_live = true;
    for (const SnapshotStory& other : all) {
      if (other.has(beginning_cold_snapshot)) found.is_live = false;
      if (!other.has(beginning_live_snapshot) && !other.has(beginning_cold_snapshot)) continue;
      break;
    }
  }
  if (const StoryEvent* const not_running = story.find(snapshotting_non_running)) {
    found.vm_state = not_running->event.number == paused ? VmState::paused : VmState::stopped;
  }
  if (const StoryEvent* const refused = story.find(api_http_exception)) {
    const std::string& text = book.texts().text(refused->event.text);
    for (const VmState state :
         {VmState::paused, VmState::suspended, VmState::stopped, VmState::error, VmState::rescued}) {
      if (text.find("in vm_state " + std::string(to_string(state))) != std::string::npos) found.vm_state = state;
    }
  }
  if (found.is_live && story.has(beginning_live_snapshot) && !story.has(quiescing_not_available)) {
    found.has_agent = story.has(block_job_progress) || story.has(skipping_quiescing) || story.has(snapshot_extracted);
  }
  if (story.has(quiescing_required)) found.requires_quiesce = true;
  // A power sync that no event of the guest has brought about is the periodic one.
  std::int64_t event_us = INT64_MIN;
  constexpr std::int64_t near_us = 2'000'000;
  for (const StoryEvent& each : story.events) {
    if (each.event.kind == vm_lifecycle) event_us = each.event.time_us;
    const bool is_sync = each.event.kind == shutdown_by_itself || each.event.kind == power_state_differs ||
                         each.event.kind == unexpectedly_not_found || each.event.kind == paused_unexpectedly;
    found.syncs_power_states |= is_sync && each.event.time_us > event_us + near_us;
  }
  return found;
}

Diagnosis diagnose(const LogBook& book, const SnapshotStory& story, const std::vector<SnapshotStory>& all,
                   CandidateStore& store, std::size_t causes_max, bool with_pairs) {
  Diagnosis diagnosis;
  diagnosis.circumstances = circumstances_of(book, story, all);
  const Signature seen = signature_of(book, story);
  const Visibility visible = visibility_of(book, story);
  const std::vector<Family> families = families_for(book, story);
  Ranking ranking(seen, visible, operations_of_failure(story));
  std::vector<Circumstances> variants{diagnosis.circumstances};
  if (!shows_kind(book, story)) {
    variants.push_back(diagnosis.circumstances);
    variants.back().is_live = !variants.back().is_live;
  }
  for (const Circumstances& variant : variants) {
    ranking.set_circumstances(variant);
    ranking.add(store.uneventful(variant));
    for (const Family family : families) ranking.add(store.singles(variant, family));
  }
  ranking.sort();
  if (with_pairs && ranking.ranked().front().cost > good_enough) {
    add_pairs(families, store, ranking);
  }
  diagnosis.causes = causes_of(ranking, seen, visible, causes_max);
  diagnosis.circumstances = diagnosis.causes.front().circumstances;
  diagnosis.state = corrected_state(book, story, diagnosis.causes.front().candidate.state);
  diagnosis.end = end_of(book, story);
  diagnosis.is_success = diagnosis.causes.front().name.empty() && story.has(took_seconds);
  return diagnosis;
}

}  // namespace snapsim
