#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/check/invariant.hpp"
#include "sim/check/trace.hpp"
#include "sim/engine/engine.hpp"
#include "sim/world/dealings.hpp"

namespace snapsim {

/// 128 bits over every record of a run, in order: two runs with the same fingerprint went the same way.
struct Fingerprint {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  bool operator==(const Fingerprint&) const = default;
};

/// Sees each record as it is written.
class RecordObserver {
 public:
  virtual ~RecordObserver() = default;
  virtual void recorded(const TraceRecord& record) = 0;
};

/// Where every step of a run is written down: in the trace, in the fingerprint, and before the eyes of the invariants.
class Recorder {
 public:
  enum class Keep : std::uint8_t { trace, fingerprint, nothing };

  /// `engine` and `checker` are not owned and must outlive the recorder. For the fingerprint alone, the trace is
  /// forgotten once it is in there.
  Recorder(const Engine& engine, Checker& checker, Keep keep);
  ~Recorder();

  /// Writes the record with the time that it is now.
  void write(TraceRecord record);
  /// Also shows each record to `observer`; nullptr takes it away. Not owned.
  void set_observer(RecordObserver* observer) { observer_ = observer; }

  std::uint64_t count() const { return count_; }
  /// How many records told of a change of state: of an instance, a guest or an image.
  std::uint64_t change_count() const { return changes_; }
  /// How many records told of more than that somebody looked at something, without an error.
  std::uint64_t event_count() const { return events_; }
  /// Who leaves no record of what it does counts it here by itself.
  Dealings& dealings() { return dealings_; }
  Instant last_time() const { return last_time_; }
  const std::vector<TraceRecord>& trace() const { return records_; }
  std::vector<TraceRecord> take_trace() { return std::move(records_); }
  Fingerprint fingerprint();

 private:
  struct Digest;
  void digest_pending();

  const Engine& engine_;
  Checker& checker_;
  RecordObserver* observer_ = nullptr;
  Keep keep_;
  std::uint64_t count_ = 0;
  std::uint64_t changes_ = 0;
  std::uint64_t events_ = 0;
  Dealings dealings_;
  Instant last_time_{};
  std::vector<TraceRecord> records_;
  std::size_t digested_ = 0;
  std::unique_ptr<Digest> digest_;  // only once a trace is longer than what is hashed in one go
};

}  // namespace snapsim
