#include "sim/report/result_texts.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "sim/nova/exceptions.hpp"
#include "sim/report/exception_text.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

/// nova/api/openstack/common.py, raise_http_conflict_for_instance_invalid_state().
std::string conflict_text(const RunNames& names, const RequestResult& reply) {
  const std::string uuid = names.instance_uuid(reply.instance.value_or(TraceRecord::none));
  const auto cannot = [&](std::string_view attribute, std::string_view state) {
    return fmt::format("Cannot '{}' instance {} while it is in {} {}", api_name(reply.action), uuid, attribute, state);
  };
  switch (static_cast<InvalidStateAttribute>(reply.failure.code)) {
    case InvalidStateAttribute::vm_state:
      return cannot("vm_state", to_string(static_cast<VmState>(reply.failure.actual)));
    case InvalidStateAttribute::task_state:
      return cannot("task_state", to_string(static_cast<TaskState>(reply.failure.actual)));
    case InvalidStateAttribute::launched_at:
      break;
  }
  return fmt::format("Instance {} is in an invalid state for '{}'", uuid, api_name(reply.action));
}

FailureSubjects subjects_of_reply(const RequestResult& reply) {
  return {reply.instance.value_or(TraceRecord::none), TraceRecord::none, reply.index};
}

}  // namespace

std::string_view nova_fault_key(int status) {
  switch (status) {
    case 400:
      return "badRequest";
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "itemNotFound";
    case 405:
      return "badMethod";
    case 409:
      return "conflictingRequest";
    case 413:
    case 429:
      return "overLimit";
    case 415:
      return "badMediaType";
    case 501:
      return "notImplemented";
    case 503:
      return "serviceUnavailable";
    default:
      return "computeFault";
  }
}

std::string answer_text(const RunNames& names, const RequestResult& reply) {
  if (!reply.message.empty()) return reply.message;
  if (reply.status < 400) return {};
  if (reply.status >= 500) {
    return fmt::format(
        "Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/ and attach the Nova API log if "
        "possible.\n<class '{}'>",
        exception_class(reply.failure));
  }
  if (reply.failure.kind == FailureKind::instance_invalid_state) return conflict_text(names, reply);
  return exception_text(names, reply.failure, subjects_of_reply(reply));
}

std::string answer_line(const RunNames& names, const RequestResult& reply) {
  std::string text = answer_text(names, reply);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::size_t answer_bytes(const RunNames& names, const RequestResult& reply) {
  if (reply.status < 400) return 458;
  const std::size_t headers = reply.status >= 500 ? 435 : 422;
  const std::string body = fmt::format(R"({{"{}": {{"code": {}, "message": {}}}}})", nova_fault_key(reply.status),
                                       reply.status, json_quoted(answer_text(names, reply)));
  return headers + body.size();
}

std::string fault_text(const RunNames& names, std::uint32_t instance, const InstanceResult& result) {
  if (!result.fault.empty() || result.newest_fault.kind == FailureKind::none) return result.fault;
  return exception_text(names, result.newest_fault, {instance, TraceRecord::none, TraceRecord::none});
}

void add_texts(const Scenario& scenario, std::span<const TraceRecord> trace, RunResult& result) {
  const RunNames names(RunRecord{scenario, result, trace});
  for (RequestResult& reply : result.requests) reply.message = answer_text(names, reply);
  for (std::uint32_t i = 0; i < result.instances.size(); ++i) {
    result.instances[i].fault = fault_text(names, i, result.instances[i]);
  }
}

}  // namespace snapsim
