#include "sim/report/trace_json.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sim/nova/log_messages.hpp"
#include "sim/report/exception_text.hpp"
#include "sim/report/fired_faults.hpp"
#include "sim/report/log_text.hpp"
#include "sim/report/run_names.hpp"
#include "sim/report/text.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

/// One JSON object on one line, its keys in the order in which they are given.
class JsonLine {
 public:
  void text(std::string_view key, std::string_view value) { raw(key, json_quoted(value)); }
  void number(std::string_view key, std::int64_t value) { raw(key, fmt::format("{}", value)); }
  void boolean(std::string_view key, bool value) { raw(key, value ? "true" : "false"); }
  void null(std::string_view key) { raw(key, "null"); }
  void task_state(std::string_view key, std::int64_t value) {
    const auto state = static_cast<TaskState>(value);
    state == TaskState::none ? null(key) : text(key, to_string(state));
  }

  /// The finished line.
  std::string take() { return line_ + "}\n"; }

 private:
  void raw(std::string_view key, std::string_view value) {
    line_ += line_.empty() ? "{\"" : ",\"";
    line_ += key;
    line_ += "\":";
    line_ += value;
  }

  std::string line_;
};

std::string_view level_name(LogLevel level) {
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

std::string_view call_name(GlanceCall call) {
  switch (call) {
    case GlanceCall::create:
      return "create";
    case GlanceCall::show:
      return "show";
    case GlanceCall::list:
      return "list";
    case GlanceCall::download:
      return "download";
    case GlanceCall::schema:
      return "schema";
    case GlanceCall::update:
      return "update";
    case GlanceCall::upload:
      return "upload";
    case GlanceCall::remove:
      return "remove";
  }
  return "unknown";
}

std::string_view purpose_name(FilePurpose purpose) {
  switch (purpose) {
    case FilePurpose::guest_disk:
      return "guest_disk";
    case FilePurpose::delta:
      return "delta";
    case FilePurpose::extracted_image:
      return "extracted_image";
  }
  return "unknown";
}

void put_common(const RunNames& names, const TraceRecord& record, JsonLine& line) {
  const RecordSubjects subjects = subjects_of(record, names);
  constexpr std::uint32_t none = TraceRecord::none;
  line.number("virtual_us", record.virtual_us);
  line.text("kind", to_string(record.kind));
  line.text("component", to_string(record.component));
  subjects.host == none ? line.null("host") : line.text("host", names.host_name(subjects.host));
  subjects.instance == none ? line.null("instance") : line.text("instance", names.instance_name(subjects.instance));
  subjects.image == none ? line.null("image") : line.text("image", names.image_name(subjects.image));
  record.request == none ? line.null("request") : line.number("request", record.request);
}

void put_failure(const RunNames& names, const TraceRecord& record, JsonLine& line) {
  const RecordSubjects subjects = subjects_of(record, names);
  line.text("message",
            exception_summary(names, Failure::unpack(record.b), {subjects.instance, subjects.image, record.request}));
}

void put_command(const RunNames& names, const TraceRecord& record, std::size_t position, JsonLine& line) {
  line.text("command", static_cast<CommandKind>(record.code) == CommandKind::convert ? "convert" : "create_delta");
  line.text("source", names.file_path(record.subject));
  line.text("destination", names.command_destination(position));
  record.b < 0 ? line.null("took_us") : line.number("took_us", record.b);
}

void put_log(const RunNames& names, const TraceRecord& record, JsonLine& line) {
  const LogMessageInfo& info = log_message_info(static_cast<LogMessage>(record.code));
  line.text("level", level_name(info.level));
  line.text("logger", info.logger);
  line.text("text", log_text(names, record));
}

void put_fields(const RunNames& names, const TraceRecord& record, std::size_t position, JsonLine& line) {
  const std::uint8_t code = record.code;
  switch (record.kind) {
    case TraceKind::request_sent:
      line.text("action", to_string(static_cast<Action>(code)));
      line.number("index", record.a);
      break;
    case TraceKind::request_answered:
      line.text("action", to_string(static_cast<Action>(code)));
      record.a == 0 ? line.null("status") : line.number("status", record.a);
      break;
    case TraceKind::operation_begun:
      line.text("operation", to_string(static_cast<Operation>(code)));
      break;
    case TraceKind::operation_ended:
      line.text("operation", to_string(static_cast<Operation>(code)));
      record.b == 0 ? line.null("failure") : line.text("failure", operation_failure_text(names, record));
      break;
    case TraceKind::vm_state_written:
      line.text("vm_state", to_string(static_cast<VmState>(code)));
      break;
    case TraceKind::task_state_written:
      line.task_state("task_state", code);
      line.task_state("was", record.a);
      line.boolean("guarded", record.b == 1);
      break;
    case TraceKind::task_state_refused:
      line.task_state("task_state", code);
      line.task_state("found", record.a);
      break;
    case TraceKind::power_state_written:
      line.text("power_state", to_string(static_cast<PowerState>(code)));
      break;
    case TraceKind::guest_changed:
      line.text("guest", to_string(static_cast<PowerState>(code)));
      line.boolean("managed_save", record.a == 1);
      break;
    case TraceKind::image_status:
      line.text("status", to_string(static_cast<ImageStatus>(code)));
      record.a < 0 ? line.null("was") : line.text("was", to_string(static_cast<ImageStatus>(record.a)));
      break;
    case TraceKind::http:
      line.text("call", call_name(static_cast<GlanceCall>(code)));
      record.a == 0 ? line.null("status") : line.number("status", record.a);
      line.number("took_us", record.b);
      break;
    case TraceKind::message_cast:
      line.text("method", to_string(static_cast<RpcMethod>(code)));
      line.number("message", record.a);
      break;
    case TraceKind::message_delivered:
      line.text("method", to_string(static_cast<RpcMethod>(code)));
      line.number("message", record.a);
      line.number("delivered_before", record.b);
      break;
    case TraceKind::log:
      put_log(names, record, line);
      break;
    case TraceKind::notification:
      line.text("event_type", to_string(static_cast<Notification>(code)));
      break;
    case TraceKind::action_started:
      line.text("action", api_name(static_cast<Action>(code)));
      break;
    case TraceKind::event_started:
      line.text("event", fmt::format("compute_{}", to_string(static_cast<RpcMethod>(code))));
      break;
    case TraceKind::event_finished:
      line.text("event", fmt::format("compute_{}", to_string(static_cast<RpcMethod>(code))));
      line.text("result", record.a == 1 ? "Success" : "Error");
      break;
    case TraceKind::fault_recorded:
      line.number("code", record.a);
      put_failure(names, record, line);
      break;
    case TraceKind::file_made:
    case TraceKind::file_removed:
      line.text("purpose", purpose_name(names.file_purpose(record.subject)));
      line.text("path", names.file_path(record.subject));
      break;
    case TraceKind::command:
      put_command(names, record, position, line);
      break;
    case TraceKind::task_begun:
    case TraceKind::task_ended:
      line.text("method", to_string(static_cast<RpcMethod>(code)));
      break;
    case TraceKind::message_lost:
      line.text("method", to_string(static_cast<RpcMethod>(code)));
      line.number("message", record.a);
      break;
    case TraceKind::fault:
      line.text("at", fault_points()[code].name);
      line.number("nth", record.a);
      line.number("index", record.b);
      break;
    case TraceKind::process_died:
    case TraceKind::process_started:
      break;
    case TraceKind::choice:
      line.text("point", choice_point_name(code));
      line.number("picked", record.a);
      line.number("out_of", record.b);
      break;
  }
}

}  // namespace

void write_trace_json(const RunRecord& record, std::ostream& out, std::size_t skipped) {
  const RunNames names(record);
  for (std::size_t position = skipped; position < record.trace.size(); ++position) {
    JsonLine line;
    put_common(names, record.trace[position], line);
    put_fields(names, record.trace[position], position, line);
    out << line.take();
  }
}

}  // namespace snapsim
