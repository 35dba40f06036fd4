#pragma once

#include <span>
#include <string_view>

namespace snapsim {

/// A lesson's file as it is built in.
struct LessonText {
  std::string_view path;
  std::string_view text;
};

/// All of them, in order.
std::span<const LessonText> lesson_texts();

}  // namespace snapsim
