#include "sim/report/step_text.hpp"

#include <fmt/format.h>

#include "sim/nova/log_messages.hpp"
#include "sim/report/exception_text.hpp"
#include "sim/report/fired_faults.hpp"
#include "sim/report/log_text.hpp"
#include "sim/report/result_texts.hpp"
#include "sim/report/text.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

std::string quoted_image(const RunNames& names, std::uint32_t image) {
  return fmt::format("image \"{}\"", names.image_name(image));
}

FailureSubjects failure_subjects(const RunNames& names, const TraceRecord& record) {
  const RecordSubjects subjects = subjects_of(record, names);
  return {subjects.instance, subjects.image, record.request};
}

/// The text with the names that the reader chose for the ids that Nova's sentences hold.
std::string with_names(const RunNames& names, const TraceRecord& record, std::string text) {
  const auto replace_all = [&text](const std::string& id, const std::string& name) {
    for (std::size_t at = text.find(id); at != std::string::npos; at = text.find(id, at + name.size())) {
      text.replace(at, id.size(), name);
    }
  };
  const RecordSubjects subjects = subjects_of(record, names);
  const std::uint32_t image =
      subjects.image != TraceRecord::none ? subjects.image : names.image_of_request(record.request);
  if (subjects.instance != TraceRecord::none) {
    replace_all(names.instance_uuid(subjects.instance), names.instance_name(subjects.instance));
  }
  if (image != TraceRecord::none) replace_all(names.image_id(image), names.image_name(image));
  return text;
}

std::string request_text(const RunNames& names, const TraceRecord& record) {
  const RequestSpec* spec = names.request(static_cast<std::uint32_t>(record.a));
  const auto action = static_cast<Action>(record.code);
  const std::string image = spec == nullptr ? "" : spec->name.empty() ? spec->image : spec->name;
  const std::string name = image.empty() ? "" : fmt::format(" \"{}\"", image);
  switch (action) {
    case Action::delete_:
      return "DELETE server";
    case Action::delete_image:
      return "DELETE image" + name;
    case Action::crash:
    case Action::restart:
      return fmt::format("operator: {}", api_name(action));
    default:
      return fmt::format("POST {}{}", api_name(action), name);
  }
}

std::string reply_text(const RunNames& names, const TraceRecord& record) {
  if (record.a == 0) return fmt::format("{} gets no answer", api_name(static_cast<Action>(record.code)));
  std::string text =
      fmt::format("{} answered {}", api_name(static_cast<Action>(record.code)), http_status_text(record.a));
  if (record.b >= 0) text += ", " + quoted_image(names, static_cast<std::uint32_t>(record.b));
  const RequestResult* reply = names.reply(record.request);
  if (record.a >= 400 && reply != nullptr) text += ": " + with_names(names, record, answer_line(names, *reply));
  return text;
}

std::string image_status_text(const RunNames& names, const TraceRecord& record) {
  const auto status = to_string(static_cast<ImageStatus>(record.code));
  const std::string image = quoted_image(names, record.subject);
  if (record.a < 0) return fmt::format("{} made: {}", image, status);
  std::string text = fmt::format("{} {} -> {}", image, to_string(static_cast<ImageStatus>(record.a)), status);
  const ImageResult* result = names.image_result(record.subject);
  if (static_cast<ImageStatus>(record.code) == ImageStatus::active && result != nullptr && result->size) {
    text += fmt::format(" ({} bytes)", *result->size);
  }
  return text;
}

std::string http_text(const RunNames& names, const TraceRecord& record) {
  const std::string answer = record.a == 0 ? "no answer" : http_status_text(record.a);
  return fmt::format("{}: {} after {} s", http_call_text(names, record), answer, seconds_text(record.b, 3));
}

std::string_view level_prefix(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "DEBUG ";
    case LogLevel::info:
      return "";
    case LogLevel::warning:
      return "WARNING ";
    case LogLevel::error:
      return "ERROR ";
  }
  return "";
}

std::string_view purpose_text(FilePurpose purpose) {
  switch (purpose) {
    case FilePurpose::guest_disk:
      return "guest disk";
    case FilePurpose::delta:
      return "delta";
    case FilePurpose::extracted_image:
      return "extracted image";
  }
  return "file";
}

std::string command_text(const TraceRecord& record) {
  const std::string_view name =
      static_cast<CommandKind>(record.code) == CommandKind::convert ? "qemu-img convert" : "qemu-img create";
  if (record.b < 0) return fmt::format("{} begins", name);
  return fmt::format("{} {} {} s", name, record.a < 0 ? "failed after" : "took", seconds_text(record.b, 3));
}

std::string operation_end_text(const RunNames& names, const TraceRecord& record) {
  const std::string_view name = to_string(static_cast<Operation>(record.code));
  if (record.b == 0) return fmt::format("{} done", name);
  return fmt::format("{} failed: {}", name, with_names(names, record, operation_failure_text(names, record)));
}

std::string fault_row_text(const RunNames& names, const TraceRecord& record) {
  const Failure failure = Failure::unpack(record.b);
  return with_names(names, record, exception_text(names, failure, failure_subjects(names, record)));
}

std::string raw_step_text(const RunNames& names, const TraceRecord& record) {
  const std::uint8_t code = record.code;
  const auto method = to_string(static_cast<RpcMethod>(code));
  switch (record.kind) {
    case TraceKind::request_sent:
      return request_text(names, record);
    case TraceKind::request_answered:
      return reply_text(names, record);
    case TraceKind::operation_begun:
      return fmt::format("{} begins", to_string(static_cast<Operation>(code)));
    case TraceKind::operation_ended:
      return operation_end_text(names, record);
    case TraceKind::vm_state_written:
      return fmt::format("vm_state -> {}", to_string(static_cast<VmState>(code)));
    case TraceKind::task_state_written:
      return fmt::format("task_state {} -> {}{}", to_string(static_cast<TaskState>(record.a)),
                         to_string(static_cast<TaskState>(code)), record.b == 1 ? "" : " (not guarded)");
    case TraceKind::task_state_refused:
      return fmt::format("task_state {} refused: it is {}", to_string(static_cast<TaskState>(code)),
                         to_string(static_cast<TaskState>(record.a)));
    case TraceKind::power_state_written:
      return fmt::format("power_state -> {}", to_string(static_cast<PowerState>(code)));
    case TraceKind::guest_changed:
      return fmt::format("guest is {}{}", to_string(static_cast<PowerState>(code)),
                         record.a == 1 ? ", its memory saved on disk" : "");
    case TraceKind::image_status:
      return image_status_text(names, record);
    case TraceKind::http:
      return http_text(names, record);
    case TraceKind::message_cast:
      return fmt::format("{} cast (message {})", method, record.a);
    case TraceKind::message_delivered:
      return fmt::format("{} delivered (message {}{})", method, record.a,
                         record.b == 0 ? "" : fmt::format(", for the {}. time", record.b + 1));
    case TraceKind::log: {
      const LogMessageInfo& info = log_message_info(static_cast<LogMessage>(code));
      return fmt::format("{}{}", level_prefix(info.level), with_names(names, record, log_text(names, record)));
    }
    case TraceKind::notification:
      return fmt::format("notification {}", to_string(static_cast<Notification>(code)));
    case TraceKind::action_started:
      return fmt::format("action {} recorded", api_name(static_cast<Action>(code)));
    case TraceKind::event_started:
      return fmt::format("event compute_{} begins", method);
    case TraceKind::event_finished:
      return fmt::format("event compute_{}: {}", method, record.a == 1 ? "Success" : "Error");
    case TraceKind::fault_recorded:
      return fmt::format("fault {} recorded: {}", record.a, fault_row_text(names, record));
    case TraceKind::file_made:
      return fmt::format("{} made: {}", purpose_text(static_cast<FilePurpose>(record.a)),
                         names.file_path(record.subject));
    case TraceKind::file_removed:
      return fmt::format("{} removed: {}", purpose_text(names.file_purpose(record.subject)),
                         names.file_path(record.subject));
    case TraceKind::command:
      return command_text(record);
    case TraceKind::task_begun:
      return fmt::format("{} begins its work", method);
    case TraceKind::task_ended:
      return fmt::format("{} ends its work", method);
    case TraceKind::message_lost:
      return fmt::format("{} lost (message {})", method, record.a);
    case TraceKind::fault:
      return fmt::format("FAULT {}: {}", fault_points()[code].name, fault_points()[code].cause);
    case TraceKind::process_died:
      return "the process dies";
    case TraceKind::process_started:
      return "the process starts";
    case TraceKind::choice:
      return fmt::format("{}: alternative {} of {}", choice_point_name(code), record.a, record.b);
  }
  return std::string(to_string(record.kind));
}

StepWeight log_weight(LogMessage message) {
  switch (message) {
    // The answer and the guest's changes have rows of their own.
    case LogMessage::api_http_exception:
    case LogMessage::api_request_done:
    case LogMessage::api_delete_done:
    case LogMessage::vm_lifecycle_event:
    case LogMessage::pending_task_skip:
    case LogMessage::sync_interval_negative:
      return StepWeight::detail;
    default:
      break;
  }
  switch (log_message_info(message).level) {
    case LogLevel::debug:
      return StepWeight::detail;
    case LogLevel::info:
      return StepWeight::plain;
    case LogLevel::warning:
    case LogLevel::error:
      return StepWeight::trouble;
  }
  return StepWeight::plain;
}

}  // namespace

StepWeight step_weight(const TraceRecord& record) {
  const auto trouble_if = [](bool is_trouble, StepWeight otherwise) {
    return is_trouble ? StepWeight::trouble : otherwise;
  };
  switch (record.kind) {
    case TraceKind::request_sent:
    case TraceKind::vm_state_written:
    case TraceKind::task_state_written:
    case TraceKind::guest_changed:
    case TraceKind::image_status:
    case TraceKind::message_cast:
      return StepWeight::plain;
    case TraceKind::request_answered:
      return trouble_if(record.a == 0 || record.a >= 400, StepWeight::plain);
    case TraceKind::message_delivered:
      return trouble_if(record.b > 0, StepWeight::plain);
    case TraceKind::event_finished:
      return trouble_if(record.a != 1, StepWeight::plain);
    case TraceKind::process_started:
      return record.virtual_us == 0 ? StepWeight::detail : StepWeight::plain;
    case TraceKind::operation_ended:
      return trouble_if(record.b != 0, StepWeight::detail);
    case TraceKind::http:
      return trouble_if(record.a == 0 || record.a >= 400, StepWeight::detail);
    case TraceKind::command:
      return record.b < 0 ? StepWeight::detail : trouble_if(record.a < 0, StepWeight::plain);
    case TraceKind::choice:
      return trouble_if(record.a != 0, StepWeight::detail);
    case TraceKind::task_state_refused:
    case TraceKind::fault_recorded:
    case TraceKind::message_lost:
    case TraceKind::fault:
    case TraceKind::process_died:
      return StepWeight::trouble;
    case TraceKind::log:
      return log_weight(static_cast<LogMessage>(record.code));
    case TraceKind::operation_begun:
    case TraceKind::power_state_written:
    case TraceKind::notification:
    case TraceKind::action_started:
    case TraceKind::event_started:
    case TraceKind::file_made:
    case TraceKind::file_removed:
    case TraceKind::task_begun:
    case TraceKind::task_ended:
      return StepWeight::detail;
  }
  return StepWeight::detail;
}

std::string step_text(const RunNames& names, const TraceRecord& record) {
  return visible(raw_step_text(names, record));
}

std::string http_call_text(const RunNames& names, const TraceRecord& record) {
  return visible(with_names(names, record, http_request_line(names, record)));
}

std::string actor_text(const RunNames& names, const TraceRecord& record) {
  std::string_view component = to_string(record.component);
  if (record.component == Component::hypervisor) component = "libvirt";
  if (record.component == Component::engine) component = "snapsim";
  const bool is_on_host = record.component == Component::nova_compute || record.component == Component::hypervisor ||
                          record.component == Component::host_disk;
  const std::uint32_t host = subjects_of(record, names).host;
  if (!is_on_host || host == TraceRecord::none) return std::string(component);
  return fmt::format("{}@{}", component, visible(names.host_name(host)));
}

}  // namespace snapsim
