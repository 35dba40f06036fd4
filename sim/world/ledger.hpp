#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/check/view.hpp"
#include "sim/nova/failure.hpp"
#include "sim/nova/ids.hpp"
#include "sim/runtime/wait_list.hpp"

namespace snapsim {

/// What became of one request, wherever in the world it was noted.
struct RequestEntry {
  int status = 0;   ///< HTTP status of the answer; 0: none yet
  ImageId image;    ///< that it made
  Failure failure;  ///< of a refusal
  bool was_cast = false;
  std::optional<RpcMethod> image_task;  ///< of its createImage or createBackup action, once that is recorded
  InstanceUuid instance;                ///< of that action
  EventOutcome event = EventOutcome::none;
  std::uint32_t faults = 0;
  std::uint32_t open_work = 0;  ///< threads and messages that still work for it
};

/// Who has work for a request in hand. What a process has in hand dies with it.
struct Worker {
  std::uint32_t index = 0;

  static constexpr Worker client() { return {0}; }
  static constexpr Worker api() { return {1}; }
  static constexpr Worker queue() { return {2}; }
  static constexpr Worker compute(HostId host) { return {3 + host.value}; }
};

/// The books of a run, by request.
class Ledger {
 public:
  explicit Ledger(std::size_t requests) : entries_(requests) {}

  RequestEntry& entry(RequestId request) { return entries_[request.value]; }
  const RequestEntry& entry(RequestId request) const { return entries_[request.value]; }
  /// The entry of a context's request, or nullptr where the service acts for itself.
  RequestEntry* find(RequestId request) { return request.exists() ? &entries_[request.value] : nullptr; }
  std::size_t size() const { return entries_.size(); }
  /// There is one request more.
  void add_request() { entries_.emplace_back(); }

  /// A thread or message begins, ends, or goes to another's hands. Work that no request ordered is not counted.
  void work_begun(RequestId request, Worker worker);
  void work_ended(RequestId request, Worker worker);
  void work_moves(RequestId request, Worker from, Worker to);
  /// The worker has died, and all that it had in hand.
  void worker_died(Worker worker);
  /// A user's request for another power state of the instance was handed on to nova-compute.
  void power_asked_for(InstanceUuid instance);
  bool power_was_asked_for(InstanceUuid instance) const {
    return instance.value < power_asked_for_.size() && power_asked_for_[instance.value];
  }
  /// Waits until nobody works for the request any more.
  Task<void> wait_for_end(Runtime& runtime, RequestId request);
  /// Whether a step waits so. At rest that is a deadlock of the scenario's own making: the request needs the step.
  bool is_any_step_held() const { return !holders_.empty(); }

 private:
  struct Holder : WaitList::Node {
    Runtime* runtime = nullptr;
  };
  struct HolderAwaiter;

  void one_less(RequestId request);

  std::vector<RequestEntry> entries_;
  std::vector<std::vector<RequestId>> in_hand_;  // by worker
  std::vector<bool> power_asked_for_;            // by instance
  WaitList holders_;
};

}  // namespace snapsim
