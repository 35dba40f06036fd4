#include "sim/report/story.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sim/report/fired_faults.hpp"
#include "sim/report/judgement.hpp"
#include "sim/report/replay_token.hpp"
#include "sim/report/result_texts.hpp"
#include "sim/report/row_selection.hpp"
#include "sim/report/run_names.hpp"
#include "sim/report/step_text.hpp"
#include "sim/report/table.hpp"
#include "sim/report/text.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view green = "\x1b[32m";
constexpr std::string_view yellow = "\x1b[33m";
constexpr std::string_view cyan = "\x1b[36m";
constexpr std::string_view reset = "\x1b[0m";

std::string counted(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string_view color_of(const TraceRecord& record) {
  if (record.kind == TraceKind::choice && record.a != 0) return yellow;
  switch (step_weight(record)) {
    case StepWeight::trouble:
      return red;
    case StepWeight::detail:
      return dim;
    case StepWeight::plain:
      break;
  }
  switch (record.kind) {
    case TraceKind::request_sent:
    case TraceKind::request_answered:
      return bold;
    case TraceKind::vm_state_written:
    case TraceKind::task_state_written:
    case TraceKind::guest_changed:
    case TraceKind::image_status:
      return cyan;
    default:
      return "";
  }
}

class StoryWriter {
 public:
  StoryWriter(const RunRecord& record, const StoryOptions& options, std::ostream& out)
      : names_(record), options_(options), out_(out), width_(std::max<std::size_t>(options.width, 60)) {}

  void write() {
    const Judgement judgement = judge(scenario(), result());
    if (!options_.quiet) {
      write_header();
      write_steps();
      out_ << '\n';
    }
    write_verdict(judgement);
    if (!options_.quiet) write_outcome();
    if (judgement.verdict != Verdict::consistent) write_replay();
  }

 private:
  const Scenario& scenario() const { return names_.record().scenario; }
  const RunResult& result() const { return names_.record().result; }

  std::string colored(std::string_view color, std::string_view text) const {
    if (!options_.color || color.empty() || text.empty()) return std::string(text);
    return fmt::format("{}{}{}", color, text, reset);
  }

  /// Writes the text in lines that begin in column `indent`, coloured.
  void write_wrapped(std::size_t indent, std::string_view color, std::string_view text, std::size_t lines_max) {
    for (const std::string& line : wrapped(text, width_ - indent, lines_max)) {
      out_ << std::string(indent, ' ') << colored(color, line) << '\n';
    }
  }

  void write_header() {
    write_wrapped(0, bold, visible(scenario().title.empty() ? scenario().path : scenario().title), 2);
    if (!scenario().why.empty()) write_wrapped(0, "", visible(scenario().why), 4);
    write_wrapped(0, dim,
                  visible(fmt::format("{} policy, {} disks, {} snapshots, seed {}, {}, {}",
                                      scenario().policy == Policy::hardened ? "hardened" : "nova", result().disks,
                                      scenario().config.live_snapshot ? "live" : "cold", result().seed,
                                      counted(scenario().hosts.size(), "host"),
                                      counted(scenario().instances.size(), "instance"))),
                  2);
    out_ << '\n';
  }

  void lay_out_columns() {
    std::size_t host = 0;
    for (const std::string& name : scenario().hosts) host = std::max(host, display_width(visible(name)));
    actor_width_ = std::min<std::size_t>(24, to_string(Component::nova_compute).size() + 1 + host);
    time_width_ = std::max<std::size_t>(8, seconds_text(result().virtual_us, 3).size());
    if (scenario().instances.size() > 1) {
      for (const InstanceSpec& instance : scenario().instances) {
        instance_width_ = std::max(instance_width_, display_width(visible(instance.name)));
      }
      instance_width_ = std::clamp<std::size_t>(instance_width_, 8, 16);
    }
    text_column_ = time_width_ + 2 + actor_width_ + 2 + (instance_width_ == 0 ? 0 : instance_width_ + 2);
  }

  void write_steps() {
    lay_out_columns();
    std::string heading = fmt::format("{:>{}}  {}  ", "SECONDS", time_width_, padded("WHO", actor_width_));
    if (instance_width_ > 0) heading += padded("INSTANCE", instance_width_) + "  ";
    out_ << colored(dim, heading + "WHAT") << '\n';

    RowSelection selection(names_, options_.verbose, options_.rows_max);
    for (std::size_t position = 0; position < names_.record().trace.size(); ++position) {
      switch (selection.next(position)) {
        case RowSelection::Answer::show:
          write_step(position, false);
          break;
        case RowSelection::Answer::show_marked:
          write_step(position, true);
          break;
        case RowSelection::Answer::elide_first:
          write_gap(position, selection.gap_rows(position));
          break;
        case RowSelection::Answer::elide:
        case RowSelection::Answer::skip:
          break;
      }
    }
    if (selection.rows_left_out() > 0) {
      out_ << fmt::format("{} left out in all; -v shows every step\n", counted(selection.rows_left_out(), "row"));
    }
  }

  void write_step(std::size_t position, bool is_marked) {
    const TraceRecord& record = names_.record().trace[position];
    const std::string time = fmt::format("{:>{}}", seconds_text(record.virtual_us, 3), time_width_);
    std::string who = padded(actor_text(names_, record), actor_width_) + "  ";
    if (instance_width_ > 0) {
      const std::uint32_t instance = subjects_of(record, names_).instance;
      who +=
          padded(instance == TraceRecord::none ? "" : visible(names_.instance_name(instance)), instance_width_) + "  ";
    }
    const std::string_view color = color_of(record);
    std::string start = colored(dim, time) + (is_marked ? colored(red, "> ") : "  ") + who;
    for (const std::string& line : wrapped(step_text(names_, record), width_ - text_column_, 3)) {
      out_ << start << colored(color, line) << '\n';
      start.assign(text_column_, ' ');
    }
  }

  void write_gap(std::size_t position, std::size_t rows) {
    const std::uint32_t instance = subjects_of(names_.record().trace[position], names_).instance;
    const std::string whose =
        instance == TraceRecord::none ? "" : fmt::format(" of {}", visible(names_.instance_name(instance)));
    write_wrapped(time_width_ + 2, dim, fmt::format("... {}{} left out", counted(rows, "row"), whose), 1);
  }

  void write_verdict(const Judgement& judgement) {
    const bool is_good = judgement.verdict == Verdict::consistent;
    std::string sentence;
    switch (judgement.verdict) {
      case Verdict::consistent:
        sentence = judgement.listed.empty() ? "CONSISTENT: every invariant and expectation held"
                                            : "CONSISTENT: exactly what the scenario lists was violated";
        break;
      case Verdict::violated:
        sentence = fmt::format("VIOLATED: {} that should hold", counted(violated_invariants(judgement), "invariant"));
        break;
      case Verdict::expectation_failed:
        sentence = fmt::format("EXPECTATION FAILED: {} not met", counted(judgement.failures.size(), "expectation"));
        break;
      case Verdict::undecided:
        sentence = "UNDECIDED";
        break;
    }
    out_ << colored(is_good ? green : red, sentence) << '\n';
    if (options_.quiet && is_good) {
      write_silent_faults();
      return;
    }
    write_violations(judgement.unlisted, red);
    write_violations(judgement.listed, "");
    write_failures(judgement);
    write_silent_faults();
  }

  void write_silent_faults() {
    for (const std::size_t i : silent_faults(names_.record())) {
      const std::string& name = fault_points()[names_.record().scenario.faults[i].point].name;
      write_wrapped(2, yellow, fmt::format("note: fault {} ({}) never fired: the run did not come to it", i, name), 2);
    }
  }

  std::size_t violated_invariants(const Judgement& judgement) const {
    std::set<std::string_view> invariants;
    for (const std::size_t i : judgement.unlisted) invariants.insert(result().violations[i].invariant);
    return invariants.size();
  }

  void write_violations(const std::vector<std::size_t>& indexes, std::string_view color) {
    const std::size_t shown = std::min(indexes.size(), options_.table_rows_max);
    for (std::size_t i = 0; i < shown; ++i) {
      const ViolationResult& violation = result().violations[indexes[i]];
      write_wrapped(2, color,
                    visible(fmt::format("{}: {} at {} s", violation.invariant, violation.subject,
                                        seconds_text(violation.virtual_us, 3))),
                    2);
      if (!violation.message.empty()) write_wrapped(4, "", visible(violation.message), 6);
    }
    write_more(indexes.size() - shown, "violation");
  }

  void write_failures(const Judgement& judgement) {
    const std::size_t shown = std::min(judgement.failures.size(), options_.table_rows_max);
    for (std::size_t i = 0; i < shown; ++i) {
      const ExpectationFailure& failure = judgement.failures[i];
      write_wrapped(2, red, visible(fmt::format("{} {}", failure.subject, failure.what)), 2);
      write_wrapped(4, "", visible(fmt::format("expected {}", failure.expected)), 6);
      write_wrapped(4, "", visible(fmt::format("seen     {}", failure.seen)), 6);
    }
    write_more(judgement.failures.size() - shown, "expectation");
  }

  void write_more(std::size_t number, std::string_view noun) {
    if (number == 0) return;
    out_ << fmt::format("  and {} more {}{}; --json has all of them\n", number, noun, number == 1 ? "" : "s");
  }

  void write_table(const std::vector<std::vector<std::string>>& rows) {
    const std::vector<std::string> lines = table_lines(rows, width_);
    out_ << '\n';
    for (std::size_t i = 0; i < lines.size(); ++i) out_ << colored(i == 0 ? dim : "", lines[i]) << '\n';
  }

  void write_outcome() {
    write_instances();
    if (!result().images.empty()) write_images();
    write_leftovers();
    write_wrapped(
        0, dim,
        fmt::format("{} in {} s of virtual time, trace {:016x}{:016x}", counted(result().events, "step"),
                    seconds_text(result().virtual_us, 3), result().fingerprint_high, result().fingerprint_low),
        2);
  }

  void write_instances() {
    std::vector<std::vector<std::string>> rows{{"INSTANCE", "VM_STATE", "TASK_STATE", "POWER", "GUEST", "EVENTS"}};
    const std::size_t shown = std::min(result().instances.size(), options_.table_rows_max);
    for (std::size_t i = 0; i < shown; ++i) {
      const InstanceResult& instance = result().instances[i];
      std::string events;
      for (const EventResult& event : instance.events) {
        events += fmt::format("{}{} {}", events.empty() ? "" : ", ", event.action,
                              event.result.empty() ? "unfinished" : event.result);
      }
      rows.push_back({visible(instance.name), std::string(to_string(instance.vm_state)),
                      std::string(to_string(instance.task_state)), std::string(to_string(instance.power_state)),
                      visible(instance.guest), visible(events)});
    }
    write_table(rows);
    write_more(result().instances.size() - shown, "instance");
    for (std::size_t i = 0; i < shown; ++i) {
      const InstanceResult& instance = result().instances[i];
      const std::string fault = fault_text(names_, static_cast<std::uint32_t>(i), instance);
      if (!fault.empty()) {
        write_wrapped(2, "", visible(fmt::format("fault of {}: {}", instance.name, fault)), 3);
      }
    }
  }

  void write_images() {
    std::vector<std::vector<std::string>> rows{{"IMAGE", "STATUS", "BYTES", "MD5", "STATUSES"}};
    const std::size_t shown = std::min(result().images.size(), options_.table_rows_max);
    for (std::size_t i = 0; i < shown; ++i) {
      const ImageResult& image = result().images[i];
      std::string statuses;
      for (const ImageStatus status : image.statuses) {
        statuses += fmt::format("{}{}", statuses.empty() ? "" : " > ", to_string(status));
      }
      rows.push_back({visible(image.name), visible(image.status), image.size ? fmt::format("{}", *image.size) : "-",
                      image.checksum.empty() ? "-" : visible(image.checksum.substr(0, 8)), statuses});
    }
    write_table(rows);
    write_more(result().images.size() - shown, "image");
  }

  void write_leftovers() {
    out_ << '\n';
    const std::vector<std::string>& files = result().leftover_files;
    if (files.empty() && result().leftover_bytes == 0) {
      out_ << "nothing is left over\n";
      return;
    }
    out_ << colored(yellow, fmt::format("left over: {}, {}", counted(files.size(), "file"),
                                        counted(static_cast<std::size_t>(result().leftover_bytes), "byte")))
         << '\n';
    const std::size_t shown = std::min(files.size(), options_.table_rows_max);
    for (std::size_t i = 0; i < shown; ++i) write_wrapped(2, "", visible(files[i]), 2);
    write_more(files.size() - shown, "file");
  }

  void write_replay() {
    out_ << "\nthe same run again:\n";
    for (const std::string& line : shell_command_lines("./snapsim replay", replay_token(names_.record()), width_)) {
      out_ << line << '\n';
    }
  }

  RunNames names_;
  StoryOptions options_;
  std::ostream& out_;
  std::size_t width_;
  std::size_t time_width_ = 0;
  std::size_t actor_width_ = 0;
  std::size_t instance_width_ = 0;  ///< 0: no such column
  std::size_t text_column_ = 0;
};

}  // namespace

void write_story(const RunRecord& record, const StoryOptions& options, std::ostream& out) {
  StoryWriter(record, options, out).write();
}

}  // namespace snapsim
