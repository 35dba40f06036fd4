#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "sim/explain/diagnosis.hpp"

namespace snapsim {

/// A story and what is known of it.
struct ExplainedStory {
  SnapshotStory story;
  Diagnosis diagnosis;
};

/// What is left behind, in sentences, and the commands that would look at it and clean it up.
struct Remains {
  std::vector<std::string> facts;
  std::vector<std::string> inspect;
  std::vector<std::string> clean;
};
Remains remains_of(const LogBook& book, const ExplainedStory& explained);

/// How much of a story is told.
enum class Detail : std::uint8_t {
  brief,  ///< where it ended and why, two lines
  steps,  ///< the steps that tell something, too
  all,    ///< every step
};

/// The stories for a person.
void write_explanation(const LogBook& book, const std::vector<ExplainedStory>& stories, Detail detail,
                       std::ostream& out);
/// One JSON object.
void write_explanation_json(const LogBook& book, const std::vector<ExplainedStory>& stories, std::ostream& out);
/// A Mermaid sequence diagram of each story.
void write_explanation_mermaid(const LogBook& book, const std::vector<ExplainedStory>& stories, std::ostream& out);
/// A scenario file that reproduces the story's most likely cause.
std::string scenario_file_of(const ExplainedStory& explained);

}  // namespace snapsim
