#include "sim/lesson/lesson_run.hpp"

#include <stdexcept>

namespace snapsim {

const FinishedRun& LessonRuns::own() {
  if (!own_) own_.emplace(simulate(lesson_.scenario));
  return *own_;
}

const FinishedRun& LessonRuns::variant(std::size_t index) {
  if (!variants_[index]) variants_[index].emplace(simulate(lesson_.variants[index].scenario));
  return *variants_[index];
}

const FinishedRun& LessonRuns::named(const std::string& name) {
  if (name.empty()) return own();
  for (std::size_t i = 0; i < lesson_.variants.size(); ++i) {
    if (lesson_.variants[i].name == name) return variant(i);
  }
  throw std::runtime_error("the lesson has no variant \"" + name + "\"");
}

}  // namespace snapsim
