#include "sim/report/result_texts.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sim/nova/exceptions.hpp"
#include "sim/report/exception_text.hpp"
#include "sim/report/run_names.hpp"

namespace snapsim {
namespace {

/// nova/api/openstack/common.py, raise_http_conflict_for_instance_invalid_state().
std::string conflict_text(const RunNames& names, const RequestResult& request) {
  const std::string uuid = names.instance_uuid(request.instance.value_or(TraceRecord::none));
  const std::string_view action = api_name(request.action);
  std::string_view attribute = "vm_state";
  std::string_view state = to_string(static_cast<VmState>(request.failure.actual));
  switch (static_cast<InvalidStateAttribute>(request.failure.code)) {
    case InvalidStateAttribute::vm_state:
      break;
    case InvalidStateAttribute::task_state:
      attribute = "task_state";
      state = to_string(static_cast<TaskState>(request.failure.actual));
      break;
    case InvalidStateAttribute::launched_at:
      return fmt::format("Instance {} is in an invalid state for '{}'", uuid, action);
  }
  return fmt::format("Cannot '{}' instance {} while it is in {} {}", action, uuid, attribute, state);
}

std::string refusal_text(const RunNames& names, const RequestResult& request) {
  const Failure& failure = request.failure;
  if (request.status < 400) return {};
  if (failure.kind == FailureKind::instance_invalid_state) return conflict_text(names, request);
  const FailureSubjects subjects{request.instance.value_or(TraceRecord::none), TraceRecord::none, request.index};
  if (request.status < 500) return exception_text(names, failure, subjects);
  // nova/api/openstack/wsgi.py, expected_errors(): whatever was not foreseen.
  return fmt::format(
      "Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/ and attach the Nova API log if "
      "possible.\n<class '{}'>",
      exception_class(failure));
}

}  // namespace

void add_texts(const Scenario& scenario, std::span<const TraceRecord> trace, RunResult& result) {
  std::vector<std::string> messages;
  std::vector<std::string> faults;
  {
    const RunNames names(RunRecord{scenario, result, trace});
    for (const RequestResult& request : result.requests) messages.push_back(refusal_text(names, request));
    for (std::uint32_t i = 0; i < result.instances.size(); ++i) {
      const Failure& fault = result.instances[i].newest_fault;
      const FailureSubjects subjects{i, TraceRecord::none, TraceRecord::none};
      faults.push_back(fault.kind == FailureKind::none ? "" : exception_text(names, fault, subjects));
    }
  }
  for (std::size_t i = 0; i < messages.size(); ++i) result.requests[i].message = std::move(messages[i]);
  for (std::size_t i = 0; i < faults.size(); ++i) result.instances[i].fault = std::move(faults[i]);
}

}  // namespace snapsim
