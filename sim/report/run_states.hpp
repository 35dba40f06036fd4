#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// Something of a run that always has one of a few values.
struct StateTrack {
  enum class Kind : std::uint8_t { vm_state, task_state, power_state, guest, image_status };

  Kind kind{};
  std::uint32_t subject = 0;  ///< the instance's index, or the image's number

  auto operator<=>(const StateTrack&) const = default;
};

/// "vm_state", "task_state", "power_state", "guest" or "status".
std::string_view to_string(StateTrack::Kind kind);

/// A value that a state gets, and from which step on.
struct StateChange {
  std::optional<std::size_t> position;  ///< of the record in the trace; none: from the start
  std::string value;                    ///< the wire value, "null" where there is none
};

/// One state over the whole run. An image's begins when its record is made.
struct StateHistory {
  StateTrack track;
  std::vector<StateChange> changes;  ///< in order; at least one

  /// The change that holds after the record at `position`; nullptr: there is nothing yet. Without a position: before
  /// the first record.
  const StateChange* at(std::optional<std::size_t> position) const;
};

/// Which state the record changes, and to what; none where it changes none.
std::optional<std::pair<StateTrack, std::string>> state_written(const TraceRecord& record);

/// All states of the run: of each instance four, then the images' in the order in which they are made.
std::vector<StateHistory> state_histories(const RunRecord& record);

/// The history of that state, or nullptr.
const StateHistory* find_history(const std::vector<StateHistory>& histories, const StateTrack& track);

}  // namespace snapsim
