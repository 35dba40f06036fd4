#include "sim/world/fault_point.hpp"

#include <array>
#include <initializer_list>
#include <vector>

namespace snapsim {
namespace {

constexpr unsigned bits(std::initializer_list<FaultParameter> parameters) {
  unsigned set = 0;
  for (const FaultParameter parameter : parameters) set |= 1u << static_cast<unsigned>(parameter);
  return set;
}

constexpr unsigned nothing = 0;
constexpr unsigned effect = bits({FaultParameter::after_effect});
constexpr unsigned effect_and_bytes = bits({FaultParameter::after_effect, FaultParameter::after_bytes});
/// What every outcome of an operation takes.
constexpr unsigned which_pass = bits({FaultParameter::nth, FaultParameter::instance});
constexpr unsigned crash_parameters = bits({FaultParameter::restart_after_ms, FaultParameter::moment});
constexpr unsigned guest_parameters = bits({FaultParameter::instance, FaultParameter::moment});

struct ParameterName {
  std::string_view key;
  FaultParameter parameter;
};
constexpr std::array parameter_names{
    ParameterName{"nth", FaultParameter::nth},
    ParameterName{"instance", FaultParameter::instance},
    ParameterName{"after_effect", FaultParameter::after_effect},
    ParameterName{"after_bytes", FaultParameter::after_bytes},
    ParameterName{"delay_ms", FaultParameter::delay_ms},
    ParameterName{"new_id", FaultParameter::new_id},
    ParameterName{"restart_after_ms", FaultParameter::restart_after_ms},
    ParameterName{"host", FaultParameter::host},
    ParameterName{"at_ms", FaultParameter::moment},
    ParameterName{"when", FaultParameter::moment},
    ParameterName{"before", FaultParameter::moment},
    ParameterName{"during", FaultParameter::moment},
    ParameterName{"after", FaultParameter::moment},
};

struct OutcomeRow {
  Outcome outcome;
  std::string_view name;
  std::string_view cause;
  unsigned takes;
};

struct OperationRow {
  Operation operation;
  std::span<const OutcomeRow> outcomes;
};

/// What can come in the place of Glance's answer to any request.
constexpr std::array http_outcomes{
    OutcomeRow{Outcome::unavailable, "unavailable", "503: the load balancer has no glance-api that is up", effect},
    OutcomeRow{Outcome::error, "error", "500: an unhandled exception in glance-api, or its database is gone", effect},
    OutcomeRow{Outcome::bad_gateway, "bad_gateway", "502: glance-api closed the load balancer's connection", effect},
    OutcomeRow{Outcome::unauthorized, "unauthorized", "401: the user's token has expired on the way", effect},
    OutcomeRow{Outcome::forbidden, "forbidden", "403: a policy of Glance, or a changed role, says no", effect},
    OutcomeRow{Outcome::not_found, "not_found", "404: the image is gone, or not visible with this token", effect},
    OutcomeRow{Outcome::conflict, "conflict", "409: the image is in a status that does not allow it", effect},
    OutcomeRow{Outcome::gone, "gone", "410: the image was deleted while the request was served", effect},
    OutcomeRow{Outcome::too_large, "too_large", "413: over a quota of images, or a limit of the load balancer", effect},
    OutcomeRow{Outcome::refused, "refused", "nobody listens at Glance's port", effect},
    OutcomeRow{Outcome::timeout, "timeout", "no answer within the client's time limit: a partition, an overload",
               effect},
    OutcomeRow{Outcome::reset, "reset", "the connection is cut: a load balancer restarts, a firewall forgets", effect},
};
constexpr std::array upload_outcomes{
    http_outcomes[0],
    http_outcomes[1],
    http_outcomes[2],
    http_outcomes[3],
    http_outcomes[4],
    http_outcomes[5],
    http_outcomes[6],
    http_outcomes[7],
    http_outcomes[8],
    http_outcomes[9],
    OutcomeRow{Outcome::timeout, "timeout", "the body stops on its way until the client gives up", effect_and_bytes},
    OutcomeRow{Outcome::reset, "reset", "the connection is cut in the middle of the body", effect_and_bytes},
    OutcomeRow{Outcome::store_full, "store_full", "413: Glance's store has no room for the rest of the body", nothing},
};
constexpr std::array cast_outcomes{
    OutcomeRow{Outcome::lost, "lost", "the broker confirmed the message and lost it, or no queue was there to take it",
               nothing},
    OutcomeRow{Outcome::duplicated, "duplicated",
               "the confirmation was lost, and the message published or delivered again",
               bits({FaultParameter::delay_ms, FaultParameter::new_id})},
    OutcomeRow{Outcome::delayed, "delayed", "the broker or the consumer's connection is slow",
               bits({FaultParameter::delay_ms})},
    OutcomeRow{Outcome::reordered, "reordered", "two green threads of the consumer start in the other order", nothing},
};
constexpr std::array db_outcomes{
    OutcomeRow{Outcome::error, "error", "the database, or nova-conductor before it, does not answer", effect},
    OutcomeRow{Outcome::retry_once, "retry_once", "a deadlock: the statement is rolled back and tried again", nothing},
};
constexpr std::array libvirt_outcomes{
    OutcomeRow{Outcome::error, "error", "libvirt or QEMU refuses: no room for the guest's memory, a bad device",
               effect},
    OutcomeRow{Outcome::timeout, "timeout", "another job holds the domain's lock, or QEMU's monitor hangs", effect},
};
constexpr std::array block_copy_outcomes{
    OutcomeRow{Outcome::error, "error", "libvirt refuses to start the copy", effect},
    OutcomeRow{Outcome::not_started_yet, "not_started_yet", "libvirt lists no job yet, which Nova takes for its end",
               nothing},
    OutcomeRow{Outcome::lost, "lost", "QEMU ends the job by itself: a write to the delta has failed", nothing},
};
constexpr std::array agent_outcomes{
    OutcomeRow{Outcome::unavailable, "unavailable", "the guest's agent is not running", effect},
    OutcomeRow{Outcome::error, "error", "the agent answers that it cannot: a file system is busy", effect},
    OutcomeRow{Outcome::timeout, "timeout", "the agent does not answer: the guest is too busy", effect},
};
constexpr std::array extract_outcomes{
    OutcomeRow{Outcome::exit, "exit", "qemu-img cannot read the disk, or is refused its lock", nothing},
    OutcomeRow{Outcome::killed, "killed", "the kernel's out-of-memory killer, or an operator, ends qemu-img",
               bits({FaultParameter::after_bytes})},
    OutcomeRow{Outcome::full, "full", "ENOSPC: the host's disk has no room for the image", nothing},
    OutcomeRow{Outcome::hang, "hang", "the storage under the disk does not answer any more", nothing},
};
constexpr std::array create_delta_outcomes{
    OutcomeRow{Outcome::exit, "exit", "qemu-img cannot make the delta", nothing},
    OutcomeRow{Outcome::full, "full", "ENOSPC: the host's disk has no room for the delta", nothing},
};
constexpr std::array directory_outcomes{
    OutcomeRow{Outcome::error, "error", "snapshots_directory is not there, or not writable for nova", nothing},
    OutcomeRow{Outcome::full, "full", "ENOSPC: the host's disk has no inode or block left", nothing},
};
constexpr std::array cleanup_outcomes{
    OutcomeRow{Outcome::error, "error", "a file of the folder cannot be removed", nothing},
};

constexpr std::array rows{
    OperationRow{Operation::glance_create, http_outcomes},
    OperationRow{Operation::glance_get, http_outcomes},
    OperationRow{Operation::glance_update, http_outcomes},
    OperationRow{Operation::glance_delete, http_outcomes},
    OperationRow{Operation::glance_upload, upload_outcomes},
    OperationRow{Operation::glance_list, http_outcomes},
    OperationRow{Operation::queue_cast, cast_outcomes},
    OperationRow{Operation::db_save, db_outcomes},
    OperationRow{Operation::hypervisor_suspend, libvirt_outcomes},
    OperationRow{Operation::hypervisor_resume, libvirt_outcomes},
    OperationRow{Operation::hypervisor_pause, libvirt_outcomes},
    OperationRow{Operation::hypervisor_unpause, libvirt_outcomes},
    OperationRow{Operation::hypervisor_shutdown, libvirt_outcomes},
    OperationRow{Operation::hypervisor_destroy, libvirt_outcomes},
    OperationRow{Operation::hypervisor_undefine, libvirt_outcomes},
    OperationRow{Operation::hypervisor_define, libvirt_outcomes},
    OperationRow{Operation::hypervisor_block_job_abort, libvirt_outcomes},
    OperationRow{Operation::hypervisor_block_copy, block_copy_outcomes},
    OperationRow{Operation::guest_agent_freeze, agent_outcomes},
    OperationRow{Operation::guest_agent_thaw, agent_outcomes},
    OperationRow{Operation::disk_mkdtemp, directory_outcomes},
    OperationRow{Operation::disk_create_delta, create_delta_outcomes},
    OperationRow{Operation::disk_extract, extract_outcomes},
    OperationRow{Operation::disk_cleanup, cleanup_outcomes},
};

FaultPoint event(std::string_view name, Outcome outcome, Service service, std::string_view cause, unsigned takes) {
  return {std::string(name), std::nullopt, outcome, service, std::string(cause), takes};
}

std::vector<FaultPoint> make_fault_points() {
  std::vector<FaultPoint> points;
  for (const OperationRow& row : rows) {
    for (const OutcomeRow& outcome : row.outcomes) {
      std::string name = std::string(to_string(row.operation)) + "." + std::string(outcome.name);
      points.push_back({std::move(name),
                        row.operation,
                        outcome.outcome,
                        {},
                        std::string(outcome.cause),
                        outcome.takes | which_pass});
    }
  }
  const unsigned compute_crash = crash_parameters | bits({FaultParameter::host, FaultParameter::instance});
  points.push_back(event("api.crash", Outcome::crash, Service::api,
                         "nova-api dies: SIGKILL, out of memory, its machine loses power", crash_parameters));
  points.push_back(event("compute.crash", Outcome::crash, Service::compute,
                         "nova-compute dies: SIGKILL, out of memory, a segmentation fault in a library",
                         compute_crash));
  points.push_back(event("glance.crash", Outcome::crash, Service::glance,
                         "glance-api dies in the middle of its requests", crash_parameters));
  points.push_back(event("queue.crash", Outcome::crash, Service::queue,
                         "the broker restarts; its queues are not durable, so their messages are gone",
                         crash_parameters));
  points.push_back(event("hypervisor.guest.vanishes", Outcome::vanishes, {},
                         "the domain is destroyed and undefined behind Nova's back", guest_parameters));
  points.push_back(event("hypervisor.guest.shuts_down", Outcome::shuts_down, {},
                         "the guest's user shuts it down from within, or QEMU dies", guest_parameters));
  return points;
}

}  // namespace

std::span<const FaultPoint> fault_points() {
  static const std::vector<FaultPoint> points = make_fault_points();
  return points;
}

std::optional<std::uint8_t> fault_point_from(std::string_view name) {
  const std::span<const FaultPoint> points = fault_points();
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].name == name) return static_cast<std::uint8_t>(i);
  }
  return std::nullopt;
}

std::optional<FaultParameter> fault_parameter_from(std::string_view key) {
  for (const ParameterName& name : parameter_names) {
    if (name.key == key) return name.parameter;
  }
  return std::nullopt;
}

std::vector<std::string_view> parameters_of(const FaultPoint& point) {
  std::vector<std::string_view> keys;
  for (const ParameterName& name : parameter_names) {
    if (point.takes_parameter(name.parameter)) keys.push_back(name.key);
  }
  return keys;
}

int http_status(Outcome outcome) {
  switch (outcome) {
    case Outcome::unavailable:
      return 503;
    case Outcome::error:
      return 500;
    case Outcome::bad_gateway:
      return 502;
    case Outcome::unauthorized:
      return 401;
    case Outcome::forbidden:
      return 403;
    case Outcome::not_found:
      return 404;
    case Outcome::conflict:
      return 409;
    case Outcome::gone:
      return 410;
    case Outcome::too_large:
    case Outcome::store_full:
      return 413;
    default:
      return 0;
  }
}

}  // namespace snapsim
