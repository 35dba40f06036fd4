#include <algorithm>

#include <catch2/catch.hpp>

#include "sim/explain/diagnosis.hpp"
#include "tests/explain/recorded_cases.hpp"

namespace snapsim::test {
namespace {

void read_log(const std::string& name, LogBook& book) {
  LogSource source(SNAPSIM_SOURCE_DIR "/tests/explain/logs/" + name + ".log.gz");
  REQUIRE(source.failure().empty());
  book.read(source, name);
}

/// Of two requests that raced, the one that the table tells of is that which was accepted, if any was.
std::size_t told_story(const std::vector<SnapshotStory>& stories) {
  for (std::size_t i = 0; i < stories.size(); ++i) {
    const StoryEvent* const answer = stories[i].find(EventKind::api_action_answered);
    if (answer != nullptr && answer->event.number == 202) return i;
  }
  return 0;
}

void check_case(const RecordedCase& recorded, CandidateStore& store) {
  INFO(recorded.name);
  LogBook book;
  read_log(recorded.name, book);
  const std::vector<SnapshotStory> stories = find_stories(book);
  REQUIRE_FALSE(stories.empty());
  const Diagnosis diagnosis = diagnose(book, stories[told_story(stories)], stories, store);
  const FinalState& state = diagnosis.state;
  std::string causes;
  bool is_named = false;
  for (std::size_t i = 0; i < std::min<std::size_t>(2, diagnosis.causes.size()); ++i) {
    causes += diagnosis.causes[i].name + "; ";
    is_named |= names_cause(diagnosis.causes[i].name, recorded.cause);
  }
  INFO("causes: " << causes);
  CHECK(is_named);
  CHECK(state.api_status == recorded.api_status);
  CHECK(short_states(state.task_states) == recorded.task_states);
  CHECK(state.vm_state + " / " + state.task_state + " / " + state.power_state == recorded.states);
  CHECK(state.guest + (state.guest_reason.empty() ? "" : " (" + state.guest_reason + ")") == recorded.guest);
  CHECK(state.image_status == recorded.image_status);
  CHECK(joined(state.image_statuses, ", ") == recorded.image_statuses);
  CHECK(state.image_bytes.value_or(-1) == recorded.image_bytes);
  CHECK(state.event == recorded.event);
  CHECK(state.has_fault == recorded.has_fault);
  CHECK(state.files.size() == recorded.files);
}

}  // namespace

TEST_CASE("of every fault that was recorded on a real cloud the cause is among the first two, and the state right",
          "[explain][exhaustive]") {
  CandidateStore store;
  for (const RecordedCase& recorded : recorded_cases()) check_case(recorded, store);
}

TEST_CASE("the causes and states of some recorded faults are found", "[explain]") {
  CandidateStore store;
  for (const RecordedCase& recorded : recorded_cases()) {
    const bool is_quick = recorded.name == "happy-cold-active" || recorded.name == "extract-sig9-cold" ||
                          recorded.name == "upload-403-always" || recorded.name == "image-deleted-before-compute" ||
                          recorded.name == "upload-503-once-live" || recorded.name == "live-rebase-fails";
    if (is_quick) check_case(recorded, store);
  }
}

TEST_CASE("without its DEBUG lines a recorded fault is still told", "[explain]") {
  CandidateStore store;
  LogBook whole;
  LogSource source(SNAPSIM_SOURCE_DIR "/tests/explain/logs/extract-sig9-cold.log.gz");
  std::string text;
  while (const auto line = source.next_line()) {
    if (line->find(" DEBUG ") == std::string_view::npos) text += std::string(*line) + '\n';
  }
  LogBook book;
  book.read_text(text, "info.log");
  REQUIRE_FALSE(book.has_debug(Side::nova_compute));
  const std::vector<SnapshotStory> stories = find_stories(book);
  REQUIRE(stories.size() == 1);
  const Diagnosis diagnosis = diagnose(book, stories[0], stories, store);
  CHECK(diagnosis.causes.front().name == "disk.extract.killed");
  CHECK(diagnosis.state.image_status == "absent");
  CHECK(diagnosis.state.guest_reason == "restored");
}

}  // namespace snapsim::test
