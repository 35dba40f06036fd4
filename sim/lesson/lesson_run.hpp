#pragma once

#include <optional>
#include <vector>

#include "sim/lesson/lesson.hpp"
#include "sim/report/finished_run.hpp"

namespace snapsim {

/// The runs of a lesson: that of its scenario, and those of its variants, each made when it is first asked for, on
/// model disks. The lesson must outlive it.
class LessonRuns {
 public:
  explicit LessonRuns(const Lesson& lesson) : lesson_(lesson), variants_(lesson.variants.size()) {}

  const Lesson& lesson() const { return lesson_; }
  const FinishedRun& own();
  const FinishedRun& variant(std::size_t index);
  /// The run of that name; the lesson's own for the empty one. Throws std::runtime_error where no variant has the name.
  const FinishedRun& named(const std::string& name);

 private:
  const Lesson& lesson_;
  std::optional<FinishedRun> own_;
  std::vector<std::optional<FinishedRun>> variants_;
};

}  // namespace snapsim
