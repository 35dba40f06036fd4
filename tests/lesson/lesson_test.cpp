#include "sim/lesson/lesson.hpp"

#include <set>
#include <stdexcept>

#include <catch2/catch.hpp>

#include "sim/lesson/lesson_answer.hpp"
#include "sim/lesson/lesson_pages.hpp"
#include "sim/page/run_page.hpp"

namespace snapsim {
namespace {

const Lesson& lesson_with(const std::string& title) {
  for (const Lesson& lesson : lessons()) {
    if (lesson.title.find(title) != std::string::npos) return lesson;
  }
  throw std::runtime_error("no lesson " + title);
}

/// A lesson of one question about a cold snapshot whose cast is lost.
std::string lesson_text(const std::string& question) {
  return R"({ "title": "t", "prose": ["p"], "scenario": { "title": "s", "config": { "live_snapshot": false },
    "instances": [{ "name": "vm-1" }],
    "requests": [{ "at_ms": 0, "create_image": { "instance": "vm-1", "name": "snap-1" } }],
    "faults": [{ "at": "queue.cast.lost" }] },
    "variants": [{ "name": "nothing is lost", "change": { "faults": [] } }],
    "questions": [)" +
         question + "] }";
}

}  // namespace

TEST_CASE("the runs of every lesson answer every question, and show why", "[lesson]") {
  CHECK(lessons().size() >= 12);
  std::set<std::string> titles;
  for (const Lesson& lesson : lessons()) {
    CAPTURE(lesson.title);
    CHECK(titles.insert(lesson.title).second);
    CHECK(lesson.questions.size() >= 4);
    CHECK(lesson.prose.size() >= 2);
    LessonRuns runs(lesson);
    for (const LessonQuestion& question : lesson.questions) {
      CAPTURE(question.ask, question.variant);
      const PosedQuestion posed = pose(runs, question);
      CHECK_FALSE(posed.evidence.empty());
      CHECK(is_right(posed, posed.right));
      for (const std::string& right : posed.right) {
        if (!posed.choices.empty()) CHECK(std::set(posed.choices.begin(), posed.choices.end()).contains(right));
      }
      // A question that has one possible answer teaches nothing.
      if (!posed.choices.empty()) CHECK(posed.choices.size() >= 2);
      // So do "all of them" and "none of them", most of the time.
      if (posed.wants_all) CHECK(posed.right.size() < posed.choices.size());
    }
  }
}

TEST_CASE("an answer is a letter, a word or a number, and several where several may be right", "[lesson]") {
  const PosedQuestion one{{"active", "queued"}, {"queued"}, false, {}};
  CHECK(read_answer(one, " b ") == std::vector<std::string>{"queued"});
  CHECK(read_answer(one, "Queued") == std::vector<std::string>{"queued"});
  CHECK_FALSE(read_answer(one, "c"));
  CHECK_FALSE(read_answer(one, ""));
  CHECK_FALSE(read_answer(one, "a b"));
  const PosedQuestion several{{"it dies", "it lives", "both"}, {"both", "it dies"}, true, {}};
  CHECK(is_right(several, *read_answer(several, "c, a")));
  CHECK_FALSE(is_right(several, *read_answer(several, "a")));
  CHECK(is_right({{"x"}, {}, true, {}}, *read_answer(several, "none")));
  const PosedQuestion number{{}, {"7"}, false, {}};
  CHECK(is_right(number, *read_answer(number, "007")));
  CHECK_FALSE(read_answer(number, "seven"));
  CHECK_FALSE(read_answer(number, "99999999999999999999"));
}

TEST_CASE("a wrong answer is told where in the run it would have been right", "[lesson]") {
  const Lesson lesson = read_lesson(lesson_text(R"({ "ask": "?", "what": "task_state", "of": "vm-1" })"), "here");
  LessonRuns runs(lesson);
  const LessonQuestion& question = lesson.questions[0];
  CHECK(pose(runs, question).right == std::vector<std::string>{"image_snapshot_pending"});
  const auto at_start = why_wrong(runs, question, {"null"});
  REQUIRE(at_start.size() == 1);
  CHECK(at_start[0] == "It is null at the start.");
  const auto never = why_wrong(runs, question, {"image_uploading"});
  REQUIRE(never.size() == 1);
  CHECK(never[0] == "In this run it is never image_uploading.");
}

TEST_CASE("which variants end in something is asked of all of them", "[lesson]") {
  const Lesson lesson = read_lesson(lesson_text(R"({ "ask": "?", "what": "status", "of": "snap-1", "which": "active" },
                     { "ask": "?", "what": "images", "of": "queued" },
                     { "ask": "?", "what": "answer", "request": 0, "variant": "nothing is lost" },
                     { "ask": "?", "what": "violated", "of": "no_orphan_image" })"),
                                    "here");
  LessonRuns runs(lesson);
  CHECK(pose(runs, lesson.questions[0]).right == std::vector<std::string>{"nothing is lost"});
  CHECK(pose(runs, lesson.questions[1]).right == std::vector<std::string>{"1"});
  CHECK(pose(runs, lesson.questions[2]).right == std::vector<std::string>{"202"});
  CHECK(pose(runs, lesson.questions[3]).right == std::vector<std::string>{"yes"});
}

TEST_CASE("a lesson that asks for what its run does not have is told so", "[lesson]") {
  const auto posed = [](const std::string& question) {
    const Lesson lesson = read_lesson(lesson_text(question), "here");
    LessonRuns runs(lesson);
    return pose(runs, lesson.questions[0]);
  };
  CHECK_THROWS_WITH(posed(R"({ "ask": "?", "what": "task_state", "of": "vm-2" })"), "there is no instance vm-2");
  CHECK_THROWS_WITH(posed(R"({ "ask": "?", "what": "status", "of": "snap-9" })"), "the run makes no image snap-9");
  CHECK_THROWS_WITH(posed(R"({ "ask": "?", "what": "mood", "of": "vm-1" })"), "nothing is called mood");
  CHECK_THROWS_WITH(posed(R"({ "ask": "?", "what": "violated", "variant": "x" })"), "the lesson has no variant \"x\"");
  CHECK_THROWS_WITH(posed(R"({ "ask": "?", "what": "task_state", "of": "vm-1", "at": { "kind": "command" } })"),
                    Catch::StartsWith("the run has no step command"));
  CHECK_THROWS_WITH(read_lesson("{", "here"), Catch::StartsWith("here: "));
  CHECK_THROWS_WITH(
      read_lesson(R"({ "title": "t", "prose": [], "scenario": { "titel": "" }, "questions": [] })", "here"),
      Catch::Contains("\"instances\" is missing"));
}

TEST_CASE("lessons are pages that link to pages which are there", "[lesson]") {
  const std::vector<LessonPage> pages = lesson_pages();
  std::size_t runs = 0;
  for (const Lesson& lesson : lessons()) runs += 1 + lesson.variants.size();
  CHECK(pages.size() == 1 + lessons().size() + runs);
  std::set<std::string> files;
  for (const LessonPage& page : pages) files.insert(page.file);
  for (const LessonPage& page : pages) {
    CAPTURE(page.file);
    CHECK(page.html.size() < page_bytes_max);
    CHECK(page.html.find("href=\"http") == std::string::npos);
    CHECK(page.html.find("src=") == std::string::npos);
    const std::string link = "href=\"lesson-";
    for (std::size_t at = page.html.find(link); at != std::string::npos; at = page.html.find(link, at + 1)) {
      const std::size_t begin = at + 6;
      CHECK(files.contains(page.html.substr(begin, page.html.find_first_of("\"#", begin) - begin)));
    }
  }
  CHECK(lesson_with("What a snapshot is").questions[0].asked.query == LessonQuery::answer);
}

}  // namespace snapsim
