#include "sim/report/story.hpp"

#include <regex>
#include <sstream>

#include <catch2/catch.hpp>

#include "sim/report/replay_token.hpp"
#include "sim/report/text.hpp"
#include "tests/report/sample_trace.hpp"
#include "tests/sanitized.hpp"

namespace snapsim {
namespace {

std::string story_of(const SampleRun& run, const StoryOptions& options = {}) {
  std::ostringstream out;
  write_story(run.record(), options, out);
  return out.str();
}

std::string without_colors(const std::string& text) {
  return std::regex_replace(text, std::regex("\x1b\\[[0-9]*m"), "");
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a story tells the steps that a learner should see", "[report]") {
  const std::string story = story_of(happy_cold_run());
  INFO(story);
  for (const char* part :
       {"Cold snapshot of a running server\n", "POST createImage \"snap-1\"", "image \"snap-1\" made: queued",
        "task_state null -> image_snapshot_pending", "snapshot_instance cast", "createImage answered 202 Accepted",
        "nova-compute@compute-1", "task_state image_snapshot -> image_pending_upload",
        "Beginning cold snapshot process", "guest is shutdown, its memory saved on disk",
        "qemu-img convert took 0.049 s", "guest is running", "image \"snap-1\" saving -> active (25559040 bytes)",
        "event compute_snapshot_instance: Success", "CONSISTENT: every invariant and expectation held\n", "7d2c85d8",
        "nothing is left over\n"}) {
    INFO(part);
    CHECK(contains(story, part));
  }
  CHECK_FALSE(contains(story, "Checking state"));
  CHECK_FALSE(contains(story, "hypervisor.suspend begins"));
  CHECK_FALSE(contains(story, "replay"));
  CHECK_FALSE(contains(story, "\x1b"));
}

TEST_CASE("a verbose story tells every step", "[report]") {
  const SampleRun run = happy_cold_run();
  const std::string story = story_of(run, {.verbose = true});
  CHECK(contains(story, "DEBUG Checking state"));
  CHECK(contains(story, "hypervisor.suspend begins"));
  CHECK(lines_of(story).size() >= run.trace.size());
}

TEST_CASE("a quiet story is the verdict", "[report]") {
  CHECK(story_of(happy_cold_run(), {.quiet = true}) == "CONSISTENT: every invariant and expectation held\n");
  const std::string story = story_of(failed_cold_run(), {.quiet = true});
  CHECK(contains(story, "VIOLATED"));
  CHECK_FALSE(contains(story, "INSTANCE"));
}

TEST_CASE("the story of a failure says what is wrong and how to see it again", "[report]") {
  const SampleRun run = failed_cold_run();
  const std::string story = story_of(run);
  INFO(story);
  CHECK(
      contains(story, "VIOLATED: 1 invariant that should hold\n  no_leftover_files: vm-1 at 0.190 s\n    A temporary"));
  CHECK(contains(story, "disk.extract failed: qemu-img ended with 1"));
  CHECK(contains(story, "left over: 1 file, 65536 bytes\n  /opt/stack/data/snapshots/tmp0s576iac\n"));
  CHECK(contains(story, "fault of vm-1: "));
  CHECK(contains(story, replay_command(run.record())));
  // The step that led to it is marked, though it is a detail.
  CHECK(std::regex_search(story, std::regex("\n +[0-9.]+> nova-compute@compute-1 +snapshot_instance ends")));
}

TEST_CASE("the story of an expectation says what was seen", "[report]") {
  SampleRun run = happy_cold_run();
  run.scenario.expect.instances.push_back({0, std::nullopt, TaskState::image_uploading, std::nullopt, std::nullopt});
  const std::string story = story_of(run);
  CHECK(contains(story,
                 "EXPECTATION FAILED: 1 expectation not met\n  vm-1 task_state\n"
                 "    expected image_uploading\n    seen     null\n"));
}

TEST_CASE("no line of a story is wider than asked for, whatever the names are", "[report]") {
  for (const std::string& name : nasty_names()) {
    for (const SampleRun& base : {failed_cold_run(), crowded_run(3, 2), every_record_run()}) {
      SampleRun run = renamed(base, name);
      run.result.choices.assign(400, 0);
      for (std::size_t i = 0; i < run.result.choices.size(); i += 3) run.result.choices[i] = 12'345;
      for (const bool verbose : {false, true}) {
        for (const std::size_t width : {std::size_t{60}, std::size_t{100}}) {
          // Where it takes long, the narrow stories only.
          if (test::is_sanitized && width != 60) continue;
          const std::string story = story_of(run, {.verbose = verbose, .width = width});
          CHECK(valid_utf8(story) == story);
          for (const std::string& line : lines_of(story)) {
            if (display_width(line) > width || visible(line) != line) {
              INFO(line);
              CHECK(display_width(line) <= width);
              CHECK(visible(line) == line);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("colours change nothing but the colours", "[report]") {
  for (const SampleRun& run : {happy_cold_run(), failed_cold_run()}) {
    const std::string story = story_of(run, {.color = true});
    CHECK(contains(story, "\x1b[36m"));
    CHECK(without_colors(story) == story_of(run));
  }
}

TEST_CASE("with several instances each row names its own", "[report]") {
  const std::string story = story_of(crowded_run(3, 1));
  CHECK(std::regex_search(story, std::regex("nova-compute@compute-2 +vm-2 +task_state image_snapshot ->")));
}

TEST_CASE("a long story leaves rows out and says so", "[report]") {
  SampleRun run = crowded_run(60, 20);
  std::string story = story_of(run);
  CHECK(lines_of(story).size() < 420);
  CHECK(contains(story, " rows left out in all; -v shows every step\n"));
  CHECK(contains(story, "and 20 more instances; --json has all of them\n"));
  CHECK(contains(story, " vm-1 "));

  // The instance that something is wrong with comes first, and whole.
  run.result.violations.push_back({"no_stuck_task_state", "vm-57", 0, "It is stuck.", {}});
  story = story_of(run);
  std::size_t rows = 0;
  for (const std::string& line : lines_of(story)) rows += contains(line, " vm-57 ") ? 1U : 0U;
  CHECK(rows >= 41);
}

TEST_CASE("a single instance with many steps keeps its beginning and its end", "[report]") {
  const std::string story = story_of(crowded_run(1, 5000));
  CHECK(lines_of(story).size() < 330);
  CHECK(contains(story, "... 9701 rows of vm-1 left out\n"));
  CHECK(contains(story, "POST createImage"));
}

}  // namespace snapsim
