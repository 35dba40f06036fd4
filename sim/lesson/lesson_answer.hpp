#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/lesson/lesson_run.hpp"

namespace snapsim {

/// What a run says to something that was asked.
struct RunAnswer {
  std::string value;
  std::vector<std::size_t> steps;  ///< positions in the trace that show it, in order; may be empty
  std::string because;             ///< a sentence of what else shows it; may be empty
};

/// The run's answer. Throws std::runtime_error when the run has no such step, instance, image or request.
RunAnswer answer_of(const FinishedRun& run, const LessonAsked& asked);

/// A line that shows why an answer is right.
struct Evidence {
  std::string text;
  std::string variant;              ///< the run that shows it; empty: the lesson's own
  std::optional<std::size_t> step;  ///< the position of the step that the line tells of; none: it tells of no step
};

/// A question with what may be answered, and what is right.
struct PosedQuestion {
  std::vector<std::string> choices;  ///< in order; empty: a number is asked for
  std::vector<std::string> right;    ///< each right answer; of a "which" question all of them together are right
  bool wants_all = false;            ///< several choices may be right, and all are wanted
  std::vector<Evidence> evidence;    ///< what shows the right answer
};

/// Asks the lesson's runs. Throws std::runtime_error as answer_of() does.
PosedQuestion pose(LessonRuns& runs, const LessonQuestion& question);

/// What the learner means by what was typed: letters of choices or their texts, apart by spaces or commas. None where
/// it names no choice.
std::optional<std::vector<std::string>> read_answer(const PosedQuestion& posed, const std::string& typed);

/// Whether those are the right ones.
bool is_right(const PosedQuestion& posed, const std::vector<std::string>& given);

/// Why a wrong answer is wrong, from the run: where what was given does come, if it does.
std::vector<std::string> why_wrong(LessonRuns& runs, const LessonQuestion& question,
                                   const std::vector<std::string>& given);

}  // namespace snapsim
