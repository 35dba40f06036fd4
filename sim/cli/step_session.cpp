#include "sim/cli/step_session.hpp"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "real/child_process.hpp"
#include "sim/cli/finished_run.hpp"
#include "sim/cli/line_input.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/result_folder.hpp"
#include "sim/explore/branches.hpp"
#include "sim/report/nova_function.hpp"
#include "sim/report/oslo_log.hpp"
#include "sim/report/run_states.hpp"
#include "sim/report/step_text.hpp"
#include "sim/report/story.hpp"
#include "sim/report/table.hpp"
#include "sim/report/text.hpp"
#include "sim/scenario/writer.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {
namespace {

constexpr std::size_t line_columns = 110;
constexpr std::size_t table_columns = 80;  // states are whole words, also on a narrower terminal

constexpr std::string_view step_help = R"(  n, Enter  next step             p  previous step
  s         next change of state  S  previous change of state
  f         next fault or failure F  previous fault or failure
  o         next step at which something else could happen
  g N       go to step N          b  first step     e  last step
  w         what else could happen here
  c K       let number K of it happen: the run goes another way from here
  u         back to the run before the last c
  t         the whole story       save FILE  this run's scenario as a file
  h         this help             q  end
)";

/// A finished run and where one stands in it.
struct SteppedRun {
  explicit SteppedRun(FinishedRun finished)
      : run(std::move(finished)),
        names(run.record()),
        histories(state_histories(run.record())),
        branches(run.scenario, run.output) {
    for (const LogFile file : {LogFile::nova_api, LogFile::nova_compute, LogFile::glance_api}) {
      for (OsloLogLine& line : oslo_log_lines(run.record(), file)) {
        logs.push_back({line.position, log_file_name(file) + "  " + line.text});
      }
    }
    std::ranges::stable_sort(logs, {}, &OsloLogLine::position);
  }
  SteppedRun(const SteppedRun&) = delete;
  SteppedRun& operator=(const SteppedRun&) = delete;

  const std::vector<TraceRecord>& trace() const { return run.output.trace; }

  FinishedRun run;
  RunNames names;
  std::vector<StateHistory> histories;
  RunBranches branches;
  std::vector<OsloLogLine> logs;
  std::size_t position = 0;
};

class StepSession {
 public:
  explicit StepSession(const Scenario& scenario) { enter(scenario); }

  Exit talk() {
    if (now().trace().empty()) {
      std::cout << "The run has no step.\n";
      return Exit::held;
    }
    std::cout << visible(now().run.scenario.title) << "\nh tells the commands.\n\n";
    show();
    for (;;) {
      std::cout << "step> ";
      flush_standard_output();
      const std::optional<std::string> line = input_.read_line();
      if (!line) {
        std::cout << '\n';
        flush_standard_output();
        return interrupt_requested() ? Exit::interrupted : Exit::held;
      }
      const std::string command = without_outer_spaces(*line);
      if (!LineInput::is_terminal()) std::cout << visible(command) << '\n';
      if (command == "q") return Exit::held;
      obey(command);
    }
  }

 private:
  SteppedRun& now() { return *runs_.back(); }

  void enter(const Scenario& scenario) {
    auto next = std::make_unique<SteppedRun>(run_on_model_disks(scenario));
    runs_.push_back(std::move(next));
  }

  void obey(const std::string& command) {
    const std::string word = command.substr(0, command.find(' '));
    const std::string rest = without_outer_spaces(command.substr(word.size()));
    if (word.empty() || word == "n") return go(1, [](std::size_t) { return true; });
    if (word == "p") return go(-1, [](std::size_t) { return true; });
    if (word == "s" || word == "S") return go(word == "s" ? 1 : -1, [this](std::size_t i) { return is_change(i); });
    if (word == "f" || word == "F") return go(word == "f" ? 1 : -1, [this](std::size_t i) { return is_trouble(i); });
    if (word == "o") return go(1, [this](std::size_t i) { return !now().branches.at(i).empty(); });
    if (word == "b") return go_to(0);
    if (word == "e") return go_to(now().trace().size() - 1);
    if (word == "g") return go_to_number(rest);
    if (word == "w") return list_branches();
    if (word == "c") return branch(rest);
    if (word == "u") return leave_branch();
    if (word == "t") {
      StoryOptions story;
      story.width = output_columns(story.width);
      return write_story(now().run.record(), story, std::cout);
    }
    if (word == "save") return save(rest);
    if (word != "h") std::cout << "There is no command \"" << visible(word) << "\". These are there:\n";
    std::cout << step_help;
  }

  bool is_change(std::size_t position) {
    const auto written = state_written(now().trace()[position]);
    const StateHistory* history = written ? find_history(now().histories, written->first) : nullptr;
    return history != nullptr && history->at(position)->position == position;
  }

  bool is_trouble(std::size_t position) { return step_weight(now().trace()[position]) == StepWeight::trouble; }

  template <class IsWanted>
  void go(int direction, IsWanted is_wanted) {
    const std::size_t count = now().trace().size();
    // Below 0 it wraps around, beyond every trace.
    for (std::size_t i = now().position + static_cast<std::size_t>(direction); i < count;
         i += static_cast<std::size_t>(direction)) {
      if (is_wanted(i)) return go_to(i);
    }
    std::cout << (direction > 0 ? "There is no such step after this one.\n"
                                : "There is no such step before this one.\n");
  }

  void go_to(std::size_t position) {
    now().position = position;
    show();
  }

  /// The number that the text is, from 1 to `max`; an error has been printed where it is none.
  static std::optional<std::size_t> number_in(const std::string& text, std::size_t max) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size() && number >= 1 && number <= max) return number;
    std::cout << "A number from 1 to " << max << " is needed here.\n";
    return std::nullopt;
  }

  void go_to_number(const std::string& text) {
    if (const auto number = number_in(text, now().trace().size())) go_to(*number - 1);
  }

  void show() {
    const SteppedRun& run = now();
    const TraceRecord& record = run.trace()[run.position];
    const std::string head = "step " + std::to_string(run.position + 1) + " of " + std::to_string(run.trace().size()) +
                             "  " + seconds_text(record.virtual_us, 3) + " s  " + actor_text(run.names, record) + "  ";
    std::string indent;
    for (const std::string& line : wrapped(head + step_text(run.names, record), output_columns(line_columns), 4)) {
      std::cout << indent << line << '\n';
      indent = "    ";
    }
    if (const std::string function = nova_function(record); !function.empty())
      std::cout << "  in   " << function << '\n';
    show_states();
    for (const OsloLogLine& line : run.logs) {
      if (line.position == run.position) std::cout << "  log  " << shortened(visible(line.text), 400) << '\n';
    }
    const std::size_t branches = run.branches.at(run.position).size();
    if (branches > 0) std::cout << "  here something else could happen, in " << branches << " ways (w lists them)\n";
  }

  /// All states side by side; what this step has changed is marked.
  void show_states() {
    const SteppedRun& run = now();
    const auto cell = [&run](const StateTrack& track) -> std::string {
      const StateHistory* history = find_history(run.histories, track);
      const StateChange* change = history == nullptr ? nullptr : history->at(run.position);
      if (change == nullptr) return "-";
      return change->value + (change->position == run.position ? " *" : "");
    };
    using enum StateTrack::Kind;
    std::vector<std::vector<std::string>> rows{{"", "VM_STATE", "TASK_STATE", "POWER_STATE", "GUEST", "STATUS"}};
    for (std::uint32_t i = 0; i < run.run.scenario.instances.size(); ++i) {
      rows.push_back({visible(run.names.instance_name(i)), cell({vm_state, i}), cell({task_state, i}),
                      cell({power_state, i}), cell({guest, i}), ""});
    }
    for (const StateHistory& history : run.histories) {
      if (history.track.kind != image_status || history.at(run.position) == nullptr) continue;
      rows.push_back({visible(run.names.image_name(history.track.subject)), "", "", "", "", cell(history.track)});
    }
    for (const std::string& line : table_lines(rows, std::max(output_columns(line_columns), table_columns) - 7))
      std::cout << "       " << line << '\n';
  }

  void list_branches() {
    const std::vector<Departure> branches = now().branches.at(now().position);
    if (branches.empty()) {
      std::cout << "Nothing else can happen at this step; o goes to the next one where it can.\n";
      return;
    }
    for (std::size_t i = 0; i < branches.size(); ++i) std::cout << "  " << i + 1 << "  " << branches[i].text() << '\n';
    std::cout << "c K lets number K happen.\n";
  }

  void branch(const std::string& text) {
    const std::vector<Departure> branches = now().branches.at(now().position);
    if (branches.empty()) return list_branches();
    const auto number = number_in(text, branches.size());
    if (!number) return;
    const Departure& departure = branches[*number - 1];
    const std::string what = departure.text();
    enter(now().branches.branched(departure));
    const auto& before = runs_[runs_.size() - 2]->trace();
    const auto parted = std::ranges::mismatch(before, now().trace());
    const auto common = static_cast<std::size_t>(parted.in1 - before.begin());
    now().position = std::min(common, now().trace().size() - 1);
    std::cout << "With " << what << " the run is the same for " << common
              << " steps; u goes back to the run without.\n";
    if (common == before.size() && common == now().trace().size()) std::cout << "It changes nothing in this run.\n";
    show();
  }

  void leave_branch() {
    if (runs_.size() == 1) {
      std::cout << "This is the scenario's own run.\n";
      return;
    }
    runs_.pop_back();
    show();
  }

  void save(const std::string& file) {
    if (file.empty()) {
      std::cout << "save needs the name of a file.\n";
      return;
    }
    try {
      const std::string text = write_scenario(now().run.scenario);
      write_output_file(file, [&text](std::ostream& out) { out << text; });
      std::cout << "The scenario of this run is in " << visible(file) << ".\n";
    } catch (const OutsideError& error) {
      std::cout << error.what() << '\n';
    }
  }

  LineInput input_;
  std::vector<std::unique_ptr<SteppedRun>> runs_;  ///< the scenario's own, then a branch of each the one before
};

}  // namespace

Exit step_through(const Scenario& scenario) {
  return StepSession(scenario).talk();
}

}  // namespace snapsim
