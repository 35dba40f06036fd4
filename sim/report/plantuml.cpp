#include "sim/report/plantuml.hpp"

#include <cctype>

#include <fmt/format.h>

#include "sim/report/sequence.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

constexpr std::size_t plantuml_columns_max = 120;

std::string_view plantuml_arrow(const SequenceStep& step) {
  switch (step.kind) {
    case SequenceStep::Kind::call:
      return "->";
    case SequenceStep::Kind::answer:
      return step.failed ? "--[#red]>" : "-->";
    case SequenceStep::Kind::cast:
    case SequenceStep::Kind::note:
      break;
  }
  return "->>";
}

std::string plantuml_label(std::string_view text) {
  return plantuml_escaped(shortened(text, plantuml_columns_max));
}

}  // namespace

std::string plantuml_escaped(std::string_view text) {
  std::string result;
  for (const char c : visible(text)) {
    // Bytes of other characters than ASCII stay: PlantUML reads UTF-8.
    const auto byte = static_cast<unsigned char>(c);
    constexpr std::string_view plain = " ,.:;()=>+?!@";
    if (byte >= 0x80 || std::isalnum(byte) != 0 || plain.find(c) != std::string_view::npos) {
      result += c;
    } else {
      result += fmt::format("<U+{:04X}>", byte);
    }
  }
  return result;
}

void write_plantuml(const RunRecord& record, std::ostream& out) {
  const RunNames names(record);
  const Sequence sequence = sequence_of(names, HttpForm::call_and_answer);
  const std::string title = visible(record.scenario.title);
  out << "@startuml\nhide footbox\nskinparam maxMessageSize 260\n";
  out << "title " << plantuml_label(title.empty() ? "a run of snapsim" : title) << '\n';
  for (const Participant& participant : sequence.participants) {
    out << fmt::format("participant \"{}\" as {}\n",
                       plantuml_escaped(shortened(participant_text(names, participant), 40)), participant.id());
  }
  std::string last_time;
  for (const SequenceStep& step : sequence.steps) {
    const std::string text = plantuml_label(sequence_text(names, step));
    const std::string time = seconds_text(step.virtual_us, 3);
    if (time != last_time) out << fmt::format("' {} s\n", time);
    last_time = time;
    if (step.kind == SequenceStep::Kind::note) {
      out << fmt::format("note over {} : {}\n", step.from.id(), text);
    } else {
      out << fmt::format("{} {} {} : {}\n", step.from.id(), plantuml_arrow(step), step.to.id(), text);
    }
  }
  out << "@enduml\n";
}

}  // namespace snapsim
