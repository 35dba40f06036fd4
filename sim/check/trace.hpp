#pragma once

#include <cstdint>
#include <string_view>

#include "sim/nova/vocabulary.hpp"

namespace snapsim {

/// Who did what a record tells: the columns of a sequence diagram.
enum class Component : std::uint8_t {
  client,
  nova_api,
  database,
  queue,
  nova_compute,
  hypervisor,
  glance,
  host_disk,
  engine,
};
std::string_view to_string(Component component);

/// What a record tells. The comment names what `code`, `subject`, `a` and `b` hold; what is not named is 0.
enum class TraceKind : std::uint8_t {
  request_sent,      ///< code Action, subject instance index, a request index in the scenario
  request_answered,  ///< code Action, subject instance, a HTTP status, b image index or -1
  operation_begun,   ///< code Operation, subject instance or none, a image index or -1
  operation_ended,   ///< code Operation, subject instance or none, a image index or -1, b 0 done, else the HTTP status,
                     ///< VIR_ERR_* or exit status
  vm_state_written,  ///< code VmState, subject instance, a the VmState it had
  task_state_written,   ///< code TaskState, subject instance, a the TaskState it had, b 1 if guarded (compare-and-swap)
  task_state_refused,   ///< code the TaskState that was wanted, subject instance, a the TaskState found
  power_state_written,  ///< code PowerState, subject instance, a the PowerState it had
  guest_changed,        ///< code PowerState as the hypervisor tells, subject instance, a 1 if a managed save is kept
  image_status,         ///< code ImageStatus, subject image, a the status it had or -1
  http,                 ///< Glance answered: code GlanceCall, subject image or none, a status, b microseconds it took
  message_cast,         ///< code RpcMethod, subject instance, a message number
  message_delivered,    ///< code RpcMethod, subject instance, a message number, b how often it was delivered before
  log,                  ///< code LogMessage, subject instance or none, a and b the message's arguments
  notification,         ///< code Notification, subject instance, a image index or -1
  action_started,       ///< instance_actions row: code Action, subject instance
  event_started,        ///< instance_actions_events row: code RpcMethod, subject instance
  event_finished,       ///< code RpcMethod, subject instance, a 1 Success, 0 Error
  fault_recorded,       ///< instance_faults row: subject instance, a code (500 ...), b Failure::packed
  file_made,            ///< subject file, a FilePurpose, b instance
  file_removed,         ///< subject file
  command,              ///< a qemu-img command: code CommandKind, subject source file, a destination file or -1,
                        ///< b microseconds of virtual time it took, or -1 when it begins
  task_begun,           ///< a task works on the instance from now on: code RpcMethod, subject instance
  task_ended,           ///< code RpcMethod, subject instance
  message_lost,         ///< the broker has it no more: code RpcMethod, subject instance, a message number
  fault,                ///< a planned fault happens: code index in fault_points(), subject instance or none, a at which
                        ///< pass of its operation, b number in the scenario's list
  process_died,         ///< of `component`: subject host or 0
  process_started,      ///< of `component`: subject host or 0
  choice,               ///< more than one alternative: code ChoicePoint index, a picked, b out of how many
};
std::string_view to_string(TraceKind kind);

/// Requests that Nova makes to Glance.
enum class GlanceCall : std::uint8_t { create, show, download, list, schema, update, upload, remove };

/// The method's name in Nova.
std::string_view to_string(RpcMethod method);

/// The event type: "instance.snapshot.start" and so on.
std::string_view to_string(Notification notification);

/// Commands that the compute host runs.
enum class CommandKind : std::uint8_t { convert, create_delta };

/// What a file on a compute host is for.
enum class FilePurpose : std::uint8_t { guest_disk, delta, extracted_image };

/// One step of a run: plain numbers, turned into text only when someone reads them. Which fields mean what follows from
/// `kind`.
struct TraceRecord {
  static constexpr std::uint32_t none = 0xffffffff;

  std::int64_t virtual_us = 0;  ///< microseconds after the start
  TraceKind kind{};
  std::uint8_t code = 0;
  Component component{};
  std::uint8_t reserved = 0;     ///< always 0, so that a record has no undefined bytes
  std::uint32_t host = none;     ///< compute host, where there is one
  std::uint32_t request = none;  ///< index of the request on whose behalf it happens: the request id
  std::uint32_t subject = none;
  std::int64_t a = 0;
  std::int64_t b = 0;

  bool operator==(const TraceRecord&) const = default;
};
static_assert(sizeof(TraceRecord) == 40, "the fingerprint is taken over these bytes");

}  // namespace snapsim
