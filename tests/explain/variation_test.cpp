#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/explain/diagnosis.hpp"
#include "tests/explain/log_variations.hpp"
#include "tests/explain/recorded_cases.hpp"

namespace snapsim::test {
namespace {

LogBook book_of(const Logs& logs) {
  LogBook book;
  for (const NamedLog& log : logs) book.read_text(log.text, log.name);
  return book;
}

struct Told {
  bool is_found = false;
  bool is_named = false;
  std::string causes;
  std::vector<std::string> wrong;  ///< and not told to be in doubt
  std::size_t open = 0;            ///< wrong, and told to be in doubt
  std::size_t doubts = 0;
};

/// Of two requests that raced, the one that the table tells of is that which was accepted, if any was.
const SnapshotStory& told_story(const std::vector<SnapshotStory>& stories) {
  for (const SnapshotStory& story : stories) {
    const StoryEvent* const answer = story.find(EventKind::api_action_answered);
    if (answer != nullptr && answer->event.number == 202) return story;
  }
  return stories.front();
}

Told tell(const RecordedCase& recorded, const SnapshotStory& wanted, const Logs& logs, CandidateStore& store) {
  Told told;
  const LogBook book = book_of(logs);
  const std::vector<SnapshotStory> stories = find_stories(book);
  auto found = std::ranges::find(stories, wanted.request, &SnapshotStory::request);
  if (found == stories.end()) found = std::ranges::find(stories, wanted.image, &SnapshotStory::image);
  if (found == stories.end()) return told;
  told.is_found = true;
  const Diagnosis diagnosis = diagnose(book, *found, stories, store);
  const FinalState& state = diagnosis.state;
  for (std::size_t i = 0; i < std::min<std::size_t>(2, diagnosis.causes.size()); ++i) {
    told.causes += diagnosis.causes[i].name + " (" + std::to_string(diagnosis.causes[i].cost) + "); ";
    told.is_named |= names_cause(diagnosis.causes[i].name, recorded.cause);
  }
  told.doubts = diagnosis.doubts.size();
  const auto is_doubted = [&diagnosis](const std::string& field) {
    static const std::map<std::string, std::vector<std::string>> parts{
        {"api", {"api_status"}},     {"states", {"vm_state", "task_state", "power_state"}},
        {"image", {"image_status"}}, {"statuses", {"image_statuses"}},
        {"bytes", {"image_bytes"}},  {"files", {"temporary_files"}}};
    const auto known = parts.find(field);
    const std::vector<std::string> names = known == parts.end() ? std::vector<std::string>{field} : known->second;
    return std::ranges::any_of(
        diagnosis.doubts, [&names](const Doubt& doubt) { return std::ranges::find(names, doubt.part) != names.end(); });
  };
  const auto check = [&](const std::string& field, const auto& is, const auto& should_be) {
    if (is == should_be) return;
    if (is_doubted(field)) {
      ++told.open;
      return;
    }
    if constexpr (std::is_same_v<std::decay_t<decltype(is)>, std::string>) {
      told.wrong.push_back(field + ": " + is);
    } else {
      told.wrong.push_back(field + ": " + std::to_string(is));
    }
  };
  check("api", state.api_status, recorded.api_status);
  check("task_states", short_states(state.task_states), recorded.task_states);
  check("states", state.vm_state + " / " + state.task_state + " / " + state.power_state, recorded.states);
  check("guest", state.guest + (state.guest_reason.empty() ? "" : " (" + state.guest_reason + ")"), recorded.guest);
  check("image", state.image_status, recorded.image_status);
  check("statuses", joined(state.image_statuses, ", "), recorded.image_statuses);
  check("bytes", state.image_bytes.value_or(-1), recorded.image_bytes);
  check("event", state.event, recorded.event);
  check("fault", static_cast<int>(state.has_fault), static_cast<int>(recorded.has_fault));
  check("files", state.files.size(), recorded.files);
  return told;
}

/// How many recorded faults are told how well in one form.
struct Score {
  int found = 0;
  int named = 0;
  int exact = 0;
  std::size_t doubts = 0;
  std::string
      failures;  ///< one line for each story whose cause is not named, or whose state is wrong with no doubt told

  void add(const RecordedCase& recorded, const Told& told) {
    found += told.is_found ? 1 : 0;
    named += told.is_named ? 1 : 0;
    exact += told.is_found && told.wrong.empty() && told.open == 0 ? 1 : 0;
    doubts += told.doubts;
    if (told.is_named && told.wrong.empty()) return;
    failures += "  " + recorded.name + (told.is_found ? "" : ": not found") +
                (told.is_named || !told.is_found ? "" : ": causes " + told.causes) + " " + joined(told.wrong, "; ") +
                "\n";
  }
};

Told tell_case(const RecordedCase& recorded, const LogVariation& form, CandidateStore& store) {
  const Logs logs = recorded_logs(recorded.name);
  const LogBook whole = book_of(logs);
  const std::vector<SnapshotStory> stories = find_stories(whole);
  return tell(recorded, told_story(stories), form.make(logs), store);
}

const LogVariation& form_named(const std::string& name) {
  for (const auto* const forms : {&equal_forms(), &poorer_forms()}) {
    const auto found = std::ranges::find(*forms, name, &LogVariation::name);
    if (found != forms->end()) return *found;
  }
  FAIL("no such form: " << name);
  throw 0;
}

}  // namespace

TEST_CASE("in whatever form its logs come, a recorded fault is told the same", "[explain]") {
  CandidateStore store;
  const auto recorded = std::ranges::find(recorded_cases(), "extract-sig9-cold", &RecordedCase::name);
  // All of them: [explain_forms], and some for each case in [exhaustive].
  for (const char* const name :
       {"rotated, the newest first", "unrelated ids in Glance", "journal", "garbage and long lines"}) {
    INFO(name);
    const Told told = tell_case(*recorded, form_named(name), store);
    CHECK(told.is_named);
    CHECK(joined(told.wrong, "; ").empty());
  }
}

TEST_CASE("of logs that say less nothing wrong is told without saying that it is in doubt", "[explain]") {
  CandidateStore store;
  for (const char* const name : {"happy-cold-active", "extract-sig9-cold"}) {
    const auto recorded = std::ranges::find(recorded_cases(), name, &RecordedCase::name);
    for (const char* const form :
         {"INFO", "without nova-compute", "without glance-api", "the first 60 %", "glance-api alone"}) {
      INFO(name << ", " << form);
      const Told told = tell_case(*recorded, form_named(form), store);
      CHECK(told.is_found);
      CHECK(joined(told.wrong, "; ").empty());
    }
  }
}

TEST_CASE("a fault is told where web servers log the requests, and where Nova speaks version 1 of the Images API",
          "[explain]") {
  CandidateStore store;
  const auto recorded = std::ranges::find(recorded_cases(), "upload-503-once-live", &RecordedCase::name);
  for (const char* const name :
       {"under uWSGI, in the journal", "behind Apache and uWSGI", "version 1 of the Images API"}) {
    INFO(name);
    const Told told = tell_case(*recorded, form_named(name), store);
    CHECK(told.is_named);
    CHECK(joined(told.wrong, "; ").empty());
  }
}

TEST_CASE("a snapshot whose logs end in the middle is called open, and its end is in doubt", "[explain]") {
  CandidateStore store;
  const LogBook book = book_of(form_named("the first 60 %").make(recorded_logs("happy-cold-active")));
  const std::vector<SnapshotStory> stories = find_stories(book);
  REQUIRE(stories.size() == 1);
  const Diagnosis diagnosis = diagnose(book, stories[0], stories, store);
  CHECK(diagnosis.is_open);
  CHECK_FALSE(diagnosis.is_success);
  CHECK(diagnosis.end.starts_with("the logs end before it does"));
  CHECK(std::ranges::any_of(diagnosis.doubts, [](const Doubt& doubt) { return doubt.part == "task_states"; }));
  CHECK(std::ranges::any_of(diagnosis.doubts, [](const Doubt& doubt) { return doubt.part == "image_status"; }));
}

// Every recorded fault in some of the forms, so that all forms come up.
TEST_CASE("recorded faults are told alike in other forms of their logs", "[explain][exhaustive]") {
  CandidateStore store;
  constexpr std::size_t forms_each = 3;
  Score score;
  std::size_t next = 0;
  for (const RecordedCase& recorded : recorded_cases()) {
    for (std::size_t i = 0; i < forms_each; ++i) {
      const LogVariation& form = equal_forms()[next++ % equal_forms().size()];
      if (recorded.name == "upload-403-always" && form.name.starts_with("rotated")) continue;  // cuts its traceback
      INFO(recorded.name << ": " << form.name);
      const Told told = tell_case(recorded, form, store);
      CHECK(told.is_named);
      CHECK(joined(told.wrong, "; ").empty());
      score.add(recorded, told);
    }
  }
  // A doubt is only worth something where not everything is in doubt.
  CHECK(score.doubts < recorded_cases().size() * forms_each);
}

// build/release/snapsim_tests "[explain_forms]"
TEST_CASE("recorded faults are told in every form of their logs, and what is not known is in doubt",
          "[explain][exhaustive][.explain_forms]") {
  CandidateStore store;
  const auto count = static_cast<int>(recorded_cases().size());
  for (const auto* const forms : {&equal_forms(), &poorer_forms()}) {
    const bool is_equal = forms == &equal_forms();
    int honest = 0;
    for (const LogVariation& form : *forms) {
      Score score;
      for (const RecordedCase& recorded : recorded_cases()) {
        const Told told = tell_case(recorded, form, store);
        score.add(recorded, told);
        honest += told.wrong.empty() ? 1 : 0;
      }
      std::cout << form.name << ": of " << count << ", " << score.found << " found, " << score.named
                << " causes among the first two, " << score.exact << " states exact; " << score.doubts << " doubts\n"
                << score.failures << std::flush;
      if (!is_equal) continue;
      INFO(form.name << '\n' << score.failures);
      CHECK(score.named >= count - 1);
      CHECK(score.exact >= count - 2);
    }
    const int all = count * static_cast<int>(forms->size());
    std::cout << honest << " of " << all << " states are right, or wrong in what is told to be in doubt alone\n";
    CHECK(honest * 100 >= all * (is_equal ? 100 : 95));
  }
}

TEST_CASE("a death of nova-compute behind any line of a recorded snapshot is found, with the state it leaves",
          "[explain][exhaustive]") {
  CandidateStore store;
  const std::map<std::string, std::string> states{
      {"image_snapshot", "snap_pending > snap > None"},
      {"image_pending_upload", "snap_pending > snap > pend_upl > upl > pend_upl > None"},
      {"image_uploading", "snap_pending > snap > pend_upl > upl > pend_upl > upl > None"}};
  for (const auto& [whole, restarted] : {std::pair{"happy-cold-active", "crash-cold-extract-before"},
                                         {"happy-cold-active", "crash-cold-managedsave-before"},
                                         {"crash-live-save-clear-before", "crash-live-rebase-before"}}) {
    const std::vector<Death> deaths = deaths_at_every_line(whole, restarted);
    CHECK(deaths.size() > 15);
    for (const Death& death : deaths) {
      INFO(whole << " behind \"" << death.behind << '"');
      const LogBook book = book_of(death.logs);
      const std::vector<SnapshotStory> stories = find_stories(book);
      REQUIRE_FALSE(stories.empty());
      const Diagnosis diagnosis = diagnose(book, stories[0], stories, store);
      const FinalState& state = diagnosis.state;
      CHECK(diagnosis.causes.front().name == "compute.crash");
      CHECK(short_states(state.task_states) == states.at(death.task_state));
      CHECK(state.image_status == (death.is_uploaded ? "active" : "queued"));
      CHECK(state.event == "unfinished");
      CHECK_FALSE(state.has_fault);
    }
  }
}

}  // namespace snapsim::test
