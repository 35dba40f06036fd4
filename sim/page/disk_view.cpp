#include "sim/page/disk_view.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "sim/nova/log_messages.hpp"
#include "sim/page/html_text.hpp"
#include "sim/report/run_states.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

constexpr int blocks = 64;

/// MiB that the guest has written in the time between two steps.
double mib_written(const RunNames& names, const std::vector<StateHistory>& histories, const DiskCopy& copy) {
  const InstanceSpec* instance = names.instance(copy.instance);
  const StateHistory* guest = find_history(histories, {StateTrack::Kind::guest, copy.instance});
  if (instance == nullptr || guest == nullptr) return 0;
  const auto trace = names.record().trace;
  std::int64_t running_us = 0;
  for (std::size_t i = copy.begun_at; i < copy.ended_at; ++i) {
    const StateChange* state = guest->at(i);
    if (state != nullptr && state->value == "running") running_us += trace[i + 1].virtual_us - trace[i].virtual_us;
  }
  return static_cast<double>(running_us) / 1e6 * static_cast<double>(instance->writes_mib_per_s);
}

class CopyFinder {
 public:
  explicit CopyFinder(const RunNames& names) : names_(names), histories_(state_histories(names.record())) {}

  std::vector<DiskCopy> find() {
    const auto trace = names_.record().trace;
    for (std::size_t position = 0; position < trace.size(); ++position) read(position, trace[position]);
    for (const auto& [key, copy] : open_) finish(copy, trace.empty() ? 0 : trace.size() - 1, true);
    std::ranges::stable_sort(copies_, {}, &DiskCopy::begun_at);
    return std::move(copies_);
  }

 private:
  using Key = std::pair<bool, std::uint32_t>;  // a command, and the instance

  void read(std::size_t position, const TraceRecord& record) {
    const RecordSubjects subjects = subjects_of(record, names_);
    if (subjects.instance == TraceRecord::none) return;
    if (record.kind == TraceKind::command && static_cast<CommandKind>(record.code) == CommandKind::convert) {
      const bool is_delta = names_.file_purpose(record.subject) == FilePurpose::delta;
      const std::string what = fmt::format("qemu-img convert reads {} of {}", is_delta ? "the copy" : "the disk",
                                           names_.instance_name(subjects.instance));
      record.b < 0 ? begin({true, subjects.instance}, position, what)
                   : end({true, subjects.instance}, position, record.a < 0);
    }
    const bool is_operation = record.kind == TraceKind::operation_begun || record.kind == TraceKind::operation_ended;
    const Key job{false, subjects.instance};
    if (is_operation && record.code == static_cast<std::uint8_t>(Operation::hypervisor_block_copy)) {
      if (record.kind == TraceKind::operation_begun) {
        begin(job, position,
              fmt::format("the block job of {} copies its disk", names_.instance_name(subjects.instance)));
      } else if (record.b != 0) {
        end(job, position, true);
      }
    }
    if (record.kind == TraceKind::log && record.code == static_cast<std::uint8_t>(LogMessage::block_job_progress)) {
      const auto found = open_.find(job);
      if (found != open_.end() && record.b > 0) {
        found->second.progress.emplace_back(record.virtual_us,
                                            static_cast<double>(record.a) / static_cast<double>(record.b));
      }
    }
    if (record.kind == TraceKind::operation_ended &&
        record.code == static_cast<std::uint8_t>(Operation::hypervisor_block_job_abort)) {
      end(job, position, record.b != 0);
    }
  }

  void begin(const Key& key, std::size_t position, const std::string& what) {
    DiskCopy copy{what, key.second, position, position, false, {}, 0};
    copy.progress.emplace_back(names_.record().trace[position].virtual_us, 0.0);
    open_[key] = std::move(copy);
  }

  void end(const Key& key, std::size_t position, bool failed) {
    const auto found = open_.find(key);
    if (found == open_.end()) return;
    finish(std::move(found->second), position, failed);
    open_.erase(found);
  }

  void finish(DiskCopy copy, std::size_t position, bool failed) {
    copy.ended_at = position;
    copy.failed = failed;
    if (!failed) copy.progress.emplace_back(names_.record().trace[position].virtual_us, 1.0);
    copy.written_mib = mib_written(names_, histories_, copy);
    copies_.push_back(std::move(copy));
  }

  const RunNames& names_;
  std::vector<StateHistory> histories_;
  std::map<Key, DiskCopy> open_;
  std::vector<DiskCopy> copies_;
};

std::string progress_text(const DiskCopy& copy) {
  std::string text;
  for (const auto& [time, share] : copy.progress) {
    text += fmt::format("{}{}:{:.3f}", text.empty() ? "" : " ", time, share);
  }
  return text;
}

}  // namespace

std::vector<DiskCopy> disk_copies(const RunNames& names) {
  return CopyFinder(names).find();
}

std::string disks_html(const RunNames& names, const PageRows& rows) {
  const std::vector<DiskCopy> copies = disk_copies(names);
  if (copies.empty()) return "<p>No disk was copied in this run.</p>\n";
  const auto trace = names.record().trace;
  std::string html;
  for (const DiskCopy& copy : copies) {
    const InstanceSpec* instance = names.instance(copy.instance);
    const std::int64_t used = instance == nullptr ? 0 : instance->used_mib;
    html += fmt::format(
        "<figure class=\"disk\" data-progress=\"{}\" data-end=\"{}\"><figcaption>{}: from {} s to {} s{}. "
        "{} MiB in use; the guest wrote {:.1f} MiB meanwhile. <a href=\"#s{}\">Begin</a>, "
        "<a href=\"#s{}\">end</a>. <output>0%</output> copied at this step.</figcaption>\n",
        progress_text(copy), trace[copy.ended_at].virtual_us, html_escaped(copy.what),
        seconds_text(trace[copy.begun_at].virtual_us, 3), seconds_text(trace[copy.ended_at].virtual_us, 3),
        copy.failed ? ", not finished" : "", used, copy.written_mib, rows.row_at(copy.begun_at),
        rows.row_at(copy.ended_at));
    html += "<div class=\"blocks\" aria-hidden=\"true\">";
    for (int i = 0; i < blocks; ++i) html += "<i></i>";
    html += "</div></figure>\n";
  }
  return html +
         "<p class=\"small\">Each square is 1/64 of what is in use. Begin and end, and of a block job also its "
         "progress, "
         "stand in the trace; between them the copy is drawn as even. What the guest writes follows from the "
         "scenario's <code>writes_mib_per_s</code> and the time for which it ran.</p>\n";
}

}  // namespace snapsim
