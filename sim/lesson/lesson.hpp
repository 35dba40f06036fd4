#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/world/scenario.hpp"

namespace snapsim {

/// A moment of a lesson's run, by a step: the `nth` step of that kind whose text holds `text`.
struct LessonMoment {
  std::string kind;  ///< as trace.jsonl spells it; empty: any
  std::string text;  ///< part of what the story says of the step; empty: any
  int nth = 1;       ///< counts from 1
};

/// What a question asks for.
enum class LessonQuery : std::uint8_t {
  state,      ///< a state of an instance or an image
  answer,     ///< the HTTP status that a request gets
  event,      ///< the result of an instance's newest event
  images,     ///< how many images of a status there are in the end
  leftovers,  ///< how many files are left on compute hosts in the end
  violated,   ///< whether an invariant is violated
  steps,      ///< how many steps of a kind and text there are
};

/// Something that a finished run answers.
struct LessonAsked {
  LessonQuery query = LessonQuery::state;
  std::string state;               ///< of `state`: "vm_state" ... or "status" of an image
  std::string of;                  ///< name of an instance or image, or of an invariant, or an image's status
  std::size_t request = 0;         ///< of `answer`: index in the scenario
  std::optional<LessonMoment> at;  ///< of `state`: after that step; none: in the end. Of `steps`: which
};

/// A question about the lesson's run, or about which of its variants give a result.
struct LessonQuestion {
  std::string ask;
  LessonAsked asked;
  std::string variant;                ///< the run that answers; empty: the lesson's scenario itself
  std::optional<std::string> result;  ///< given: which variants end with this result?
};

/// The same scenario with something different in it.
struct LessonVariant {
  std::string name;  ///< what is different, in words
  Scenario scenario;
};

/// One lesson: prose, a run, and what the learner is to predict of it. No answer stands in it: the run answers.
struct Lesson {
  std::string title;
  std::vector<std::string> prose;  ///< paragraphs, before the run
  Scenario scenario;
  std::vector<LessonVariant> variants;
  std::vector<LessonQuestion> questions;
  std::string closing;  ///< a paragraph, after the last question; may be empty
};

/// Every lesson, in order; lesson N is at index N - 1. Read once from the texts that are built in (lessons/*.json).
/// Throws std::runtime_error when one of them is wrong, which is a defect.
std::span<const Lesson> lessons();

/// Reads a lesson's text. Throws std::runtime_error that says what is wrong and where.
Lesson read_lesson(std::string_view text, const std::string& path);

}  // namespace snapsim
