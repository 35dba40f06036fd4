#include "sim/explain/log_book.hpp"

#include <algorithm>

#include "sim/explain/access_line.hpp"

namespace snapsim {
namespace {

constexpr std::size_t text_max = 400;             // bytes kept of an exception's words
constexpr std::uint64_t interrupt_lines = 65536;  // lines between two looks for an interrupt
constexpr std::int64_t seconds_are_cut_us = 1'500'000;
constexpr std::int64_t exit_code_full = 28;  // ENOSPC

constexpr unsigned bit(Side side) {
  return 1u << static_cast<unsigned>(side);
}

/// The service that has such a logger and no other; unknown: several have it.
Side side_of_logger(std::string_view logger) {
  if (logger.starts_with("glance.") || logger.starts_with("glance_store")) return Side::glance_api;
  if (!logger.starts_with("nova.")) return Side::unknown;
  const std::string_view rest = logger.substr(5);
  if (rest.starts_with("virt.") || rest.starts_with("compute.manager") ||
      rest.starts_with("compute.resource_tracker") || rest.starts_with("scheduler.client.report")) {
    return Side::nova_compute;
  }
  if (rest.starts_with("osapi_compute") || rest.starts_with("api.openstack")) return Side::nova_api;
  return Side::unknown;
}

Side side_of_service(std::string_view service) {
  if (service.find("compute") != std::string_view::npos || service.find("n-cpu") != std::string_view::npos) {
    return Side::nova_compute;
  }
  if (service.find("glance") != std::string_view::npos || service.find("g-api") != std::string_view::npos) {
    return Side::glance_api;
  }
  if (service.find("nova-api") != std::string_view::npos || service.find("n-api") != std::string_view::npos) {
    return Side::nova_api;
  }
  return Side::unknown;
}

}  // namespace

TextTable::TextTable() {
  texts_.emplace_back();
}

std::uint32_t TextTable::number_of(std::string_view text) {
  if (text.empty()) return 0;
  const auto found = numbers_.find(text);
  if (found != numbers_.end()) return found->second;
  const auto number = static_cast<std::uint32_t>(texts_.size());
  texts_.emplace_back(text);
  numbers_.emplace(texts_.back(), number);
  return number;
}

std::uint32_t TextTable::find(std::string_view text) const {
  const auto found = numbers_.find(text);
  return found == numbers_.end() ? 0 : found->second;
}

void LogBook::begin_file(const std::string& path) {
  files_.push_back({path, 0, 0, 0, {}});
  last_process_key_ = UINT64_MAX;
  last_time_us_ = LogLine::no_time;
  open_exception_ = SIZE_MAX;
}

void LogBook::read(LogSource& source, const std::string& path, bool (*is_interrupted)()) {
  begin_file(path);
  while (const std::optional<std::string_view> text = source.next_line()) {
    add_line(source.line(), *text);
    if (is_interrupted != nullptr && source.line() % interrupt_lines == 0 && is_interrupted()) break;
  }
  files_.back().bytes = source.bytes();
  files_.back().damage = source.damage();
}

void LogBook::read_text(std::string_view text, const std::string& path) {
  begin_file(path);
  files_.back().bytes = text.size();
  std::uint64_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    add_line(++number, text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
}

std::uint32_t LogBook::process_index(const LogLine& line) {
  const auto file = static_cast<std::uint32_t>(files_.size() - 1);
  const std::uint64_t key = (std::uint64_t{file} << 32) | line.process;
  if (key == last_process_key_) return last_process_;
  const auto [found, is_new] = process_indexes_.emplace(key, static_cast<std::uint32_t>(processes_.size()));
  if (is_new) {
    processes_.push_back({file, line.process, bit(side_of_service(line.service)) & ~bit(Side::unknown), false, false, 0,
                          LogLine::no_time, LogLine::no_time});
  }
  last_process_key_ = key;
  last_process_ = found->second;
  return last_process_;
}

void LogBook::add_failure_detail(const LogLine& line) {
  if (open_exception_ == SIZE_MAX) return;
  std::int64_t exit_code = 0;
  bool is_full = false;
  LogEvent& event = events_[open_exception_];
  if (event.kind == EventKind::error_contacting_glance) {
    // Liberty names the reason in the last line of the traceback alone.
    const std::string_view name = line.message.substr(0, line.message.find(": "));
    if (event.text == 0 && name.size() < line.message.size() && name.find(' ') == std::string_view::npos) {
      event.text = texts_.number_of(line.message.substr(0, text_max));
    }
    return;
  }
  event.operations |= operations_in_frame(line.message);
  if (!read_command_failure(line.message, exit_code, is_full)) return;
  event.number = is_full ? exit_code_full : event.number == 0 ? exit_code : event.number;
}

void LogBook::add_line(std::uint64_t number, std::string_view text) {
  LogFileInfo& file = files_.back();
  file.lines = number;
  LogLine line;
  if (!parser_.parse(text, line)) {
    add_failure_detail(line);
    return;
  }
  ++file.understood;
  const std::uint32_t index = process_index(line);
  LogProcess& process = processes_[index];
  // A web server writes its lines in the order of the answers, with times that are cut to seconds.
  const bool is_a_bit_early = line.time_us < last_time_us_ && line.time_us + seconds_are_cut_us > last_time_us_;
  if (is_of_web_server(line.logger) && is_a_bit_early) line.time_us = last_time_us_;
  if (line.time_us != LogLine::no_time) {
    last_time_us_ = line.time_us;
    if (process.first_us == LogLine::no_time || line.time_us < process.first_us) process.first_us = line.time_us;
    process.last_us = std::max(process.last_us, line.time_us);
  }
  if (process.first_line == 0) process.first_line = number;
  process.has_debug |= line.level == LineLevel::debug;
  process.has_info |= line.level == LineLevel::info;
  if (process.sides == 0 || process.process == 0)
    process.sides |= bit(side_of_logger(line.logger)) & ~bit(Side::unknown);
  ReadEvent read;
  if (!read_event(line, read)) {
    if (line.level == LineLevel::error) add_failure_detail(line);
    return;
  }
  const EventInfo& info = event_info(read.kind);
  const bool of_web_server = is_of_web_server(line.logger);
  if (info.side == Side::glance_api || of_web_server) process.sides |= bit(info.side);
  if (events_.size() >= events_max && !info.is_snapshots) {
    ++dropped_;
    return;
  }
  LogEvent event;
  event.time_us = last_time_us_ == LogLine::no_time ? 0 : last_time_us_;
  event.line = number;
  event.file = static_cast<std::uint32_t>(files_.size() - 1);
  event.process = index;
  event.kind = read.kind;
  event.level = line.level;
  event.request = texts_.number_of(line.request);
  event.global_request = texts_.number_of(line.global_request);
  event.instance = texts_.number_of(line.instance.empty() ? read.instance : line.instance);
  event.image = texts_.number_of(read.image);
  event.detail = texts_.number_of(read.detail);
  event.text = texts_.number_of(read.text.substr(0, text_max));
  event.number = read.number;
  event.is_images_v1 = read.is_images_v1;
  event.is_of_web_server = of_web_server;
  if (read.kind == EventKind::exception_during_message_handling || read.kind == EventKind::api_unexpected_exception ||
      (read.kind == EventKind::error_contacting_glance && read.text.empty())) {
    open_exception_ = events_.size();
  }
  events_.push_back(event);
}

std::string LogBook::short_name(std::uint32_t file) const {
  const auto base = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
  const std::string name = base(files_[file].path);
  const auto same = std::ranges::count_if(files_, [&](const LogFileInfo& other) { return base(other.path) == name; });
  return same == 1 ? name : files_[file].path;
}

Side LogBook::side_of(const LogEvent& event) const {
  const unsigned sides = processes_[event.process].sides;
  const Side usual = event_info(event.kind).side;
  if ((sides & bit(usual)) != 0) return usual;
  for (const Side side : {Side::nova_api, Side::nova_compute, Side::glance_api}) {
    if (sides == bit(side)) return side;
  }
  return usual;
}

bool LogBook::has_side(Side side) const {
  return std::ranges::any_of(processes_, [side](const LogProcess& one) { return (one.sides & bit(side)) != 0; });
}

bool LogBook::has_debug(Side side) const {
  return std::ranges::any_of(processes_,
                             [side](const LogProcess& one) { return (one.sides & bit(side)) != 0 && one.has_debug; });
}

std::int64_t LogBook::first_us(Side side) const {
  std::int64_t first = LogLine::no_time;
  for (const LogProcess& one : processes_) {
    const bool is_side = (one.sides & bit(side)) != 0 && one.first_us != LogLine::no_time;
    if (is_side && (first == LogLine::no_time || one.first_us < first)) first = one.first_us;
  }
  return first;
}

std::int64_t LogBook::last_us(Side side) const {
  std::int64_t last = LogLine::no_time;
  for (const LogProcess& one : processes_) {
    if ((one.sides & bit(side)) != 0) last = std::max(last, one.last_us);
  }
  return last;
}

}  // namespace snapsim
