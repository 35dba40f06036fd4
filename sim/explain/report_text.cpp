#include <algorithm>

#include <fmt/format.h>

#include "sim/explain/report.hpp"
#include "sim/explain/story_facts.hpp"
#include "sim/report/text.hpp"
#include "sim/scenario/writer.hpp"
#include "sim/world/fault_point.hpp"
#include "sim/world/run.hpp"

namespace snapsim {
namespace {

constexpr std::size_t width = 118;

std::string clock_text(std::int64_t time_us) {
  constexpr std::int64_t day_us = 86'400'000'000;
  const std::int64_t in_day = ((time_us % day_us) + day_us) % day_us;
  const std::int64_t ms = in_day / 1000;
  return fmt::format("{:02}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

std::string place_of(const LogBook& book, const StoryEvent& each) {
  return fmt::format("{}:{}", visible(book.short_name(each.event.file)), each.event.line);
}

/// What really causes the fault, as `snapsim faults` has it.
std::string real_cause(const Mishap& mishap) {
  if (const auto* const fault = std::get_if<FaultSpec>(&mishap.what)) return fault_points()[fault->point].cause;
  return "a request of a user or operator";
}

void write_lines(const std::string& first, const std::string& text, std::ostream& out) {
  constexpr std::size_t lines_max = 6;
  const std::string indent(first.size(), ' ');
  bool is_first = true;
  for (const std::string& line : wrapped(text, width - std::min(width - 20, first.size()), lines_max)) {
    out << (is_first ? first : indent) << line << '\n';
    is_first = false;
  }
}

void write_steps(const LogBook& book, const SnapshotStory& story, Detail detail, std::ostream& out) {
  out << "  STEPS\n";
  for (const StoryEvent& each : story.events) {
    const EventInfo& info = event_info(each.event.kind);
    constexpr double small = 0.5;
    if (info.step.empty() ||
        (detail != Detail::all && info.weight < small && each.event.kind != EventKind::vm_lifecycle))
      continue;
    const std::string first = fmt::format("    {}{} {:<13} ", clock_text(each.event.time_us),
                                          each.is_foreign ? "*" : " ", to_string(each.side));
    write_lines(first, fmt::format("{}  [{}]", visible(step_text(book, each)), place_of(book, each)), out);
  }
}

void write_causes(const LogBook& book, const ExplainedStory& explained, std::ostream& out) {
  constexpr std::size_t evidence_max = 6;
  out << "  LIKELY CAUSES, the most likely first\n";
  int number = 0;
  for (const Cause& cause : explained.diagnosis.causes) {
    std::string text;
    for (const Mishap& mishap : cause.candidate.mishaps) text += (text.empty() ? "" : ", then ") + words_for(mishap);
    if (text.empty()) text = "nothing went wrong: this is what Nova does";
    write_lines(fmt::format("   {:>2}. ", ++number), fmt::format("{} (distance {:.2f})", text, cause.cost), out);
    for (const Mishap& mishap : cause.candidate.mishaps) write_lines("         ", real_cause(mishap), out);
    if (!cause.moments.empty()) {
      std::string also;
      for (const std::string& moment : cause.moments) also += (also.empty() ? "" : "; ") + moment;
      write_lines("         or: ", also, out);
    }
    if (!cause.same_lines.empty()) {
      std::string names;
      for (const std::string& name : cause.same_lines) names += (names.empty() ? "" : ", ") + name;
      write_lines("         logs the same as: ", names, out);
    }
    std::string evidence;
    std::vector<std::size_t> telling = cause.comparison.matched;
    std::ranges::stable_sort(telling, [&](std::size_t left, std::size_t right) {
      return event_info(explained.story.events[left].event.kind).weight >
             event_info(explained.story.events[right].event.kind).weight;
    });
    for (std::size_t i = 0; i < std::min(evidence_max, telling.size()); ++i) {
      evidence += (i == 0 ? "" : ", ") + place_of(book, explained.story.events[telling[i]]);
    }
    if (!evidence.empty()) write_lines("         seen: ", evidence, out);
    std::string against;
    std::size_t count = 0;
    for (const std::size_t i : cause.comparison.unexplained) {
      constexpr double small = 0.3;
      if (event_info(explained.story.events[i].event.kind).weight < small || ++count > evidence_max) continue;
      against += (against.empty() ? "" : ", ") + place_of(book, explained.story.events[i]);
    }
    if (!against.empty()) write_lines("         not explained: ", against, out);
  }
}

void write_list(const char* title, const std::vector<std::string>& lines, std::ostream& out) {
  if (lines.empty()) return;
  out << "  " << title << '\n';
  for (const std::string& line : lines) out << "    " << visible(line) << '\n';
}

/// Each doubt as a line.
std::vector<std::string> doubts_in_words(const Diagnosis& diagnosis) {
  std::vector<std::string> lines;
  const std::vector<StatePart> parts = parts_of(diagnosis.state);
  for (const Doubt& doubt : diagnosis.doubts) {
    const auto told = std::ranges::find(parts, doubt.part, &StatePart::name);
    std::string line = fmt::format("{}: {}", doubt.part, told->value.empty() ? "unknown" : told->value);
    for (const std::string& other : doubt.others) line += ", or " + (other.empty() ? "unknown" : other);
    if (doubt.others.empty() && told->value != "unknown") line += ", or something else";
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

void write_explanation(const LogBook& book, const std::vector<ExplainedStory>& stories, Detail detail,
                       std::ostream& out) {
  for (const LogFileInfo& file : book.files()) {
    if (!file.damage.empty()) out << "note: " << visible(file.damage) << '\n';
    if (file.lines > 0 && file.understood == 0) {
      out << "note: " << visible(file.path) << ": no line of it has a format that is known\n";
    }
  }
  if (stories.empty()) {
    std::uint64_t lines = 0;
    for (const LogFileInfo& file : book.files()) lines += file.lines;
    out << fmt::format(
        "No snapshot in these logs: {} line{} of {} file{} {} read, none is of a createImage or createBackup "
        "request.\n",
        lines, lines == 1 ? "" : "s", book.files().size(), book.files().size() == 1 ? "" : "s",
        lines == 1 ? "was" : "were");
    return;
  }
  for (std::size_t i = 0; i < stories.size(); ++i) {
    const ExplainedStory& explained = stories[i];
    const SnapshotStory& story = explained.story;
    const Diagnosis& diagnosis = explained.diagnosis;
    out << (i == 0 ? "" : "\n")
        << fmt::format("{} {}  ({} snapshot, instance {}, image {}{})\n",
                       story.is_backup ? "createBackup" : "createImage", visible(story.request),
                       diagnosis.circumstances.is_live ? "live" : "cold",
                       story.instance.empty() ? "unknown" : visible(story.instance),
                       story.image.empty() ? "unknown" : visible(story.image),
                       story.image_name.empty() ? "" : fmt::format(" \"{}\"", visible(story.image_name)));
    write_lines("  ENDED  ", visible(diagnosis.end), out);
    if (detail == Detail::brief) {
      const std::string& name = diagnosis.causes.front().name;
      if (!diagnosis.is_success) write_lines("  CAUSE  ", name.empty() ? "nothing went wrong" : name, out);
      continue;
    }
    std::string sequence;
    for (const std::string& state : diagnosis.state.task_states) sequence += (sequence.empty() ? "" : " > ") + state;
    if (!sequence.empty()) write_lines("  task_state  ", sequence, out);
    write_steps(book, story, detail, out);
    if (!diagnosis.is_success) write_causes(book, explained, out);
    const Remains remains = remains_of(book, explained);
    write_list("LEFT BEHIND", remains.facts, out);
    write_list("NOT CERTAIN (the logs would be the same)", doubts_in_words(diagnosis), out);
    if (!diagnosis.is_success) {
      write_list("TO LOOK AT IT", remains.inspect, out);
      write_list("TO CLEAN IT UP (look first; snapsim never runs these)", remains.clean, out);
    }
  }
}

std::string scenario_file_of(const ExplainedStory& explained) {
  const Cause& cause = explained.diagnosis.causes.front();
  Scenario scenario = with_mishaps(scenario_of(explained.diagnosis.circumstances), cause.candidate.mishaps);
  scenario.title = "As the logs show it: " + (cause.name.empty() ? std::string("nothing goes wrong") : cause.name);
  scenario.why = explained.diagnosis.end;
  const RunOutput output = run_scenario_as_written(scenario);
  for (const ViolationResult& violation : output.result.violations) {
    if (std::ranges::find(scenario.violates, violation.invariant) == scenario.violates.end()) {
      scenario.violates.push_back(violation.invariant);
    }
  }
  return write_scenario(scenario);
}

}  // namespace snapsim
