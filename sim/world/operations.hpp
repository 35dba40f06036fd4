#pragma once

#include <cstdint>

#include "sim/runtime/runtime.hpp"
#include "sim/world/fault_plan.hpp"
#include "sim/world/operation_call.hpp"
#include "sim/world/outage.hpp"
#include "sim/world/recorder.hpp"

namespace snapsim {

/// Waits for moments within operations (contract, section 3).
class OperationListener {
 public:
  virtual ~OperationListener() = default;
  /// Whether anybody waits for a moment in such operations. Asked before every one, so it has to be quick.
  virtual bool is_watched(Operation operation) const = 0;
  /// Whether the operation's coming to `phase` counts for a moment that the scenario still waits for.
  virtual bool counts(const OperationCall& call, AtOperation::Phase phase) const = 0;
  /// An operation of the kind has come to `phase`, in the process of `runtime`. May wait there.
  virtual Task<void> reached(Runtime& runtime, OperationCall call, AtOperation::Phase phase) = 0;
};

/// Sees every place at which a fault could be planned, in the order in which a run comes to them. Looks only.
class PlaceObserver {
 public:
  virtual ~PlaceObserver() = default;
  /// An operation is about to meet what goes wrong with it.
  virtual void met(const OperationCall& call) = 0;
  /// An operation has come to a moment of the scenario's (contract, section 3).
  virtual void reached(const OperationCall& call, AtOperation::Phase phase) = 0;
};

/// The seam that every operation passes: it meets its fault here, takes its time, is written down, and comes to the
/// moments that the scenario waits for. The flow above knows nothing of it. In order: meet(), begin() (or open() and
/// pass() where something happens between the two), ended(), finish().
class Operations {
 public:
  /// References must outlive the object.
  Operations(Recorder& recorder, FaultPlan& faults) : recorder_(recorder), faults_(faults) {}

  void set_listener(OperationListener* listener) { listener_ = listener; }
  /// Shows `observer` every place. Each operation then passes as if somebody waited for its moments, whether anybody
  /// does or not, so that two runs go the same way until the first fault in which they differ. Not owned.
  void set_place_observer(PlaceObserver* observer) { places_ = observer; }

  /// What goes wrong this time.
  Fault meet(const OperationCall& call) {
    if (places_) places_->met(call);
    return faults_.concerns(call.operation) ? faults_.meet(call) : Fault{};
  }

  /// Begins an operation and lets its time pass, on the clock of the process that does it. False when `server`, if one
  /// is given, was down or died meanwhile.
  Task<bool> begin(Runtime& runtime, OperationCall call, Duration duration, Outage* server = nullptr);
  Task<void> open(Runtime& runtime, OperationCall call);
  Task<bool> pass(Runtime& runtime, OperationCall call, Duration duration, Outage* server = nullptr);
  /// Its effect is there (or it failed with `failure`, not 0): written down.
  void ended(const OperationCall& call, std::int64_t failure);
  /// The moment after the effect, before the caller is told.
  Task<void> finish(Runtime& runtime, OperationCall call);

 private:
  TraceRecord record(TraceKind kind, const OperationCall& call) const;
  bool passes_in_halves(const OperationCall& call) const { return places_ || is_waited_for(call); }
  bool is_waited_for(const OperationCall& call) const { return listener_ && listener_->is_watched(call.operation); }
  void show_moment(const OperationCall& call, AtOperation::Phase phase);
  /// Comes to a moment of the operation. Empty where nobody waits for it.
  Task<void> reach(Runtime& runtime, OperationCall call, AtOperation::Phase phase);
  Task<bool> pass_in_halves(Runtime& runtime, OperationCall call, Duration duration, Outage* server);

  Recorder& recorder_;
  FaultPlan& faults_;
  OperationListener* listener_ = nullptr;
  PlaceObserver* places_ = nullptr;
};

}  // namespace snapsim
