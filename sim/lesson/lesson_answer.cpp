#include "sim/lesson/lesson_answer.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "sim/report/run_names.hpp"
#include "sim/report/run_states.hpp"
#include "sim/report/step_text.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

/// "step 12, 0.032 s, nova-compute@compute-1: task_state ..."
std::string step_line(const RunNames& names, std::size_t position) {
  const TraceRecord& record = names.record().trace[position];
  return fmt::format("step {}, {} s, {}: {}", position + 1, seconds_text(record.virtual_us, 3),
                     actor_text(names, record), step_text(names, record));
}

bool is_step(const RunNames& names, const TraceRecord& record, const LessonMoment& moment) {
  if (!moment.kind.empty() && moment.kind != to_string(record.kind)) return false;
  return moment.text.empty() || step_text(names, record).find(moment.text) != std::string::npos;
}

std::size_t position_of(const RunNames& names, const LessonMoment& moment) {
  int seen = 0;
  const auto trace = names.record().trace;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (is_step(names, trace[i], moment) && ++seen == moment.nth) return i;
  }
  throw std::runtime_error(fmt::format("the run has no step {} \"{}\"", moment.kind, moment.text));
}

std::uint32_t instance_named(const FinishedRun& run, const std::string& name) {
  const auto& instances = run.scenario.instances;
  const auto found = std::ranges::find(instances, name, &InstanceSpec::name);
  if (found == instances.end()) throw std::runtime_error("there is no instance " + name);
  return static_cast<std::uint32_t>(found - instances.begin());
}

StateTrack track_of(const FinishedRun& run, const LessonAsked& asked) {
  using enum StateTrack::Kind;
  if (asked.state == "status") {
    const RunNames names(run.record());
    for (const StateHistory& history : state_histories(run.record())) {
      if (history.track.kind == image_status && names.image_name(history.track.subject) == asked.of) {
        return history.track;
      }
    }
    throw std::runtime_error("the run makes no image " + asked.of);
  }
  for (const StateTrack::Kind kind : {vm_state, task_state, power_state, guest}) {
    if (asked.state == to_string(kind)) return {kind, instance_named(run, asked.of)};
  }
  throw std::runtime_error("nothing is called " + asked.state);
}

RunAnswer state_answer(const FinishedRun& run, const LessonAsked& asked) {
  const RunNames names(run.record());
  const std::vector<StateHistory> histories = state_histories(run.record());
  const StateHistory* history = find_history(histories, track_of(run, asked));
  std::optional<std::size_t> position;
  if (asked.at) {
    position = position_of(names, *asked.at);
  } else if (!run.output.trace.empty()) {
    position = run.output.trace.size() - 1;
  }
  const StateChange* change = history == nullptr ? nullptr : history->at(position);
  if (change == nullptr) return {"none", {}, "There is no such record yet at that step."};
  RunAnswer answer{change->value, {}, ""};
  if (change->position) {
    answer.steps.push_back(*change->position);
  } else {
    answer.because = "It is so from the start, and nothing has changed it by then.";
  }
  if (asked.at && position != change->position) answer.steps.push_back(*position);
  return answer;
}

RunAnswer request_answer(const FinishedRun& run, const LessonAsked& asked) {
  const auto& replies = run.output.result.requests;
  const auto found = std::ranges::find(replies, asked.request, &RequestResult::index);
  if (found == replies.end()) throw std::runtime_error("there is no such request");
  RunAnswer answer{found->status == 0 ? "none" : std::to_string(found->status), {}, ""};
  for (std::size_t i = 0; i < run.output.trace.size(); ++i) {
    const TraceRecord& record = run.output.trace[i];
    if (record.kind == TraceKind::request_answered && record.request == asked.request) answer.steps.push_back(i);
  }
  return answer;
}

RunAnswer event_answer(const FinishedRun& run, const LessonAsked& asked) {
  const std::uint32_t instance = instance_named(run, asked.of);
  const auto& events = run.output.result.instances[instance].events;
  RunAnswer answer{"none", {}, ""};
  if (!events.empty()) answer.value = events.back().result.empty() ? "unfinished" : events.back().result;
  for (std::size_t i = run.output.trace.size(); i-- > 0 && answer.steps.empty();) {
    const TraceRecord& record = run.output.trace[i];
    const bool is_event = record.kind == TraceKind::event_finished || record.kind == TraceKind::event_started;
    if (is_event && record.subject == instance) answer.steps.push_back(i);
  }
  if (answer.steps.empty()) answer.because = "No task of nova-compute ever began, so there is no event.";
  return answer;
}

RunAnswer images_answer(const FinishedRun& run, const LessonAsked& asked) {
  std::size_t count = 0;
  std::string list;
  for (const ImageResult& image : run.output.result.images) {
    count += image.status == asked.of ? 1U : 0U;
    list += fmt::format("{}{} is {}", list.empty() ? "" : ", ", image.name, image.status);
  }
  RunAnswer answer{std::to_string(count), {}, "In the end " + (list.empty() ? "there is no image" : list) + "."};
  for (std::size_t i = 0; i < run.output.trace.size(); ++i) {
    if (run.output.trace[i].kind == TraceKind::image_status) answer.steps.push_back(i);
  }
  return answer;
}

RunAnswer leftovers_answer(const FinishedRun& run) {
  const auto& files = run.output.result.leftover_files;
  RunAnswer answer{std::to_string(files.size()), {}, ""};
  for (const std::string& file : files) answer.because += fmt::format("{}{}", answer.because.empty() ? "" : ", ", file);
  answer.because = files.empty() ? "Every file that was made was removed." : "Left: " + answer.because + ".";
  for (std::size_t i = 0; i < run.output.trace.size(); ++i) {
    const TraceKind kind = run.output.trace[i].kind;
    if (kind == TraceKind::file_made || kind == TraceKind::file_removed) answer.steps.push_back(i);
  }
  return answer;
}

RunAnswer violated_answer(const FinishedRun& run, const LessonAsked& asked) {
  const auto& violations = run.output.result.violations;
  const auto is_wanted = [&asked](const ViolationResult& violation) {
    return asked.of.empty() || violation.invariant == asked.of;
  };
  const auto found = std::ranges::find_if(violations, is_wanted);
  if (found == violations.end()) return {"no", {}, "When all is at rest, the check finds nothing wrong."};
  RunAnswer answer{"yes", {}, fmt::format("{}: {}", found->invariant, found->message)};
  for (const std::uint32_t step : found->steps) answer.steps.push_back(step);
  return answer;
}

RunAnswer steps_answer(const FinishedRun& run, const LessonAsked& asked) {
  const RunNames names(run.record());
  RunAnswer answer;
  for (std::size_t i = 0; i < run.output.trace.size(); ++i) {
    if (is_step(names, run.output.trace[i], asked.at.value_or(LessonMoment{}))) answer.steps.push_back(i);
  }
  answer.value = std::to_string(answer.steps.size());
  if (answer.steps.empty()) answer.because = "No step of the run is of that kind.";
  return answer;
}

std::vector<Evidence> evidence_of(const FinishedRun& run, const RunAnswer& answer, const std::string& variant) {
  constexpr std::size_t shown_max = 6;
  const RunNames names(run.record());
  std::vector<Evidence> lines;
  if (!answer.because.empty()) lines.push_back({visible(answer.because), variant, std::nullopt});
  const std::size_t first = answer.steps.size() > shown_max ? answer.steps.size() - shown_max : 0;
  for (std::size_t i = first; i < answer.steps.size(); ++i) {
    lines.push_back({step_line(names, answer.steps[i]), variant, answer.steps[i]});
  }
  return lines;
}

/// What may be answered: what the run knows of that kind, and what a learner may think of.
std::vector<std::string> choices_for(const FinishedRun& run, const LessonAsked& asked, const std::string& right) {
  std::vector<std::string> choices;
  const auto add = [&choices](const std::string& value) {
    if (std::ranges::find(choices, value) == choices.end()) choices.push_back(value);
  };
  switch (asked.query) {
    case LessonQuery::violated:
      return {"yes", "no"};
    case LessonQuery::event:
      return {"Success", "Error", "none", "unfinished"};
    case LessonQuery::answer:
      for (const char* status : {"202", "204", "404", "409", "500"}) add(status);
      break;
    case LessonQuery::images:
    case LessonQuery::leftovers:
    case LessonQuery::steps:
      return {};
    case LessonQuery::state: {
      const std::vector<StateHistory> histories = state_histories(run.record());
      const StateHistory* history = find_history(histories, track_of(run, asked));
      for (const StateChange& change : history->changes) add(change.value);
      if (asked.state == "vm_state") {
        for (const char* value : {"active", "stopped", "error", "deleted"}) add(value);
      } else if (asked.state == "task_state") {
        for (const char* value : {"null", "image_snapshot_pending", "image_uploading"}) add(value);
      } else if (asked.state == "status") {
        for (const char* value : {"queued", "saving", "active", "deleted"}) add(value);
      } else {
        for (const char* value : {"running", "paused", "shutdown"}) add(value);
      }
      break;
    }
  }
  add(right);
  return choices;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string> words_in(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ' && c != ',') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

/// The choice that a word names: its letter, or its text.
std::optional<std::string> choice_named(const PosedQuestion& posed, const std::string& word) {
  for (const std::string& choice : posed.choices) {
    if (lower(choice) == lower(word)) return choice;
  }
  if (word.size() != 1) return std::nullopt;
  const int index = std::tolower(static_cast<unsigned char>(word[0])) - 'a';
  if (index < 0 || index >= static_cast<int>(posed.choices.size())) return std::nullopt;
  return posed.choices[static_cast<std::size_t>(index)];
}

}  // namespace

RunAnswer answer_of(const FinishedRun& run, const LessonAsked& asked) {
  switch (asked.query) {
    case LessonQuery::state:
      return state_answer(run, asked);
    case LessonQuery::answer:
      return request_answer(run, asked);
    case LessonQuery::event:
      return event_answer(run, asked);
    case LessonQuery::images:
      return images_answer(run, asked);
    case LessonQuery::leftovers:
      return leftovers_answer(run);
    case LessonQuery::violated:
      return violated_answer(run, asked);
    case LessonQuery::steps:
      return steps_answer(run, asked);
  }
  throw std::runtime_error("nothing is asked");
}

PosedQuestion pose(LessonRuns& runs, const LessonQuestion& question) {
  PosedQuestion posed;
  if (!question.result) {
    const FinishedRun& run = runs.named(question.variant);
    const RunAnswer answer = answer_of(run, question.asked);
    posed.right = {answer.value};
    posed.choices = choices_for(run, question.asked, answer.value);
    posed.evidence = evidence_of(run, answer, question.variant);
    return posed;
  }
  posed.wants_all = true;
  for (std::size_t i = 0; i < runs.lesson().variants.size(); ++i) {
    const std::string& name = runs.lesson().variants[i].name;
    const RunAnswer answer = answer_of(runs.variant(i), question.asked);
    posed.choices.push_back(name);
    if (answer.value == *question.result) posed.right.push_back(name);
    posed.evidence.push_back({fmt::format("{}: {}", name, answer.value), name, std::nullopt});
    for (Evidence& line : evidence_of(runs.variant(i), answer, name)) {
      line.text.insert(0, "  ");
      posed.evidence.push_back(std::move(line));
    }
  }
  return posed;
}

std::optional<std::vector<std::string>> read_answer(const PosedQuestion& posed, const std::string& typed) {
  const std::string text = trimmed(typed);
  if (text.empty()) return std::nullopt;
  if (posed.choices.empty()) {
    const bool is_number = std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!is_number || text.size() > 9) return std::nullopt;
    return std::vector<std::string>{std::to_string(std::stoi(text))};
  }
  if (const auto whole = choice_named(posed, text)) return std::vector<std::string>{*whole};
  if (posed.wants_all && lower(text) == "none") return std::vector<std::string>{};
  std::vector<std::string> given;
  for (const std::string& word : words_in(text)) {
    const auto choice = choice_named(posed, word);
    if (!choice) return std::nullopt;
    given.push_back(*choice);
  }
  if (!posed.wants_all && given.size() != 1) return std::nullopt;
  return given;
}

bool is_right(const PosedQuestion& posed, const std::vector<std::string>& given) {
  return std::set<std::string>(given.begin(), given.end()) ==
         std::set<std::string>(posed.right.begin(), posed.right.end());
}

std::vector<std::string> why_wrong(LessonRuns& runs, const LessonQuestion& question,
                                   const std::vector<std::string>& given) {
  if (question.result || question.asked.query != LessonQuery::state || given.empty()) return {};
  const FinishedRun& run = runs.named(question.variant);
  const RunNames names(run.record());
  const std::vector<StateHistory> histories = state_histories(run.record());
  const StateHistory* history = find_history(histories, track_of(run, question.asked));
  for (const StateChange& change : history->changes) {
    if (change.value != given.front()) continue;
    if (!change.position) return {fmt::format("It is {} at the start.", given.front())};
    return {fmt::format("{} comes with {}", given.front(), step_line(names, *change.position))};
  }
  return {fmt::format("In this run it is never {}.", given.front())};
}

}  // namespace snapsim
