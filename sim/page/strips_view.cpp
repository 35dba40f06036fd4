#include "sim/page/strips_view.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/page/disk_view.hpp"
#include "sim/page/html_text.hpp"
#include "sim/report/run_states.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

constexpr std::size_t tracks_max = 40;
constexpr std::size_t table_lines_max = 400;
constexpr double label_width = 190;
constexpr double strips_width = 1200;
constexpr int strip_height = 20;
constexpr int strip_pitch = 25;
constexpr double letter_width = 7.2;

/// How a state looks: at ease, at work, off, broken, or nothing.
std::string_view look_of(StateTrack::Kind kind, std::string_view value) {
  if (value == "null") return "none";
  if (value == "error" || value == "killed" || value == "crashed") return "bad";
  if (value == "deleted" || value == "shutdown" || value == "stopped" || value == "paused" || value == "saved" ||
      value == "suspended" || value == "pending" || value == "deleting" || value == "soft-deleting") {
    return "off";
  }
  if (kind == StateTrack::Kind::task_state || value == "queued" || value == "saving") return "busy";
  return "good";
}

std::string track_name(const RunNames& names, const StateTrack& track) {
  const std::string subject = track.kind == StateTrack::Kind::image_status ? names.image_name(track.subject)
                                                                           : names.instance_name(track.subject);
  return fmt::format("{} {}", subject, to_string(track.kind));
}

class StripsWriter {
 public:
  StripsWriter(const RunNames& names, const PageRows& rows, const std::string& id)
      : names_(names), rows_(rows), id_(id), histories_(state_histories(names.record())) {
    if (histories_.size() > tracks_max) {
      left_out_ = histories_.size() - tracks_max;
      histories_.resize(tracks_max);
    }
    copies_ = disk_copies(names);
    if (copies_.size() > tracks_max) copies_.resize(tracks_max);
  }

  std::string write() {
    const std::size_t strips = histories_.size() + copies_.size();
    const int height = static_cast<int>(strips) * strip_pitch + 22;
    html_ += fmt::format(
        "<svg class=\"strips\" viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{}-t\" "
        "data-left=\"{}\" data-width=\"{}\">"
        "<title id=\"{}-t\">States over the steps of the run; the table below says the same</title>\n",
        strips_width, height, id_, label_width, strips_width - label_width, id_);
    int y = 0;
    for (const StateHistory& history : histories_) {
      write_history(history, y);
      y += strip_pitch;
    }
    for (const DiskCopy& copy : copies_) {
      label(copy.what.starts_with("qemu-img") ? "qemu-img convert" : "block job", y);
      bar(rows_.row_at(copy.begun_at), rows_.row_at(copy.ended_at) + 1, y, copy.failed ? "bad" : "busy",
          fmt::format("{}; guest writes {:.1f} MiB", copy.what, copy.written_mib));
      y += strip_pitch;
    }
    write_axis(y);
    html_ += fmt::format("<line class=\"cursor\" x1=\"{0}\" x2=\"{0}\" y1=\"0\" y2=\"{1}\"/></svg>\n", label_width,
                         height - 20);
    if (left_out_ > 0) html_ += fmt::format("<p>{} more states are left out.</p>\n", left_out_);
    write_table();
    return html_;
  }

 private:
  std::size_t row_count() const { return std::max<std::size_t>(rows_.rows.size(), 1); }
  double x_of(std::size_t row) const {
    return label_width + (strips_width - label_width) * static_cast<double>(row) / static_cast<double>(row_count());
  }

  void label(std::string_view text, int y) {
    html_ += fmt::format("<text class=\"label\" x=\"{}\" y=\"{}\">{}</text>\n", label_width - 8, y + 15,
                         html_escaped(shortened(visible(text), 26)));
  }

  void bar(std::size_t from, std::size_t to, int y, std::string_view look, const std::string& text) {
    const double begin = x_of(from);
    const double length = x_of(std::max(to, from)) - begin;
    if (length <= 0) return;
    html_ +=
        fmt::format("<g class=\"{}\"><title>{}</title><rect x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\"/>",
                    look, html_escaped(text), begin, y, length, strip_height);
    const auto letters = static_cast<std::size_t>(std::max(0.0, (length - 6) / letter_width));
    if (letters >= 4) {
      html_ += fmt::format("<text x=\"{:.1f}\" y=\"{}\">{}</text>", begin + 4, y + 14,
                           html_escaped(shortened(visible(text), letters)));
    }
    html_ += "</g>\n";
  }

  void write_history(const StateHistory& history, int y) {
    const std::string name = track_name(names_, history.track);
    label(name, y);
    html_ += fmt::format("<g class=\"track\" data-name=\"{}\" data-values=\"", html_escaped(name));
    // Of several values within one row the last one counts.
    std::vector<std::pair<std::size_t, std::string>> values;
    for (const StateChange& change : history.changes) {
      const std::size_t row = change.position ? rows_.row_at(*change.position) : 0;
      if (!values.empty() && values.back().first == row) values.pop_back();
      values.emplace_back(row, change.value);
    }
    for (const auto& [row, value] : values) html_ += fmt::format("{}:{} ", row, html_escaped(value));
    html_ += "\">\n";
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t to = i + 1 < values.size() ? values[i + 1].first : row_count();
      bar(values[i].first, to, y, look_of(history.track.kind, values[i].second), values[i].second);
    }
    html_ += "</g>\n";
  }

  void write_axis(int y) {
    const std::size_t count = row_count();
    std::size_t last = 0;
    for (std::size_t i = 0; i < 9 && !rows_.rows.empty(); ++i) {
      const std::size_t row = (count - 1) * i / 8;
      if (i > 0 && row == last) continue;
      last = row;
      const std::int64_t time = names_.record().trace[rows_.rows[row].position].virtual_us;
      html_ += fmt::format("<text class=\"tick{}\" x=\"{:.1f}\" y=\"{}\">{} s</text>\n", i == 8 ? " end" : "",
                           i == 8 ? strips_width - 2 : x_of(row), y + 14, seconds_text(time, 3));
    }
  }

  void write_table() {
    html_ +=
        "<details><summary>The states as a table</summary><table><thead><tr><th>Seconds</th><th>Whose</th>"
        "<th>Becomes</th><th>Step</th></tr></thead><tbody>\n";
    struct Line {
      std::optional<std::size_t> position;
      std::string name;
      std::string value;
    };
    std::vector<Line> lines;
    for (const StateHistory& history : histories_) {
      for (const StateChange& change : history.changes) {
        lines.push_back({change.position, track_name(names_, history.track), change.value});
      }
    }
    std::ranges::stable_sort(lines, {}, &Line::position);
    const std::size_t more = lines.size() > table_lines_max ? lines.size() - table_lines_max : 0;
    lines.resize(lines.size() - more);
    for (const Line& line : lines) {
      const std::int64_t time = line.position ? names_.record().trace[*line.position].virtual_us : 0;
      const std::size_t row = line.position ? rows_.row_at(*line.position) : 0;
      html_ += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td><a href=\"#{}{}\">{}</a></td></tr>\n",
                           line.position ? seconds_text(time, 3) : "start", html_escaped(line.name),
                           html_escaped(line.value), id_, row, row + 1);
    }
    html_ += "</tbody></table>\n";
    if (more > 0) html_ += fmt::format("<p>{} more changes are left out.</p>\n", more);
    html_ += "</details>\n";
  }

  const RunNames& names_;
  const PageRows& rows_;
  std::string id_;
  std::vector<StateHistory> histories_;
  std::vector<DiskCopy> copies_;
  std::size_t left_out_ = 0;
  std::string html_;
};

}  // namespace

std::string strips_html(const RunNames& names, const PageRows& rows, const std::string& id) {
  return StripsWriter(names, rows, id).write();
}

}  // namespace snapsim
