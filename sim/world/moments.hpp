#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "fake_glance/glance.hpp"
#include "sim/world/operations.hpp"
#include "sim/world/recorder.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// Somebody for whom something is to happen at a moment of the run.
class MomentTaker {
 public:
  virtual ~MomentTaker() = default;
  /// The moment of number `index` has come. `step` is the operation within which it fell, or nullptr. What it starts
  /// begins after the caller has suspended.
  virtual void take(std::uint32_t index, const OperationCall* step) = 0;
  /// Waits for whatever the step has to wait for before it goes on.
  virtual Task<void> settle(Runtime& runtime, std::uint32_t index) = 0;
};

/// Watches a run for the moments that are not times: states reached, operations about to begin, half done or with their
/// effect there. Each comes once.
class Moments final : public RecordObserver, public OperationListener {
 public:
  /// References must outlive the object.
  Moments(const Scenario& scenario, const Glance& glance) : scenario_(scenario), glance_(glance) {}

  /// `moment`, which is not AtTime, and `taker` must outlive the object. It has been seen so often already.
  /// `is_of_a_proof`: the scenario itself does not wait for it.
  void watch(const Moment& moment, MomentTaker& taker, std::uint32_t index, int seen = 0, bool is_of_a_proof = false);
  /// Whether there is anything to watch for; if not, nobody need show it records and operations.
  bool is_needed() const { return !watches_.empty(); }

  void recorded(const TraceRecord& record) override;
  bool is_watched(Operation operation) const override {
    return watched_operations_[static_cast<std::size_t>(operation)];
  }
  bool counts(const OperationCall& call, AtOperation::Phase phase) const override;
  Task<void> reached(Runtime& runtime, OperationCall call, AtOperation::Phase phase) override;

 private:
  struct Watch {
    const Moment* moment;
    MomentTaker* taker;
    std::uint32_t index;
    int seen = 0;
    bool is_of_a_proof = false;
  };

  bool tells_of(const TraceRecord& record, const Moment& moment) const;

  const Scenario& scenario_;
  const Glance& glance_;
  std::vector<Watch> watches_;
  std::array<bool, operation_count> watched_operations_{};
};

}  // namespace snapsim
