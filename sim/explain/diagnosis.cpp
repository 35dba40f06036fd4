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
constexpr double open_crash = 0.1;    // by how much a death is likelier than others where a story just stops
constexpr double as_good = 0.12;      // a difference of score that proves nothing
constexpr double as_good_open = 0.2;  // the same of the cost, where the end of the story is not in the logs
constexpr double cut_may_cost = 2;    // what lines beyond the end of a log cost together, at most

/// Whether the story shows whether the snapshot is live or cold. Cold ones pause the guest before anything is said.
bool shows_kind(const LogBook& book, const SnapshotStory& story) {
  if (story.has(beginning_live_snapshot) || story.has(beginning_cold_snapshot)) return true;
  return std::ranges::any_of(story.events, [&book](const StoryEvent& each) {
    return each.event.kind == vm_lifecycle && book.texts().text(each.event.detail) == "Paused";
  });
}

/// Whether nova-compute says how its method ended.
bool is_concluded(const SnapshotStory& story) {
  return story.has(took_seconds) || story.has(exception_during_message_handling) ||
         story.has(image_not_found_during_snapshot) || story.has(instance_disappeared) ||
         story.has(instance_being_deleted) || story.has(instance_not_found_at_start);
}

bool is_refused(const SnapshotStory& story) {
  const StoryEvent* const answer = story.find(api_action_answered);
  return answer != nullptr && answer->event.number >= first_failure_status;
}

/// Whether the end of the story is not in the logs: nova-compute's ends before it, or is not there.
bool is_open(const SnapshotStory& story, const Visibility& visible) {
  constexpr auto compute = static_cast<std::size_t>(Side::nova_compute);
  if (is_refused(story)) return false;
  if (!visible.has_side[compute]) return true;
  const bool is_restarted = story.has_any(starting_compute_node) || story.has_any(clearing_transitional_state);
  // A message that waited while the process was down comes after the restart.
  return visible.is_cut[compute] && !is_concluded(story) && !(is_restarted && story.has(instance_snapshotting));
}

/// Whether nova-api's log begins after the request was taken up: what it does not say proves nothing then.
bool starts_late(const LogBook& book, const SnapshotStory& story) {
  constexpr std::int64_t near_us = 1'000'000;
  if (!book.has_side(Side::nova_api)) return false;
  if (story.has(api_create_image) || story.has(api_create_backup) || story.has(api_action_answered)) return false;
  return !story.has(glance_create) && book.first_us(Side::nova_api) > story.begin_us - near_us;
}

/// Whether all services' logs end at the same moment: then it is the moment at which they were taken.
bool all_end_together(const LogBook& book) {
  constexpr std::int64_t together_us = 3'000'000;
  std::int64_t first = INT64_MAX;
  std::int64_t last = INT64_MIN;
  for (const Side side : {Side::nova_api, Side::nova_compute, Side::glance_api}) {
    if (!book.has_side(side)) continue;
    first = std::min(first, book.last_us(side));
    last = std::max(last, book.last_us(side));
  }
  return last <= first + together_us;
}

/// The families of which the story holds some sign.
std::vector<Family> families_for(const LogBook& book, const SnapshotStory& story) {
  std::vector<Family> families{Family::outcomes, Family::messages};
  const bool concluded = is_concluded(story);
  const StoryEvent* const answer = story.find(api_action_answered);
  const bool has_start = story.has_any(starting_compute_node) || story.has_any(clearing_transitional_state);
  if (has_start || (!concluded && !is_refused(story))) families.push_back(Family::crash_of_compute);
  if (book.has_side(Side::nova_api) && (answer == nullptr || (!concluded && answer->event.number >= 500))) {
    families.push_back(Family::crash_of_api);
  }
  const bool glance_failed = std::ranges::any_of(story.events, [](const StoryEvent& each) {
    return each.event.kind == error_contacting_glance || each.event.kind == glance_upload_failed;
  });
  if (glance_failed) families.push_back(Family::crash_of_glance);
  if (story.has_any(broker_unreachable) || (!concluded && !story.has(instance_snapshotting))) {
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

bool has_crash_of_compute(const Candidate& candidate) {
  return std::ranges::any_of(candidate.mishaps,
                             [](const Mishap& mishap) { return name_of(mishap) == "compute.crash"; });
}

class Ranking {
 public:
  /// `is_open`: the story just stops, so that a process which died is likelier than what leaves lines.
  Ranking(const Signature& seen, const Visibility& visible, std::uint32_t operations, bool is_open)
      : seen_(seen), visible_(visible), operations_(operations), is_open_(is_open) {}

  /// What is added from now on was simulated under these.
  void set_circumstances(const Circumstances& circumstances) { circumstances_ = circumstances; }
  void add(const Candidate& candidate) { add_if_cheaper(candidate, std::numeric_limits<double>::infinity()); }
  /// Leaves the candidate out where it costs more than that.
  void add_if_cheaper(const Candidate& candidate, double cost_max) {
    const auto [found, is_new] = costs_.emplace(candidate.fingerprint, 0);
    if (is_new) found->second = distance(seen_, visible_, candidate.signature);
    const double cost = found->second + (fails_elsewhere(candidate, operations_) ? wrong_traceback : 0);
    if (cost > cost_max) return;
    const double bonus = is_open_ && has_crash_of_compute(candidate) ? open_crash : 0;
    ranked_.push_back({cost, cost + prior_factor * candidate.prior - bonus, &candidate, circumstances_});
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
  bool is_open_;
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

/// Of those whose runs end otherwise than the most likely one, how their ends differ.
class Doubts {
 public:
  explicit Doubts(const FinalState& told) : told_(parts_of(told)), others_(told_.size()) {}

  /// A run that explains as much ends like this.
  void add(const FinalState& state) {
    constexpr std::size_t others_max = 5;
    const std::vector<StatePart> parts = parts_of(state);
    for (std::size_t i = 0; i < told_.size(); ++i) {
      auto& others = others_[i];
      if (parts[i].value == told_[i].value || others.size() == others_max) continue;
      if (std::ranges::find(others, parts[i].value) == others.end()) others.push_back(parts[i].value);
    }
  }
  /// Nothing is known of that part.
  void add_unknown(std::string_view part) { unknown_.insert(part); }

  std::vector<Doubt> list() const {
    std::vector<Doubt> doubts;
    for (std::size_t i = 0; i < told_.size(); ++i) {
      if (!others_[i].empty() || unknown_.contains(told_[i].name)) doubts.push_back({told_[i].name, others_[i]});
    }
    return doubts;
  }

 private:
  std::vector<StatePart> told_;
  std::vector<std::vector<std::string>> others_;
  std::set<std::string_view> unknown_;
};

/// What the logs leave open of the state.
std::vector<Doubt> doubts_of(const LogBook& book, const SnapshotStory& story, const Signature& seen, Visibility visible,
                             const Ranking& ranking, const FinalState& told, bool open) {
  visible.cut_factor = 0;
  Doubts doubts(told);
  const Ranked& best = ranking.ranked().front();
  std::map<std::uint64_t, double> costs;
  const auto cost_of = [&](const Ranked& one) {
    const auto [found, is_new] = costs.emplace(one.candidate->fingerprint, 0);
    if (is_new) found->second = distance(seen, visible, one.candidate->signature);
    return found->second;
  };
  const double best_cost = cost_of(best);
  const double best_gain = best.cost - best_cost;
  for (const Ranked& one : ranking.ranked()) {
    if (one.score > best.score + cut_may_cost) break;
    const double cost = cost_of(one);
    const double gain = one.cost - cost;
    const bool is_as_good =
        open ? cost < best_cost + as_good_open : one.score - gain < best.score - best_gain + as_good;
    if (is_as_good) doubts.add(corrected_state(book, story, one.candidate->state));
  }
  if (has_unseen_task(book, story)) {
    for (const char* const part : {"task_states", "vm_state", "power_state", "guest"}) doubts.add_unknown(part);
  }
  const bool has_been_active = std::ranges::find(told.image_statuses, "active") != told.image_statuses.end();
  if (has_been_active && !told.image_bytes) doubts.add_unknown("image_bytes");
  if (!visible.has_side[static_cast<std::size_t>(Side::glance_api)] && !told.image_statuses.empty()) {
    doubts.add_unknown("image_statuses");
    if (told.image_status != "absent") doubts.add_unknown("image_status");
  }
  return doubts.list();
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
  Visibility visible = visibility_of(book, story);
  if (starts_late(book, story)) {
    visible.has_side[static_cast<std::size_t>(Side::nova_api)] = false;
    visible.begins_late = true;
  }
  if (is_open(story, visible) && all_end_together(book)) visible.cut_factor = 0;
  const std::vector<Family> families = families_for(book, story);
  diagnosis.is_open = is_open(story, visible);
  Ranking ranking(seen, visible, operations_of_failure(story), diagnosis.is_open);
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
  diagnosis.doubts = doubts_of(book, story, seen, visible, ranking, diagnosis.state, diagnosis.is_open);
  diagnosis.end = end_of(book, story, diagnosis.is_open);
  diagnosis.is_success = diagnosis.causes.front().name.empty() && story.has(took_seconds);
  return diagnosis;
}

}  // namespace snapsim
