#include "sim/cli/output.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "sim/report/judgement.hpp"
#include "sim/report/result_json.hpp"
#include "sim/report/story.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {
namespace {

Verdict worst_verdict(std::span<const RunRecord> runs, Verdict at_best) {
  Verdict worst = at_best;
  for (const RunRecord& run : runs) worst = std::max(worst, judge(run.scenario, run.result).verdict);
  return worst;
}

}  // namespace

bool wants_color(ColorMode mode) {
  if (mode != ColorMode::automatic) return mode == ColorMode::always;
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  return isatty(STDOUT_FILENO) == 1 && (terminal == nullptr || std::string_view(terminal) != "dumb");
}

void print_runs(const Options& options, std::span<const RunRecord> runs, bool is_partial) {
  if (options.json) {
    const Verdict verdict = worst_verdict(runs, is_partial ? Verdict::undecided : Verdict::consistent);
    std::cout << result_json(runs, verdict).dump(2) << '\n';
  } else {
    StoryOptions story;
    story.color = wants_color(options.color);
    story.verbose = options.verbose;
    story.quiet = options.quiet;
    story.width = output_columns(story.width);
    for (const RunRecord& run : runs) {
      if (&run != runs.data() && !options.quiet) std::cout << '\n';
      write_story(run, story, std::cout);
    }
  }
  flush_standard_output();
}

std::size_t output_columns(std::size_t usual) {
  constexpr std::size_t least = 40;
  struct winsize size {};
  if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
  return std::clamp<std::size_t>(size.ws_col, least, usual);
}

Exit exit_of(std::span<const RunRecord> runs) {
  return worst_verdict(runs, Verdict::consistent) == Verdict::consistent ? Exit::held : Exit::failed;
}

void flush_standard_output() {
  std::cout.flush();
  if (!std::cout) throw OutsideError(OutsideError::Kind::failed, "cannot write to standard output");
}

}  // namespace snapsim
