#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

#include "real/child_process.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/explain/log_source.hpp"
#include "sim/explain/report.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {
namespace {

/// Reads all logs. False: one of them cannot be read; each that cannot is named on standard error.
bool read_logs(const std::vector<std::string>& paths, LogBook& book) {
  bool is_good = true;
  std::vector<std::unique_ptr<LogSource>> sources;
  for (const std::string& path : paths) {
    sources.push_back(std::make_unique<LogSource>(path));
    if (sources.back()->failure().empty()) continue;
    std::cerr << "snapsim explain: " << sources.back()->failure() << '\n';
    is_good = false;
  }
  if (!is_good) return false;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    book.read(*sources[i], paths[i] == "-" ? "standard input" : paths[i], interrupt_requested);
    sources[i].reset();
    if (interrupt_requested()) throw OutsideError(OutsideError::Kind::interrupted, "interrupted");
  }
  return true;
}

std::vector<ExplainedStory> explain(const LogBook& book, const std::string& wanted) {
  const std::vector<SnapshotStory> stories = find_stories(book);
  std::vector<ExplainedStory> explained;
  CandidateStore store;
  for (const SnapshotStory& story : stories) {
    if (!wanted.empty() && !story.request.starts_with(wanted)) continue;
    explained.push_back({story, diagnose(book, story, stories, store)});
    if (interrupt_requested()) throw OutsideError(OutsideError::Kind::interrupted, "interrupted");
  }
  return explained;
}

Detail detail_of(const Options& options) {
  return options.quiet ? Detail::brief : options.verbose ? Detail::all : Detail::steps;
}

/// One scenario file holds one story: the first that did not end as it should, or the first.
const ExplainedStory& to_reproduce(const std::vector<ExplainedStory>& stories) {
  for (const ExplainedStory& one : stories) {
    if (!one.diagnosis.is_success) return one;
  }
  return stories.front();
}

}  // namespace

Exit explain_verb(const Options& options) {
  LogBook book;
  if (!read_logs(options.files, book)) return Exit::bad_input;
  const std::vector<ExplainedStory> stories = explain(book, options.explain.request);
  if (stories.empty() && !options.explain.request.empty()) {
    std::cerr << "snapsim explain: no snapshot in these logs has a request id that begins with "
              << options.explain.request << '\n';
    return Exit::bad_input;
  }
  if (stories.empty() && !options.json && options.explain.form != ExplainForm::text) {
    // Nothing that could be taken for a diagram or a scenario.
    write_explanation(book, stories, detail_of(options), std::cerr);
    return Exit::held;
  }
  std::ostringstream text;
  if (options.json) {
    write_explanation_json(book, stories, text);
  } else if (options.explain.form == ExplainForm::text) {
    write_explanation(book, stories, detail_of(options), text);
  } else if (options.explain.form == ExplainForm::mermaid) {
    write_explanation_mermaid(book, stories, text);
  } else {
    text << scenario_file_of(to_reproduce(stories));
  }
  if (options.explain.out.empty()) {
    std::cout << text.view();
    flush_standard_output();
    return Exit::held;
  }
  errno = 0;
  std::ofstream file(options.explain.out, std::ios::binary);
  file << text.view();
  file.close();
  if (!file) {
    throw OutsideError(OutsideError::Kind::failed,
                       options.explain.out + ": cannot be written: " + std::strerror(errno == 0 ? EIO : errno));
  }
  return Exit::held;
}

}  // namespace snapsim
