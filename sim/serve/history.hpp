#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/check/trace.hpp"
#include "sim/nova/failure.hpp"

namespace snapsim {

/// A row of instance_actions_events.
struct ActionEvent {
  RpcMethod method{};
  std::uint32_t host = TraceRecord::none;
  std::int64_t started_us = 0;
  std::optional<std::int64_t> finished_us;
  bool is_success = false;
};

/// A row of instance_actions with its events. Times are virtual.
struct ActionRow {
  Action action{};
  std::uint32_t request = TraceRecord::none;
  std::int64_t started_us = 0;
  std::int64_t updated_us = 0;
  std::vector<ActionEvent> events;
};

/// A row of instance_faults.
struct FaultRow {
  Failure failure;
  int code = 500;
  std::int64_t at_us = 0;
};

/// What nova-api tells of an instance that is not in its row of the database.
struct InstanceHistory {
  std::int64_t updated_us = 0;  ///< when its row was last written
  std::vector<ActionRow> actions;
  std::optional<FaultRow> newest_fault;
};

/// The times of an image.
struct ImageHistory {
  std::int64_t created_us = 0;
  std::int64_t updated_us = 0;
};

/// Gathers from the trace of a run that goes on what its APIs tell of the past.
class History {
 public:
  /// The next record of the trace.
  void take(const TraceRecord& record);

  /// What is known of the instance or image with that index; of one that was never mentioned nothing.
  const InstanceHistory& instance(std::uint32_t index) const;
  const ImageHistory& image(std::uint32_t index) const;
  /// Whether nova-api runs.
  bool is_api_up() const { return is_api_up_; }

 private:
  InstanceHistory& at(std::uint32_t index);
  void event_started(const TraceRecord& record);
  void event_finished(const TraceRecord& record);

  std::vector<InstanceHistory> instances_;
  std::vector<ImageHistory> images_;
  bool is_api_up_ = true;
};

}  // namespace snapsim
