#include "sim/explain/signature.hpp"

#include <algorithm>
#include <string_view>

namespace snapsim {
namespace {

using enum EventKind;

constexpr double foreign_factor = 0.8;            // what others do may have nothing to do with it
constexpr double unproven_glance = 0.35;          // of an answer that a proxy before Glance may have given
constexpr double wrong_answer = 3;                // another status for the request itself
constexpr double late_factor = 0.2;               // clocks differ, and clouds are slow
constexpr std::int64_t patience_us = 20'000'000;  // shorter than the time limits of clients and of libvirt
constexpr std::int64_t delivery_us = 700'000;     // longer than a message takes
constexpr std::int64_t cut_us = 3'000'000;        // a log that ends so soon after a story may be cut there

std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

/// The words of an exception, without what differs from cloud to cloud.
std::vector<std::uint32_t> words_of(std::string_view text) {
  std::vector<std::uint32_t> words;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t begin = text.find_first_not_of(" \t:.,'\"(){}[]<>", at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(text.size(), text.find_first_of(" \t:.,'\"(){}[]<>", begin));
    const std::string_view word = text.substr(begin, end - begin);
    at = end;
    if (word.find_first_of("0123456789/") != std::string_view::npos && word.size() > 3) continue;
    words.push_back(hash_of(word));
  }
  std::ranges::sort(words);
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

/// 1: no word in common, 0: the same words.
double difference_of_words(const std::vector<std::uint32_t>& left, const std::vector<std::uint32_t>& right) {
  if (left.empty() || right.empty()) return left.size() == right.size() ? 0 : 0.5;
  std::size_t common = 0;
  for (const std::uint32_t word : left) common += std::ranges::binary_search(right, word) ? 1u : 0u;
  const std::size_t all = left.size() + right.size() - common;
  return 1.0 - static_cast<double>(common) / static_cast<double>(all);
}

bool shows_words(EventKind kind) {
  return kind == exception_during_message_handling || kind == api_unexpected_exception ||
         kind == error_contacting_glance || kind == api_http_exception;
}

/// Lines that may come once or several times for the same reason: the first of a row counts.
bool comes_in_rows(EventKind kind) {
  return kind == block_job_progress || kind == pending_task_skip || kind == broker_unreachable;
}

/// In version 1 of the Images API one call updates an image and uploads its data; in version 2 Nova and its client need
/// several. They stand for it: before the data, the image is read, updated and read; behind it, it is read.
void add_calls_of_version_2(const SignatureToken& upload, bool is_behind, std::vector<SignatureToken>& tokens) {
  constexpr std::int64_t ok = 200;
  SignatureToken call = upload;
  call.number = ok;
  const auto add = [&](EventKind kind) {
    call.kind = kind;
    tokens.push_back(call);
  };
  if (is_behind) {
    if (upload.number < first_failure_status) add(glance_show);
    return;
  }
  if (std::ranges::any_of(tokens, [](const SignatureToken& known) { return known.kind == glance_upload; })) return;
  add(glance_show);
  add(glance_update);
  add(glance_show);
}

SignatureToken token_of(const LogBook& book, const StoryEvent& each, std::size_t index) {
  const LogEvent& event = each.event;
  SignatureToken token;
  token.kind = event.kind;
  token.is_foreign = each.is_foreign;
  token.is_debug = event.level == LineLevel::debug;
  token.number = event.number;
  token.detail = book.texts().text(event.detail);
  token.event = index;
  if (event.kind == glance_wrote || event.kind == convert_ended || event.kind == delta_ended) {
    token.number = event.number != 0 ? 1 : 0;
  }
  if (event.kind == error_contacting_glance) {
    const std::string_view text = book.texts().text(event.text);
    const std::string_view whole = text.substr(0, text.find(": "));
    const std::size_t dot = whole.rfind('.');
    token.detail += ' ';
    token.detail += dot == std::string_view::npos ? whole : whole.substr(dot + 1);
  }
  if (event.is_images_v1) {
    constexpr std::int64_t ok = 200;
    constexpr std::int64_t no_content = 204;
    if ((event.kind == glance_upload || event.kind == glance_delete) && event.number == ok) token.number = no_content;
    if (event.kind == error_contacting_glance && token.detail.starts_with("update ")) {
      token.detail.replace(0, std::string_view("update").size(), "upload");
    }
  }
  if (event.kind == broker_unreachable || event.kind == starting_compute_node) token.is_foreign = true;
  if (shows_words(event.kind)) token.words = words_of(book.texts().text(event.text));
  return token;
}

double weight_of(const SignatureToken& token) {
  const double weight = event_info(token.kind).weight;
  return token.is_foreign && token.kind != glance_delete ? weight * foreign_factor : weight;
}

/// What it costs that the run has a line which the logs have not.
double cost_of_missing(const SignatureToken& token) {
  const double weight = weight_of(token);
  const bool is_glance_failure = is_of_glance(token.kind) && token.number >= first_failure_status;
  return is_glance_failure || token.kind == glance_upload_failed ? weight * unproven_glance : weight;
}

/// What it costs that two lines of one kind stand for each other.
double cost_of_pair(const SignatureToken& seen, const SignatureToken& simulated) {
  const double weight = weight_of(seen);
  double cost = 0;
  if (seen.is_foreign != simulated.is_foreign) cost += weight;
  if (seen.number != simulated.number) {
    const bool is_answer = seen.kind == api_action_answered && !seen.is_foreign;
    cost += is_answer ? wrong_answer : weight * 0.6;
  }
  if (seen.detail != simulated.detail) cost += weight * 0.7;
  if (seen.is_late != simulated.is_late) cost += weight * late_factor;
  if (!seen.words.empty() || !simulated.words.empty()) {
    cost += 0.3 * weight * difference_of_words(seen.words, simulated.words);
  }
  return cost;
}

/// The cheapest alignment of two lists of lines, as a table from the end: cell (i, j) is the cost of what is left.
class Alignment {
 public:
  /// `end_factor`, `begin_factor`: of what it costs that lines of the run are missing at the end and at the beginning.
  Alignment(const std::vector<SignatureToken>& seen, const std::vector<SignatureToken>& simulated, bool has_debug,
            double end_factor, double begin_factor)
      : seen_(seen), begin_factor_(begin_factor) {
    for (const SignatureToken& token : simulated) {
      if (has_debug || !token.is_debug) simulated_.push_back(&token);
    }
    columns_ = simulated_.size() + 1;
    cells_.assign((seen_.size() + 1) * columns_, 0);
    for (std::size_t j = simulated_.size(); j-- > 0;) {
      cell(seen_.size(), j) = cell(seen_.size(), j + 1) + cost_of_missing(*simulated_[j]) * end_factor;
    }
    for (std::size_t i = seen_.size(); i-- > 0;) {
      cell(i, simulated_.size()) = cell(i + 1, simulated_.size()) + weight_of(seen_[i]);
      for (std::size_t j = simulated_.size(); j-- > 0;) {
        double best = std::min(cell(i + 1, j) + weight_of(seen_[i]), cell(i, j + 1) + missing(i, j));
        if (seen_[i].kind == simulated_[j]->kind) {
          best = std::min(best, cell(i + 1, j + 1) + cost_of_pair(seen_[i], *simulated_[j]));
        }
        cell(i, j) = best;
      }
    }
  }

  double cost() const { return cells_.front(); }

  void walk(Comparison& result) const {
    constexpr double same = 1e-9;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < seen_.size() || j < simulated_.size()) {
      const bool both = i < seen_.size() && j < simulated_.size();
      if (both && seen_[i].kind == simulated_[j]->kind &&
          cell(i, j) + same > cell(i + 1, j + 1) + cost_of_pair(seen_[i], *simulated_[j])) {
        const bool is_same = seen_[i].says_same(*simulated_[j]);
        (is_same ? result.matched : result.unexplained).push_back(seen_[i].event);
        ++i;
        ++j;
      } else if (i < seen_.size() && cell(i, j) + same > cell(i + 1, j) + weight_of(seen_[i])) {
        result.unexplained.push_back(seen_[i].event);
        ++i;
      } else {
        result.missing.push_back(simulated_[j]->kind);
        ++j;
      }
    }
  }

 private:
  /// What it costs that the run's line is not there before the seen one.
  double missing(std::size_t i, std::size_t j) const {
    return cost_of_missing(*simulated_[j]) * (i == 0 ? begin_factor_ : 1.0);
  }
  double& cell(std::size_t i, std::size_t j) { return cells_[i * columns_ + j]; }
  double cell(std::size_t i, std::size_t j) const { return cells_[i * columns_ + j]; }

  const std::vector<SignatureToken>& seen_;
  std::vector<const SignatureToken*> simulated_;
  double begin_factor_ = 1;
  std::size_t columns_ = 0;
  std::vector<double> cells_;
};

/// Marks failures that came after a long silence of their request, and a snapshot that began long after nova-api's
/// answer.
void mark_late(const SnapshotStory& story, Signature& signature) {
  const StoryEvent* const answer = story.find(api_action_answered);
  for (auto& tokens : signature.sides) {
    std::int64_t before_us = story.begin_us;
    for (SignatureToken& token : tokens) {
      if (token.is_foreign) continue;
      const std::int64_t time_us = story.events[token.event].event.time_us;
      const bool may_wait = token.kind == error_contacting_glance || token.kind == exception_during_message_handling ||
                            token.kind == api_unexpected_exception || token.kind == skipping_quiescing ||
                            token.kind == delete_image_error || token.kind == error_launching_domain ||
                            token.kind == cleaning_up_image || token.kind == reverted_task_state;
      if (may_wait) token.is_late = time_us > before_us + patience_us;
      if (token.kind == instance_snapshotting && answer != nullptr) {
        token.is_late = time_us > answer->event.time_us + delivery_us;
      }
      before_us = time_us;
    }
  }
}

/// glance-api that refuses an upload answers before it has read the body and hangs up. The client, which is still
/// sending, takes that for a broken connection and tries again, until what is left of the file is short enough for it
/// to read the answer. All that is one refusal.
void join_refused_uploads(Signature& signature) {
  constexpr std::int64_t first_error = 500;
  auto& answers = signature.sides[static_cast<std::size_t>(Side::glance_api)];
  auto& errors = signature.sides[static_cast<std::size_t>(Side::nova_compute)];
  const auto is_retry = [](const SignatureToken& token) {
    return token.kind == error_contacting_glance && token.number == 0 && token.detail.starts_with("upload ");
  };
  for (std::size_t i = 1; i < answers.size();) {
    const SignatureToken& before = answers[i - 1];
    const bool is_same_refusal = answers[i].kind == glance_upload && answers[i].says_same(before) &&
                                 before.number >= first_failure_status && before.number < first_error;
    const auto retry = is_same_refusal ? std::ranges::find_if(errors, is_retry) : errors.end();
    if (retry == errors.end()) {
      ++i;
      continue;
    }
    errors.erase(retry);
    answers.erase(answers.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

constexpr std::array known_sides{Side::nova_api, Side::nova_compute, Side::glance_api};

}  // namespace

std::uint64_t Signature::fingerprint() const {
  std::uint64_t hash = 14695981039346656037ull;
  const auto mix = [&hash](std::uint64_t value) { hash = (hash ^ value) * 1099511628211ull; };
  for (const auto& tokens : sides) {
    mix(0xABCDEF);
    for (const SignatureToken& token : tokens) {
      mix(static_cast<std::uint64_t>(token.kind) * 4 + (token.is_late ? 1024u : 0u) + (token.is_foreign ? 2u : 0u) +
          (token.is_debug ? 1u : 0u));
      mix(static_cast<std::uint64_t>(token.number));
      mix(hash_of(token.detail));
      for (const std::uint32_t word : token.words) mix(word);
    }
  }
  return hash;
}

Signature signature_of(const LogBook& book, const SnapshotStory& story) {
  Signature signature;
  for (std::size_t i = 0; i < story.events.size(); ++i) {
    const StoryEvent& each = story.events[i];
    SignatureToken token = token_of(book, each, i);
    auto& tokens = signature.sides[static_cast<std::size_t>(each.side)];
    if (comes_in_rows(token.kind) && !tokens.empty() && tokens.back().says_same(token)) continue;
    if (token.kind == broker_unreachable &&
        std::ranges::any_of(tokens, [](const SignatureToken& known) { return known.kind == broker_unreachable; })) {
      continue;
    }
    const bool is_v1_upload = token.kind == glance_upload && each.event.is_images_v1;
    if (is_v1_upload) add_calls_of_version_2(token, false, tokens);
    tokens.push_back(token);
    if (is_v1_upload) add_calls_of_version_2(token, true, tokens);
  }
  mark_late(story, signature);
  join_refused_uploads(signature);
  return signature;
}

Visibility visibility_of(const LogBook& book, const SnapshotStory& story) {
  Visibility visible;
  std::array<std::int64_t, side_count> last_own{};
  last_own.fill(story.begin_us);
  for (const StoryEvent& each : story.events) {
    std::int64_t& last = last_own[static_cast<std::size_t>(each.side)];
    last = std::max(last, each.event.time_us);
  }
  for (const Side side : known_sides) {
    const auto i = static_cast<std::size_t>(side);
    visible.has_side[i] = book.has_side(side);
    visible.has_debug[i] = book.has_debug(side);
    visible.is_cut[i] = book.last_us(side) <= last_own[i] + cut_us;
  }
  return visible;
}

double distance(const Signature& seen, const Visibility& visible, const Signature& simulated) {
  double cost = 0;
  for (const Side side : known_sides) {
    const auto i = static_cast<std::size_t>(side);
    if (!visible.has_side[i]) continue;
    cost += Alignment(seen.sides[i], simulated.sides[i], visible.has_debug[i], visible.end_factor(i),
                      visible.begin_factor())
                .cost();
  }
  return cost;
}

Comparison compare(const Signature& seen, const Visibility& visible, const Signature& simulated) {
  Comparison result;
  for (const Side side : known_sides) {
    const auto i = static_cast<std::size_t>(side);
    if (!visible.has_side[i]) continue;
    const Alignment alignment(seen.sides[i], simulated.sides[i], visible.has_debug[i], visible.end_factor(i),
                              visible.begin_factor());
    result.cost += alignment.cost();
    alignment.walk(result);
  }
  // Calls of version 1 of the Images API stand there several times.
  for (auto* const indexes : {&result.matched, &result.unexplained}) {
    std::ranges::sort(*indexes);
    indexes->erase(std::unique(indexes->begin(), indexes->end()), indexes->end());
  }
  return result;
}

}  // namespace snapsim
