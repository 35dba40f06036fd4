#include "sim/page/run_page.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/check/invariant.hpp"
#include "sim/page/disk_view.hpp"
#include "sim/page/html_text.hpp"
#include "sim/page/page_assets.hpp"
#include "sim/page/page_rows.hpp"
#include "sim/page/run_view.hpp"
#include "sim/page/strips_view.hpp"
#include "sim/report/fired_faults.hpp"
#include "sim/report/judgement.hpp"
#include "sim/report/replay_token.hpp"
#include "sim/report/run_difference.hpp"
#include "sim/report/text.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

std::string_view verdict_words(Verdict verdict) {
  switch (verdict) {
    case Verdict::consistent:
      return "\xe2\x9c\x93 consistent";
    case Verdict::undecided:
      return "undecided";
    case Verdict::expectation_failed:
      return "\xe2\x9c\x97 an expectation failed";
    case Verdict::violated:
      return "\xe2\x9c\x97 an invariant is violated";
  }
  return "undecided";
}

std::string_view sentence_of(std::string_view invariant_name) {
  const auto found = std::ranges::find(invariants(), invariant_name, &Invariant::name);
  return found == invariants().end() ? std::string_view() : found->sentence;
}

class PageWriter {
 public:
  PageWriter(const RunRecord& record, const RunRecord* without_faults, std::size_t rows_max)
      : names_(record), without_faults_(without_faults), rows_max_(rows_max), rows_(page_rows(names_, rows_max)) {}

  std::string write() {
    write_header();
    write_violations();
    write_controls();
    html_ += "<section id=\"states-over-time\"><h2>States over time</h2>\n" + strips_html(names_, rows_, "s") +
             "</section>\n";
    if (without_faults_ != nullptr) html_ += "<div class=\"pair\">\n";
    html_ +=
        "<section class=\"run\" id=\"steps\" tabindex=\"0\" aria-label=\"Steps of the run\"><h2>What happens, step by "
        "step</h2>\n" +
        steps_html(names_, rows_, "s") + "</section>\n";
    if (without_faults_ != nullptr) {
      write_other_run();
      html_ += "</div>\n";
    }
    html_ += "<section id=\"disk\"><h2>The disk</h2>\n" + disks_html(names_, rows_) + "</section>\n";
    html_ += "<section id=\"logs\"><h2>The logs of the three services</h2>\n" +
             logs_html(names_, rows_, rows_max_ * 2) + "</section>\n";
    html_ += "<section id=\"end\"><h2>How it ends</h2>\n" + outcome_html(names_);
    html_ += fmt::format(
        "<p>{} steps in {} s of virtual time, trace <code>{:016x}{:016x}</code>. The same run again:</p>"
        "<pre>{}</pre></section></main>\n",
        record().result.events, seconds_text(record().result.virtual_us, 3), record().result.fingerprint_high,
        record().result.fingerprint_low, html_escaped(replay_command(record())));
    return html_document(title(), html_);
  }

 private:
  const RunRecord& record() const { return names_.record(); }
  std::string title() const {
    return visible(record().scenario.title.empty() ? record().scenario.path : record().scenario.title);
  }

  void write_header() {
    const Judgement judgement = judge(record().scenario, record().result);
    const bool is_good = judgement.verdict == Verdict::consistent;
    const bool is_listed = is_good && !judgement.listed.empty();
    const std::string_view look = is_listed ? "listed" : is_good ? "good" : "bad";
    const std::string_view words =
        is_listed ? "\xe2\x9a\xa0 inconsistent in the end, as the scenario says" : verdict_words(judgement.verdict);
    html_ += fmt::format("<header><h1>{}</h1>\n", html_escaped(shortened(title(), 300)));
    if (!record().scenario.why.empty()) html_ += fmt::format("<p>{}</p>\n", html_escaped(record().scenario.why));
    html_ +=
        fmt::format("<p><strong class=\"verdict {}\">{}</strong>. Policy {}, {} snapshots, {} disks, seed {}.</p>\n",
                    look, words, record().scenario.policy == Policy::hardened ? "hardened" : "nova",
                    record().scenario.config.live_snapshot ? "live" : "cold", html_escaped(record().result.disks),
                    record().result.seed);
    for (const FiredFault& fault : fired_faults(record())) {
      const auto index = fault_point_from(fault.at);
      html_ += fmt::format("<p class=\"fault\">Fault <code>{}</code> at {} s: {}.</p>\n", fault.at,
                           seconds_text(fault.virtual_us, 3),
                           index ? html_escaped(fault_points()[*index].cause) : std::string());
    }
    for (const std::size_t i : silent_faults(record())) {
      html_ += fmt::format(
          "<p class=\"silent\">Note: fault {} of the scenario, <code>{}</code>, never happened: the run did not come "
          "to it.</p>\n",
          i, html_escaped(fault_points()[record().scenario.faults[i].point].name));
    }
    html_ +=
        "<p><a href=\"#step-by-step\">Step through the run</a>, or go to <a href=\"#states-over-time\">the states over "
        "time</a>, <a href=\"#steps\">the steps</a>, <a href=\"#disk\">the disk</a>, <a href=\"#logs\">the logs</a>, "
        "<a "
        "href=\"#end\">the end</a>.</p>\n</header>\n<main>\n";
  }

  void write_violations() {
    const auto& violations = record().result.violations;
    if (violations.empty()) return;
    constexpr std::size_t shown_max = 20;
    html_ += "<section><h2>What is wrong in the end</h2><ul class=\"violations\">\n";
    for (std::size_t i = 0; i < std::min(violations.size(), shown_max); ++i) {
      const ViolationResult& violation = violations[i];
      html_ +=
          fmt::format("<li><code>{}</code>: {} ({})<br>{}<br><span class=\"small\">{}</span><br>Steps that led there: ",
                      html_escaped(violation.invariant), html_escaped(violation.subject),
                      seconds_text(violation.virtual_us, 3) + " s", html_escaped(violation.message),
                      html_escaped(sentence_of(violation.invariant)));
      if (violation.steps.empty()) html_ += "none in particular";
      for (const std::uint32_t step : violation.steps) {
        const std::size_t row = rows_.row_at(step);
        html_ += fmt::format("<a href=\"#s{}\">{}</a> ", row, row + 1);
      }
      html_ += "</li>\n";
    }
    html_ += "</ul>\n";
    if (violations.size() > shown_max) html_ += fmt::format("<p>and {} more</p>\n", violations.size() - shown_max);
    html_ += "</section>\n";
  }

  void write_controls() {
    const std::size_t last = rows_.rows.empty() ? 0 : rows_.rows.size() - 1;
    html_ += fmt::format(
        "<nav class=\"controls\" id=\"step-by-step\" aria-label=\"Step through the run\">"
        "<button id=\"first\" title=\"Home\">|\xe2\x97\x80 first</button><button id=\"back\" title=\"Left or "
        "Up\">\xe2\x97\x80 "
        "back</button><button id=\"forth\" title=\"Right or Down\">forth \xe2\x96\xb6</button><button id=\"last\" "
        "title=\"End\">last \xe2\x96\xb6|</button><button id=\"change\" title=\"c, or C backwards\">next state</button>"
        "<button id=\"fault\" title=\"f, or F backwards\">next trouble</button>"
        "<label>step <input id=\"slider\" type=\"range\" min=\"0\" max=\"{}\" value=\"0\"></label>"
        "<p id=\"now\" aria-live=\"polite\"></p><p id=\"states\" class=\"small\"></p></nav>\n"
        "<p class=\"small hint\">Arrow keys step, Home and End go to the ends, c goes to the next change of a state, f "
        "to "
        "the next fault or failure (with Shift: back). A click on a step, a strip or a line of a log goes there.</p>\n",
        last);
  }

  void write_other_run() {
    const RunNames names(*without_faults_);
    const PageRows rows = page_rows(names, rows_max_);
    html_ +=
        "<section class=\"other\" tabindex=\"0\" aria-label=\"The same run without the faults\"><h2>The same run "
        "without the faults</h2>\n";
    const auto difference = difference_between(*without_faults_, record());
    if (difference) {
      html_ += fmt::format("<p>Both go the same way for {} steps; then: {}.</p>\n<ul>\n", difference->steps_in_common,
                           html_escaped(difference->cause));
      for (const std::string& end : difference->ends) {
        html_ += fmt::format("<li>{} (without, with the faults)</li>\n", html_escaped(end));
      }
      html_ += "</ul>\n";
    } else {
      html_ += "<p>Every step of the two runs is the same.</p>\n";
    }
    html_ += strips_html(names, rows, "o") + steps_html(names, rows, "o") + outcome_html(names) + "</section>\n";
  }

  RunNames names_;
  const RunRecord* without_faults_;
  std::size_t rows_max_;
  PageRows rows_;
  std::string html_;
};

}  // namespace

std::string html_document(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"data:,\">"
      "<title>{}</title>\n<style>\n{}</style></head>\n<body>\n{}<script>\n{}</script></body></html>\n",
      html_escaped(title), page_style(), body, page_script());
}

void write_run_page(const RunRecord& record, const RunRecord* without_faults, std::ostream& out) {
  std::string page;
  for (std::size_t rows_max = 400; rows_max >= 12; rows_max /= 2) {
    page = PageWriter(record, without_faults, rows_max).write();
    if (page.size() < page_bytes_max) break;
  }
  out << page;
}

}  // namespace snapsim
