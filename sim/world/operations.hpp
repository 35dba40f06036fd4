#pragma once

#include <cstdint>

#include "sim/check/trace.hpp"
#include "sim/nova/journal.hpp"
#include "sim/runtime/runtime.hpp"
#include "sim/world/recorder.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// One operation of the flow, by whom and for whom.
struct OperationCall {
  Operation operation{};
  Component component{};  ///< who does it
  HostId host;            ///< none where it is no compute host's
  RequestContext context;
  InstanceUuid instance;
  std::int64_t image = -1;
};

/// Waits for moments within operations (contract, section 3).
class OperationListener {
 public:
  virtual ~OperationListener() = default;
  /// Whether anybody waits for a moment in such operations. Asked before every one, so it has to be quick.
  virtual bool is_watched(Operation operation) const = 0;
  /// An operation of the kind has come to `phase`, in the process of `runtime`. May wait there.
  virtual Task<void> reached(Runtime& runtime, OperationCall call, AtOperation::Phase phase) = 0;
};

/// The seam that every operation passes: it takes its time here, is written down, and meets what the scenario planned
/// for this moment. The flow above knows nothing of it.
class Operations {
 public:
  explicit Operations(Recorder& recorder) : recorder_(recorder) {}

  void set_listener(OperationListener* listener) { listener_ = listener; }

  /// Begins an operation and lets its time pass, on the clock of the process that does it. Where something has to
  /// happen between the two: open(), then pass().
  Task<void> begin(Runtime& runtime, OperationCall call, Duration duration);
  Task<void> open(Runtime& runtime, OperationCall call);
  Task<void> pass(Runtime& runtime, OperationCall call, Duration duration);
  /// Its effect is there (or it failed with `failure`, not 0): written down. What follows is finish(), where
  /// needs_finish() says so.
  void ended(const OperationCall& call, std::int64_t failure);
  bool needs_finish(const OperationCall& call) const { return listener_ && listener_->is_watched(call.operation); }
  /// The moment after the effect, before the caller is told.
  Task<void> finish(Runtime& runtime, OperationCall call);

 private:
  TraceRecord record(TraceKind kind, const OperationCall& call) const;

  Recorder& recorder_;
  OperationListener* listener_ = nullptr;
};

}  // namespace snapsim
