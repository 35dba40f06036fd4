#include "sim/report/oslo_log.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sim/nova/log_messages.hpp"
#include "sim/report/exception_text.hpp"
#include "sim/report/log_text.hpp"
#include "sim/report/names.hpp"
#include "sim/report/run_names.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

constexpr std::string_view python_path = "/usr/lib/python3/dist-packages/";

/// A moment of virtual time in the calendar.
struct CalendarTime {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  std::int64_t second_of_day = 0;
  std::int64_t millisecond = 0;
};

CalendarTime calendar_time(std::int64_t virtual_us) {
  using std::chrono::days;
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::microseconds> time =
      std::chrono::sys_days(std::chrono::year(2026) / 1 / 1) + std::chrono::microseconds(virtual_us);
  const std::chrono::year_month_day date(floor<days>(time));
  const std::int64_t in_day_us = (time - floor<days>(time)).count();
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
          in_day_us / 1'000'000, in_day_us / 1000 % 1000};
}

/// "00:32:05"
std::string clock_text(const CalendarTime& time) {
  return fmt::format("{:02}:{:02}:{:02}", time.second_of_day / 3600, time.second_of_day / 60 % 60,
                     time.second_of_day % 60);
}

std::string_view level_text(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "DEBUG";
    case LogLevel::info:
      return "INFO";
    case LogLevel::warning:
      return "WARNING";
    case LogLevel::error:
      return "ERROR";
  }
  return "INFO";
}

LogFile file_of(Component component) {
  switch (component) {
    case Component::nova_api:
      return LogFile::nova_api;
    case Component::glance:
      return LogFile::glance_api;
    default:
      return LogFile::nova_compute;
  }
}

/// Whether Nova logs that message with instance=, which puts the instance before the text.
bool names_instance(LogMessage message) {
  switch (message) {
    case LogMessage::api_calling_method:
    case LogMessage::api_http_exception:
    case LogMessage::api_unexpected_exception:
    case LogMessage::api_request_done:
    case LogMessage::api_image_clean_up_failed:
    case LogMessage::task_possibly_preempted:
    case LogMessage::exception_during_message_handling:
    case LogMessage::emitting_event:
    case LogMessage::removed_pending_event:
    case LogMessage::starting_compute_node:
    case LogMessage::sync_interval_negative:
    case LogMessage::block_job_progress:
    case LogMessage::supports_direct_io:
    case LogMessage::tmpdir_not_removed:
    case LogMessage::error_contacting_glance:
    case LogMessage::done_trying_glance:
    case LogMessage::glance_image_gone_after_upload:
    case LogMessage::glance_upload_failed:
    case LogMessage::glance_storage_full:
      return false;
    default:
      return true;
  }
}

/// Whether that line is written where no request context is known: before the service serves, or in the native thread
/// that uploads.
bool is_without_context(const TraceRecord& record) {
  const auto message = static_cast<LogMessage>(record.code);
  if (message == LogMessage::error_contacting_glance || message == LogMessage::done_trying_glance) {
    return static_cast<GlanceMethod>(record.a) == GlanceMethod::upload;
  }
  return message == LogMessage::starting_compute_node || message == LogMessage::sync_interval_negative;
}

/// Process ids of the services. A process that starts again gets the next one that is free.
class ProcessIds {
 public:
  explicit ProcessIds(std::size_t hosts) : next_(first_compute_ + static_cast<int>(hosts)) {
    for (std::size_t host = 0; host < hosts; ++host) compute_.push_back(first_compute_ + static_cast<int>(host));
  }
  int of(LogFile file, std::uint32_t host) const {
    if (file == LogFile::nova_api) return api_;
    if (file == LogFile::glance_api) return glance_;
    return host < compute_.size() ? compute_[host] : first_compute_;
  }
  /// Reads a process_started record. The first start of a process does not count.
  void started(const TraceRecord& record, std::uint32_t host) {
    if (record.virtual_us == 0) return;
    if (record.component == Component::nova_api) api_ = next_++;
    if (record.component == Component::glance) glance_ = next_++;
    if (record.component == Component::nova_compute && host < compute_.size()) compute_[host] = next_++;
  }

 private:
  static constexpr int first_compute_ = 4626;
  int api_ = 867;
  int glance_ = 930;
  std::vector<int> compute_;
  int next_;
};

class OsloLogWriter {
 public:
  OsloLogWriter(const RunRecord& record, LogFile file, std::ostream& out)
      : names_(record),
        file_(file),
        out_(out),
        processes_(record.scenario.hosts.size()),
        user_(user_id_text(names_.seed())),
        project_(project_id_text(names_.seed())) {}

  void write() {
    const std::span<const TraceRecord> trace = names_.record().trace;
    for (std::size_t position = 0; position < trace.size(); ++position) write_step(position);
  }

  /// Writes what the step logs; to be called for each position in order.
  void write_step(std::size_t position) {
    const TraceRecord& record = names_.record().trace[position];
    switch (record.kind) {
      case TraceKind::log:
        if (file_of(record.component) == file_) write_log(record);
        break;
      case TraceKind::http:
        if (file_ == LogFile::glance_api) write_http(record);
        break;
      case TraceKind::image_status:
        if (file_ == LogFile::glance_api) {
          note_image_status(record);
          note_broken_body(record, position);
        }
        break;
      case TraceKind::command:
        if (file_ == LogFile::nova_compute) write_command(record, position);
        break;
      case TraceKind::process_started:
        processes_.started(record, subjects_of(record, names_).host);
        break;
      default:
        break;
    }
  }

 private:
  enum class Context : std::uint8_t { request, none };

  void write_line(const TraceRecord& record, LogLevel level, std::string_view logger, Context context,
                  std::string_view message) {
    const CalendarTime time = calendar_time(record.virtual_us);
    out_ << fmt::format("{:04}-{:02}-{:02} {}.{:03} {} {} {} {} {}\n", time.year, time.month, time.day,
                        clock_text(time), time.millisecond, processes_.of(file_, record.host), level_text(level),
                        logger, context_text(record, context), message);
  }

  /// The part in square brackets. Work of the service itself (a periodic task, an event of libvirt) has a request id of
  /// its own, but no user.
  std::string context_text(const TraceRecord& record, Context context) const {
    if (context == Context::none) return "[-]";
    if (record.request != TraceRecord::none) {
      return fmt::format("[None {} {} {} - - default default]", request_id_text(record.request, names_.seed()), user_,
                         project_);
    }
    if (file_ == LogFile::glance_api) return "[-]";
    const std::uint64_t service = file_ == LogFile::nova_api ? 0 : std::uint64_t{1} + record.host;
    return fmt::format("[None req-{} - - - - - -]", uuid_text(NameKind::periodic_request, service, names_.seed()));
  }

  void write_log(const TraceRecord& record) {
    const auto message = static_cast<LogMessage>(record.code);
    const LogMessageInfo& info = log_message_info(message);
    std::string text;
    if (record.subject != TraceRecord::none && names_instance(message)) {
      text = fmt::format("[instance: {}] ", names_.instance_uuid(record.subject));
    }
    text += log_text(names_, record);
    if (const std::size_t space = info.function.find(' '); space != std::string_view::npos) {
      text += fmt::format(" {} {}{}", info.function.substr(0, space), python_path, info.function.substr(space + 1));
    }
    write_line(record, info.level, info.logger, is_without_context(record) ? Context::none : Context::request, text);
  }

  /// eventlet.wsgi.server's line about one request. A request that Glance never got to answer leaves none.
  void write_http(const TraceRecord& record) {
    if (record.a < 100) return;
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const CalendarTime time = calendar_time(record.virtual_us);
    const auto call = static_cast<GlanceCall>(record.code);
    write_line(record, LogLevel::info, "eventlet.wsgi.server", Context::request,
               fmt::format("127.0.0.1 - - [{:02}/{}/{:04} {}] \"{} HTTP/1.1\" {} {} {}", time.day,
                           months[time.month - 1], time.year, clock_text(time), http_request_line(names_, record),
                           record.a, answer_bytes(call, record), seconds_text(record.b, 6)));
    if (call == GlanceCall::update && record.a == 200) image_stage(record.subject) = ImageStage::described;
  }

  /// The client is gone in the middle of the body: glance-api takes that for an error of its own, and answers nobody.
  void note_broken_body(const TraceRecord& record, std::size_t position) {
    const auto status = static_cast<ImageStatus>(record.code);
    if (status == ImageStatus::saving && record.subject != TraceRecord::none)
      saving_us_[record.subject] = record.virtual_us;
    if (status != ImageStatus::queued || record.a != static_cast<std::int64_t>(ImageStatus::saving)) return;
    const std::span<const TraceRecord> trace = names_.record().trace;
    const auto answer = std::ranges::find_if(trace.subspan(position), [&record](const TraceRecord& later) {
      return later.kind == TraceKind::http && later.subject == record.subject &&
             static_cast<GlanceCall>(later.code) == GlanceCall::upload;
    });
    constexpr std::int64_t first_status = 100;
    if (answer != trace.end() && answer->a >= first_status) return;
    write_line(
        record, LogLevel::error, "glance.api.v2.image_data", Context::request,
        "Failed to upload image data due to internal error: OSError: unexpected end of file while parsing chunked "
        "data");
    TraceRecord unheard = record;
    unheard.kind = TraceKind::http;
    unheard.code = static_cast<std::uint8_t>(GlanceCall::upload);
    unheard.a = 500;
    unheard.b = record.virtual_us - saving_us_[record.subject];
    write_http(unheard);
  }

  /// How much of an image's record is filled in: that is how long Glance's answer is.
  enum class ImageStage : std::uint8_t { created, described, active };

  ImageStage& image_stage(std::uint32_t image) {
    if (image >= images_.size() && image < names_.record().trace.size()) images_.resize(image + 1);
    return image < images_.size() ? images_[image] : unknown_image_;
  }

  /// Length of the answer, headers included, as Glance 25.1 sends it.
  std::size_t answer_bytes(GlanceCall call, const TraceRecord& record) {
    if (record.a >= 500) return 0;
    if (record.a >= 400) return 390;
    const std::size_t name = record.subject == TraceRecord::none ? 4 : names_.image_name(record.subject).size();
    const ImageStage stage = image_stage(record.subject);
    switch (call) {
      case GlanceCall::schema:
        return 6278;
      case GlanceCall::create:
        return 1424 + name;
      case GlanceCall::update:
        return 1378 + name;
      case GlanceCall::show:
        return (stage == ImageStage::active ? 1548 : stage == ImageStage::described ? 1378 : 1267) + name;
      case GlanceCall::download:
      case GlanceCall::list:
        return 1548;
      case GlanceCall::upload:
      case GlanceCall::remove:
        return 208;
    }
    return 0;
  }

  void note_image_status(const TraceRecord& record) {
    if (static_cast<ImageStatus>(record.code) != ImageStatus::active) return;
    image_stage(record.subject) = ImageStage::active;
    const ImageResult* image = names_.image_result(record.subject);
    if (image == nullptr || !image->size || image->checksum.empty()) return;
    write_line(record, LogLevel::debug, "glance_store._drivers.filesystem", Context::request,
               fmt::format("Wrote {} bytes to /opt/stack/data/glance-images/{} with checksum {} and multihash {} add "
                           "{}glance_store/_drivers/filesystem.py:773",
                           *image->size, names_.image_id(record.subject), visible(image->checksum),
                           visible(image->os_hash_value), python_path));
  }

  /// The command as processutils prints it.
  std::string command_text(const TraceRecord& record, std::size_t position) const {
    const std::uint64_t seed = names_.seed();
    const InstanceSpec* instance = names_.instance(names_.file_instance(record.subject));
    const DiskFormat own = instance == nullptr ? DiskFormat::qcow2 : instance->disk_format;
    const std::string source = names_.file_path(record.subject);
    const std::string destination = names_.command_destination(position);
    if (static_cast<CommandKind>(record.code) == CommandKind::create_delta) {
      const bool has_base = instance != nullptr && instance->backing_file;
      const std::string base = has_base
                                   ? fmt::format("-o backing_file=/opt/stack/data/instances/_base/{},backing_fmt=raw ",
                                                 base_image_name(record.subject, seed))
                                   : "";
      return fmt::format("env LC_ALL=C LANG=C qemu-img create -f qcow2 {}{} {}", base, destination,
                         instance == nullptr ? 0 : instance->disk_mib * 1024 * 1024);
    }
    const bool is_delta = names_.file_purpose(record.subject) == FilePurpose::delta;
    return fmt::format("qemu-img convert -t none -O {} -f {} {} {}",
                       to_string(names_.record().scenario.config.snapshot_image_format.value_or(own)),
                       to_string(is_delta ? DiskFormat::qcow2 : own), source, destination);
  }

  void write_command(const TraceRecord& record, std::size_t position) {
    constexpr std::string_view logger = "oslo_concurrency.processutils";
    const std::string command = command_text(record, position);
    const auto line = [&](std::string_view text, int source_line) {
      write_line(record, LogLevel::debug, logger, Context::request,
                 fmt::format("{} execute {}oslo_concurrency/processutils.py:{}", text, python_path, source_line));
    };
    if (record.b < 0) {
      line("Running cmd (subprocess): " + command, 384);
      return;
    }
    const bool failed = record.a < 0;
    line(fmt::format("CMD \"{}\" returned: {} in {}s", command, failed ? 1 : 0, seconds_text(record.b, 3)), 422);
    if (failed) line(fmt::format("'{}' failed. Not Retrying.", command), 473);
  }

  RunNames names_;
  LogFile file_;
  std::ostream& out_;
  ProcessIds processes_;
  std::string user_;
  std::string project_;
  std::vector<ImageStage> images_;
  std::map<std::uint32_t, std::int64_t> saving_us_;  ///< when Glance began to read the image's body
  ImageStage unknown_image_ = ImageStage::created;
};

}  // namespace

void write_oslo_log(const RunRecord& record, LogFile file, std::ostream& out) {
  OsloLogWriter(record, file, out).write();
}

std::vector<OsloLogLine> oslo_log_lines(const RunRecord& record, LogFile file) {
  std::vector<OsloLogLine> lines;
  std::ostringstream out;
  OsloLogWriter writer(record, file, out);
  for (std::size_t position = 0; position < record.trace.size(); ++position) {
    writer.write_step(position);
    std::istringstream written(out.str());
    for (std::string line; std::getline(written, line);) lines.push_back({position, std::move(line)});
    out.str("");
  }
  return lines;
}

}  // namespace snapsim
