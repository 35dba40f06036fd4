#include "sim/world/run.hpp"

#include <algorithm>
#include <string>

#include "sim/choice/random.hpp"
#include "sim/choice/recording.hpp"
#include "sim/choice/replay.hpp"
#include "sim/choice/uneventful.hpp"
#include "sim/world/world.hpp"

namespace snapsim {
namespace {

/// Trace records that lead to a finding: at most this many are named.
constexpr std::size_t steps_max = 8;

/// nova/compute/instance_actions.py: the action that casts the method.
std::string nova_action_name(RpcMethod method) {
  switch (method) {
    case RpcMethod::snapshot_instance:
      return "createImage";
    case RpcMethod::backup_instance:
      return "createBackup";
    case RpcMethod::rebuild_instance:
      return "rebuild";
    case RpcMethod::rescue_instance:
      return "rescue";
    case RpcMethod::unrescue_instance:
      return "unrescue";
    case RpcMethod::terminate_instance:
    case RpcMethod::soft_delete_instance:
      return "delete";
    case RpcMethod::stop_instance:
      return "stop";
    case RpcMethod::start_instance:
      return "start";
    case RpcMethod::pause_instance:
      return "pause";
    case RpcMethod::unpause_instance:
      return "unpause";
    case RpcMethod::suspend_instance:
      return "suspend";
    case RpcMethod::resume_instance:
      return "resume";
    case RpcMethod::reboot_instance:
      return "reboot";
    case RpcMethod::shelve_instance:
      return "shelve";
    case RpcMethod::shelve_offload_instance:
      return "shelveOffload";
    case RpcMethod::unshelve_instance:
      return "unshelve";
  }
  return "unknown";
}

std::string guest_text(const InstanceView& view, bool has_managed_save) {
  if (!view.has_domain) return "absent";
  if (has_managed_save) return "saved";
  return std::string(to_string(view.guest));
}

bool concerns(const TraceRecord& record, const Violation& violation) {
  using Subject = Violation::Subject;
  switch (record.kind) {
    case TraceKind::image_status:
      return (violation.subject_kind == Subject::image && record.subject == violation.subject) ||
             (violation.subject_kind == Subject::request && record.request == violation.subject);
    case TraceKind::request_answered:
    case TraceKind::event_finished:
    case TraceKind::fault_recorded:
      return violation.subject_kind == Subject::request && record.request == violation.subject;
    case TraceKind::vm_state_written:
    case TraceKind::task_state_written:
    case TraceKind::task_state_refused:
    case TraceKind::power_state_written:
    case TraceKind::guest_changed:
    case TraceKind::task_begun:
      return violation.subject_kind == Subject::instance && record.subject == violation.subject;
    case TraceKind::file_made:
      return violation.subject_kind == Subject::run;
    default:
      return false;
  }
}

std::vector<std::uint32_t> steps_to(const Violation& violation, const std::vector<TraceRecord>& trace) {
  std::vector<std::uint32_t> steps;
  for (std::uint32_t i = 0; i < trace.size() && trace[i].virtual_us <= violation.virtual_us; ++i) {
    if (concerns(trace[i], violation)) steps.push_back(i);
  }
  if (steps.size() > steps_max) steps.erase(steps.begin(), steps.end() - static_cast<std::ptrdiff_t>(steps_max));
  return steps;
}

/// Of a leftover file its name.
std::string subject_name(const Violation& violation, const World& world) {
  const bool is_file = violation.subject_kind == Violation::Subject::run && violation.invariant == "no_leftover_files";
  return is_file ? world.leftover_file(violation.subject) : world.subject_name(violation);
}

std::vector<InstanceResult> instance_results(World& world, const std::vector<TraceRecord>& trace) {
  std::vector<InstanceResult> results(world.instance_count());
  for (std::uint32_t i = 0; i < results.size(); ++i) {
    const InstanceView view = world.instance(i);
    InstanceResult& result = results[i];
    result.name = world.instance_name(i);
    result.vm_state = view.vm_state;
    result.task_state = view.task_state;
    result.power_state = view.power_state;
    result.guest = guest_text(view, world.has_managed_save(i));
    result.row = world.tables().instance(InstanceUuid(i)).row;
    const Domain& domain = world.hypervisors().hypervisor().domain_record(InstanceUuid(i));
    if (domain.exists) result.guest_disk = domain.disk;
    result.root_disk = world.files().instances[i].root;
    result.rescue_disk = world.files().instances[i].rescue;
  }
  for (const TraceRecord& record : trace) {
    if (record.kind == TraceKind::task_state_written) {
      results[record.subject].task_states.push_back(static_cast<TaskState>(record.code));
    } else if (record.kind == TraceKind::event_started) {
      const auto method = static_cast<RpcMethod>(record.code);
      results[record.subject].events.push_back({nova_action_name(method), {}, RequestId(record.request)});
    } else if (record.kind == TraceKind::event_finished) {
      std::vector<EventResult>& events = results[record.subject].events;
      const auto begun = std::find_if(events.rbegin(), events.rend(), [&record](const EventResult& event) {
        return event.request.value == record.request && event.result.empty();
      });
      if (begun != events.rend()) begun->result = record.a == 1 ? "Success" : "Error";
    } else if (record.kind == TraceKind::fault_recorded) {
      results[record.subject].newest_fault = Failure::unpack(record.b);
    }
  }
  return results;
}

std::vector<ImageResult> image_results(const Scenario& scenario, const World& world,
                                       const std::vector<TraceRecord>& trace) {
  std::vector<ImageResult> results(world.image_count());
  for (std::uint32_t i = 0; i < results.size(); ++i) {
    const ImageView view = world.image(i);
    ImageResult& result = results[i];
    result.id = ImageId(i);
    result.name = world.image_name(i);
    result.disk_format = world.image_format(i);
    const bool is_absent = view.status == ImageStatus::deleted || view.status == ImageStatus::pending_delete;
    result.status = is_absent ? "absent" : std::string(to_string(view.status));
    if (view.size_bytes >= 0 && !is_absent) {
      result.size = view.size_bytes;
      const ImageHashes hashes = world.image_hashes(i);
      result.checksum = hashes.checksum;
      result.os_hash_value = hashes.os_hash_value;
    }
  }
  for (const TraceRecord& record : trace) {
    if (record.kind == TraceKind::image_status) {
      results[record.subject].statuses.push_back(static_cast<ImageStatus>(record.code));
    }
  }
  // An image that was to be made and never was is absent too.
  for (const RequestSpec& request : scenario.requests) {
    const std::string name = made_image_name(scenario, request);
    const auto has_name = [&name](const ImageResult& image) { return image.name == name; };
    if (name.empty() || std::any_of(results.begin(), results.end(), has_name)) continue;
    ImageResult result;
    result.name = name;
    result.status = "absent";
    results.push_back(std::move(result));
  }
  return results;
}

std::vector<std::uint32_t> without_trailing_zeros(std::vector<std::uint32_t> picks) {
  while (!picks.empty() && picks.back() == 0) picks.pop_back();
  return picks;
}

}  // namespace

std::vector<RequestResult> request_results(const Scenario& scenario, const Ledger& ledger) {
  std::vector<RequestResult> results;
  for (std::uint32_t i = 0; i < scenario.requests.size(); ++i) {
    const RequestSpec& spec = scenario.requests[i];
    const RequestEntry& entry = ledger.entry(RequestId(i));
    RequestResult result;
    result.index = i;
    result.action = spec.action;
    result.instance = spec.instance;
    result.status = entry.status;
    result.image = spec.name;
    result.failure = entry.failure;
    results.push_back(std::move(result));
  }
  return results;
}

RunOutput run_scenario(const Scenario& scenario, ChoiceSource& choices, RealStorage* real, bool (*is_interrupted)()) {
  RecordingChoices recording(choices);
  WorldOptions options;
  options.real = real;
  options.is_interrupted = is_interrupted;
  World world(scenario, recording, options);
  world.run();

  RunOutput output;
  RunResult& result = output.result;
  result.seed = scenario.seed.value_or(0);
  const Fingerprint fingerprint = world.recorder().fingerprint();
  result.fingerprint_high = fingerprint.high;
  result.fingerprint_low = fingerprint.low;
  result.virtual_us = world.recorder().last_time().time_since_epoch().count();
  result.events = world.recorder().count();
  result.disks = real ? "qcow2" : "model";
  result.choices = without_trailing_zeros(recording.picks());
  output.trace = world.recorder().take_trace();
  result.requests = request_results(scenario, world.ledger());
  result.instances = instance_results(world, output.trace);
  result.images = image_results(scenario, world, output.trace);
  for (std::uint32_t i = 0; i < world.leftover_file_count(); ++i) {
    result.leftover_files.push_back(world.leftover_file(i));
  }
  result.leftover_bytes = world.leftover_bytes();
  for (const Violation& violation : world.violations()) {
    ViolationResult found;
    found.invariant = std::string(violation.invariant);
    found.subject = subject_name(violation, world);
    found.virtual_us = violation.virtual_us;
    found.message = violation.message;
    found.steps = steps_to(violation, output.trace);
    result.violations.push_back(std::move(found));
  }
  return output;
}

RunOutput run_scenario_as_written(const Scenario& scenario, RealStorage* real, bool (*is_interrupted)()) {
  if (!scenario.choices.empty()) {
    ReplayChoices choices(scenario.choices);
    return run_scenario(scenario, choices, real, is_interrupted);
  }
  if (scenario.seed.value_or(0) != 0) {
    RandomChoices choices(*scenario.seed);
    return run_scenario(scenario, choices, real, is_interrupted);
  }
  UneventfulChoices choices;
  return run_scenario(scenario, choices, real, is_interrupted);
}

}  // namespace snapsim
