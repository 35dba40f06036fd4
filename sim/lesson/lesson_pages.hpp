#pragma once

#include <string>
#include <vector>

namespace snapsim {

/// A file of the lessons as pages.
struct LessonPage {
  std::string file;  ///< its name
  std::string html;
};

/// The lessons as HTML documents that link to each other: index.html, lesson-NN.html with the questions, and
/// lesson-NN-run.html and lesson-NN-run-K.html with the runs that answer them: the lesson's own and its variants'. None
/// of them needs the network.
std::vector<LessonPage> lesson_pages();

}  // namespace snapsim
