#include "sim/page/run_view.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/page/html_text.hpp"
#include "sim/report/oslo_log.hpp"
#include "sim/report/step_text.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

constexpr int lane_width = 74;
constexpr int row_height = 26;
constexpr std::size_t text_columns_max = 400;

class StepsWriter {
 public:
  StepsWriter(const RunNames& names, const PageRows& rows, const std::string& id)
      : names_(names), rows_(rows), id_(id), lanes_(sequence_of(names, HttpForm::one_arrow).participants) {
    for (const PageRow& row : rows.rows) {
      if (!row.drawn) add_lane(participant_of(names, names.record().trace[row.position]));
    }
  }

  std::string write() {
    write_lifelines();
    html_ += "<table class=\"steps\"><thead><tr><th>Seconds</th><th>Who talks to whom ";
    write_heading();
    html_ += "</th><th>What happens</th></tr></thead><tbody>\n";
    for (std::size_t i = 0; i < rows_.rows.size(); ++i) write_row(i, rows_.rows[i]);
    html_ += "</tbody></table>\n";
    if (rows_.left_out > 0) {
      html_ += fmt::format("<p>{} more steps are left out; <code>snapsim export --as trace</code> has all.</p>\n",
                           rows_.left_out);
    }
    return html_;
  }

 private:
  void add_lane(const Participant& participant) {
    const auto place = std::ranges::lower_bound(lanes_, participant);
    if (place == lanes_.end() || *place != participant) lanes_.insert(place, participant);
  }

  int width() const { return static_cast<int>(lanes_.size()) * lane_width; }
  int x_of(const Participant& participant) const {
    return static_cast<int>(std::ranges::find(lanes_, participant) - lanes_.begin()) * lane_width + lane_width / 2;
  }

  /// What is behind every row.
  void write_lifelines() {
    html_ += fmt::format(
        "<svg width=\"0\" height=\"0\" class=\"defs\" aria-hidden=\"true\"><defs>"
        "<marker id=\"{0}a\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"9\" "
        "markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 "
        "8z\"/></marker>"
        "<g id=\"{0}l\" class=\"life\">",
        id_);
    for (const Participant& lane : lanes_) html_ += fmt::format("<path d=\"M{} 0v{}\"/>", x_of(lane), row_height);
    html_ += "</g></defs></svg>\n";
  }

  void write_heading() {
    html_ += fmt::format("<svg class=\"lanes\" width=\"{}\" height=\"34\" aria-hidden=\"true\">", width());
    for (const Participant& lane : lanes_) {
      const std::string name = participant_text(names_, lane);
      const std::size_t at = name.find('@');
      html_ += fmt::format("<text x=\"{}\" y=\"13\">{}</text>", x_of(lane), html_escaped(name.substr(0, at)));
      if (at != std::string::npos) {
        html_ += fmt::format("<text x=\"{}\" y=\"28\">{}</text>", x_of(lane),
                             html_escaped(shortened(name.substr(at + 1), 10)));
      }
    }
    html_ += "</svg>";
  }

  std::string arrow_of(const PageRow& row, const TraceRecord& record) const {
    constexpr int middle = row_height / 2;
    if (!row.drawn || row.drawn->kind == SequenceStep::Kind::note || row.drawn->from == row.drawn->to) {
      const int x = x_of(row.drawn ? row.drawn->from : participant_of(names_, record));
      return fmt::format("<rect x=\"{}\" y=\"{}\" width=\"10\" height=\"10\"/>", x - 5, middle - 5);
    }
    const int from = x_of(row.drawn->from);
    const int to = x_of(row.drawn->to);
    std::string kind = row.drawn->kind == SequenceStep::Kind::answer ? "back" : "go";
    if (row.drawn->kind == SequenceStep::Kind::cast) kind = "cast";
    return fmt::format("<path class=\"{}\" d=\"M{} {}H{}\" marker-end=\"url(#{}a)\"/>", kind, from, middle, to, id_);
  }

  void write_row(std::size_t index, const PageRow& row) {
    const TraceRecord& record = names_.record().trace[row.position];
    std::string classes;
    if (row.is_change) classes += " chg";
    if (row.is_fault) classes += " flt";
    if (row.is_trouble) classes += " bad";
    if (row.led_to_violation) classes += " vio";
    const std::uint32_t instance = subjects_of(record, names_).instance;
    std::string text = row.drawn ? sequence_text(names_, *row.drawn) : step_text(names_, record);
    if (!row.drawn && names_.record().scenario.instances.size() > 1 && instance != TraceRecord::none) {
      text = visible(names_.instance_name(instance)) + ", " + text;
    }
    html_ += fmt::format(
        "<tr id=\"{}{}\" class=\"{}\" data-us=\"{}\" data-p=\"{}\"><td>{}</td><td><svg width=\"{}\" height=\"{}\" "
        "aria-hidden=\"true\"><use href=\"#{}l\"/>{}</svg></td><td><b>{}</b> {}{}</td></tr>\n",
        id_, index, classes.empty() ? classes : classes.substr(1), record.virtual_us, row.position,
        seconds_text(record.virtual_us, 3), width(), row_height, id_, arrow_of(row, record),
        html_escaped(actor_text(names_, record)), html_escaped(shortened(text, text_columns_max)),
        row.led_to_violation ? " <em>led to a violation</em>" : "");
  }

  const RunNames& names_;
  const PageRows& rows_;
  std::string id_;
  std::vector<Participant> lanes_;
  std::string html_;
};

std::string table_row(const std::vector<std::string>& cells, std::string_view tag) {
  std::string html = "<tr>";
  for (const std::string& cell : cells) html += fmt::format("<{0}>{1}</{0}>", tag, html_escaped(cell));
  return html + "</tr>\n";
}

}  // namespace

std::string steps_html(const RunNames& names, const PageRows& rows, const std::string& id) {
  return StepsWriter(names, rows, id).write();
}

std::string logs_html(const RunNames& names, const PageRows& rows, std::size_t lines_max) {
  struct Log {
    LogFile file;
    std::string_view name;
  };
  constexpr Log logs[] = {
      {LogFile::nova_api, "n-api.log"}, {LogFile::nova_compute, "n-cpu.log"}, {LogFile::glance_api, "g-api.log"}};
  std::string html = "<div class=\"logs\">\n";
  for (const Log& log : logs) {
    std::vector<OsloLogLine> lines = oslo_log_lines(names.record(), log.file);
    const std::size_t left_out = lines.size() > lines_max ? lines.size() - lines_max : 0;
    lines.resize(lines.size() - left_out);
    html += fmt::format(
        "<section><h3>{0}</h3><div class=\"log\" tabindex=\"0\" role=\"group\" aria-label=\"{0}: arrow "
        "keys step through its lines\">\n",
        log.name);
    for (const OsloLogLine& line : lines) {
      // The date is the same everywhere: virtual time begins at midnight.
      html += fmt::format("<p data-r=\"{}\">{}</p>\n", rows.row_at(line.position),
                          html_escaped(line.text.starts_with("2026-01-01 ") ? line.text.substr(11) : line.text));
    }
    if (lines.empty()) html += "<p>This service logs nothing in the run.</p>\n";
    if (left_out > 0) html += fmt::format("<p>{} more lines are left out.</p>\n", left_out);
    html += "</div></section>\n";
  }
  return html + "</div>\n";
}

std::string outcome_html(const RunNames& names) {
  constexpr std::size_t shown_max = 40;
  const RunResult& result = names.record().result;
  std::string html = "<table><thead>" +
                     table_row({"Instance", "vm_state", "task_state", "power_state", "guest", "events"}, "th") +
                     "</thead><tbody>\n";
  for (std::size_t i = 0; i < std::min(result.instances.size(), shown_max); ++i) {
    const InstanceResult& instance = result.instances[i];
    std::string events;
    for (const EventResult& event : instance.events) {
      events += fmt::format("{}{} {}", events.empty() ? "" : ", ", event.action,
                            event.result.empty() ? "unfinished" : event.result);
    }
    html += table_row(
        {instance.name, std::string(to_string(instance.vm_state)), std::string(to_string(instance.task_state)),
         std::string(to_string(instance.power_state)), instance.guest, events},
        "td");
  }
  html += "</tbody></table>\n";
  if (!result.images.empty()) {
    html += "<table><thead>" + table_row({"Image", "status", "bytes", "statuses"}, "th") + "</thead><tbody>\n";
    for (std::size_t i = 0; i < std::min(result.images.size(), shown_max); ++i) {
      const ImageResult& image = result.images[i];
      std::string statuses;
      for (const ImageStatus status : image.statuses) {
        statuses += fmt::format("{}{}", statuses.empty() ? "" : " \xe2\x86\x92 ", to_string(status));
      }
      html += table_row({image.name, image.status, image.size ? fmt::format("{}", *image.size) : "-", statuses}, "td");
    }
    html += "</tbody></table>\n";
  }
  if (result.leftover_files.empty() && result.leftover_bytes == 0) return html + "<p>Nothing is left over.</p>\n";
  html +=
      fmt::format("<p>Left over: {} files, {} bytes.</p><ul>\n", result.leftover_files.size(), result.leftover_bytes);
  for (std::size_t i = 0; i < std::min(result.leftover_files.size(), shown_max); ++i) {
    html += "<li><code>" + html_escaped(result.leftover_files[i]) + "</code></li>\n";
  }
  return html + "</ul>\n";
}

}  // namespace snapsim
