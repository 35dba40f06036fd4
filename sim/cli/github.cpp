#include "sim/cli/github.hpp"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/failure_reasons.hpp"
#include "sim/report/judgement.hpp"
#include "sim/report/story.hpp"
#include "sim/report/text.hpp"
#include "sim/scenario/line_of.hpp"
#include "sim/spelling/nearest_name.hpp"

namespace snapsim {
namespace {

/// GitHub cuts a summary off after 1 MiB: so many stories are in it, the other failed runs are named.
constexpr std::size_t stories_max = 20;

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

bool is_github_job() {
  return variable("GITHUB_ACTIONS") == "true";
}

/// A place in a file, as an annotation names it.
struct LinePlace {
  std::string file;
  std::uint32_t line = 1;
  std::uint32_t column = 0;  ///< 0: not told
};

/// The text as a workflow command takes it: `also` are the characters that end it there.
std::string command_text(std::string_view text, std::string_view also) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    if (c != '%' && c != '\r' && c != '\n' && also.find(c) == std::string_view::npos) {
      escaped += c;
      continue;
    }
    const auto code = static_cast<unsigned char>(c);
    escaped += {'%', digits[code / 16], digits[code % 16]};
  }
  return escaped;
}

void annotate(const LinePlace& place, std::string_view title, std::string_view message, std::ostream& out) {
  out << "::error file=" << command_text(visible(place.file), ":,") << ",line=" << place.line;
  if (place.column > 0) out << ",col=" << place.column;
  if (!title.empty()) out << ",title=" << command_text(visible(title), ":,");
  out << "::" << command_text(visible(message), "") << '\n';
}

/// The text where Markdown and HTML mean nothing: each character that could mean something as a number.
std::string markdown(std::string_view text) {
  std::string escaped;
  for (const char c : visible(text)) {
    if (std::string_view("&<>\"'|\\`*_[]()#~!:@").find(c) == std::string_view::npos) {
      escaped += c;
    } else {
      escaped += "&#" + std::to_string(static_cast<int>(c)) + ";";
    }
  }
  return escaped;
}

/// The text between <pre> and </pre>, lines and all.
std::string preformatted(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&' || c == '<' || c == '>') {
      escaped += c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

void write_story_details(const RunRecord& run, std::ostream& out) {
  std::ostringstream story;
  write_story(run, {}, story);
  out << "\n<details><summary>" << markdown(run.scenario.path) << "</summary>\n\n<pre>\n"
      << preformatted(story.str()) << "</pre>\n\n</details>\n";
}

void write_summary(std::span<const RunRecord> runs, std::size_t scenarios, std::ostream& out) {
  std::vector<const RunRecord*> failed;
  for (const RunRecord& run : runs) {
    if (judge(run.scenario, run.result).verdict != Verdict::consistent) failed.push_back(&run);
  }
  out << "### snapsim: " << runs.size() - failed.size() << " of " << scenarios << " scenarios are consistent\n";
  if (runs.size() < scenarios) out << "\n" << scenarios - runs.size() << " have no result.\n";
  if (failed.empty()) return;
  out << "\n| scenario | verdict | why |\n|---|---|---|\n";
  for (const RunRecord* const run : failed) {
    std::string reasons;
    for (const FailureReason& reason : failure_reasons(*run)) {
      reasons += (reasons.empty() ? "" : "<br>") + markdown(reason.text);
    }
    out << "| " << markdown(run->scenario.path) << " | "
        << markdown(to_string(judge(run->scenario, run->result).verdict)) << " | " << reasons << " |\n";
  }
  for (std::size_t i = 0; i < failed.size() && i < stories_max; ++i) write_story_details(*failed[i], out);
}

void append_summary(std::span<const RunRecord> runs, std::size_t scenarios) {
  const std::string path(variable("GITHUB_STEP_SUMMARY"));
  if (path.empty()) return;
  std::ofstream file(path, std::ios::binary | std::ios::app);
  if (file) write_summary(runs, scenarios, file);
  file.close();
  if (!file) std::cerr << "snapsim: cannot write the summary to " << printable(path) << '\n';
}

}  // namespace

void report_to_github(const Options& options, std::span<const RunRecord> runs, std::size_t scenarios) {
  if (!is_github_job()) return;
  std::ostream& out = options.json ? std::cerr : std::cout;
  for (const RunRecord& run : runs) {
    const std::string& path = run.scenario.path;
    for (const FailureReason& reason : failure_reasons(run)) {
      annotate({path, line_of(path, reason.place)}, run.scenario.title, reason.text, out);
    }
  }
  out.flush();
  append_summary(runs, scenarios);
}

void annotate_on_github(std::span<const Problem> problems) {
  if (!is_github_job()) return;
  for (const Problem& problem : problems) {
    annotate({problem.file, problem.line, problem.column}, "bad scenario",
             problem.message + did_you_mean(problem.suggestion), std::cerr);
  }
}

}  // namespace snapsim
