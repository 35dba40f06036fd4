#include "sim/report/shiviz.hpp"

#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>

#include "sim/report/sequence.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

/// How many events of each host an event knows of, itself included.
using VectorClock = std::map<Participant, std::uint64_t>;

void merge(VectorClock& clock, const VectorClock& other) {
  for (const auto& [host, count] : other) clock[host] = std::max(clock[host], count);
}

/// ShiViz ends a host's name at a space.
std::string host_name(const RunNames& names, const Participant& participant) {
  std::string name = participant_text(names, participant);
  std::ranges::replace(name, ' ', '_');
  return name;
}

class ShivizWriter {
 public:
  ShivizWriter(const RunRecord& record, std::ostream& out) : names_(record), out_(out) {}

  void write() {
    out_ << shiviz_pattern << "\n\n";
    for (const SequenceStep& step : sequence_of(names_, HttpForm::call_and_answer).steps) write(step);
  }

 private:
  void write(const SequenceStep& step) {
    const std::string text = sequence_text(names_, step);
    const TraceRecord& record = names_.record().trace[step.position];
    switch (record.kind) {
      case TraceKind::message_cast:
        happens(step, step.from, text);
        in_queue_[record.a] = clocks_[step.from];
        learn(step, step.to, in_queue_[record.a], text + ", in its queue");
        return;
      case TraceKind::message_delivered:
        happens(step, step.from, text);
        learn(step, step.to, clocks_[step.from], text + ", taken");
        return;
      default:
        break;
    }
    happens(step, step.from, text);
    if (step.kind == SequenceStep::Kind::note || step.from == step.to) return;
    // Where no answer comes, the caller learns that from its clock alone.
    if (step.failed && step.kind == SequenceStep::Kind::answer && record.kind == TraceKind::http && record.a == 0) {
      happens(step, step.to, "no answer to " + text);
      return;
    }
    learn(step, step.to, clocks_[step.from], text);
  }

  void learn(const SequenceStep& step, const Participant& host, const VectorClock& from, const std::string& text) {
    const VectorClock known = from;
    merge(clocks_[host], known);
    happens(step, host, text);
  }

  void happens(const SequenceStep& step, const Participant& host, const std::string& text) {
    VectorClock& clock = clocks_[host];
    ++clock[host];
    std::string clock_text;
    for (const auto& [other, count] : clock) {
      clock_text += fmt::format("{}{}:{}", clock_text.empty() ? "" : ",", json_quoted(host_name(names_, other)), count);
    }
    out_ << fmt::format("{} {} {{{}}} {}\n", seconds_text(step.virtual_us, 6), host_name(names_, host), clock_text,
                        text);
  }

  RunNames names_;
  std::ostream& out_;
  std::map<Participant, VectorClock> clocks_;
  std::map<std::int64_t, VectorClock> in_queue_;
};

}  // namespace

void write_shiviz(const RunRecord& record, std::ostream& out) {
  ShivizWriter(record, out).write();
}

}  // namespace snapsim
