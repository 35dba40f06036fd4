#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>

#include "real/child_process.hpp"
#include "sim/cli/line_input.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/result_folder.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/lesson/lesson.hpp"
#include "sim/lesson/lesson_answer.hpp"
#include "sim/lesson/lesson_pages.hpp"
#include "sim/report/story.hpp"
#include "sim/report/text.hpp"
#include "sim/scenario/problem.hpp"

namespace snapsim {
namespace {

constexpr std::size_t text_width = 100;

void print_wrapped(const std::string& text, const std::string& indent = "") {
  for (const std::string& line : wrapped(text, output_columns(text_width) - indent.size(), 40))
    std::cout << indent << line << '\n';
}

void list_lessons() {
  std::cout << "The life of a snapshot, in lessons. Each is a run: predict what happens, and the run answers.\n\n";
  for (std::size_t i = 0; i < lessons().size(); ++i) {
    const Lesson& lesson = lessons()[i];
    std::cout << (i < 9 ? " " : "") << i + 1 << "  " << lesson.title << " (" << lesson.questions.size()
              << " questions)\n";
  }
  std::cout << "\nsnapsim lesson 1 begins. Lessons answer themselves with --play; --html DIR writes them as pages.\n";
}

char letter_of(std::size_t index) {
  return static_cast<char>('a' + index);
}

/// What came of one lesson.
struct Score {
  std::size_t asked = 0;
  std::size_t right = 0;
  bool has_ended_early = false;
};

/// One lesson with one learner.
class LessonTalk {
 public:
  LessonTalk(std::size_t number, bool plays_itself, LineInput& input)
      : number_(number), plays_itself_(plays_itself), input_(input), runs_(lessons()[number - 1]) {}

  Score talk() {
    const Lesson& lesson = runs_.lesson();
    std::cout << "Lesson " << number_ << ": " << lesson.title << "\n\n";
    for (const std::string& text : lesson.prose) {
      print_wrapped(text);
      std::cout << '\n';
    }
    if (!plays_itself_) {
      print_wrapped("Answer with a letter or the word itself. s tells the story of the run, q ends.");
      std::cout << '\n';
    }
    for (std::size_t i = 0; i < lesson.questions.size() && !score_.has_ended_early; ++i) ask(i);
    if (score_.has_ended_early) return score_;
    if (!lesson.closing.empty()) print_wrapped(lesson.closing);
    std::cout << "\n" << score_.right << " of " << score_.asked << " were as the run says.\n";
    return score_;
  }

 private:
  void ask(std::size_t index) {
    const LessonQuestion& question = runs_.lesson().questions[index];
    const PosedQuestion posed = pose(runs_, question);
    print_wrapped(std::to_string(index + 1) + ". " + question.ask);
    if (!question.variant.empty()) print_wrapped("(the run: " + question.variant + ")", "   ");
    for (std::size_t i = 0; i < posed.choices.size(); ++i) {
      print_wrapped(std::string(1, letter_of(i)) + "  " + posed.choices[i], "   ");
    }
    if (posed.choices.empty()) std::cout << "   a number\n";
    if (posed.wants_all) std::cout << "   all that are right, apart by spaces; \"none\" if there is none\n";
    const std::optional<std::vector<std::string>> given = plays_itself_ ? posed.right : typed_answer(posed, question);
    if (!given) {
      score_.has_ended_early = true;
      return;
    }
    ++score_.asked;
    tell(question, posed, *given);
  }

  std::optional<std::vector<std::string>> typed_answer(const PosedQuestion& posed, const LessonQuestion& question) {
    for (;;) {
      std::cout << "> ";
      flush_standard_output();
      const std::optional<std::string> line = input_.read_line();
      if (!line) {
        std::cout << '\n';
        return std::nullopt;
      }
      if (!LineInput::is_terminal()) std::cout << visible(*line) << '\n';
      const std::string word = without_outer_spaces(*line);
      if (word == "q") return std::nullopt;
      if (word == "s") {
        StoryOptions story;
        story.width = output_columns(text_width);
        write_story(runs_.named(question.variant).record(), story, std::cout);
        continue;
      }
      if (const auto given = read_answer(posed, word)) return given;
      std::cout << "   That is none of the answers. ";
      if (posed.choices.empty()) {
        std::cout << "A whole number is asked for";
      } else {
        std::cout << "There are a to " << letter_of(posed.choices.size() - 1);
      }
      std::cout << "; s tells the story of the run, q ends.\n";
    }
  }

  void tell(const LessonQuestion& question, const PosedQuestion& posed, const std::vector<std::string>& given) {
    if (is_right(posed, given)) {
      ++score_.right;
      std::cout << "   Right: " << joined(posed) << '\n';
    } else {
      std::cout << "   No, the run says: " << joined(posed) << '\n';
      for (const std::string& line : why_wrong(runs_, question, given)) print_wrapped(line, "   ");
    }
    for (const Evidence& line : posed.evidence) print_wrapped(line.text, "     ");
    std::cout << '\n';
  }

  static std::string joined(const PosedQuestion& posed) {
    std::string text;
    for (const std::string& answer : posed.right) text += (text.empty() ? "" : "; ") + answer;
    return text.empty() ? "none of them" : text;
  }

  std::size_t number_;
  bool plays_itself_;
  LineInput& input_;
  LessonRuns runs_;
  Score score_;
};

Exit write_pages(const std::string& folder) {
  const OutFolder out(folder);
  const std::vector<LessonPage> pages = lesson_pages();
  for (const LessonPage& page : pages) {
    write_output_file(std::filesystem::path(folder) / page.file, [&page](std::ostream& file) { file << page.html; });
  }
  std::cout << pages.size() << " pages are in " << printable(folder) << "; begin with index.html\n";
  flush_standard_output();
  return Exit::held;
}

}  // namespace

Exit lesson_verb(const Options& options) {
  const LessonOptions& wanted = options.lesson;
  const std::size_t count = lessons().size();
  if (wanted.number > count) {
    std::cerr << "snapsim lesson: there are lessons 1 to " << count << ", and no lesson " << wanted.number << '\n';
    return Exit::bad_input;
  }
  if (!wanted.html.empty()) return write_pages(wanted.html);
  if (wanted.number == 0 && !wanted.play) {
    list_lessons();
    flush_standard_output();
    return Exit::held;
  }
  LineInput input;
  const std::size_t first = wanted.number == 0 ? 1 : wanted.number;
  const std::size_t last = wanted.number == 0 ? count : wanted.number;
  for (std::size_t number = first; number <= last; ++number) {
    const Score score = LessonTalk(number, wanted.play, input).talk();
    if (number < last) std::cout << '\n';
    if (!score.has_ended_early) continue;
    flush_standard_output();
    if (interrupt_requested()) return Exit::interrupted;
    break;
  }
  flush_standard_output();
  return Exit::held;
}

}  // namespace snapsim
