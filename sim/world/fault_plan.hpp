#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/runtime/time.hpp"
#include "sim/world/fault_point.hpp"
#include "sim/world/operation_call.hpp"
#include "sim/world/recorder.hpp"

namespace snapsim {

/// What goes wrong at one pass of an operation; Outcome::none: nothing.
struct Fault {
  Outcome outcome = Outcome::none;
  bool after_effect = false;      ///< the operation takes effect, and its caller is told that it failed
  bool new_id = false;            ///< of a duplicate: under an id of its own
  std::int64_t after_bytes = -1;  ///< -1: not said
  Duration delay{-1};             ///< negative: not said

  bool happens() const { return outcome != Outcome::none; }
  /// The operation does not take its effect.
  bool prevents_effect() const { return happens() && !after_effect; }
};

/// The scenario's faults while it runs: counts how often each operation was done, and says when one is to go wrong.
class FaultPlan {
 public:
  /// References must outlive the object.
  FaultPlan(const Scenario& scenario, Recorder& recorder);

  /// Whether any fault is planned at such operations.
  bool concerns(Operation operation) const { return concerned_[static_cast<std::size_t>(operation)]; }
  /// The operation is about to be done. Of several faults that are due, the first of the list happens.
  Fault meet(const OperationCall& call);
  /// The event that is number `fault` of the scenario's list happens now.
  void event_happens(std::uint32_t fault, HostId host, InstanceUuid instance);

  // For a world that takes in faults while it runs.

  /// Counts the passes of every operation from now on, so that a fault that is added later can be told of those before
  /// it.
  void count_all_passes();
  /// How often such operations, if `instance` is given for that instance alone, have been done since.
  int passes(Operation operation, std::optional<std::uint32_t> instance) const;
  /// The scenario has got one fault more, whose `nth` counts from the start of the run as all do.
  void add_fault();
  /// Fault number `fault` happens no more.
  void switch_off(std::uint32_t fault) { progress_[fault].is_off = true; }
  bool is_off(std::uint32_t fault) const { return progress_[fault].is_off; }

  /// How often fault number `fault` has happened.
  int times(std::uint32_t fault) const { return progress_[fault].happened; }
  bool any_happened() const { return any_happened_; }

 private:
  struct Progress {
    int passed = 0;
    int happened = 0;
    bool is_off = false;
  };
  /// Passes of one operation for one instance, or for none.
  struct Passes {
    Operation operation{};
    std::uint32_t instance = 0;
    int count = 0;
  };

  void happens(std::uint32_t fault, TraceRecord record);
  void count(const OperationCall& call);

  const Scenario& scenario_;
  Recorder& recorder_;
  std::array<bool, operation_count> concerned_{};
  std::vector<Progress> progress_;
  bool any_happened_ = false;
  bool counts_all_ = false;
  std::vector<Passes> passes_;
};

}  // namespace snapsim
