#pragma once

#include <cstdint>
#include <vector>

#include "sim/check/view.hpp"
#include "sim/nova/failure.hpp"
#include "sim/nova/ids.hpp"

namespace snapsim {

/// What became of one request, wherever in the world it was noted.
struct RequestEntry {
  int status = 0;   ///< HTTP status of the answer; 0: none yet
  ImageId image;    ///< that it made
  Failure failure;  ///< of a refusal
  bool was_cast = false;
  EventOutcome event = EventOutcome::none;
  std::uint32_t faults = 0;
  std::uint32_t open_work = 0;  ///< threads and messages that still work for it
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

  void work_begun(RequestId request) {
    if (RequestEntry* const found = find(request)) ++found->open_work;
  }
  void work_ended(RequestId request) {
    if (RequestEntry* const found = find(request)) --found->open_work;
  }

 private:
  std::vector<RequestEntry> entries_;
};

}  // namespace snapsim
