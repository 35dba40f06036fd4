#include "sim/report/mermaid.hpp"

#include <cctype>

#include <fmt/format.h>

#include "sim/report/run_names.hpp"
#include "sim/report/sequence.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

constexpr std::size_t label_columns_max = 160;

class Diagrams {
 public:
  Diagrams(const RunRecord& record, std::size_t bytes_max) : names_(record), bytes_max_(bytes_max) {}

  std::vector<std::string> draw() {
    const Sequence sequence = sequence_of(names_, HttpForm::one_arrow);
    participants_ = sequence.participants;
    begin_diagram();
    for (const SequenceStep& step : sequence.steps) add(line_of(step));
    diagrams_.push_back(std::move(diagram_));
    return std::move(diagrams_);
  }

 private:
  void begin_diagram() {
    diagram_ = "sequenceDiagram\n";
    const std::string title = shortened(visible(names_.record().scenario.title), label_columns_max);
    const std::string part = diagrams_.empty() ? "" : fmt::format(" (part {})", diagrams_.size() + 1);
    diagram_ += fmt::format("  title {}{}\n", mermaid_escaped(title.empty() ? "a run of snapsim" : title), part);
    for (const Participant& participant : participants_) {
      diagram_ += fmt::format("  participant {} as {}\n", participant.id(),
                              mermaid_escaped(shortened(participant_text(names_, participant), 40)));
    }
    empty_bytes_ = diagram_.size();
  }

  void add(const std::string& line) {
    if (diagram_.size() + line.size() > bytes_max_ && diagram_.size() > empty_bytes_) {
      diagrams_.push_back(std::move(diagram_));
      begin_diagram();
    }
    diagram_ += line;
  }

  static std::string_view arrow_of(const SequenceStep& step) {
    switch (step.kind) {
      case SequenceStep::Kind::call:
        return step.failed ? "-x" : "->>";
      case SequenceStep::Kind::answer:
        return step.failed ? "--x" : "-->>";
      case SequenceStep::Kind::cast:
      case SequenceStep::Kind::note:
        break;
    }
    return "-)";
  }

  std::string line_of(const SequenceStep& step) const {
    const std::string text = mermaid_escaped(shortened(sequence_text(names_, step), label_columns_max));
    if (step.kind == SequenceStep::Kind::note) return fmt::format("  Note over {}: {}\n", step.from.id(), text);
    return fmt::format("  {}{}{}: {}\n", step.from.id(), arrow_of(step), step.to.id(), text);
  }

  RunNames names_;
  std::size_t bytes_max_;
  std::vector<Participant> participants_;
  std::vector<std::string> diagrams_;
  std::string diagram_;
  std::size_t empty_bytes_ = 0;
};

}  // namespace

std::string mermaid_escaped(std::string_view text) {
  const std::string printable = visible(text);
  std::string result;
  for (std::size_t i = 0; i < printable.size(); ++i) {
    const char c = printable[i];
    // "end" closes a block wherever it stands as a word.
    const auto is_word = [&printable](std::size_t at) {
      return at < printable.size() && std::isalnum(static_cast<unsigned char>(printable[at])) != 0;
    };
    const bool is_end = (printable.compare(i, 3, "end") == 0 || printable.compare(i, 3, "End") == 0 ||
                         printable.compare(i, 3, "END") == 0) &&
                        !is_word(i + 3) && (i == 0 || !is_word(i - 1));
    constexpr std::string_view special = "#;<%{}[]\\`&|";
    if (special.find(c) != std::string_view::npos || is_end) {
      result += fmt::format("#{};", static_cast<int>(static_cast<unsigned char>(c)));
    } else {
      result += c;
    }
  }
  return result;
}

std::vector<std::string> mermaid_diagrams(const RunRecord& record, std::size_t bytes_max) {
  return Diagrams(record, bytes_max).draw();
}

void write_mermaid(const RunRecord& record, std::ostream& out) {
  const std::vector<std::string> diagrams = mermaid_diagrams(record);
  if (diagrams.size() == 1) {
    out << diagrams.front();
    return;
  }
  for (std::size_t i = 0; i < diagrams.size(); ++i) {
    out << (i == 0 ? "" : "\n") << "```mermaid\n" << diagrams[i] << "```\n";
  }
}

}  // namespace snapsim
