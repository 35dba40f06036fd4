#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/engine/process.hpp"
#include "sim/runtime/wait_list.hpp"
#include "sim/world/api_service.hpp"
#include "sim/world/operations.hpp"
#include "sim/world/recorder.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// The users and operators of a scenario: sends each request at its moment.
class Client final : public RecordObserver, public OperationListener {
 public:
  /// References must outlive the object.
  Client(Process& process, const Scenario& scenario, ApiService& api, Ledger& ledger, const GlanceService& glance);

  /// Starts to wait for the moments.
  void begin();
  /// Whether any request waits for something other than the clock; then it has to see every record and operation.
  bool watches() const { return !watchers_.empty(); }

  void recorded(const TraceRecord& record) override;
  bool is_watched(Operation operation) const override {
    return watched_operations_[static_cast<std::size_t>(operation)];
  }
  Task<void> reached(Runtime& runtime, OperationCall call, AtOperation::Phase phase) override;

 private:
  /// A request that waits for its moment, and how often that has come so far.
  struct Watcher {
    std::uint32_t request = 0;
    int seen = 0;
  };

  void send(std::uint32_t request);
  Task<void> send_by_the_clock();
  bool is_moment(const RequestSpec& request, const TraceRecord& record) const;
  /// The state `record` tells of has been reached for the nth time: true once.
  bool is_due(Watcher& watcher, int nth);

  Process& process_;
  const Scenario& scenario_;
  ApiService& api_;
  Ledger& ledger_;
  const GlanceService& glance_;
  std::vector<std::uint32_t> by_time_;
  std::vector<Watcher> watchers_;
  std::array<bool, operation_count> watched_operations_{};
  std::vector<std::uint32_t> due_;
};

}  // namespace snapsim
