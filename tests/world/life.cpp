#include "tests/world/life.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "sim/explore/mishaps.hpp"
#include "sim/nova/log_messages.hpp"
#include "sim/report/step_text.hpp"
#include "sim/scenario/reader.hpp"

namespace snapsim::testing {
namespace {

namespace fs = std::filesystem;

/// Also for programs that are no test: throws.
Scenario read_scenario(const fs::path& file) {
  ScenarioOrProblems read = read_scenario_file(file.string());
  if (!read) throw std::runtime_error(file.string() + " is not a scenario");
  return std::move(*read);
}

fs::path library_folder() {
  return fs::path(SNAPSIM_SOURCE_DIR) / "scenarios";
}

/// Whether a line tells how long something took; that is its argument `a`.
bool tells_duration(const LogMessageInfo& line) {
  return line.text.find("{seconds a}") != std::string_view::npos;
}

/// The record without what nobody outside sees of it; nothing where that is all of it.
std::optional<TraceRecord> seen_of(TraceRecord record) {
  record.virtual_us = 0;
  switch (record.kind) {
    case TraceKind::task_state_refused:
    case TraceKind::task_begun:
    case TraceKind::task_ended:
    case TraceKind::fault:
    case TraceKind::choice:
      return std::nullopt;
    case TraceKind::operation_begun:
    case TraceKind::operation_ended:
      if (static_cast<Operation>(record.code) == Operation::db_save) return std::nullopt;
      break;
    case TraceKind::task_state_written:
      record.b = 1;  // how it was written
      break;
    case TraceKind::http:
      record.b = 0;
      break;
    case TraceKind::command:
      record.b = record.b < 0 ? -1 : 0;
      break;
    case TraceKind::log: {
      const LogMessageInfo& line = log_message_info(static_cast<LogMessage>(record.code));
      if (line.level == LogLevel::debug) return std::nullopt;
      if (tells_duration(line)) record.a = 0;
      break;
    }
    default:
      break;
  }
  return record;
}

/// FNV-1a: the same on every machine.
void add(std::uint64_t& digest, const void* bytes, std::size_t size) {
  const auto* const each = static_cast<const unsigned char*>(bytes);
  for (std::size_t i = 0; i < size; ++i) digest = (digest ^ each[i]) * 0x100000001b3;
}

std::string number_of(std::uint32_t id) {
  return id == ImageId::none_value ? "-" : std::to_string(id);
}

/// What is left of everything.
std::vector<std::string> end_lines(const RunResult& result) {
  std::vector<std::string> lines;
  for (const InstanceResult& instance : result.instances) {
    lines.push_back(fmt::format(
        "{}: {}, {}, {}, guest {}; host {}, image_ref {}, shelved as {} on {}{}{}; disk {} of {}, rescue disk {}",
        instance.name, to_string(instance.vm_state), to_string(instance.task_state), to_string(instance.power_state),
        instance.guest, number_of(instance.row.host.value), number_of(instance.row.image_ref.value),
        number_of(instance.row.shelved_image_id.value), number_of(instance.row.shelved_host.value),
        instance.row.shelved_at ? ", shelved_at" : "", instance.row.deleted_at ? ", deleted_at" : "",
        number_of(instance.guest_disk.value), number_of(instance.root_disk.value),
        number_of(instance.rescue_disk.value)));
  }
  for (const ImageResult& image : result.images) {
    lines.push_back(fmt::format("{}: {}, {} bytes, {}", image.name, image.status, image.size.value_or(-1),
                                image.checksum.empty() ? "-" : image.checksum));
  }
  for (const std::string& file : result.leftover_files) lines.push_back("left: " + file);
  lines.push_back(fmt::format("left: {} bytes", result.leftover_bytes));
  return lines;
}

}  // namespace

Life::Life(const RunOutput& run) {
  std::uint64_t digest = 0xcbf29ce484222325;
  for (const TraceRecord& record : run.trace) {
    const std::optional<TraceRecord> seen = seen_of(record);
    if (!seen) continue;
    add(digest, &*seen, sizeof *seen);
    marks_.push_back(digest);
  }
  for (const std::string& line : end_lines(run.result)) add(digest, line.data(), line.size());
  marks_.push_back(digest);
}

char letter_of(std::uint64_t digest) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
  return letters[(digest ^ digest >> 32) % letters.size()];
}

std::string Life::letters() const {
  std::string text;
  for (std::size_t i = steps_per_letter - 1; i < marks_.size(); i += steps_per_letter) text += letter_of(marks_[i]);
  return text;
}

std::vector<std::string> life_lines(const Scenario& scenario, const RunOutput& run) {
  const RunRecord record{scenario, run.result, run.trace};
  const RunNames names(record);
  std::vector<std::string> lines;
  for (const TraceRecord& step : run.trace) {
    const std::optional<TraceRecord> seen = seen_of(step);
    if (seen) lines.push_back(actor_text(names, *seen) + ": " + step_text(names, *seen));
  }
  std::ranges::move(end_lines(run.result), std::back_inserter(lines));
  return lines;
}

std::vector<KnownRun> library_runs() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(library_folder())) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<KnownRun> runs;
  for (const fs::path& file : files) {
    KnownRun run{file.filename().string(), read_scenario(file)};
    runs.push_back(run);
    if (run.scenario.policy == Policy::hardened) continue;
    run.scenario.policy = Policy::hardened;
    run.name += " under hardened";
    runs.push_back(std::move(run));
  }
  return runs;
}

std::vector<std::string> stories_for_mishaps() {
  return {"cold_snapshot.json",
          "live_snapshot.json",
          "quiesced_live_snapshot.json",
          "cold_snapshot_of_paused_guest.json",
          "snapshot_of_stopped_instance.json",
          "snapshot_of_suspended_instance.json",
          "backup_rotation_1.json",
          "soft_reboot.json",
          "hard_reboot.json",
          "pause_and_unpause.json",
          "suspend_and_resume.json",
          "stop.json",
          "start.json",
          "soft_delete.json",
          "delete.json",
          "two_hosts.json",
          "shelve_and_unshelve.json",
          "rebuild_from_snapshot.json",
          "rescue_and_unrescue.json"};
}

std::vector<KnownRun> mishap_runs(const std::string& story, Policy policy, std::size_t first, std::size_t stride) {
  Scenario scenario = read_scenario(library_folder() / story);
  scenario.policy = scenario.written_policy = policy;
  scenario.expect = {};
  scenario.violates.clear();
  const std::string under = policy == Policy::hardened ? " under hardened with " : " under nova with ";
  const std::vector<Mishap> mishaps = every_mishap(scenario);
  std::vector<KnownRun> runs;
  for (std::size_t i = first; i < mishaps.size(); i += stride) {
    runs.push_back({story + under + mishaps[i].text(), with_mishaps(scenario, {mishaps[i]})});
  }
  return runs;
}

std::vector<KnownRun> recorded_mishaps(const std::string& story, Policy policy) {
  constexpr std::size_t stride = 7;
  return mishap_runs(story, policy, 0, stride);
}

}  // namespace snapsim::testing
