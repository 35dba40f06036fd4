#include "sim/lesson/lesson.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

#include "sim/lesson/lesson_texts.hpp"
#include "sim/scenario/reader.hpp"

namespace snapsim {
namespace {

using LessonJson = nlohmann::ordered_json;

constexpr std::array queries{
    std::pair{"answer", LessonQuery::answer},     std::pair{"event", LessonQuery::event},
    std::pair{"images", LessonQuery::images},     std::pair{"leftovers", LessonQuery::leftovers},
    std::pair{"violated", LessonQuery::violated}, std::pair{"steps", LessonQuery::steps},
};

[[noreturn]] void reject(const std::string& path, const std::string& why) {
  throw std::runtime_error(path + ": " + why);
}

Scenario scenario_of_json(const LessonJson& json, const std::string& path) {
  const ScenarioOrProblems read = read_scenario(json.dump(2), path);
  if (read) return *read;
  reject(path, to_string(read.error().front()));
}

LessonMoment moment_of(const LessonJson& json) {
  return {json.value("kind", ""), json.value("text", ""), json.value("nth", 1)};
}

LessonQuestion question_of(const LessonJson& json) {
  LessonQuestion question;
  question.ask = json.at("ask");
  question.variant = json.value("variant", "");
  if (json.contains("which")) question.result = json.at("which").get<std::string>();
  LessonAsked& asked = question.asked;
  const std::string what = json.at("what");
  asked.state = what;
  for (const auto& [name, query] : queries) {
    if (what == name) asked.query = query;
  }
  asked.of = json.value("of", "");
  asked.request = json.value("request", std::size_t{0});
  if (json.contains("at")) asked.at = moment_of(json.at("at"));
  return question;
}

}  // namespace

Lesson read_lesson(std::string_view text, const std::string& path) {
  try {
    const LessonJson json = LessonJson::parse(text);
    Lesson lesson;
    lesson.title = json.at("title");
    lesson.prose = json.at("prose").get<std::vector<std::string>>();
    lesson.closing = json.value("closing", "");
    lesson.scenario = scenario_of_json(json.at("scenario"), path);
    for (const LessonJson& variant : json.value("variants", LessonJson::array())) {
      LessonJson changed = json.at("scenario");
      changed.merge_patch(variant.at("change"));
      lesson.variants.push_back({variant.at("name"), scenario_of_json(changed, path)});
    }
    for (const LessonJson& question : json.at("questions")) lesson.questions.push_back(question_of(question));
    return lesson;
  } catch (const LessonJson::exception& error) {
    reject(path, error.what());
  }
}

std::span<const Lesson> lessons() {
  static const std::vector<Lesson> all = [] {
    std::vector<Lesson> read;
    for (const LessonText& text : lesson_texts()) read.push_back(read_lesson(text.text, std::string(text.path)));
    return read;
  }();
  return all;
}

}  // namespace snapsim
