#include "sim/lesson/lesson_pages.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "sim/lesson/lesson.hpp"
#include "sim/lesson/lesson_answer.hpp"
#include "sim/page/html_text.hpp"
#include "sim/page/run_page.hpp"

namespace snapsim {
namespace {

std::string lesson_file(std::size_t number, std::string_view ending) {
  return fmt::format("lesson-{:02}{}.html", number, ending);
}

std::string paragraph(std::string_view text) {
  return fmt::format("<p>{}</p>\n", html_escaped(text));
}

/// The page of the lesson's own run, or of a variant's.
std::string run_file(const Lesson& lesson, std::size_t number, const std::string& variant) {
  const auto found = std::ranges::find(lesson.variants, variant, &LessonVariant::name);
  if (found == lesson.variants.end()) return lesson_file(number, "-run");
  return lesson_file(number, fmt::format("-run-{}", found - lesson.variants.begin() + 1));
}

std::string question_html(const Lesson& lesson, std::size_t lesson_number, const PosedQuestion& posed,
                          const LessonQuestion& question, std::size_t number) {
  std::string html =
      fmt::format("<fieldset class=\"question\"><legend>{}. {}</legend>\n", number, html_escaped(question.ask));
  if (!question.variant.empty()) {
    html += fmt::format("<p class=\"small\">In the run: <a href=\"{}\">{}</a></p>\n",
                        run_file(lesson, lesson_number, question.variant), html_escaped(question.variant));
  }
  if (posed.choices.empty()) {
    html += "<label>Number <input type=\"number\" min=\"0\" max=\"99999\"></label>\n";
  }
  for (const std::string& choice : posed.choices) {
    const bool is_right = std::ranges::find(posed.right, choice) != posed.right.end();
    html +=
        fmt::format("<label><input type=\"{}\" name=\"q{}\"{}> {}</label>\n", posed.wants_all ? "checkbox" : "radio",
                    number, is_right ? " data-right" : "", html_escaped(choice));
  }
  const std::string right = posed.choices.empty() ? posed.right.front() : "";
  html += fmt::format(
      "<button type=\"button\" data-number=\"{}\">Ask the run</button> <output></output>\n"
      "<details><summary>What the run says</summary><ul>\n",
      right);
  for (const Evidence& line : posed.evidence) {
    const std::string text = html_escaped(line.text);
    const std::string file = run_file(lesson, lesson_number, line.variant);
    html += line.step ? fmt::format("<li><a href=\"{}#p{}\">{}</a></li>\n", file, *line.step, text)
                      : fmt::format("<li>{}</li>\n", text);
  }
  return html + "</ul></details></fieldset>\n";
}

std::string lesson_html(LessonRuns& runs, std::size_t number) {
  const Lesson& lesson = runs.lesson();
  std::string html =
      fmt::format("<header><p><a href=\"index.html\">All lessons</a></p><h1>Lesson {}: {}</h1></header><main>\n",
                  number, html_escaped(lesson.title));
  for (const std::string& text : lesson.prose) html += paragraph(text);
  html += fmt::format("<p><a href=\"{}\">The run, step by step</a></p>\n", lesson_file(number, "-run"));
  for (std::size_t i = 0; i < lesson.questions.size(); ++i) {
    html += question_html(lesson, number, pose(runs, lesson.questions[i]), lesson.questions[i], i + 1);
  }
  if (!lesson.closing.empty()) html += paragraph(lesson.closing);
  html += "<nav aria-label=\"Lessons\">";
  if (number > 1) html += fmt::format("<a href=\"{}\">Lesson before</a> ", lesson_file(number - 1, ""));
  if (number < lessons().size()) html += fmt::format("<a href=\"{}\">Next lesson</a>", lesson_file(number + 1, ""));
  return html_document(fmt::format("Lesson {}: {}", number, lesson.title), html + "</nav></main>\n");
}

std::string run_html(const FinishedRun& run) {
  std::ostringstream page;
  write_run_page(run.record(), nullptr, page);
  return page.str();
}

std::string index_html() {
  std::string html = "<header><h1>The life of a snapshot, in lessons</h1></header><main>\n";
  html += paragraph("Each lesson is a run of the simulator. Predict what happens; the run answers.");
  html += "<ol>\n";
  for (std::size_t i = 0; i < lessons().size(); ++i) {
    html += fmt::format("<li><a href=\"{}\">{}</a></li>\n", lesson_file(i + 1, ""), html_escaped(lessons()[i].title));
  }
  return html_document("The life of a snapshot, in lessons", html + "</ol></main>\n");
}

}  // namespace

std::vector<LessonPage> lesson_pages() {
  std::vector<LessonPage> pages{{"index.html", index_html()}};
  for (std::size_t i = 0; i < lessons().size(); ++i) {
    LessonRuns runs(lessons()[i]);
    pages.push_back({lesson_file(i + 1, ""), lesson_html(runs, i + 1)});
    pages.push_back({lesson_file(i + 1, "-run"), run_html(runs.own())});
    for (std::size_t variant = 0; variant < lessons()[i].variants.size(); ++variant) {
      pages.push_back(
          {run_file(lessons()[i], i + 1, lessons()[i].variants[variant].name), run_html(runs.variant(variant))});
    }
  }
  return pages;
}

}  // namespace snapsim
