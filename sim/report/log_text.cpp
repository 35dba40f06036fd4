#include "sim/report/log_text.hpp"

#include <string_view>

#include <fmt/format.h>

#include "sim/nova/log_messages.hpp"
#include "sim/report/exception_text.hpp"
#include "sim/report/names.hpp"
#include "sim/report/result_texts.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

constexpr std::int64_t epoch_of_virtual_time_s = 1'767'225'600;  // 2026-01-01 00:00:00 UTC

std::string_view lifecycle_name(LifecycleEvent event) {
  switch (event) {
    case LifecycleEvent::started:
      return "Started";
    case LifecycleEvent::stopped:
      return "Stopped";
    case LifecycleEvent::paused:
      return "Paused";
    case LifecycleEvent::resumed:
      return "Resumed";
    case LifecycleEvent::suspended:
      return "Suspended";
  }
  return "Unknown";
}

std::string_view method_name(GlanceMethod method) {
  switch (method) {
    case GlanceMethod::create:
      return "create";
    case GlanceMethod::get:
      return "get";
    case GlanceMethod::data:
      return "data";
    case GlanceMethod::list:
      return "list";
    case GlanceMethod::update:
      return "update";
    case GlanceMethod::upload:
      return "upload";
    case GlanceMethod::delete_:
      return "delete";
  }
  return "unknown";
}

std::string refusal_text(QuiesceRefusal refusal, std::uint32_t instance) {
  switch (refusal) {
    case QuiesceRefusal::agent_not_enabled:
      return "QEMU guest agent is not enabled";
    case QuiesceRefusal::agent_not_responding:
      return fmt::format(
          "Error from libvirt while quiescing {}: [Error Code 86] Guest agent is not responding: QEMU guest agent is "
          "not connected",
          domain_name_text(instance));
  }
  return "unknown reason";
}

/// Whether the line ends in what oslo.log adds for an exception: its class and its text. Elsewhere the text alone is an
/// argument of the message.
bool shows_exception_class(LogMessage message) {
  return message == LogMessage::image_not_found_during_snapshot || message == LogMessage::api_unexpected_exception ||
         message == LogMessage::exception_during_message_handling || message == LogMessage::error_contacting_glance ||
         message == LogMessage::done_trying_glance;
}

std::string failure_text(const RunNames& names, const TraceRecord& record, std::int64_t packed) {
  const Failure failure = Failure::unpack(packed);
  const FailureSubjects subjects{record.subject, TraceRecord::none, record.request};
  return shows_exception_class(static_cast<LogMessage>(record.code)) ? exception_summary(names, failure, subjects)
                                                                     : exception_text(names, failure, subjects);
}

/// What nova-api told the client. The message is logged before the client has its answer: a run that ended in between
/// has no reply.
std::string refusal_answer_text(const RunNames& names, const TraceRecord& record) {
  const RequestResult* known = names.reply(record.request);
  if (known != nullptr && known->status != 0) return answer_line(names, *known);
  RequestResult reply;
  reply.index = record.request;
  reply.action = known == nullptr ? Action::create_image : known->action;
  if (const RequestSpec* request = names.request(record.request)) reply.instance = request->instance;
  reply.status = static_cast<int>(record.a);
  reply.failure = Failure::unpack(record.b);
  return answer_line(names, reply);
}

/// The length of an answer that the flow, which has no bytes, does not know.
std::int64_t answer_length(const RunNames& names, const TraceRecord& record) {
  const RequestResult* reply = names.reply(record.request);
  return record.b != 0 || reply == nullptr ? record.b : static_cast<std::int64_t>(answer_bytes(names, *reply));
}

std::string task_state_text(std::int64_t number) {
  const auto state = static_cast<TaskState>(number);
  return state == TaskState::none ? "None" : std::string(to_string(state));
}

std::string states_text(const InstanceStates& states) {
  return fmt::format("current vm_state: {}, current task_state: {}, current DB power_state: {}, VM power_state: {}",
                     to_string(states.vm_state), task_state_text(static_cast<std::int64_t>(states.task_state)),
                     static_cast<int>(states.db_power_state), static_cast<int>(states.vm_power_state));
}

/// What stands for one placeholder, named without its braces.
std::string filled(const RunNames& names, const TraceRecord& record, std::string_view placeholder) {
  const std::size_t space = placeholder.find(' ');
  const std::string_view name = placeholder.substr(0, space);
  const bool is_b = placeholder == "b" || (space != std::string_view::npos && placeholder.substr(space + 1) == "b");
  const std::int64_t value = is_b ? record.b : record.a;
  if (name == "b" && (static_cast<LogMessage>(record.code) == LogMessage::api_request_done ||
                      static_cast<LogMessage>(record.code) == LogMessage::api_delete_done)) {
    return fmt::format("{}", answer_length(names, record));
  }
  if (name == "a" || name == "b" || name == "power") return fmt::format("{}", value);
  if (name == "seconds") return seconds_text(value, 2);
  if (name == "task") return task_state_text(value);
  if (name == "vm") return std::string(to_string(static_cast<VmState>(value)));
  if (name == "image") return names.image_id(static_cast<std::uint32_t>(value));
  if (name == "uuid") return names.instance_uuid(record.subject);
  if (name == "host") return names.host_name(static_cast<std::uint32_t>(value));
  if (name == "name") return domain_name_text(record.subject);
  if (name == "lifecycle") return std::string(lifecycle_name(static_cast<LifecycleEvent>(value)));
  if (name == "failure") return failure_text(names, record, value);
  if (name == "method") return std::string(method_name(static_cast<GlanceMethod>(value)));
  if (name == "action") return std::string(api_name(static_cast<Action>(value)));
  if (name == "states") return states_text(InstanceStates::unpack(value));
  if (name == "quiesce") return refusal_text(static_cast<QuiesceRefusal>(value), record.subject);
  if (name == "body") return request_body(names, record.request);
  if (name == "answer") return refusal_answer_text(names, record);
  if (name == "elapsed") return seconds_text(record.virtual_us - names.sent_us(record.request), 6) + "0";
  if (name == "clock") return seconds_text(epoch_of_virtual_time_s * 1'000'000 + record.virtual_us, 6);
  return fmt::format("{{{}}}", placeholder);
}

}  // namespace

std::string log_text(const RunNames& names, const TraceRecord& record) {
  std::string_view rest = log_message_info(static_cast<LogMessage>(record.code)).text;
  std::string result;
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    const std::size_t close = open == std::string_view::npos ? open : rest.find('}', open);
    if (close == std::string_view::npos) break;
    result += rest.substr(0, open);
    result += visible(filled(names, record, rest.substr(open + 1, close - open - 1)));
    rest.remove_prefix(close + 1);
  }
  result += rest;
  return result;
}

}  // namespace snapsim
